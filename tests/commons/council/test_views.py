from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samskab.civic.commons.council import actions, queries
from samskab.civic.commons.council.models import (
    AgendaItem,
    Ballot,
    CouncilText,
    Decision,
    FocusTheme,
    Meeting,
    Seat,
    Task,
    Term,
)
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

As = Callable[[Principal], Client]


def url(name: str, *args: int) -> str:
    return reverse(f"council:{name}", args=args)


def text_of(response: Any) -> str:
    """The words of a page, without tags and doubled spaces."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


# --- reading -----------------------------------------------------------------------------------


def test_an_empty_council_has_pages_that_say_what_comes(visitor: Principal, client_as: As) -> None:
    client = client_as(visitor)
    for name in ("front", "members", "meetings", "decisions", "tasks"):
        response = client.get(url(name))
        assert response.status_code == 200, name
        assert response.content.decode().count("<h1") == 1, name


def test_the_front_marks_the_quotation_and_names_its_source(
    secretariat: Principal, visitor: Principal, client_as: As
) -> None:
    actions.write_text(
        by=secretariat,
        key="definition",
        order=1,
        text="I en samskabelsesproces …",
        text_en="In a process of co-creation …",
        source="Frivilligrådet",
        is_quotation=True,
    )
    actions.write_text(by=secretariat, key="task", order=1, heading="Samle viden")
    actions.set_theme(by=secretariat, title="Med dem uden for", text="Sammen")
    html = client_as(visitor).get(url("front")).content.decode()
    assert re.search(r'<blockquote[^>]*lang="da"><p>I en samskabelsesproces …</p>', html)
    assert "<figcaption>Citat fra Frivilligrådet</figcaption>" in html
    assert "Samle viden" in html
    assert "Med dem uden for" in html
    english = client_as(visitor).get("/en" + url("front")).content.decode()
    assert "I en samskabelsesproces …" in english
    assert "In a process of co-creation …" in english


def test_the_members_page_calls_for_a_person_on_the_vacant_seat(
    council: Council, terms: list[Term], visitor: Principal, client_as: As
) -> None:
    council.contact_email = "raad@silkeborg.dk"
    council.save()
    page = client_as(visitor).get(url("members"))
    assert "Rådet har 6 pladser. En af dem er ledig." in text_of(page)
    assert "Måske er den din?" in text_of(page)
    assert 'href="mailto:raad@silkeborg.dk"' in page.content.decode()
    assert "anna@eksempel.dk" not in page.content.decode()


def test_members_take_as_many_queries_with_three_seats_as_with_one(
    secretariat: Principal, visitor: Principal, client_as: As
) -> None:
    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            client_as(visitor).get(url("members"))
        return len(captured)

    def add(name: str) -> None:
        seat = actions.add_seat(by=secretariat, sector="civil", title=name)
        actions.seat_person(by=secretariat, seat=seat, holder_name=name)

    add("a")
    client_as(visitor).get(url("members"))
    one = count()
    add("b")
    add("c")
    assert count() == one


def test_a_meeting_takes_as_many_queries_with_three_items_as_with_one(
    secretariat: Principal, member: Principal, convened: Meeting, item: AgendaItem, client_as: As
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_as(member)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url("meeting", convened.pk))
        return len(captured)

    client.get(url("meeting", convened.pk))
    one = count()
    for name in ("b", "c"):
        actions.put_on_agenda(
            by=secretariat, title=name, text="", kind="decision", meeting=convened
        )
    assert count() == one


def test_a_visitor_sees_of_a_closed_item_only_that_it_is_closed_and_why(
    secretariat: Principal, visitor: Principal, convened: Meeting, client_as: As
) -> None:
    item = actions.put_on_agenda(
        by=secretariat,
        title="Sagen om Jens",
        text="Alt om Jens",
        kind="information",
        meeting=convened,
        is_closed=True,
        closed_reason="Punktet handler om en borger.",
    )
    page = client_as(visitor).get(url("meeting", convened.pk))
    assert "Lukket punkt" in text_of(page)
    assert "Punktet handler om en borger." in text_of(page)
    assert "Jens" not in page.content.decode()
    assert client_as(visitor).get(url("item", item.pk)).status_code == 404
    assert "Sagen om Jens" in text_of(client_as(secretariat).get(url("item", item.pk)))


def test_an_item_is_not_read_before_the_council_is_convened(
    visitor: Principal, member: Principal, item: AgendaItem, client_as: As
) -> None:
    assert client_as(visitor).get(url("item", item.pk)).status_code == 404
    assert client_as(member).get(url("item", item.pk)).status_code == 200


def test_an_outsider_finds_nothing_of_this_council(
    outsider: Principal, convened: Meeting, item: AgendaItem, terms: list[Term], client_as: As
) -> None:
    client = client_as(outsider)
    for name, key in [
        ("meeting", convened.pk),
        ("meeting_ics", convened.pk),
        ("edit_meeting", convened.pk),
        ("attendance", convened.pk),
        ("item", item.pk),
        ("decide", item.pk),
        ("minutes", item.pk),
        ("seat", terms[0].seat_id),
        ("end_term", terms[0].pk),
    ]:
        assert client.get(url(name, key)).status_code == 404, name
    assert "Anna" not in client.get(url("members")).content.decode()
    assert b"BEGIN:VEVENT" not in client.get(url("ics")).content


STAFF_PAGES = [
    "add_seat", "plan_meeting", "texts", "write_text", "add_theme", "give_task",
]  # fmt: skip


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_staff_pages_are_for_the_secretariat(
    name: str, visitor: Principal, member: Principal, secretariat: Principal, client_as: As
) -> None:
    assert client_as(secretariat).get(url(name)).status_code == 200
    assert client_as(member).get(url(name)).status_code == 403
    assert client_as(visitor).get(url(name)).status_code in {302, 403}


POSTS = [
    "publish_agenda", "cancel_meeting", "close_meeting", "publish_minutes", "take_back",
]  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
def test_what_changes_a_meeting_is_a_post(
    name: str, secretariat: Principal, meeting: Meeting, client_as: As
) -> None:
    assert client_as(secretariat).get(url(name, meeting.pk)).status_code == 405


# --- doing -------------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_seat(secretariat: Principal, client_as: As) -> None:
    client = client_as(secretariat)
    data = {"title": "Idrætten", "sector": "civil", "once": "abc"}
    first = client.post(url("add_seat"), data)
    second = client.post(url("add_seat"), data)
    seat = Seat.objects.get()
    assert first.url == second.url == url("seat", seat.pk)  # type: ignore[attr-defined]


def test_an_error_keeps_what_was_typed(secretariat: Principal, client_as: As) -> None:
    data = {
        "title": "Et langt møde",
        "starts_at": "2027-03-04T18:00",
        "ends_at": "2027-03-04T16:00",
    }
    response = client_as(secretariat).post(url("plan_meeting"), data)
    assert response.status_code == 422
    html = response.content.decode()
    assert 'value="Et langt møde"' in html
    assert "Mødet skal slutte, efter at det er begyndt." in html
    assert Meeting.objects.count() == 0


def test_a_cpr_number_is_never_kept(secretariat: Principal, client_as: As) -> None:
    data = {"title": "Sagen 010190-1234", "text": "", "kind": "information"}
    response = client_as(secretariat).post(url("propose"), data)
    assert response.status_code == 422
    assert AgendaItem.objects.count() == 0


def test_the_secretariat_seats_a_person_and_ends_the_term_in_the_browser(
    secretariat: Principal, client_as: As
) -> None:
    seat = actions.add_seat(by=secretariat, sector="civil", title="Idrætten")
    client = client_as(secretariat)
    data = {"holder_name": "Anna", "email": "anna@eksempel.dk", "since": "2026-01-02"}
    assert client.post(url("seat_person", seat.pk), data).status_code == 302
    term = Term.objects.get()
    assert "Logger ind med anna@eksempel.dk" in text_of(client.get(url("seat", seat.pk)))
    assert client.get(url("end_term", term.pk)).status_code == 200
    assert client.post(url("end_term", term.pk), {"until": "2026-06-01"}).status_code == 302
    assert "2. januar 2026" in text_of(client.get(url("seat", seat.pk)))
    assert queries.seats_now(secretariat.council)[0].term is None


def test_the_secretariat_edits_texts_and_themes_in_the_browser(
    secretariat: Principal, client_as: As
) -> None:
    client = client_as(secretariat)
    client.post(url("write_text"), {"key": "value", "order": "1", "heading": "Tillid"})
    text = CouncilText.objects.get()
    assert 'value="Tillid"' in client.get(url("edit_text", text.pk)).content.decode()
    client.post(url("add_theme"), {"title": "Bolig", "is_current": "on"})
    theme = FocusTheme.objects.get()
    client.post(url("edit_theme", theme.pk), {"title": "Boliger", "is_current": "on"})
    page = text_of(client.get(url("texts")))
    assert "Tillid" in page
    assert "Boliger" in page
    client.post(url("remove_text", text.pk))
    assert CouncilText.objects.count() == 0


def test_a_meeting_from_plan_to_public_minutes_in_the_browser(
    council: Council,
    secretariat: Principal,
    visitor: Principal,
    people: list[Principal],
    terms: list[Term],
    client_as: As,
) -> None:
    desk, anna, citizen = client_as(secretariat), client_as(people[0]), client_as(visitor)
    day = timezone.localdate().isoformat()
    times = {"starts_at": f"{day}T16:00", "ends_at": f"{day}T18:00"}
    desk.post(url("plan_meeting"), {"title": "Forårsmødet", **times})
    meeting = Meeting.objects.get()
    anna.post(url("propose"), {"title": "Skal vi prøve?", "text": "Ja", "kind": "decision"})
    item = AgendaItem.objects.get()
    assert "Skal vi prøve?" in text_of(desk.get(url("waiting")))
    desk.post(url("place_item", item.pk), {"meeting": str(meeting.pk)})
    assert "Skal vi prøve?" not in text_of(citizen.get(url("meeting", meeting.pk)))
    desk.post(url("publish_agenda", meeting.pk))
    assert "Skal vi prøve?" in text_of(citizen.get(url("meeting", meeting.pk)))
    desk.post(url("attendance", meeting.pk), {"present": [str(t.pk) for t in terms[:4]]})
    assert "4 af 5 medlemmer" in text_of(desk.get(url("meeting", meeting.pk)))
    out = {"term": str(terms[3].pk), "reason": "Leder foreningen"}
    desk.post(url("disqualify", item.pk), out)
    desk.post(url("open_ballot", item.pk), {"method": "yes_no"})
    for person in people[:3]:
        client_as(person).post(url("vote", item.pk), {"choice": "yes"})
    client_as(people[3]).post(url("vote", item.pk), {"choice": "no"})
    assert Ballot.objects.count() == 3
    assert "3 af 3 har stemt." in text_of(anna.get(url("item", item.pk)))
    desk.post(url("decide", item.pk), {"text": "Vi prøver.", "outcome": "adopted"})
    decision = Decision.objects.get()
    assert (decision.in_favour, decision.against, decision.abstained) == (3, 0, 0)
    desk.post(url("minutes", item.pk), {"minutes": "Vi talte længe.", "seen": item.version})
    task = {"title": "Skriv til klubben", "member": str(terms[0].pk), "due": "2027-04-01"}
    desk.post(url("task_from", decision.pk), task)
    desk.post(url("close_meeting", meeting.pk))
    assert "Vi talte længe." not in text_of(citizen.get(url("meeting", meeting.pk)))
    desk.post(url("publish_minutes", meeting.pk))
    page = text_of(citizen.get(url("meeting", meeting.pk)))
    for words in (
        "Vi talte længe.",
        "Vi prøver.",
        "For: 3. Imod: 0. Hverken eller: 0.",
        "Dina er inhabil og er ikke med. Grunden: Leder foreningen",
        "Skriv til klubben",
    ):
        assert words in page
    assert "Vi prøver." in text_of(citizen.get(url("decisions")))
    assert "Vi prøver." in citizen.get(url("atom")).content.decode()
    given = Task.objects.get()
    anna.post(url("finish_task", given.pk))
    given.refresh_from_db()
    assert given.done_at is not None


def test_a_vote_that_is_refused_says_why(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    client_as: As,
) -> None:
    actions.open_ballot(by=secretariat, item=item)
    client = client_as(people[4])
    response = client.post(url("vote", item.pk), {"choice": "yes"}, follow=True)
    assert "Du står ikke som til stede." in response.content.decode()
    response = client.post(url("vote", item.pk), {}, follow=True)
    assert response.status_code == 200
    assert Ballot.objects.count() == 0


def test_an_item_moves_up_on_the_agenda(
    secretariat: Principal, meeting: Meeting, item: AgendaItem, client_as: As
) -> None:
    second = actions.put_on_agenda(
        by=secretariat, title="Nummer to", text="", kind="information", meeting=meeting
    )
    client = client_as(secretariat)
    data = {"meeting": str(meeting.pk), "position": "1"}
    response = client.post(url("place_item", second.pk), data)
    assert response.url == url("meeting", meeting.pk)  # type: ignore[attr-defined]
    assert [row.pk for row in meeting.items.order_by("order")] == [second.pk, item.pk]


def test_only_the_proposer_and_the_secretariat_take_an_item_back_in_the_browser(
    member: Principal, facilitator: Principal, client_as: As
) -> None:
    item = actions.put_on_agenda(by=member, title="X", text="", kind="discussion")
    assert client_as(facilitator).post(url("withdraw_item", item.pk)).status_code == 403
    assert client_as(member).post(url("withdraw_item", item.pk)).status_code == 302
    item.refresh_from_db()
    assert item.state == "withdrawn"


# --- files -------------------------------------------------------------------------------------


@pytest.fixture
def decision(secretariat: Principal) -> Decision:
    item = actions.put_on_agenda(by=secretariat, title="=Punkt", text="", kind="decision")
    made = actions.decide(
        by=secretariat,
        item=item,
        text="Vi gør det.",
        outcome="adopted",
        in_favour=3,
        against=1,
        abstained=0,
    )
    return actions.publish_decision(by=secretariat, decision=made)


def body(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def test_the_csv_of_decisions_is_filtered_and_safe(
    decision: Decision, visitor: Principal, client_as: As
) -> None:
    client = client_as(visitor)
    lines = body(client.get(url("decisions"), {"format": "csv"})).splitlines()
    assert lines[0] == "\ufeffBesluttet den,Møde,Punkt,Udfald,Beslutning,For,Imod," + (
        "Stemte hverken for eller imod"
    )
    assert lines[1].endswith(",,'=Punkt,Vedtaget,Vi gør det.,3,1,0")
    none = body(client.get(url("decisions"), {"format": "csv", "outcome": "stop"}))
    assert len(none.splitlines()) == 1


def test_filters_of_the_lists_stand_in_the_address(
    decision: Decision, visitor: Principal, client_as: As
) -> None:
    client = client_as(visitor)
    assert "Vi gør det." in text_of(client.get(url("decisions"), {"kind": "decision"}))
    assert "Vi gør det." not in text_of(client.get(url("decisions"), {"kind": "verdict"}))
    assert client.get(url("decisions"), {"kind": "nonsense"}).status_code == 200


def test_the_feed_is_atom_and_holds_only_public_decisions(
    secretariat: Principal, decision: Decision, visitor: Principal, client_as: As
) -> None:
    hidden = actions.put_on_agenda(by=secretariat, title="Skjult", text="", kind="decision")
    actions.decide(by=secretariat, item=hidden, text="Nej", outcome="rejected")
    response = client_as(secretariat).get(url("atom"))
    assert response["Content-Type"].startswith("application/atom+xml")
    assert "=Punkt: Vedtaget" in response.content.decode()
    assert "Skjult" not in response.content.decode()


def test_the_calendar_file_holds_every_meeting(
    meeting: Meeting, visitor: Principal, client_as: As
) -> None:
    response = client_as(visitor).get(url("ics"))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.content.count(b"BEGIN:VEVENT") == 1
    one = client_as(visitor).get(url("meeting_ics", meeting.pk))
    assert f"UID:meeting-{meeting.pk}@silkeborg.samskab".encode() in one.content


def test_tasks_are_shown_open_first_and_as_csv(
    secretariat: Principal, visitor: Principal, client_as: As
) -> None:
    from datetime import date

    one = actions.give_task(by=secretariat, title="Gammel", owner_name="Anna", due=date(2026, 1, 2))
    actions.give_task(by=secretariat, title="Ny", owner_name="Bo", due=date(2099, 1, 2))
    actions.finish_task(by=secretariat, task=one)
    client = client_as(visitor)
    assert "Gammel" not in text_of(client.get(url("tasks")))
    assert "Gammel" in text_of(client.get(url("tasks"), {"show": "done"}))
    lines = body(client.get(url("tasks"), {"format": "csv"})).splitlines()
    assert lines == ["\ufeffOpgave,Hvem,Frist,Klaret", "Ny,Bo,2099-01-02,"]
