from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from samskab.civic.commons.council import actions, queries
from samskab.civic.commons.council.models import AgendaItem, FocusTheme, Meeting, Term
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

As = Callable[[Principal], Client]


def propose(by: Principal, title: str = "Et punkt", **more: object) -> AgendaItem:
    values: dict[str, object] = {"text": "", "kind": "decision", **more}
    return actions.put_on_agenda(by=by, title=title, **values)  # type: ignore[arg-type]


def titles(meeting: Meeting) -> list[str]:
    return [item.title for item in meeting.items.order_by("order")]


# --- meetings ----------------------------------------------------------------------------------


def test_a_planned_meeting_is_the_next_one(council: Council, meeting: Meeting) -> None:
    assert queries.next_meeting(council) == meeting
    assert meeting.status == "planned"


def test_a_cancelled_meeting_is_not_the_next_one(
    council: Council, secretariat: Principal, meeting: Meeting
) -> None:
    actions.cancel_meeting(by=secretariat, meeting=meeting)
    assert queries.next_meeting(council) is None


def test_a_meeting_ends_after_it_begins(secretariat: Principal) -> None:
    now = timezone.now()
    with pytest.raises(Invalid) as error:
        actions.plan_meeting(by=secretariat, title="X", starts_at=now, ends_at=now)
    assert error.value.field == "ends_at"


@pytest.mark.parametrize("who", ["visitor", "participant", "member", "facilitator"])
def test_only_the_secretariat_runs_meetings(
    who: str, request: pytest.FixtureRequest, meeting: Meeting, item: AgendaItem
) -> None:
    by = request.getfixturevalue(who)
    tries = [
        lambda: actions.plan_meeting(
            by=by, title="X", starts_at=meeting.starts_at, ends_at=meeting.ends_at
        ),
        lambda: actions.publish_agenda(by=by, meeting=meeting),
        lambda: actions.cancel_meeting(by=by, meeting=meeting),
        lambda: actions.note_attendance(by=by, meeting=meeting, present=[]),
        lambda: actions.close_meeting(by=by, meeting=meeting),
        lambda: actions.publish_minutes(by=by, meeting=meeting),
        lambda: actions.take_back_minutes(by=by, meeting=meeting),
        lambda: actions.write_meeting_minutes(by=by, meeting=meeting, minutes="x"),
        lambda: actions.edit_item(by=by, item=item, title="x", text="", kind="decision"),
        lambda: actions.place_item(by=by, item=item, meeting=None),
        lambda: actions.open_ballot(by=by, item=item),
        lambda: actions.call_off_ballot(by=by, item=item),
        lambda: actions.decide(by=by, item=item, text="x", outcome="adopted"),
        lambda: actions.write_minutes(by=by, item=item, minutes="x"),
    ]
    for attempt in tries:
        with pytest.raises(NotAllowed):
            attempt()


def test_an_outsider_finds_neither_meeting_nor_item(
    outsider: Principal, meeting: Meeting, item: AgendaItem, terms: list[Term]
) -> None:
    tries = [
        lambda: actions.edit_meeting(
            by=outsider,
            meeting=meeting,
            title="X",
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
        ),
        lambda: actions.publish_agenda(by=outsider, meeting=meeting),
        lambda: actions.cancel_meeting(by=outsider, meeting=meeting),
        lambda: actions.note_attendance(by=outsider, meeting=meeting, present=terms),
        lambda: actions.close_meeting(by=outsider, meeting=meeting),
        lambda: actions.publish_minutes(by=outsider, meeting=meeting),
        lambda: actions.write_meeting_minutes(by=outsider, meeting=meeting, minutes="x"),
        lambda: actions.place_item(by=outsider, item=item, meeting=None),
        lambda: actions.withdraw_item(by=outsider, item=item),
        lambda: actions.disqualify(by=outsider, item=item, term=terms[0], reason="x"),
        lambda: actions.vote(by=outsider, item=item, choice="yes"),
        lambda: actions.decide(by=outsider, item=item, text="x", outcome="adopted"),
        lambda: actions.write_minutes(by=outsider, item=item, minutes="x"),
        lambda: propose(outsider, meeting=meeting),
    ]
    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()


def test_a_stale_page_does_not_overwrite_a_meeting(
    secretariat: Principal, meeting: Meeting
) -> None:
    values = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at}
    actions.edit_meeting(by=secretariat, meeting=meeting, title="Ny", seen=1, **values)
    with pytest.raises(Conflict):
        actions.edit_meeting(by=secretariat, meeting=meeting, title="Gammel", seen=1, **values)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.version) == ("Ny", 2)


def test_convening_twice_writes_to_the_members_once(
    secretariat: Principal,
    meeting: Meeting,
    item: AgendaItem,
    terms: list[Term],
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.publish_agenda(by=secretariat, meeting=meeting)
        actions.publish_agenda(by=secretariat, meeting=meeting)
    assert sorted(message.to[0] for message in mail.outbox) == [
        f"{name}@eksempel.dk" for name in ("anna", "bo", "carl", "dina", "eva")
    ]
    assert "1. Skal vi?" in mail.outbox[0].body
    assert f"/raadet/moeder/{meeting.pk}/" in mail.outbox[0].body
    assert mail.outbox[0].subject == "Du er indkaldt til et møde i rådet"


def test_the_mail_does_not_tell_the_title_of_a_closed_item(
    secretariat: Principal,
    meeting: Meeting,
    terms: list[Term],
    django_capture_on_commit_callbacks: object,
) -> None:
    propose(secretariat, "Hemmelig", is_closed=True, closed_reason="En borger", meeting=meeting)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.publish_agenda(by=secretariat, meeting=meeting)
    assert "Hemmelig" not in mail.outbox[0].body
    assert "1. Lukket punkt" in mail.outbox[0].body


def test_a_cancelled_meeting_frees_its_items(
    council: Council, secretariat: Principal, meeting: Meeting, item: AgendaItem
) -> None:
    actions.cancel_meeting(by=secretariat, meeting=meeting)
    assert list(queries.waiting_items(council)) == [item]
    with pytest.raises(Conflict):
        actions.cancel_meeting(by=secretariat, meeting=meeting)


def test_the_year_wheel_puts_each_meeting_in_its_quarter(
    council: Council, secretariat: Principal
) -> None:
    tz = timezone.get_current_timezone()
    for month in (2, 5, 8, 11):
        begins = timezone.datetime(2027, month, 10, 16, tzinfo=tz)  # type: ignore[attr-defined]
        actions.plan_meeting(
            by=secretariat,
            title=f"Møde {month}",
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
        )
    wheel = queries.year_wheel(council, 2027)
    assert [[m.title for m in quarter.meetings] for quarter in wheel] == [
        ["Møde 2"],
        ["Møde 5"],
        ["Møde 8"],
        ["Møde 11"],
    ]
    assert queries.year_wheel(council, 2028)[0].meetings == []


def test_a_meeting_on_new_years_night_belongs_to_the_year_in_copenhagen(
    council: Council, secretariat: Principal
) -> None:
    tz = timezone.get_current_timezone()
    begins = timezone.datetime(2027, 1, 1, 0, 30, tzinfo=tz)  # type: ignore[attr-defined]
    actions.plan_meeting(
        by=secretariat, title="Nytår", starts_at=begins, ends_at=begins + timedelta(hours=1)
    )
    assert len(queries.year_wheel(council, 2027)[0].meetings) == 1
    assert queries.year_wheel(council, 2026)[3].meetings == []


# --- attendance --------------------------------------------------------------------------------


@pytest.mark.parametrize(("present", "reached"), [(0, False), (2, False), (3, True), (5, True)])
def test_more_than_half_of_the_filled_seats_can_decide(
    secretariat: Principal, meeting: Meeting, terms: list[Term], present: int, reached: bool
) -> None:
    noted = actions.note_attendance(by=secretariat, meeting=meeting, present=terms[:present])
    quorum = queries.quorum(noted)
    assert (quorum.filled, quorum.needed, quorum.present) == (5, 3, present)
    assert quorum.reached is reached


def test_half_is_not_more_than_half(
    secretariat: Principal, meeting: Meeting, terms: list[Term]
) -> None:
    actions.end_term(by=secretariat, term=terms[4])
    noted = actions.note_attendance(by=secretariat, meeting=meeting, present=terms[:2])
    quorum = queries.quorum(noted)
    assert (quorum.filled, quorum.needed, quorum.reached) == (4, 3, False)


def test_an_empty_council_decides_nothing(secretariat: Principal, meeting: Meeting) -> None:
    noted = actions.note_attendance(by=secretariat, meeting=meeting, present=[])
    assert queries.quorum(noted).reached is False


def test_noting_attendance_again_replaces_it(
    secretariat: Principal, meeting: Meeting, terms: list[Term]
) -> None:
    actions.note_attendance(by=secretariat, meeting=meeting, present=terms[:3])
    actions.note_attendance(by=secretariat, meeting=meeting, present=terms[1:3])
    assert [row.term.holder_name for row in queries.attendances(meeting)] == ["Bo", "Carl"]


def test_somebody_who_left_before_the_meeting_was_not_there(
    secretariat: Principal, meeting: Meeting, terms: list[Term]
) -> None:
    gone = actions.end_term(by=secretariat, term=terms[0])
    with pytest.raises(Invalid) as error:
        actions.note_attendance(by=secretariat, meeting=meeting, present=[gone])
    assert error.value.field == "present"


def test_a_meeting_is_closed_only_when_it_is_noted_who_was_there(
    secretariat: Principal, meeting: Meeting
) -> None:
    with pytest.raises(Invalid):
        actions.close_meeting(by=secretariat, meeting=meeting)
    actions.note_attendance(by=secretariat, meeting=meeting, present=[])
    assert actions.close_meeting(by=secretariat, meeting=meeting).status == "held"
    with pytest.raises(Conflict):
        actions.close_meeting(by=secretariat, meeting=meeting)


def test_what_was_told_is_done_and_what_was_not_decided_waits(
    council: Council, secretariat: Principal, convened: Meeting, item: AgendaItem
) -> None:
    told = propose(secretariat, "Nyt", kind="information", meeting=convened)
    actions.close_meeting(by=secretariat, meeting=convened)
    told.refresh_from_db()
    assert told.state == "done"
    assert list(queries.waiting_items(council)) == [item]


# --- items -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["member", "facilitator", "secretariat"])
def test_those_inside_the_council_suggest_items(
    who: str, request: pytest.FixtureRequest, council: Council
) -> None:
    item = propose(request.getfixturevalue(who), "Tag det op")
    assert list(queries.waiting_items(council)) == [item]
    assert item.author_name == who


@pytest.mark.parametrize("who", ["visitor", "participant"])
def test_others_do_not_suggest_items(who: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        propose(request.getfixturevalue(who))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"kind": "dance"}, "kind"),
        ({"is_closed": True, "closed_reason": " "}, "closed_reason"),
    ],
)
def test_an_item_needs_title_kind_and_a_reason_to_be_closed(
    secretariat: Principal, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        propose(secretariat, **values)  # type: ignore[arg-type]
    assert error.value.field == field
    assert AgendaItem.objects.count() == 0


def test_only_the_secretariat_chooses_the_meeting(facilitator: Principal, meeting: Meeting) -> None:
    with pytest.raises(NotAllowed):
        propose(facilitator, meeting=meeting)
    assert AgendaItem.objects.count() == 0


def test_the_same_subject_waits_only_once(secretariat: Principal, facilitator: Principal) -> None:
    subject = actions.set_theme(by=secretariat, title="Noget andet")
    first = propose(facilitator, subject=subject, url="/temaer/1/")
    second = propose(facilitator, subject=subject, url="/temaer/1/")
    assert first == second
    assert (first.subject_label, first.subject_id) == ("council.focustheme", subject.pk)
    assert first.subject_url == "/temaer/1/"
    assert AgendaItem.objects.count() == 1


def test_another_question_about_the_same_subject_is_another_item(secretariat: Principal) -> None:
    subject = actions.set_theme(by=secretariat, title="Noget andet")
    propose(secretariat, subject=subject, kind="information")
    propose(secretariat, subject=subject, kind="verdict")
    assert AgendaItem.objects.count() == 2


def test_a_subject_of_another_council_is_not_found(
    secretariat: Principal, outsider: Principal
) -> None:
    theirs: FocusTheme = actions.set_theme(by=outsider, title="Deres")
    with pytest.raises(NotFound):
        propose(secretariat, subject=theirs)


def test_the_proposer_takes_an_item_back_and_others_do_not(
    council: Council, member: Principal, facilitator: Principal
) -> None:
    item = propose(member)
    with pytest.raises(NotAllowed):
        actions.withdraw_item(by=facilitator, item=item)
    actions.withdraw_item(by=member, item=item)
    assert list(queries.waiting_items(council)) == []
    with pytest.raises(Conflict):
        actions.withdraw_item(by=member, item=item)


def test_an_item_on_a_meeting_is_not_taken_back(secretariat: Principal, item: AgendaItem) -> None:
    with pytest.raises(Conflict):
        actions.withdraw_item(by=secretariat, item=item)


def test_items_keep_an_order_without_gaps(secretariat: Principal, meeting: Meeting) -> None:
    a, b, c = (propose(secretariat, name, meeting=meeting) for name in "abc")
    actions.place_item(by=secretariat, item=c, meeting=meeting, position=1)
    assert titles(meeting) == ["c", "a", "b"]
    actions.place_item(by=secretariat, item=c, meeting=meeting, position=2)
    assert titles(meeting) == ["a", "c", "b"]
    actions.place_item(by=secretariat, item=a, meeting=None)
    assert titles(meeting) == ["c", "b"]
    actions.place_item(by=secretariat, item=a, meeting=meeting, position=99)
    assert titles(meeting) == ["c", "b", "a"]
    assert [item.order for item in meeting.items.order_by("order")] == [1, 2, 3]
    b.refresh_from_db()
    assert b.version == 1


def test_moving_twice_to_the_same_place_changes_nothing(
    secretariat: Principal, meeting: Meeting
) -> None:
    a, _b = (propose(secretariat, name, meeting=meeting) for name in "ab")
    for _time in range(2):
        actions.place_item(by=secretariat, item=a, meeting=meeting, position=2)
    assert titles(meeting) == ["b", "a"]


def test_nothing_is_put_on_a_meeting_that_is_over(
    secretariat: Principal, convened: Meeting
) -> None:
    actions.close_meeting(by=secretariat, meeting=convened)
    with pytest.raises(Conflict):
        propose(secretariat, "For sent", meeting=convened)
    assert not AgendaItem.objects.filter(title="For sent").exists()


def test_an_undecided_item_goes_on_as_a_new_one_and_leaves_its_minutes(
    secretariat: Principal, convened: Meeting, item: AgendaItem
) -> None:
    actions.write_minutes(by=secretariat, item=item, minutes="Vi nåede det ikke.")
    actions.close_meeting(by=secretariat, meeting=convened)
    later = actions.plan_meeting(
        by=secretariat,
        title="Næste",
        starts_at=convened.starts_at + timedelta(days=90),
        ends_at=convened.ends_at + timedelta(days=90),
    )
    item.refresh_from_db()
    moved = actions.place_item(by=secretariat, item=item, meeting=later)
    item.refresh_from_db()
    assert (item.state, item.meeting, item.minutes) == ("postponed", convened, "Vi nåede det ikke.")
    assert (moved.title, moved.minutes, moved.meeting) == ("Skal vi?", "", later)
    assert moved.pk != item.pk


def test_a_stale_page_does_not_overwrite_an_item(secretariat: Principal, item: AgendaItem) -> None:
    edit = {"text": "", "kind": "decision"}
    actions.edit_item(by=secretariat, item=item, title="Ny", seen=item.version, **edit)
    with pytest.raises(Conflict):
        actions.edit_item(by=secretariat, item=item, title="Gl.", seen=item.version, **edit)
    item.refresh_from_db()
    assert item.title == "Ny"


# --- who sees what -----------------------------------------------------------------------------


@pytest.fixture
def closed(secretariat: Principal, meeting: Meeting) -> AgendaItem:
    return propose(
        secretariat,
        "Sagen om en borger",
        meeting=meeting,
        is_closed=True,
        closed_reason="Punktet handler om en borger.",
    )


def test_the_agenda_is_public_from_the_moment_it_is_convened(
    secretariat: Principal, visitor: Principal, meeting: Meeting, item: AgendaItem
) -> None:
    assert queries.agenda(visitor, meeting) == []
    convened = actions.publish_agenda(by=secretariat, meeting=meeting)
    assert [row.title for row in queries.agenda(visitor, convened)] == ["Skal vi?"]


@pytest.mark.parametrize(
    ("who", "title"),
    [
        ("visitor", ""),
        ("participant", ""),
        ("facilitator", ""),
        ("administrator", ""),
        ("member", "Sagen om en borger"),
        ("secretariat", "Sagen om en borger"),
    ],
)
def test_only_members_and_secretariat_read_a_closed_item(
    who: str,
    title: str,
    request: pytest.FixtureRequest,
    secretariat: Principal,
    closed: AgendaItem,
    meeting: Meeting,
) -> None:
    convened = actions.publish_agenda(by=secretariat, meeting=meeting)
    (row,) = queries.agenda(request.getfixturevalue(who), convened)
    assert row.title == title
    assert row.closed_reason == "Punktet handler om en borger."
    assert row.may_read is (title != "")


# --- what a member has before them -------------------------------------------------------------


def test_my_page_tells_a_member_of_the_next_meeting_and_what_is_to_be_decided(
    secretariat: Principal, member: Principal, council: Council, client_as: As
) -> None:
    start = timezone.now() + timedelta(days=3)
    meeting = actions.plan_meeting(
        by=secretariat, title="Årets første møde", place="Rådhuset", starts_at=start,
        ends_at=start + timedelta(hours=2),
    )  # fmt: skip
    for title, kind in (("Nøgler til haven", "decision"), ("Nyt siden sidst", "information")):
        actions.put_on_agenda(by=secretariat, title=title, text="", kind=kind, meeting=meeting)
    person = User.objects.get(pk=member.user_id)
    actions.give_task(
        by=secretariat, title="Ring til skolen", owner_name="Mig", owner=person,
        due=timezone.localdate(),
    )  # fmt: skip
    page = client_as(member).get("/min-side/").content.decode()
    said = page.split("<main", 1)[1]
    assert said.index("Rådhuset") < said.index("Nøgler til haven") < said.index("Ring til skolen")
    assert "Ét af 2 punkter er til beslutning" in said
    assert "Nyt siden sidst" not in said


def test_my_page_tells_somebody_outside_only_of_what_they_promised(
    secretariat: Principal, participant: Principal, client_as: As
) -> None:
    start = timezone.now() + timedelta(days=3)
    actions.plan_meeting(
        by=secretariat, title="Lukket møde", starts_at=start, ends_at=start + timedelta(hours=2)
    )
    page = client_as(participant).get("/min-side/").content.decode()
    assert "Lukket møde" not in page
    assert "Det har du lovet" not in page
    person = User.objects.get(pk=participant.user_id)
    actions.give_task(
        by=secretariat, title="Ring til skolen", owner_name="Mig", owner=person,
        due=timezone.localdate(),
    )  # fmt: skip
    page = client_as(participant).get("/min-side/").content.decode()
    assert "Ring til skolen" in page
    assert "Lukket møde" not in page
