"""What OParl 1.1 says of each object: which properties there are, of which type, and which must
be there. Facts from the twelve files in `schema/` of github.com/OParl/spec at v1.1.1 (9a2719d);
the rules on dates, empty values, lists and deleted objects from chapters 2.4, 2.5 and 2.8 of the
same text. Stricter than the standard in one thing: what it does not name is refused."""

from __future__ import annotations

from typing import Any

URL = {"type": "string", "pattern": r"^https?://\S+$"}
TEXT = {"type": "string", "minLength": 1}
DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"}
TYPES: dict[str, Any] = {
    "text": TEXT,
    "url": URL,
    "day": DAY,
    "time": TIME,
    "yes": {"type": "boolean"},
    "number": {"type": "integer"},
    "any": {"type": "object"},
    "urls": {"type": "array", "items": URL, "minItems": 1, "uniqueItems": True},
    "texts": {"type": "array", "items": TEXT, "minItems": 1},
}
COMMON = "license:text keyword:texts created:time modified:time web:url deleted:yes"
# Properties beside id, type and COMMON; those with an exclamation mark must be there. A capital
# is an object inside, `[]` a list of them.
KINDS = {
    "System": "oparlVersion!:text otherOparlVersions:urls license:url body!:url name:text "
    "contactEmail:text contactName:text website:url vendor:url product:url",
    "Body": "system:url shortName:text name!:text website:url license:url licenseValidSince:time "
    "oparlSince:time ags:text rgs:text equivalent:urls contactEmail:text contactName:text "
    "organization!:url person!:url meeting!:url paper!:url legislativeTerm!:LegislativeTerm[] "
    "agendaItem:url consultation:url file:url locationList:url legislativeTermList:url "
    "membership:url classification:text location:Location",
    "LegislativeTerm": "body:url name:text startDate:day endDate:day",
    "Organization": "body:url name:text membership:urls meeting:url consultation:url "
    "shortName:text post:texts subOrganizationOf:url organizationType:text classification:text "
    "startDate:day endDate:day website:url location:Location externalBody:url",
    "Person": "body:url name:text familyName:text givenName:text formOfAddress:text affix:text "
    "title:texts gender:text phone:texts email:texts location:url locationObject:Location "
    "status:texts membership:Membership[] life:text lifeSource:text",
    "Membership": "person:url organization:url role:text votingRight:yes startDate:day "
    "endDate:day onBehalfOf:url",
    "Meeting": "name:text meetingState:text cancelled:yes start:time end:time location:Location "
    "organization:urls participant:urls invitation:File resultsProtocol:File "
    "verbatimProtocol:File auxiliaryFile:File[] agendaItem:AgendaItem[]",
    "AgendaItem": "meeting:url number:text order!:number name:text public:yes consultation:url "
    "result:text resolutionText:text resolutionFile:File auxiliaryFile:File[] start:time "
    "end:time",
    "Paper": "body:url name:text reference:text date:day paperType:text relatedPaper:urls "
    "superordinatedPaper:urls subordinatedPaper:urls mainFile:File auxiliaryFile:File[] "
    "location:Location[] originatorPerson:urls underDirectionOf:urls "
    "originatorOrganization:urls consultation:Consultation[]",
    "Consultation": "paper:url agendaItem:url meeting:url organization:urls authoritative:yes "
    "role:text",
    "File": "name:text fileName:text mimeType:text date:day size:number sha1Checksum:text "
    "sha512Checksum:text text:text accessUrl!:url downloadUrl:url externalServiceUrl:url "
    "masterFile:url derivativeFile:urls fileLicense:url meeting:urls agendaItem:urls paper:urls",
    "Location": "description:text geojson:any streetAddress:text room:text postalCode:text "
    "subLocality:text locality:text bodies:urls organizations:urls persons:urls meetings:urls "
    "papers:urls",
}
# Inside another, or in a list, each object names itself; at its own address it tells its times.
TIMED = sorted(set(KINDS) - {"System", "LegislativeTerm"})


def _kind(name: str) -> dict[str, Any]:
    words = f"{KINDS[name]} {COMMON}".split()
    given = dict(word.replace("!", "").split(":") for word in words)
    must = [word.partition("!")[0] for word in words if "!" in word]
    return {
        "type": "object",
        "required": ["id", "type", *must],
        "additionalProperties": False,
        "properties": {
            "id": URL,
            "type": {"const": f"https://schema.oparl.org/1.1/{name}"},
            **{one: _type(kind) for one, kind in given.items()},
        },
    }


def _type(kind: str) -> Any:
    if kind in TYPES:
        return TYPES[kind]
    inner = {"$ref": f"#/$defs/{kind.removesuffix('[]')}"}
    return {"type": "array", "items": inner} if kind.endswith("[]") else inner


DEFS = {name: _kind(name) for name in KINDS}
GONE = {
    "type": "object",
    "required": ["id", "type", "created", "modified", "deleted"],
    "additionalProperties": False,
    "properties": {
        "id": URL,
        "type": {"pattern": "^https://schema.oparl.org/1.1/"},
        "created": TIME,
        "modified": TIME,
        "deleted": {"const": True},
    },
}
ERROR = {
    "type": "object",
    "required": ["type", "message"],
    "properties": {
        "type": {"const": "https://schema.oparl.org/1.1/Error"},
        "message": TEXT,
        "debug": TEXT,
    },
}
LIST = {
    "type": "object",
    "required": ["data", "pagination", "links"],
    "additionalProperties": False,
    "properties": {
        "data": {"type": "array", "items": {"type": "object", "required": ["id", "type"]}},
        "pagination": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                name: {"type": "integer"}
                for name in ("totalElements", "elementsPerPage", "currentPage", "totalPages")
            },
        },
        "links": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(("first", "prev", "self", "next", "last", "web"), URL),
        },
    },
}


def schema(name: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": DEFS, **DEFS[name]}
