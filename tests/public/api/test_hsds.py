"""The directory as HSDS 3.0: held to the published rules as `hsds.schema.json` tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from samskab.civic.commons.actors.actions import publish_offer, register_actor
from samskab.civic.commons.actors.models import Actor, Offer
from samskab.civic.commons.initiatives.models import Initiative
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import system
from samskab.civic.public.api import hsds

RULES = json.loads((Path(hsds.__file__).parent / "hsds.schema.json").read_text(encoding="utf-8"))
FORMATS = FormatChecker(["uuid", "date", "email"])


@FORMATS.checks("uri")
def is_uri(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is None or bool(parts.scheme and parts.netloc)


def holds(value: Any, name: str = "") -> None:
    rules = {**RULES, "$ref": f"#/$defs/{name}"} if name else RULES
    if name:
        rules = {"$defs": RULES["$defs"], "$ref": f"#/$defs/{name}"}
    Draft202012Validator(rules, format_checker=FORMATS).validate(value)


@pytest.fixture
def client(example: Council) -> Client:
    return Client(HTTP_HOST="localhost")


def whole(client: Client) -> Any:
    answer = client.get("/api/v1/hsds/everything.json")
    assert answer.status_code == 200
    assert not answer.cookies
    return json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]


def pages(client: Client, name: str, size: int) -> Iterator[Any]:
    number, last = 1, False
    while not last:
        page = client.get(f"/api/v1/hsds/{name}", {"page": number, "per_page": size}).json()
        yield page
        number, last = number + 1, page["last_page"]


def test_the_rules_are_sound_and_refuse_what_breaks_them() -> None:
    Draft202012Validator.check_schema(RULES)
    good = {"id": "3f7b145d-84af-42d7-8fae-eaca714b02b2", "name": "A", "status": "active"}
    holds(good, "service")
    for wrong in (
        {"status": "open"},
        {"id": "12"},
        {"url": "eksempel"},
        {"assured_date": "1. maj"},
        {"unknown": 1},
    ):
        with pytest.raises(ValidationError):
            holds(good | wrong, "service")
    with pytest.raises(ValidationError):
        holds({"id": good["id"], "name": "A"}, "organization")


def test_the_example_council_holds_to_the_published_rules(client: Client) -> None:
    found = whole(client)
    holds(found)
    assert len(found["services"]) > 40
    assert len(found["organizations"]) > 10
    assert {place["name"] for place in found["locations"]} >= {"Kjellerup", "Silkeborg by"}
    ids = [row["id"] for name, rows in found.items() if isinstance(rows, list) for row in rows]
    assert len(set(ids)) == len(ids)
    known = set(ids)
    for service in found["services"]:
        assert service["organization_id"] in known
        for tie in service.get("service_at_locations", []):
            assert tie["location_id"] in known
        for word in service.get("attributes", []):
            assert word["taxonomy_term_id"] in known
    for term in found["taxonomy_terms"]:
        assert term.get("parent_id", term["id"]) in known


def test_nothing_private_and_no_single_person_is_given(client: Client, example: Council) -> None:
    by = system(example)
    private = {"contact_name": "Bo Hemmelig", "contact_email": "bo@hemmelig.dk"}
    register_actor(by=by, sector="civil", name="Med kontakt", cvr="13585628", **private)
    person = register_actor(by=by, sector="citizen", name="Ane Alene")
    word = Offer.objects.filter(council=example).select_related("category")[0].category
    publish_offer(by=by, actor=person, kind=word.kind, category=word, title="Anes tilbud")
    found = whole(client)
    text = json.dumps(found, ensure_ascii=False)
    assert not [word for word in ("Hemmelig", "bo@", "Ane Alene", "Anes tilbud") if word in text]
    (own,) = [row for row in found["organizations"] if row["name"] == "Med kontakt"]
    assert own["organization_identifiers"][0]["identifier"] == "13585628"


@pytest.mark.parametrize(
    ("name", "rule", "size"),
    [
        ("organizations", "organization", 7),
        ("services", "service", 9),
        ("locations", "location", 50),
        ("taxonomy_terms", "taxonomy_term", 100),
    ],
)
def test_pages_give_every_row_once(client: Client, name: str, rule: str, size: int) -> None:
    every = list(pages(client, name, size))
    rows = [row for page in every for row in page["contents"]]
    for row in rows:
        holds(row, rule)
    assert {row["id"] for row in rows} == {row["id"] for row in whole(client)[name]}
    assert len(rows) == every[0]["total_items"]
    assert every[0]["total_pages"] == len(every)
    assert [page["first_page"] for page in every] == [True] + [False] * (len(every) - 1)


def test_one_row_by_its_identifier_and_nothing_across_councils(
    client: Client, example: Council
) -> None:
    row = Initiative.objects.filter(council=example).first()
    actor = Actor.objects.filter(council=example, sector="civil").first()
    assert row is not None
    assert actor is not None
    for kind, name, key in (
        ("initiative", "services", row.pk),
        ("organization", "organizations", actor.pk),
    ):
        text = hsds.identifier(example, kind, key)
        assert hsds.key_of(example, kind, text) == key
        path = f"/api/v1/hsds/{name}/{text}"
        assert client.get(path).json()["id"] == text
        assert Client(HTTP_HOST="nabo.localhost").get(path).status_code == 404
    for wrong in ("12", hsds.identifier(example, "initiative", 10**9)):
        assert client.get(f"/api/v1/hsds/services/{wrong}").status_code == 404
    assert client.get("/api/v1/hsds/services", {"page": 0}).status_code == 422
    assert client.get("/api/v1/hsds/services", {"page": 10**7}).status_code == 404
    assert client.get("/api/v1/hsds").json()["version"] == "3.0"


def test_a_page_of_services_takes_the_same_number_of_statements_for_one_and_for_many(
    client: Client,
) -> None:
    numbers = []
    for size in (3, 20):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/api/v1/hsds/services", {"per_page": size})
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_the_whole_directory_is_linked_from_where_a_person_looks(client: Client) -> None:
    for page in ("/aktoerer/", "/api/"):
        assert 'href="/api/v1/hsds/everything.json"' in client.get(page).content.decode()
