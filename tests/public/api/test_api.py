from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samskab.civic.commons.actors.actions import add_category, publish_offer, register_actor
from samskab.civic.commons.actors.models import Category
from samskab.civic.commons.council.models import AgendaItem, Decision, Meeting
from samskab.civic.commons.initiatives.models import Initiative, Overlap
from samskab.civic.commons.knowledge.actions import write_article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.links import digest
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.actions import advance, raise_challenge
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.concepts.models import Concept
from samskab.civic.public.api.endpoints import RAISED, api
from samskab.civic.public.news.actions import publish_news
from samskab.civic.public.search.actions import refresh_due

ClientAs = Callable[[Principal], Client]
WRITTEN = {"title": "Ingen at spise med", "what": "Jeg spiser alene hver aften."}


@pytest.fixture
def client(visitor: Principal, client_as: ClientAs) -> Client:
    return client_as(visitor)


def read(client: Client, path: str, **query: Any) -> Any:
    answer = client.get(f"/api/v1/{path}", query)
    assert answer.status_code == 200, answer.content
    assert not answer.cookies
    return answer.json()


def items(client: Client, path: str, **query: Any) -> list[Any]:
    found: list[Any] = read(client, path, **query)["items"]
    return found


def public_challenge(council: Council, title: str = "Koldt herberg") -> Challenge:
    by = system(council)
    made = raise_challenge(by=by, title=title, what="Fyret er ude.", contact_email="h@x.dk")[0]
    made.is_public = True
    for step in (Step.SCREENED, Step.OPEN):
        advance(by=by, challenge=made, to=step)
    return made


# --- reading -----------------------------------------------------------------------------------
def test_a_challenge_is_listed_with_where_it_stands(council: Council, client: Client) -> None:
    made = public_challenge(council)
    (row,) = items(client, "challenges")
    assert (row["id"], row["title"], row["step"]) == (made.pk, "Koldt herberg", "open")
    assert row["url"] == f"http://silkeborg.localhost/udfordringer/{made.pk}/"
    assert items(client, "challenges", step="framed") == []
    assert len(items(client, "challenges", step="open", q="fyret")) == 1


def test_a_challenge_comes_with_its_timeline_in_order(council: Council, client: Client) -> None:
    made = public_challenge(council)
    row = read(client, f"challenges/{made.pk}")
    assert [event["title"] for event in row["timeline"]] == [
        "Rejst", "Sorteret: noget at løse sammen", "Åbnet for alle",
    ] or len(row["timeline"]) == 3  # fmt: skip
    assert row["parties"] == []


def test_what_is_private_is_in_no_answer(
    council: Council, client: Client, secretariat: Principal
) -> None:
    made = public_challenge(council)
    actor = register_actor(
        by=secretariat, sector="civil", name="Haven", about="Grønt.", contact_name="Bo Hansen",
        contact_email="bo@eksempel.dk",
    )  # fmt: skip
    texts = json.dumps(
        [
            read(client, "challenges"),
            read(client, f"challenges/{made.pk}"),
            read(client, "actors"),
            read(client, f"actors/{actor.pk}"),
        ]
    )
    for private in ("h@x.dk", "bo@eksempel.dk", "Bo Hansen", made.link_digest, "contact"):
        assert private not in texts


def test_a_challenge_that_is_not_open_does_not_exist_here(
    council: Council, client: Client, secretariat: Principal, client_as: ClientAs
) -> None:
    made = raise_challenge(by=system(council), **WRITTEN)[0]
    for who in (client, client_as(secretariat)):
        assert items(who, "challenges") == []
        answer = who.get(f"/api/v1/challenges/{made.pk}")
        assert answer.status_code == 404
        assert set(answer.json()) == {"error", "field"}


def test_another_councils_rows_are_not_found(
    council: Council, other_council: Council, client: Client
) -> None:
    made = public_challenge(other_council)
    assert items(client, "challenges") == []
    assert client.get(f"/api/v1/challenges/{made.pk}").status_code == 404


def test_a_list_goes_on_where_next_says(council: Council, client: Client) -> None:
    for n in range(5):
        public_challenge(council, f"Nr {n}")
    found, part = [], read(client, "challenges", limit=2)
    while True:
        found += [row["title"] for row in part["items"]]
        if part["next"] is None:
            break
        part = client.get(part["next"]).json()
    assert found == [f"Nr {n}" for n in (4, 3, 2, 1, 0)]


@pytest.fixture
def stock(council: Council, secretariat: Principal) -> Iterator[None]:
    """One row of everything that is public."""
    actor = register_actor(by=secretariat, sector="civil", name="Haven", about="Grønt.")
    word = add_category(
        by=secretariat, kind=Category.Kind.RESOURCE, slug="rum", name_da="Rum", name_en="Room"
    )
    publish_offer(
        by=secretariat, actor=actor, kind="resource", category=word, title="En sal", text="Stor.",
        quantity=None, unit="", period_from=None, period_to=None, area=None, conditions="",
        wants="",
    )  # fmt: skip
    for name in ("Fælles mad", "Mad sammen"):
        Initiative.objects.create(
            council=council, actor=actor, slug=name[:3], name=name, text="Vi spiser."
        )
    a, b = Initiative.objects.order_by("pk")
    Overlap.objects.create(council=council, a=a, b=b, strength=0.8, certainty=0.5)
    write_article(by=secretariat, kind="method", title_da="Suppe", text_da="Kog.")
    publish_news(by=secretariat, title_da="Nyt", lead_da="Kort.", text_da="Langt.")
    Concept.objects.create(council=council, slug="k", title="Opskrift", is_public=True)
    Concept.objects.create(council=council, slug="l", title="Kladde", is_public=False)
    refresh_due()
    yield


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("actors", "name", "Haven"),
        ("offers", "title", "En sal"),
        ("categories?kind=resource", "name", "Rum"),
        ("initiatives", "name", "Fælles mad"),
        ("overlaps", "strength", 0.8),
        ("knowledge", "slug", "suppe"),
        ("news", "title", "Nyt"),
        ("concepts", "title", "Opskrift"),
        ("search?q=suppe", "title", "Suppe"),
    ],
)
def test_every_list_gives_its_rows(client: Client, path: str, name: str, value: Any) -> None:
    rows = client.get(f"/api/v1/{path}").json()["items"]
    assert rows[0][name] == value
    assert len(rows) == (2 if path == "initiatives" else 1)


@pytest.mark.usefixtures("stock")
def test_every_row_can_be_asked_for_alone(client: Client) -> None:
    for path, key in (
        ("actors", "id"),
        ("offers", "id"),
        ("initiatives", "id"),
        ("knowledge", "slug"),
        ("news", "slug"),
        ("concepts", "id"),
    ):
        row = items(client, path)[0]
        alone = read(client, f"{path}/{row[key]}")
        assert {name: alone[name] for name in row} == row
        assert client.get(f"/api/v1/{path}/{'nej' if key == 'slug' else 987654}").status_code == 404


def test_a_draft_concept_is_not_given(council: Council, client: Client) -> None:
    row = Concept.objects.create(council=council, slug="l", title="Kladde", is_public=False)
    assert client.get(f"/api/v1/concepts/{row.pk}").status_code == 404


# --- the council -------------------------------------------------------------------------------
@pytest.fixture
def meeting(council: Council) -> Meeting:
    start = clock.now() - timedelta(days=3)
    made = Meeting.objects.create(
        council=council, title="Møde", starts_at=start, ends_at=start + timedelta(hours=2),
        status="held", minutes="Alle var glade.",
    )  # fmt: skip
    for order, (title, closed) in enumerate([("Haven", False), ("En ansat", True)]):
        item = AgendaItem.objects.create(
            council=council, meeting=made, title=title, kind="decision", state="decided",
            order=order, is_closed=closed, closed_reason="Personsag" if closed else "",
            text=f"Om {title}", minutes=f"Sagt om {title}",
        )  # fmt: skip
        Decision.objects.create(
            council=council, item=item, text=f"Besluttet om {title}", outcome="adopted",
            decided_at=clock.now(), is_public=True,
        )  # fmt: skip
    return made


def test_a_closed_item_keeps_its_number_and_reason_only(meeting: Meeting, client: Client) -> None:
    row = read(client, f"meetings/{meeting.pk}")
    assert [(item["number"], item["title"]) for item in row["agenda"]] == [(1, "Haven"), (2, "")]
    assert row["agenda"][1]["closed_reason"] == "Personsag"
    assert "ansat" not in json.dumps([row, read(client, "decisions"), read(client, "meetings")])


def test_minutes_are_given_once_they_are_published(meeting: Meeting, client: Client) -> None:
    assert read(client, f"meetings/{meeting.pk}")["minutes"] == ""
    assert read(client, f"meetings/{meeting.pk}")["agenda"][0]["minutes"] == ""
    Meeting.objects.update(minutes_published=True)
    row = read(client, f"meetings/{meeting.pk}")
    assert (row["minutes"], row["agenda"][0]["minutes"]) == ("Alle var glade.", "Sagt om Haven")


def test_only_published_decisions_are_given(
    meeting: Meeting, client: Client, member: Principal, client_as: ClientAs
) -> None:
    assert [row["title"] for row in items(client, "decisions")] == ["Haven"]
    Decision.objects.update(is_public=False)
    assert items(client, "decisions") == []
    assert items(client_as(member), "decisions") == []


# --- errors ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("challenges?step=nope", "step"),
        ("challenges?limit=0", "limit"),
        ("challenges?limit=101", "limit"),
        ("challenges?group=x", "group"),
        ("actors?sector=x", "sector"),
        ("search?q=010190-1234", "q"),
    ],
)
def test_a_value_we_cannot_use_is_told_with_its_field(
    council: Council, client: Client, path: str, field: str
) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["error"]


def test_no_words_find_nothing(council: Council, client: Client) -> None:
    assert read(client, "search") == {"items": [], "complete": True, "more": False}


def test_a_broken_cursor_begins_from_the_start(council: Council, client: Client) -> None:
    public_challenge(council)
    assert len(items(client, "challenges", after="forfalsket")) == 1


def test_errors_speak_the_language_that_is_asked_for(council: Council, client: Client) -> None:
    path = "/api/v1/challenges/1"
    assert client.get(path).json()["error"] == "Vi kan ikke finde det, du leder efter."
    english = client.get(path, HTTP_ACCEPT_LANGUAGE="en")
    assert english.json()["error"] == "We cannot find what you are looking for."


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method_is_known(council: Council, client: Client, method: str) -> None:
    assert getattr(client, method)("/api/v1/challenges").status_code == 405


# --- raising -----------------------------------------------------------------------------------
def post(client: Client, data: Any, **headers: str) -> Any:
    body = data if isinstance(data, str) else json.dumps(data)
    return client.post("/api/v1/challenges", body, content_type="application/json", **headers)


def test_anybody_raises_a_challenge_and_gets_the_private_link_once(
    council: Council, client: Client
) -> None:
    answer = post(client, {**WRITTEN, "where": "Kjellerup"})
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    made = Challenge.objects.get()
    assert (made.title, made.where, made.is_public) == (WRITTEN["title"], "Kjellerup", False)
    token = answer.json()["private_link"].rstrip("/").rsplit("/", 1)[-1]
    assert made.link_digest == digest(token)
    assert client.get(answer.json()["private_link"]).status_code == 200


def test_a_signed_in_person_is_a_visitor_here_and_needs_no_csrf_key(
    secretariat: Principal, client_as: ClientAs
) -> None:
    client = client_as(secretariat)
    client.handler.enforce_csrf_checks = True
    assert post(client, WRITTEN).status_code == 201
    made = Challenge.objects.get()
    assert (made.author, made.author_name, made.contact_email) == (None, "", "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"what": "Min CPR er 010190-1234"}, "what"),
        ({"what": "Ring til hende på 86 12 34 56"}, "what"),
        ({"contact_email": "ikke en adresse"}, "contact_email"),
        ({"on_behalf": True}, "on_behalf_consent"),
        ({"target_groups": [987654]}, "target_groups"),
        ({"title": 7}, "title"),
    ],
)
def test_what_the_pages_refuse_is_refused_here(
    council: Council, client: Client, change: dict[str, Any], field: str
) -> None:
    answer = post(client, {**WRITTEN, **change})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert "010190" not in answer.content.decode()
    assert not Challenge.objects.exists()


def test_a_phone_number_may_stand_when_one_says_so(council: Council, client: Client) -> None:
    data = {**WRITTEN, "what": "Vores nummer er 86 12 34 56", "contacts_ok": True}
    assert post(client, data).status_code == 201


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "{}"])
def test_what_is_no_challenge_is_refused(council: Council, client: Client, body: str) -> None:
    answer = post(client, body)
    assert answer.status_code in {400, 422}
    assert set(answer.json()) == {"error", "field"}
    assert not Challenge.objects.exists()


def test_the_same_call_sent_twice_makes_one_challenge(council: Council, client: Client) -> None:
    assert post(client, WRITTEN, HTTP_IDEMPOTENCY_KEY="k1").status_code == 201
    assert post(client, WRITTEN, HTTP_IDEMPOTENCY_KEY="k1").status_code == 409
    assert Challenge.objects.count() == 1
    assert post(client, WRITTEN, HTTP_IDEMPOTENCY_KEY="k2").status_code == 201


def test_too_many_at_once_are_told_to_wait(council: Council, client: Client) -> None:
    for _ in range(RAISED["limit"]):
        assert post(client, WRITTEN).status_code == 201
    answer = post(client, WRITTEN)
    assert answer.status_code == 429
    assert Challenge.objects.count() == RAISED["limit"]


# --- what it costs, and how it is described ----------------------------------------------------
@pytest.mark.parametrize("path", ["challenges", "actors", "offers", "initiatives", "overlaps"])
def test_three_rows_cost_what_one_costs(
    council: Council, client: Client, secretariat: Principal, path: str
) -> None:
    costs = []
    word = add_category(
        by=secretariat, kind=Category.Kind.RESOURCE, slug="rum", name_da="Rum", name_en=""
    )
    for n in range(3):
        public_challenge(council, f"Nr {n}")
        actor = register_actor(by=secretariat, sector="civil", name=f"Haven {n}", about="")
        publish_offer(
            by=secretariat, actor=actor, kind="resource", category=word, title="En sal",
            text="", quantity=None, unit="", period_from=None, period_to=None, area=None,
            conditions="", wants="",
        )  # fmt: skip
        rows = [
            Initiative.objects.create(council=council, actor=actor, slug=f"{n}{x}", name=f"{n}{x}")
            for x in "ab"
        ]
        for row in rows:
            row.target_groups.add(word)
        Overlap.objects.create(council=council, a=rows[0], b=rows[1], strength=1, certainty=1)
        with CaptureQueriesContext(connection) as asked:
            found = items(client, path)
        assert len(found) == (n + 1) * (2 if path == "initiatives" else 1)
        costs.append(len(asked))
    assert costs[0] == costs[2]


def test_the_description_is_complete(council: Council, client: Client) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert {path.split("/")[3] for path in schema["paths"]} == {
        "challenges", "actors", "offers", "categories", "initiatives", "overlaps", "pilots",
        "evaluations", "concepts", "knowledge", "news", "meetings", "decisions", "search", "hsds",
    }  # fmt: skip
    for path, calls in schema["paths"].items():
        for call in calls.values():
            assert call["summary"], path
            assert call["tags"], path
            assert "security" not in call


def test_only_one_address_writes() -> None:
    paths = api.get_openapi_schema(path_prefix="/api/v1")["paths"]
    writes = [
        (method, path) for path, calls in paths.items() for method in calls if method != "get"
    ]
    assert writes == [("post", "/api/v1/challenges")]


@pytest.mark.parametrize("path", ["/api/", "/en/api/"])
def test_the_page_for_people_lists_every_address(
    council: Council, client: Client, path: str
) -> None:
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not answer.cookies
    for address, calls in api.get_openapi_schema(path_prefix="/api/v1")["paths"].items():
        for method in calls:
            assert f"{method.upper()} {address}</code>" in page
    assert "cdn." not in page
    assert "Rejs en udfordring. Svaret indeholder" in page or path.startswith("/en/")
