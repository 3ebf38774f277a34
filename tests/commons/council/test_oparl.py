"""OParl 1.1: walked from its beginning like a program that knows nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from samskab.civic.commons.council import actions
from samskab.civic.commons.council.models import AgendaItem, Meeting, Term
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from tests.commons.council.oparl_schema import LIST, schema

HOST = "silkeborg.localhost"


class Reader:
    """Follows addresses, and holds every answer to the rules."""

    def __init__(self) -> None:
        self.client = Client(HTTP_HOST=HOST)

    def get(self, url: str) -> Any:
        parts = urlsplit(url)
        assert parts.netloc in {HOST, ""}
        answer = self.client.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200, url
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Content-Type"] == "application/json"
        assert not answer.cookies
        return json.loads(answer.content)

    def object(self, url: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(url)
        name = found["type"].rpartition("/")[2]
        jsonschema.validate(found, schema(name))
        return found

    def list(self, url: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while url:
            part = self.get(url)
            jsonschema.validate(part, LIST)
            assert part["links"]["self"].startswith("http")
            for one in part["data"]:
                jsonschema.validate(one, schema(one["type"].rpartition("/")[2]))
            found += part["data"]
            url = part["links"].get("next", "")
        return found


@pytest.fixture
def held(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    settings: Any,
    tmp_path: Path,
) -> Meeting:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    actions.add_paper(by=secretariat, item=item, title="Notat", file=file)
    actions.decide(by=secretariat, item=item, text="Vi gør det.", outcome="adopted")
    actions.close_meeting(by=secretariat, meeting=convened)
    return actions.publish_minutes(by=secretariat, meeting=convened)


def test_everything_is_found_from_the_system_and_keeps_the_rules(
    council: Council, held: Meeting, terms: list[Term]
) -> None:
    reader = Reader()
    system = reader.object("/oparl/1.1/")
    (body,) = reader.list(system["body"])
    assert reader.object(body["id"]) == body
    names = ("organization", "person", "membership", "meeting", "agendaItem", "paper", "file",
             "locationList", "legislativeTermList", "consultation")  # fmt: skip
    found = {name: reader.list(body[name]) for name in names}
    assert {name: len(rows) for name, rows in found.items()} == {
        "organization": 1, "person": 5, "membership": 5, "meeting": 1, "agendaItem": 1,
        "paper": 1, "file": 1, "locationList": 1, "legislativeTermList": 0, "consultation": 0,
    }  # fmt: skip
    for rows in found.values():
        for one in rows:
            assert reader.object(one["id"]) == one
    (meeting,) = found["meeting"]
    assert [(one["name"], one["resolutionText"]) for one in meeting["agendaItem"]] == [
        ("Skal vi?", "Vi gør det.")
    ]
    assert len(meeting["participant"]) == 4
    assert reader.object(meeting["resultsProtocol"]["id"])["mimeType"] == "application/pdf"
    for url in links(found):
        answer = reader.client.get(urlsplit(url).path)
        assert answer.status_code == 200, url
        assert b"".join(answer.streaming_content) if answer.streaming else answer.content


def links(value: Any) -> set[str]:
    """Every address of this site anywhere in it."""
    if isinstance(value, dict):
        return set().union(*(links(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(links(inner) for inner in value))
    return (
        {value} if isinstance(value, str) and HOST in value and value.startswith("http") else set()
    )


def test_lists_go_on_and_are_narrowed_by_time(secretariat: Principal, held: Meeting) -> None:
    for number in range(25):
        actions.plan_meeting(
            by=secretariat, title=f"Møde {number}", starts_at=held.starts_at,
            ends_at=held.ends_at,
        )  # fmt: skip
    reader = Reader()
    assert len(reader.list("/oparl/1.1/meeting/")) == 26
    assert reader.list("/oparl/1.1/meeting/?modified_since=2999-01-01T00:00:00%2B01:00") == []
    assert len(reader.list("/oparl/1.1/meeting/?modified_until=2999-01-01T00:00:00Z")) == 26
    assert reader.client.get("/oparl/1.1/meeting/?created_since=yesterday").status_code == 400


@pytest.mark.parametrize(
    "path", ["nothing/", "person/999999/", "person/x/", "file/m999/", "file/mx/", "body/999999/"]
)
def test_what_is_not_there_is_not_found(held: Meeting, path: str) -> None:
    assert Client(HTTP_HOST=HOST).get(f"/oparl/1.1/{path}").status_code == 404


def test_a_plan_is_not_told_before_the_council_is_convened(
    meeting: Meeting, item: AgendaItem
) -> None:
    (one,) = Reader().list("/oparl/1.1/meeting/")
    assert (one["meetingState"], one["agendaItem"]) == ("terminiert", [])
    assert Reader().list("/oparl/1.1/agendaitem/") == []


def test_a_neighbour_sees_its_own(held: Meeting, other_council: Council) -> None:
    client = Client(HTTP_HOST="nabo.localhost")
    assert json.loads(client.get("/oparl/1.1/meeting/").content)["data"] == []
    assert client.get(f"/oparl/1.1/meeting/{held.pk}/").status_code == 404
