"""OParl 1.1: walked from its beginning like a program that knows nothing else, and followed by
one that asks only for what has changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samskab.civic.commons.council import actions
from samskab.civic.commons.council.actions.telling import catch_up_everywhere
from samskab.civic.commons.council.models import AgendaItem, Meeting, Paper, Term, Told
from samskab.civic.foundation.core.actions import REGISTRY
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from tests.commons.council.oparl_schema import ERROR, GONE, LIST, TIMED, schema

HOST = "silkeborg.localhost"
LISTS = {
    "organization": "organization", "person": "person", "membership": "membership",
    "meeting": "meeting", "agendaItem": "agendaitem", "paper": "paper", "file": "file",
    "consultation": "consultation", "locationList": "location",
    "legislativeTermList": "legislativeterm",
}  # fmt: skip


def kind_of(one: dict[str, Any]) -> str:
    return str(one["type"]).rpartition("/")[2]


@cache
def rules(name: str) -> jsonschema.Draft202012Validator:
    given = {"list": LIST, "gone": GONE, "error": ERROR}
    return jsonschema.Draft202012Validator(given.get(name) or schema(name))


class Reader:
    """Follows addresses, and holds every answer to the rules."""

    def __init__(self) -> None:
        self.client = Client(HTTP_HOST=HOST)

    def get(self, url: str) -> Any:
        """After the worker has been round."""
        catch_up_everywhere()
        parts = urlsplit(url)
        assert parts.netloc in {HOST, ""}
        answer = self.client.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200, url
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Content-Type"] == "application/json"
        assert not answer.cookies
        return json.loads(answer.content)

    def checked(self, one: dict[str, Any]) -> dict[str, Any]:
        rules("gone" if one.get("deleted") else kind_of(one)).validate(one)
        assert kind_of(one) not in TIMED or one["created"] <= one["modified"]
        return one

    def object(self, url: str) -> dict[str, Any]:
        return self.checked(self.get(url))

    def list(self, url: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while url:
            part = self.get(url)
            rules("list").validate(part)
            found += map(self.checked, part["data"])
            url = part["links"].get("next", "")
        assert len({one["id"] for one in found}) == len(found)
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
    for title in ("Notat", "Bilag"):
        file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
        actions.add_paper(by=secretariat, item=item, title=title, file=file)
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
    found = {name: reader.list(body[name]) for name in LISTS}
    assert {name: len(rows) for name, rows in found.items()} == {
        "organization": 1, "person": 5, "membership": 5, "meeting": 1, "agendaItem": 1,
        "paper": 1, "file": 3, "locationList": 1, "legislativeTermList": 0, "consultation": 1,
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


def test_papers_are_tied_to_items_and_meetings_both_ways(held: Meeting) -> None:
    reader = Reader()
    (paper,), (item,) = reader.list("/oparl/1.1/paper/"), reader.list("/oparl/1.1/agendaitem/")
    (consultation,) = reader.list("/oparl/1.1/consultation/")
    assert paper["consultation"] == [consultation]
    assert (item["consultation"], consultation["agendaItem"]) == (consultation["id"], item["id"])
    assert (consultation["paper"], consultation["meeting"]) == (paper["id"], item["meeting"])
    assert consultation["authoritative"] is True
    files = [paper["mainFile"], *paper["auxiliaryFile"]]
    assert [one["name"] for one in files] == ["Notat", "Bilag"]
    assert item["auxiliaryFile"] == files
    assert all(one["paper"] == [paper["id"]] for one in files)


def test_a_file_is_looked_at_at_one_address_and_saved_at_the_other(held: Meeting) -> None:
    reader = Reader()
    (file, *_others) = reader.list("/oparl/1.1/paper/")[0]["auxiliaryFile"]
    look = reader.client.get(urlsplit(file["accessUrl"]).path)
    save = reader.client.get(urlsplit(file["downloadUrl"]).path)
    assert "Content-Disposition" not in look
    assert look["Content-Security-Policy"].startswith("sandbox")
    assert save["Content-Disposition"] == f'attachment; filename="{file["fileName"]}"'
    assert b"".join(look.streaming_content) == b"".join(save.streaming_content) == b"%PDF-1.7"


def people_called(name: str) -> list[dict[str, Any]]:
    return [one for one in Reader().list("/oparl/1.1/person/") if one["name"] == name]


def seated_by(one: dict[str, Any]) -> list[str]:
    return [row["id"].split("/")[-2] for row in one["membership"]]


def test_a_person_who_comes_again_is_one_person(
    secretariat: Principal, terms: list[Term], council: Council
) -> None:
    actions.end_term(by=secretariat, term=terms[0])
    again = actions.seat_person(
        by=secretariat, seat=terms[0].seat, holder_name="Anna", since=timezone.localdate(),
        same_as=terms[0],
    )  # fmt: skip
    (anna,) = people_called("Anna")
    assert seated_by(anna) == [str(terms[0].pk), str(again.pk)]
    assert {one["person"] for one in anna["membership"]} == {anna["id"]}


def test_two_of_one_name_are_two_people_unless_somebody_says_otherwise(
    secretariat: Principal, terms: list[Term]
) -> None:
    actions.end_term(by=secretariat, term=terms[0])
    other = actions.seat_person(
        by=secretariat, seat=terms[0].seat, holder_name="Anna", since=timezone.localdate()
    )
    assert sorted(map(seated_by, people_called("Anna"))) == sorted(
        [[str(terms[0].pk)], [str(other.pk)]]
    )


def test_the_same_account_is_the_same_person_under_another_name_too(
    secretariat: Principal, terms: list[Term]
) -> None:
    seat, day = terms[0].seat, timezone.localdate()
    actions.end_term(by=secretariat, term=terms[0])
    first = actions.seat_person(
        by=secretariat, seat=seat, holder_name="Liv Berg", email="liv@eksempel.dk", since=day
    )
    actions.end_term(by=secretariat, term=first)
    again = actions.seat_person(
        by=secretariat, seat=seat, holder_name="Liv Holm", email="liv@eksempel.dk", since=day
    )
    assert again.person == first
    (liv,) = people_called("Liv Holm")
    assert seated_by(liv) == [str(first.pk), str(again.pk)]


def test_a_seat_given_on_overlapping_days_is_never_told_as_held_by_two(
    secretariat: Principal, terms: list[Term]
) -> None:
    """The one who leaves on the day on which the next begins is told to have left the day before,
    the term that is the same person's elsewhere too."""
    today = timezone.localdate()
    first = terms[0]
    Term.objects.filter(pk=first.pk).update(since=today - timedelta(days=400))
    first.refresh_from_db()
    actions.end_term(by=secretariat, term=first, until=today - timedelta(days=10))
    between = actions.seat_person(
        by=secretariat, seat=first.seat, holder_name="Bo",
        since=today - timedelta(days=10),
    )  # fmt: skip
    actions.end_term(by=secretariat, term=between, until=today - timedelta(days=3))
    actions.seat_person(
        by=secretariat, seat=first.seat, holder_name="Kim", since=today - timedelta(days=2)
    )
    told = {
        one["id"].split("/")[-2]: one.get("endDate")
        for one in Reader().list("/oparl/1.1/membership/")
    }
    assert told[str(first.pk)] == (today - timedelta(days=11)).isoformat()
    assert told[str(between.pk)] == (today - timedelta(days=3)).isoformat()


def test_a_term_of_a_single_day_ends_no_earlier_than_it_began(
    secretariat: Principal, terms: list[Term]
) -> None:
    today = timezone.localdate()
    actions.end_term(by=secretariat, term=terms[0], until=today)
    short = actions.seat_person(by=secretariat, seat=terms[0].seat, holder_name="Bo", since=today)
    actions.end_term(by=secretariat, term=short, until=today)
    actions.seat_person(by=secretariat, seat=terms[0].seat, holder_name="Kim", since=today)
    one = Reader().object(f"/oparl/1.1/membership/{short.pk}/")
    assert one["startDate"] == one["endDate"] == today.isoformat()


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
    assert len(reader.list("/oparl/1.1/meeting/?limit=7&created_since=2000-01-01T00:00:00Z")) == 26
    first = reader.get("/oparl/1.1/meeting/?limit=7")
    assert (len(first["data"]), first["pagination"]) == (7, {"elementsPerPage": 7})
    assert "limit=7" in first["links"]["next"]
    again = reader.get(first["links"]["first"])  # its way on is signed anew, with the time
    assert [again["data"], again["pagination"]] == [first["data"], first["pagination"]]
    assert len(reader.get("/oparl/1.1/meeting/?limit=nonsense")["data"]) == 20


@pytest.mark.parametrize("kind", LISTS.values())
@pytest.mark.parametrize("name", ["created", "modified"])
def test_every_list_can_be_narrowed_by_every_time(held: Meeting, kind: str, name: str) -> None:
    reader = Reader()
    every = reader.list(f"/oparl/1.1/{kind}/")
    for one in every:
        at = quote(one[name])
        assert one in reader.list(f"/oparl/1.1/{kind}/?{name}_since={at}")
    assert reader.list(f"/oparl/1.1/{kind}/?{name}_since=2999-01-01T00:00:00Z") == []
    assert reader.list(f"/oparl/1.1/{kind}/?{name}_until=2000-01-01T00:00:00Z") == []


def test_what_stands_inside_can_be_left_out(held: Meeting) -> None:
    reader = Reader()
    for kind, inside in (
        ("meeting", "agendaItem"), ("agendaitem", "auxiliaryFile"), ("paper", "auxiliaryFile"),
        ("person", "membership"),
    ):  # fmt: skip
        (whole, *_rest) = reader.list(f"/oparl/1.1/{kind}/")
        (bare, *_rest) = reader.list(f"/oparl/1.1/{kind}/?omit_internal=true")
        assert {name: value for name, value in whole.items() if name != inside} == bare
        assert inside in whole


@pytest.mark.parametrize(
    "path", ["nothing/", "nothing/1/", "person/999999/", "person/x/", "file/m999/", "file/mx/",
             "body/999999/", "person/007/"]
)  # fmt: skip
def test_what_is_not_there_is_an_error_that_says_so(held: Meeting, path: str) -> None:
    answer = Client(HTTP_HOST=HOST).get(f"/oparl/1.1/{path}")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (404, "*")
    rules("error").validate(json.loads(answer.content))


@pytest.mark.parametrize("given", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-99-99"])
def test_a_time_that_is_none_is_an_error_that_says_how(held: Meeting, given: str) -> None:
    answer = Client(HTTP_HOST=HOST).get(f"/oparl/1.1/meeting/?created_since={given}")
    assert answer.status_code == 400
    rules("error").validate(json.loads(answer.content))


def test_a_plan_is_not_told_before_the_council_is_convened(
    meeting: Meeting, item: AgendaItem
) -> None:
    (one,) = Reader().list("/oparl/1.1/meeting/")
    assert one["meetingState"] == "terminiert"
    assert "agendaItem" not in one
    assert Reader().list("/oparl/1.1/agendaitem/") == []


def test_a_neighbour_sees_its_own(held: Meeting, other_council: Council) -> None:
    client = Client(HTTP_HOST="nabo.localhost")
    assert json.loads(client.get("/oparl/1.1/meeting/").content)["data"] == []
    assert client.get(f"/oparl/1.1/meeting/{held.pk}/").status_code == 404
    key = Paper.objects.get(title="Notat").pk
    assert client.get(f"/oparl/1.1/file/{key}/data/").status_code == 404


@pytest.mark.parametrize("kind", [*LISTS.values(), "body"])
def test_a_list_costs_the_same_for_three_rows_as_for_one(
    kind: str,
    secretariat: Principal,
    held: Meeting,
    item: AgendaItem,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    client = Client(HTTP_HOST=HOST)
    path = f"/oparl/1.1/{kind}/"
    client.get(path)
    client.get(f"{path}?a=0")
    with django_assert_max_num_queries(14) as one:
        client.get(f"{path}?a=1")
    for number in (1, 2):
        more = actions.plan_meeting(
            by=secretariat, title=f"Nr. {number}", starts_at=held.starts_at,
            ends_at=held.ends_at, place="Her",
        )  # fmt: skip
        for title in ("A", "B"):
            row = actions.put_on_agenda(
                by=secretariat, title=title, text="", kind="decision", meeting=more
            )
            file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
            actions.add_paper(by=secretariat, item=row, title="Bilag", file=file)
        actions.publish_agenda(by=secretariat, meeting=more)
    client.get(f"{path}?a=2")
    with django_assert_max_num_queries(14) as three:
        client.get(f"{path}?a=3")
    assert count(three) == count(one)


def count(queries: CaptureQueriesContext) -> int:
    return len(queries.captured_queries)


# --- those who ask only for what has changed ---------------------------------------------------


class Mirror:
    """Another system with a copy of its own. After the first time it asks for changes only."""

    def __init__(self) -> None:
        self.reader, self.held, self.asked = Reader(), dict[str, dict[str, Any]](), ""
        self.refresh()

    def refresh(self) -> dict[str, int]:
        """Brings the copy up to date; how many were new, changed and gone."""
        since, self.asked = self.asked, quote(timezone.now().isoformat())
        done = {"new": 0, "changed": 0, "gone": 0}
        for kind in [*LISTS.values(), "body"]:
            query = f"?modified_since={since}" if since else ""
            for one in self.reader.list(f"/oparl/1.1/{kind}/{query}"):
                self._take(one, done)
        return done

    def _take(self, one: dict[str, Any], done: dict[str, int]) -> None:
        old = self.held.pop(one["id"], None)
        if one.get("deleted"):
            done["gone"] += old is not None
            assert old is None or old["created"] == one["created"]
            return
        assert old is None or old["created"] == one["created"]
        done["new" if old is None else "changed"] += old != one
        self.held[one["id"]] = one


def everything() -> dict[str, dict[str, Any]]:
    reader = Reader()
    kinds = [*LISTS.values(), "body"]
    return {one["id"]: one for kind in kinds for one in reader.list(f"/oparl/1.1/{kind}/")}


def a_year(
    by: Principal, member: Principal, meeting: Meeting, item: AgendaItem, terms: list[Term]
) -> Iterator[str]:
    """Everything that can change what is told, one step after the other."""
    day = timezone.localdate()
    times = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at}
    yield "nothing"
    other = actions.plan_meeting(by=by, title="Et andet", place="Biblioteket", **times)
    yield "plan_meeting"
    actions.edit_meeting(by=by, meeting=other, title="Et andet", place="", **times)
    yield "edit_meeting"
    actions.publish_agenda(by=by, meeting=meeting)
    yield "publish_agenda"
    second = actions.put_on_agenda(by=by, title="B", text="", kind="decision", meeting=meeting)
    yield "put_on_agenda"
    words = {"title": "B igen", "text": "Mere", "kind": "decision"}
    actions.edit_item(by=by, item=second, **words)
    yield "edit_item"
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    paper = actions.add_paper(by=by, item=second, title="Notat", file=file)
    yield "add_paper"
    actions.edit_item(by=by, item=second, is_closed=True, closed_reason="En borger", **words)
    yield "edit_item"
    actions.edit_item(by=by, item=second, **words)
    yield "edit_item"
    actions.remove_paper(by=by, paper=paper)
    yield "remove_paper"
    actions.place_item(by=by, item=second, meeting=meeting, position=1)
    yield "place_item"
    actions.place_item(by=by, item=second, meeting=other)
    yield "place_item"
    actions.publish_agenda(by=by, meeting=other)
    actions.cancel_meeting(by=by, meeting=other)
    yield "cancel_meeting"
    second.refresh_from_db()
    actions.withdraw_item(by=by, item=second)
    yield "withdraw_item"
    actions.note_attendance(by=by, meeting=meeting, present=terms[:4])
    actions.write_minutes(by=by, item=item, minutes="Vi talte.")
    decision = actions.decide(by=by, item=item, text="Ja.", outcome="adopted")
    yield "decide"
    actions.publish_decision(by=by, decision=decision)
    yield "publish_decision"
    actions.close_meeting(by=by, meeting=meeting)
    yield "close_meeting"
    actions.publish_minutes(by=by, meeting=meeting)
    yield "publish_minutes"
    actions.take_back_minutes(by=by, meeting=meeting)
    yield "take_back_minutes"
    actions.end_term(by=by, term=terms[0], until=day)
    yield "end_term"
    actions.seat_person(by=by, seat=terms[0].seat, holder_name="Frede", since=day)
    yield "seat_person"
    actions.write_meeting_minutes(by=by, meeting=meeting, minutes="Tak for i dag.")
    actions.publish_minutes(by=by, meeting=meeting)
    yield "write_meeting_minutes"


def test_who_asks_only_for_what_changed_has_the_same_as_who_asks_for_all(
    secretariat: Principal,
    member: Principal,
    meeting: Meeting,
    item: AgendaItem,
    terms: list[Term],
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    mirror = Mirror()
    steps: dict[str, dict[str, int]] = {}
    for step in a_year(secretariat, member, meeting, item, terms):
        assert step == "nothing" or f"council.{step}" in REGISTRY
        done = mirror.refresh()
        steps[step] = {kind: steps.get(step, {}).get(kind, 0) + n for kind, n in done.items()}
        assert mirror.held == everything(), step
    assert steps["nothing"] == {"new": 0, "changed": 0, "gone": 0}
    assert steps["plan_meeting"]["new"] == 2
    assert steps["remove_paper"]["gone"] == 3
    assert steps["edit_item"]["gone"] == 3
    assert all(any(done.values()) for step, done in steps.items() if step not in {
        "nothing", "withdraw_item", "decide"
    })  # fmt: skip


def test_what_is_gone_keeps_its_address_and_is_in_no_list(
    secretariat: Principal, convened: Meeting, item: AgendaItem, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    paper = actions.add_paper(by=secretariat, item=item, title="Notat", file=file)
    reader = Reader()
    before = reader.object(f"/oparl/1.1/file/{paper.pk}/")
    key = paper.pk
    actions.remove_paper(by=secretariat, paper=paper)
    gone = reader.object(f"/oparl/1.1/file/{key}/")
    assert (gone["id"], gone["created"], gone["deleted"]) == (before["id"], before["created"], True)
    assert "Notat" not in json.dumps([gone, reader.list("/oparl/1.1/agendaitem/")])
    assert before["id"] not in {one["id"] for one in reader.list("/oparl/1.1/file/")}
    since = quote((timezone.now() - timedelta(days=1)).isoformat())
    changed = reader.list(f"/oparl/1.1/file/?modified_since={since}")
    assert gone in changed
    assert gone not in reader.list(f"/oparl/1.1/file/?created_since={since}")
    assert Told.objects.get(kind="file", key=str(key)).digest == ""


def test_what_is_told_again_is_no_longer_gone(
    secretariat: Principal, convened: Meeting, item: AgendaItem
) -> None:
    reader = Reader()
    path = f"/oparl/1.1/agendaitem/{item.pk}/"
    first = reader.object(path)
    actions.place_item(by=secretariat, item=item, meeting=None)
    assert reader.object(path)["deleted"] is True
    actions.place_item(by=secretariat, item=item, meeting=convened)
    again = reader.object(path)
    assert (again["name"], again["created"]) == ("Skal vi?", first["created"])
    assert datetime.fromisoformat(again["modified"]) >= datetime.fromisoformat(first["modified"])


# --- reading changes nothing -------------------------------------------------------------------


def wrote(queries: CaptureQueriesContext) -> list[str]:
    found = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in found if re.match(r"\W*(INSERT|UPDATE|DELETE|SAVEPOINT)", sql)]


def test_who_reads_writes_nothing(held: Meeting, item: AgendaItem) -> None:
    client = Client(HTTP_HOST=HOST)
    paths = ["", *(f"{kind}/" for kind in LISTS.values()), f"meeting/{held.pk}/"]
    with CaptureQueriesContext(connection) as asked:
        for path in paths:
            assert client.get(f"/oparl/1.1/{path}").status_code == 200
    assert wrote(asked) == []
    assert not Told.objects.exists()


def test_what_has_just_come_is_at_its_address_before_the_worker_was_there(
    secretariat: Principal, held: Meeting
) -> None:
    catch_up_everywhere()
    more = actions.plan_meeting(
        by=secretariat, title="Ny", starts_at=held.starts_at, ends_at=held.ends_at
    )
    client = Client(HTTP_HOST=HOST)
    path = f"/oparl/1.1/meeting/{more.pk}/"
    one = client.get(path).json()
    rules("Meeting").validate(one)
    assert (one["name"], one["created"] <= one["modified"]) == ("Ny", True)
    listed = [row["id"] for row in client.get("/oparl/1.1/meeting/").json()["data"]]
    assert one["id"] not in listed
    assert catch_up_everywhere() == 1
    listed = [row["id"] for row in client.get("/oparl/1.1/meeting/").json()["data"]]
    assert one["id"] in listed


def test_what_is_taken_back_is_gone_at_once_before_the_worker_was_there(
    secretariat: Principal, convened: Meeting, item: AgendaItem
) -> None:
    catch_up_everywhere()
    client = Client(HTTP_HOST=HOST)
    path = f"/oparl/1.1/agendaitem/{item.pk}/"
    assert client.get(path).json()["name"] == "Skal vi?"
    actions.edit_item(
        by=secretariat, item=item, title="Skal vi?", text="", kind="decision",
        is_closed=True, closed_reason="En borger",
    )  # fmt: skip
    assert "Skal vi?" not in client.get(path).content.decode()
    assert "Skal vi?" not in client.get("/oparl/1.1/agendaitem/").content.decode()
    item.refresh_from_db()
    actions.place_item(by=secretariat, item=item, meeting=None)
    assert client.get(path).json()["deleted"] is True
    assert client.get("/oparl/1.1/agendaitem/").json()["data"] == []


def test_councils_where_nothing_was_done_cost_two_statements(
    held: Meeting, other_council: Council, django_assert_num_queries: Callable[[int], Any]
) -> None:
    catch_up_everywhere()
    with django_assert_num_queries(2):
        assert catch_up_everywhere() == 0
