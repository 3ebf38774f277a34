"""Candidates, the year's meetings, reminders, and the report of a year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samskab.civic.commons.council import actions
from samskab.civic.commons.council.holidays import Period
from samskab.civic.commons.council.models import (
    AgendaItem,
    Candidacy,
    Meeting,
    Seat,
    Task,
    Term,
    YearReport,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, system

As = Callable[[Principal], Client]


def url(name: str, *args: Any) -> str:
    return reverse(f"council:{name}", args=args)


# --- candidates --------------------------------------------------------------------------------


@pytest.fixture
def vacant(secretariat: Principal, terms: list[Term]) -> Seat:
    return Seat.objects.get(title="Erhvervslivet")


ME = {"name": "Kim", "email": "kim@eksempel.dk", "text": "Jeg driver en butik."}


def test_anybody_puts_themself_forward_without_an_account(
    council: Council,
    visitor: Principal,
    secretariat: Principal,
    vacant: Seat,
    client_as: As,
    django_capture_on_commit_callbacks: Any,
) -> None:
    Council.objects.filter(pk=council.pk).update(contact_email="raad@eksempel.dk")
    actions.call_for_candidates(by=secretariat, seat=vacant, call="Vi søger en købmand.")
    citizen, desk = client_as(visitor), client_as(secretariat)
    assert "Vi søger en købmand." in citizen.get(url("members")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        for _click in range(2):
            assert citizen.post(url("stand", vacant.pk), ME).status_code == 302
    assert Candidacy.objects.count() == 1
    assert sorted(message.to[0] for message in mail.outbox) == [
        "kim@eksempel.dk",
        "raad@eksempel.dk",
    ]
    assert "Jeg driver en butik." in desk.get(url("seat", vacant.pk)).content.decode()
    assert "kim@eksempel.dk" not in citizen.get(url("members")).content.decode()
    assert LogEntry.objects.filter(data__icontains="kim").count() == 0
    desk.post(url("remove_candidacy", Candidacy.objects.get().pk))
    assert Candidacy.objects.count() == 0


@pytest.mark.parametrize("field", ["name", "text"])
def test_a_candidate_writes_who_and_why(visitor: Principal, vacant: Seat, field: str) -> None:
    with pytest.raises(Invalid) as error:
        actions.put_oneself_forward(by=visitor, seat=vacant, **{**ME, field: " "})
    assert error.value.field == field


def test_a_taken_seat_and_a_call_that_is_over_take_no_candidates(
    secretariat: Principal, visitor: Principal, vacant: Seat, terms: list[Term]
) -> None:
    with pytest.raises(Conflict):
        actions.put_oneself_forward(by=visitor, seat=terms[0].seat, **ME)
    with pytest.raises(Conflict):
        actions.call_for_candidates(by=secretariat, seat=terms[0].seat, call="x")
    today = timezone.localdate()
    actions.call_for_candidates(by=secretariat, seat=vacant, call="x", call_until=today)
    with clock.at(timezone.now() + timedelta(days=2)), pytest.raises(Conflict):
        actions.put_oneself_forward(by=visitor, seat=vacant, **ME)
    with pytest.raises(Invalid):
        actions.call_for_candidates(
            by=secretariat, seat=vacant, call="x", call_until=today - timedelta(days=1)
        )


def test_only_the_secretariat_calls_and_reads(
    member: Principal, visitor: Principal, outsider: Principal, vacant: Seat, client_as: As
) -> None:
    row = actions.put_oneself_forward(by=visitor, seat=vacant, **ME)
    for person in (member, visitor):
        with pytest.raises(NotAllowed):
            actions.call_for_candidates(by=person, seat=vacant, call="x")
        with pytest.raises(NotAllowed):
            actions.remove_candidacy(by=person, candidacy=row)
        assert client_as(person).get(url("seat", vacant.pk)).status_code in {302, 403}
    with pytest.raises(NotFound):
        actions.put_oneself_forward(by=outsider, seat=vacant, **ME)


# --- the year wheel ----------------------------------------------------------------------------


@pytest.fixture
def november() -> Iterator[None]:
    """The dates below are of 2027, so it is the autumn before."""
    with clock.at(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def rules(secretariat: Principal) -> Principal:
    actions.set_cycle(
        by=secretariat, weekday=1, starts=time(16), ends=time(18), place="Rådhuset",
        school_holidays=[Period(date(2027, 2, 13), date(2027, 2, 21), "Vinterferie")],
    )  # fmt: skip
    return secretariat


@pytest.mark.usefixtures("november")
def test_four_meetings_are_planned_by_the_rules(rules: Principal, council: Council) -> None:
    made = actions.plan_year(by=rules, year=2027)
    assert [meeting.day for meeting in made] == [
        date(2027, 2, 9), date(2027, 5, 18), date(2027, 8, 17), date(2027, 11, 16),
    ]  # fmt: skip
    assert timezone.localtime(made[0].starts_at).hour == 16
    assert made[1].title == "Rådsmøde, 2. kvartal 2027"
    assert made[1].title_en == "Council meeting, quarter 2 of 2027"
    assert actions.plan_year(by=rules, year=2027) == []
    assert Meeting.objects.count() == 4


def test_a_quarter_with_a_meeting_is_left_alone_and_one_called_off_is_free(
    rules: Principal, council: Council
) -> None:
    first = actions.plan_year(by=rules, year=2027)[0]
    actions.cancel_meeting(by=rules, meeting=first)
    (again,) = actions.plan_year(by=rules, year=2027)
    assert again.day == first.day


def test_days_that_are_past_are_not_planned(rules: Principal) -> None:
    with clock.at(timezone.make_aware(timezone.datetime(2027, 6, 1))):  # type: ignore[attr-defined]
        assert len(actions.plan_year(by=rules, year=2027)) == 2


def test_without_rules_nothing_is_planned_and_wrong_rules_are_refused(
    secretariat: Principal, member: Principal
) -> None:
    with pytest.raises(Invalid):
        actions.plan_year(by=secretariat, year=2027)
    with pytest.raises(Invalid):
        actions.set_cycle(by=secretariat, weekday=6, starts=time(16), ends=time(18))
    with pytest.raises(Invalid):
        actions.set_cycle(by=secretariat, weekday=1, starts=time(18), ends=time(16))
    for attempt in (
        lambda: actions.plan_year(by=member, year=2027),
        lambda: actions.set_cycle(by=member, weekday=1, starts=time(16), ends=time(18)),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.usefixtures("november")
def test_the_year_is_planned_in_a_browser(secretariat: Principal, client_as: As) -> None:
    desk = client_as(secretariat)
    rules = {"weekday": "3", "starts": "16:30", "ends": "18:30", "place": "Rådhuset"}
    wrong = desk.post(url("cycle"), rules | {"school_holidays": "engang i februar"})
    assert wrong.status_code == 422
    assert "Vi kan ikke læse denne linje: engang i februar" in wrong.content.decode()
    desk.post(url("cycle"), rules | {"school_holidays": "6.2.2027 - 21.2.2027 Vinterferie"})
    page = desk.get(url("cycle") + "?aar=2027").content.decode()
    assert "4. februar 2027" not in page.partition("<strong>")[0]
    assert "Vinterferie" in page
    assert desk.post(url("plan_year"), {"year": "2027"}).status_code == 302
    assert Meeting.objects.count() == 4


# --- reminders ---------------------------------------------------------------------------------


def test_owners_are_reminded_once_before_and_every_week_after(
    council: Council,
    secretariat: Principal,
    terms: list[Term],
    django_capture_on_commit_callbacks: Any,
) -> None:
    today = timezone.localdate()
    due = {"owner": terms[0].user, "owner_name": "Anna", "due": today + timedelta(days=2)}
    task = actions.give_task(by=secretariat, title="Ring til klubben", **due)
    actions.give_task(by=secretariat, title="Uden e-mail", owner_name="Bo", due=today)
    done = actions.give_task(by=secretariat, title="Færdig", **due)
    actions.finish_task(by=secretariat, task=done)

    def sent(days: int) -> int:
        with clock.at(timezone.now() + timedelta(days=days)):
            return actions.remind_owners(by=system(council))

    with django_capture_on_commit_callbacks(execute=True):
        assert [sent(day) for day in (0, 0, 1, 2, 3, 4, 9, 10, 11)] == [1, 0, 0, 0, 1, 0, 0, 1, 0]
    assert [message.subject for message in mail.outbox] == [
        "En opgave, du har, skal snart være færdig",
        "En opgave, du har, er forsinket",
        "En opgave, du har, er forsinket",
    ]
    assert "Ring til klubben" in mail.outbox[0].body
    actions.finish_task(by=secretariat, task=Task.objects.get(pk=task.pk))
    assert sent(30) == 0


def test_nobody_but_the_installation_sends_reminders(secretariat: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.remind_owners(by=secretariat)


# --- the report --------------------------------------------------------------------------------


@pytest.fixture
def report(
    secretariat: Principal, convened: Meeting, item: AgendaItem, terms: list[Term]
) -> YearReport:
    secret = actions.put_on_agenda(
        by=secretariat, title="Hemmelig sag", text="", kind="decision", meeting=convened,
        is_closed=True, closed_reason="En borger",
    )  # fmt: skip
    for row in (item, secret):
        actions.decide(by=secretariat, item=row, text="Ja.", outcome="adopted")
    actions.close_meeting(by=secretariat, meeting=convened)
    actions.publish_minutes(by=secretariat, meeting=convened)
    return actions.begin_report(by=secretariat, year=timezone.localdate().year)


def test_the_figures_are_those_of_the_year_and_closed_items_are_not_among_them(
    report: YearReport,
) -> None:
    (own,) = [one["da"] for one in report.chapters if one["da"]["heading"] == "Rådet"]
    assert {one["label"]: one["value"] for one in own["figures"]} == {
        "Møder holdt": 1,
        "Fremmødte medlemmer, alle møder lagt sammen": 4,
        "Beslutninger": 1,
        "Opgaver løst": 0,
        "Besatte pladser til sidst": 5,
    }
    assert "Hemmelig" not in str(report.chapters)
    headings = [one["en"]["heading"] for one in report.chapters]
    assert headings == [
        "The council", "Challenges", "Participation", "Pilot projects", "Concepts", "Double work",
    ]  # fmt: skip


def test_a_report_is_written_published_and_read_as_page_and_file(
    report: YearReport, secretariat: Principal, visitor: Principal, client_as: As
) -> None:
    desk, citizen = client_as(secretariat), client_as(visitor)
    assert citizen.get(url("report", report.year)).status_code == 404
    assert citizen.get(url("report_pdf", report.year)).status_code == 404
    words = {"foreword": "Et godt år.", "outlook": "Mere af det.", "seen": str(report.version)}
    desk.post(url("edit_report", report.year), words)
    assert desk.post(url("edit_report", report.year), words).status_code == 409
    desk.post(url("publish_report", report.year))
    page = citizen.get(url("report", report.year)).content.decode()
    assert "Et godt år." in page
    assert "Møder holdt" in page
    assert str(report.year) in citizen.get(url("reports")).content.decode()
    assert "Meetings held" in citizen.get("/en" + url("report", report.year)).content.decode()
    file = citizen.get(url("report_pdf", report.year)).content
    assert file.startswith(b"%PDF")
    assert b"/StructTreeRoot" in file
    for attempt in (
        lambda: actions.edit_report(by=secretariat, report=report, foreword="x"),
        lambda: actions.begin_report(by=secretariat, year=report.year),
    ):
        with pytest.raises(Conflict):
            attempt()
    desk.post(url("publish_report", report.year))
    assert citizen.get(url("report", report.year)).status_code == 404


def test_counting_again_keeps_the_words_and_only_the_secretariat_does_it(
    report: YearReport,
    secretariat: Principal,
    member: Principal,
    visitor: Principal,
    outsider: Principal,
) -> None:
    actions.edit_report(by=secretariat, report=report, foreword="Ord.")
    assert actions.begin_report(by=secretariat, year=report.year).foreword == "Ord."
    for person in (member, visitor):
        with pytest.raises(NotAllowed):
            actions.begin_report(by=person, year=report.year)
        with pytest.raises(NotAllowed):
            actions.publish_report(by=person, report=report)
    with pytest.raises(NotFound):
        actions.publish_report(by=outsider, report=report)
    with pytest.raises(Invalid):
        actions.begin_report(by=secretariat, year=report.year + 1)
