"""What OParl 1.1 asks of each object, written from the published rules: which properties there
have to be, and of which shape those are that we give."""

from __future__ import annotations

from typing import Any

URL = {"type": "string", "pattern": r"^https?://\S+$"}
TEXT = {"type": "string", "minLength": 1}
YES_NO = {"type": "boolean"}
DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
URLS = {"type": "array", "items": URL}
TEXTS = {"type": "array", "items": TEXT}
COMMON = {
    "id": URL, "name": TEXT, "shortName": TEXT, "web": URL, "created": TIME, "modified": TIME,
    "deleted": YES_NO, "license": URL, "keyword": TEXTS,
}  # fmt: skip


def kind(name: str, required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["id", "type", *required.split()],
        "additionalProperties": False,
        "properties": {
            **COMMON,
            "type": {"const": f"https://schema.oparl.org/1.1/{name}"},
            **properties,
        },
    }


def many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


DEFS: dict[str, Any] = {
    "System": kind(
        "System", "oparlVersion body", body=URL, contactEmail=TEXT, website=URL,
        oparlVersion={"const": "https://schema.oparl.org/1.1/"},
    ),
    "Body": kind(
        "Body",
        "name organization person meeting paper legislativeTerm agendaItem file locationList "
        "legislativeTermList membership",
        system=URL, website=URL, contactEmail=TEXT, organization=URL, person=URL, meeting=URL,
        paper=URL, agendaItem=URL, consultation=URL, file=URL, membership=URL, locationList=URL,
        legislativeTermList=URL, legislativeTerm={"type": "array"},
    ),
    "Organization": kind(
        "Organization", "", body=URL, organizationType=TEXT, classification=TEXT,
        membership=URLS, meeting=URL,
    ),
    "Person": kind("Person", "", body=URL, status=TEXTS, membership=many("Membership")),
    "Membership": kind(
        "Membership", "", person=URL, organization=URL, role=TEXT, votingRight=YES_NO,
        startDate=DAY, endDate=DAY,
    ),
    "Meeting": kind(
        "Meeting", "", meetingState=TEXT, cancelled=YES_NO, start=TIME, end=TIME,
        location={"$ref": "#/$defs/Location"}, organization=URLS, participant=URLS,
        invitation={"$ref": "#/$defs/File"}, resultsProtocol={"$ref": "#/$defs/File"},
        agendaItem=many("AgendaItem"),
    ),
    "AgendaItem": kind(
        "AgendaItem", "order", meeting=URL, number=TEXT, order={"type": "integer"}, public=YES_NO,
        result=TEXT, resolutionText=TEXT, auxiliaryFile=many("File"), start=TIME,
    ),
    "Paper": kind(
        "Paper", "", body=URL, date=DAY, mainFile={"$ref": "#/$defs/File"},
        auxiliaryFile=many("File"),
    ),
    "File": kind(
        "File", "accessUrl", fileName=TEXT, mimeType=TEXT, size={"type": "integer"}, date=DAY,
        accessUrl=URL, downloadUrl=URL, paper=URLS, meeting=URLS, agendaItem=URLS,
    ),
    "Location": kind("Location", "", description=TEXT),
}  # fmt: skip

LIST = {
    "type": "object",
    "required": ["data", "pagination", "links"],
    "properties": {
        "data": {"type": "array", "items": {"type": "object", "required": ["id", "type"]}},
        "pagination": {"type": "object"},
        "links": {"type": "object", "additionalProperties": URL},
    },
}


def schema(name: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": DEFS, **DEFS[name]}
