from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from samskab.civic.commons.council import actions, queries
from samskab.civic.commons.council.models import (
    AgendaItem,
    Ballot,
    Decision,
    Disqualification,
    Meeting,
    Task,
    Term,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal

Item = AgendaItem


@pytest.fixture
def ballot(secretariat: Principal, convened: Meeting, item: Item) -> Item:
    """The item with its ballot open: Anna, Bo, Carl and Dina are there, Eva is not."""
    return actions.open_ballot(by=secretariat, item=item)


def decide(by: Principal, item: Item, outcome: str = "adopted", **more: object) -> Decision:
    return actions.decide(by=by, item=item, text="Vi gør det.", outcome=outcome, **more)  # type: ignore[arg-type]


# --- ballots -----------------------------------------------------------------------------------


def test_a_double_click_casts_one_ballot(ballot: Item, people: list[Principal]) -> None:
    for _click in range(2):
        actions.vote(by=people[0], item=ballot, choice="yes")
    assert Ballot.objects.count() == 1
    assert LogEntry.objects.filter(verb="council.vote").count() == 1


def test_a_vote_can_be_changed_until_the_item_is_decided(
    secretariat: Principal, ballot: Item, people: list[Principal]
) -> None:
    actions.vote(by=people[0], item=ballot, choice="no")
    actions.vote(by=people[0], item=ballot, choice="yes")
    assert queries.count_ballots(ballot) == queries.Count3(1, 0, 0)
    decide(secretariat, ballot)
    with pytest.raises(Conflict):
        actions.vote(by=people[0], item=ballot, choice="no")
    assert Ballot.objects.get().choice == "yes"


def test_the_log_does_not_tell_what_somebody_voted(ballot: Item, people: list[Principal]) -> None:
    actions.vote(by=people[0], item=ballot, choice="no")
    assert LogEntry.objects.get(verb="council.vote").data == {}


def test_there_is_no_voting_before_the_ballot_is_open(
    convened: Meeting, item: Item, people: list[Principal]
) -> None:
    with pytest.raises(Conflict):
        actions.vote(by=people[0], item=item, choice="yes")


def test_an_unknown_answer_is_refused(ballot: Item, people: list[Principal]) -> None:
    with pytest.raises(Invalid) as error:
        actions.vote(by=people[0], item=ballot, choice="maybe")
    assert error.value.field == "choice"


def test_a_member_who_is_not_there_does_not_vote(ballot: Item, people: list[Principal]) -> None:
    with pytest.raises(Invalid):
        actions.vote(by=people[4], item=ballot, choice="yes")
    assert Ballot.objects.count() == 0


def test_a_member_without_a_seat_does_not_vote(ballot: Item, member: Principal) -> None:
    with pytest.raises(Invalid):
        actions.vote(by=member, item=ballot, choice="yes")


@pytest.mark.parametrize("who", ["visitor", "participant", "facilitator", "secretariat"])
def test_only_members_vote(who: str, request: pytest.FixtureRequest, ballot: Item) -> None:
    with pytest.raises(NotAllowed):
        actions.vote(by=request.getfixturevalue(who), item=ballot, choice="yes")


def test_calling_a_ballot_off_throws_the_votes_away(
    secretariat: Principal, ballot: Item, people: list[Principal]
) -> None:
    actions.vote(by=people[0], item=ballot, choice="yes")
    actions.call_off_ballot(by=secretariat, item=ballot)
    assert Ballot.objects.count() == 0
    with pytest.raises(Conflict):
        actions.vote(by=people[0], item=ballot, choice="yes")


def test_no_ballot_without_a_quorum(
    secretariat: Principal, convened: Meeting, item: Item, terms: list[Term]
) -> None:
    actions.note_attendance(by=secretariat, meeting=convened, present=terms[:2])
    with pytest.raises(Invalid):
        actions.open_ballot(by=secretariat, item=item)


def test_no_ballot_on_an_item_for_information(secretariat: Principal, convened: Meeting) -> None:
    item = actions.put_on_agenda(
        by=secretariat, title="Nyt", text="", kind="information", meeting=convened
    )
    with pytest.raises(Invalid):
        actions.open_ballot(by=secretariat, item=item)


def test_a_meeting_with_an_open_ballot_is_not_closed(
    secretariat: Principal, ballot: Item, convened: Meeting
) -> None:
    with pytest.raises(Conflict):
        actions.close_meeting(by=secretariat, meeting=convened)


@pytest.mark.django_db(transaction=True)
def test_ten_votes_at_once_of_one_member_are_one_ballot(
    ballot: Item, people: list[Principal]
) -> None:
    failed: list[Exception] = []

    def click() -> None:
        try:
            actions.vote(by=people[0], item=ballot, choice="yes")
        except CivicError as error:  # pragma: no cover - shown by the assertion below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Ballot.objects.filter(item=ballot).count() == 1


# --- conflict of interest ----------------------------------------------------------------------


def test_a_disqualified_member_does_not_vote(
    secretariat: Principal, ballot: Item, people: list[Principal], terms: list[Term]
) -> None:
    actions.disqualify(by=secretariat, item=ballot, term=terms[0], reason="Leder foreningen")
    with pytest.raises(Invalid):
        actions.vote(by=people[0], item=ballot, choice="yes")
    assert Ballot.objects.count() == 0


def test_a_ballot_cast_before_the_disqualification_is_void(
    secretariat: Principal, ballot: Item, people: list[Principal], terms: list[Term]
) -> None:
    actions.vote(by=people[0], item=ballot, choice="yes")
    actions.vote(by=people[1], item=ballot, choice="no")
    actions.disqualify(by=secretariat, item=ballot, term=terms[0], reason="Leder foreningen")
    assert queries.count_ballots(ballot) == queries.Count3(0, 1, 0)


def test_disqualifying_twice_is_harmless_and_can_be_taken_back(
    secretariat: Principal, ballot: Item, people: list[Principal], terms: list[Term]
) -> None:
    rows = [
        actions.disqualify(by=secretariat, item=ballot, term=terms[0], reason="Leder foreningen")
        for _click in range(2)
    ]
    assert rows[0] == rows[1]
    actions.requalify(by=secretariat, disqualification=rows[0])
    actions.vote(by=people[0], item=ballot, choice="yes")
    assert Disqualification.objects.count() == 0
    assert Ballot.objects.count() == 1


def test_a_disqualification_needs_a_reason(
    secretariat: Principal, ballot: Item, terms: list[Term]
) -> None:
    with pytest.raises(Invalid) as error:
        actions.disqualify(by=secretariat, item=ballot, term=terms[0], reason=" ")
    assert error.value.field == "reason"


def test_the_public_minutes_say_who_was_disqualified_and_why(
    secretariat: Principal, visitor: Principal, convened: Meeting, item: Item, terms: list[Term]
) -> None:
    actions.disqualify(by=secretariat, item=item, term=terms[1], reason="Leder foreningen")
    decide(secretariat, item)
    actions.close_meeting(by=secretariat, meeting=convened)
    assert queries.agenda(visitor, Meeting.objects.get())[0].disqualified == ()
    meeting = actions.publish_minutes(by=secretariat, meeting=convened)
    (row,) = queries.agenda(visitor, meeting)
    assert [(d.term.holder_name, d.reason) for d in row.disqualified] == [
        ("Bo", "Leder foreningen")
    ]


# --- decisions ---------------------------------------------------------------------------------


def test_no_counts_mean_that_everybody_agreed(
    secretariat: Principal, convened: Meeting, item: Item
) -> None:
    decision = decide(secretariat, item)
    item.refresh_from_db()
    assert decision.by_consensus is True
    assert (item.state, decision.is_public) == ("decided", False)


def test_open_ballots_are_counted(
    secretariat: Principal, ballot: Item, people: list[Principal]
) -> None:
    for person, choice in zip(people, ["yes", "yes", "no", "abstain"], strict=False):
        actions.vote(by=person, item=ballot, choice=choice)
    decision = decide(secretariat, ballot)
    assert (decision.in_favour, decision.against, decision.abstained) == (2, 1, 1)
    assert Item.objects.get(pk=ballot.pk).ballot_open is False


def test_the_vote_of_somebody_who_left_is_not_counted(
    secretariat: Principal,
    ballot: Item,
    convened: Meeting,
    people: list[Principal],
    terms: list[Term],
) -> None:
    for person in people[:4]:
        actions.vote(by=person, item=ballot, choice="yes")
    actions.note_attendance(by=secretariat, meeting=convened, present=terms[1:4])
    assert decide(secretariat, ballot).in_favour == 3


@pytest.mark.parametrize(
    ("outcome", "counts", "ok"),
    [
        ("adopted", (3, 1, 0), True),
        ("adopted", (2, 2, 0), False),
        ("adopted", (0, 0, 4), False),
        ("rejected", (2, 2, 0), True),
        ("rejected", (3, 1, 0), False),
        ("adopted", (5, 0, 0), False),
        ("adopted", (2, None, None), False),
        ("spread", (3, 1, 0), False),
    ],
)
def test_counts_and_outcome_have_to_fit(
    secretariat: Principal,
    convened: Meeting,
    item: Item,
    outcome: str,
    counts: tuple[int | None, ...],
    ok: bool,
) -> None:
    names = dict(zip(("in_favour", "against", "abstained"), counts, strict=True))
    if ok:
        assert decide(secretariat, item, outcome, **names).in_favour == counts[0]
    else:
        with pytest.raises(Invalid):
            decide(secretariat, item, outcome, **names)
        assert Decision.objects.count() == 0


def test_a_show_of_hands_leaves_the_disqualified_out(
    secretariat: Principal, convened: Meeting, item: Item, terms: list[Term]
) -> None:
    actions.disqualify(by=secretariat, item=item, term=terms[0], reason="Leder foreningen")
    with pytest.raises(Invalid):
        decide(secretariat, item, in_favour=4, against=0, abstained=0)
    assert decide(secretariat, item, in_favour=3, against=0, abstained=0).in_favour == 3


def test_given_counts_do_not_override_an_open_ballot(
    secretariat: Principal, ballot: Item, people: list[Principal]
) -> None:
    actions.vote(by=people[0], item=ballot, choice="yes")
    with pytest.raises(Invalid):
        decide(secretariat, ballot, in_favour=4, against=0, abstained=0)


def test_a_ballot_without_votes_decides_nothing(secretariat: Principal, ballot: Item) -> None:
    with pytest.raises(Invalid):
        decide(secretariat, ballot)


def test_too_few_decide_nothing(
    secretariat: Principal, convened: Meeting, item: Item, terms: list[Term]
) -> None:
    actions.note_attendance(by=secretariat, meeting=convened, present=terms[:2])
    with pytest.raises(Invalid):
        decide(secretariat, item)


def test_nothing_is_decided_before_it_is_noted_who_is_there(
    secretariat: Principal, meeting: Meeting, item: Item, terms: list[Term]
) -> None:
    with pytest.raises(Invalid):
        decide(secretariat, item)


def test_deciding_twice_says_so_and_keeps_the_first(
    secretariat: Principal, convened: Meeting, item: Item
) -> None:
    decide(secretariat, item)
    with pytest.raises(Conflict):
        decide(secretariat, item, "rejected")
    assert Decision.objects.get().outcome == "adopted"


def test_a_verdict_is_spread_adapt_or_stop(secretariat: Principal, facilitator: Principal) -> None:
    item = actions.put_on_agenda(by=facilitator, title="Dom", text="", kind="verdict")
    with pytest.raises(Invalid) as error:
        decide(secretariat, item, "adopted")
    assert error.value.field == "outcome"
    assert decide(secretariat, item, "adapt").outcome == "adapt"


def test_an_item_for_information_is_not_decided(secretariat: Principal) -> None:
    item = actions.put_on_agenda(by=secretariat, title="Nyt", text="", kind="information")
    with pytest.raises(Invalid):
        decide(secretariat, item)


def test_a_decision_is_found_by_what_it_is_about(secretariat: Principal) -> None:
    subject = actions.set_theme(by=secretariat, title="Noget")
    assert queries.decision_on(subject) is None
    item = actions.put_on_agenda(
        by=secretariat, title="Dom", text="", kind="verdict", subject=subject
    )
    assert queries.item_on(subject) == item
    assert queries.decision_on(subject) is None
    decision = decide(secretariat, item, "spread")
    assert queries.decision_on(subject) == decision


def test_a_decision_on_a_closed_item_is_never_published(
    secretariat: Principal, visitor: Principal
) -> None:
    item = actions.put_on_agenda(
        by=secretariat, title="X", text="", kind="decision", is_closed=True, closed_reason="Person"
    )
    decision = decide(secretariat, item)
    with pytest.raises(Invalid):
        actions.publish_decision(by=secretariat, decision=decision)
    assert list(queries.decisions(visitor)) == []
    assert list(queries.decisions(secretariat)) == [decision]


def test_a_decision_between_meetings_is_public_when_it_is_published(
    secretariat: Principal, visitor: Principal, outsider: Principal
) -> None:
    item = actions.put_on_agenda(by=secretariat, title="X", text="", kind="decision")
    decision = decide(secretariat, item)
    assert list(queries.decisions(visitor)) == []
    with pytest.raises(NotFound):
        actions.publish_decision(by=outsider, decision=decision)
    for _click in range(2):
        actions.publish_decision(by=secretariat, decision=decision)
    assert list(queries.decisions(visitor)) == [decision]
    assert LogEntry.objects.filter(verb="council.publish_decision").count() == 1


# --- minutes -----------------------------------------------------------------------------------


def test_the_second_secretary_is_told_and_nothing_is_lost(
    secretariat: Principal, convened: Meeting, item: Item
) -> None:
    seen = item.version
    actions.write_minutes(by=secretariat, item=item, minutes="Den første", seen=seen)
    with pytest.raises(Conflict):
        actions.write_minutes(by=secretariat, item=item, minutes="Den anden", seen=seen)
    item.refresh_from_db()
    assert item.minutes == "Den første"


def test_votes_and_decisions_do_not_make_the_minutes_stale(
    secretariat: Principal, ballot: Item, people: list[Principal]
) -> None:
    seen = ballot.version
    actions.vote(by=people[0], item=ballot, choice="yes")
    decide(secretariat, ballot)
    item = actions.write_minutes(by=secretariat, item=ballot, minutes="Vi talte.", seen=seen)
    assert item.minutes == "Vi talte."


def test_an_item_without_a_meeting_has_no_minutes(secretariat: Principal) -> None:
    item = actions.put_on_agenda(by=secretariat, title="X", text="", kind="decision")
    with pytest.raises(Invalid):
        actions.write_minutes(by=secretariat, item=item, minutes="x")


def test_minutes_are_public_only_by_an_explicit_act(
    council: Council, secretariat: Principal, visitor: Principal, convened: Meeting, item: Item
) -> None:
    actions.write_minutes(by=secretariat, item=item, minutes="Vi talte.")
    decide(secretariat, item)
    with pytest.raises(Invalid):
        actions.publish_minutes(by=secretariat, meeting=convened)
    closed = actions.close_meeting(by=secretariat, meeting=convened)
    (before,) = queries.agenda(visitor, closed)
    assert (before.minutes, before.decision) == ("", None)
    published = actions.publish_minutes(by=secretariat, meeting=closed)
    (after,) = queries.agenda(visitor, published)
    assert after.minutes == "Vi talte."
    assert after.decision is not None
    assert after.decision.is_public is True


def test_published_minutes_leave_closed_items_out(
    secretariat: Principal, visitor: Principal, member: Principal, convened: Meeting
) -> None:
    secret = actions.put_on_agenda(
        by=secretariat,
        title="Hemmelig",
        text="",
        kind="decision",
        meeting=convened,
        is_closed=True,
        closed_reason="En borger",
    )
    actions.write_minutes(by=secretariat, item=secret, minutes="Navn")
    decide(secretariat, secret)
    actions.close_meeting(by=secretariat, meeting=convened)
    published = actions.publish_minutes(by=secretariat, meeting=convened)
    row = queries.agenda(visitor, published)[1]
    assert (row.title, row.minutes, row.decision) == ("", "", None)
    assert queries.agenda(member, published)[1].minutes == "Navn"
    assert list(queries.decisions(visitor)) == []


def test_published_minutes_are_not_rewritten_until_they_are_taken_back(
    secretariat: Principal, convened: Meeting, item: Item, terms: list[Term]
) -> None:
    decide(secretariat, item)
    actions.close_meeting(by=secretariat, meeting=convened)
    actions.publish_minutes(by=secretariat, meeting=convened)
    for attempt in (
        lambda: actions.write_minutes(by=secretariat, item=item, minutes="Ny"),
        lambda: actions.write_meeting_minutes(by=secretariat, meeting=convened, minutes="Ny"),
        lambda: actions.note_attendance(by=secretariat, meeting=convened, present=terms),
    ):
        with pytest.raises(Conflict):
            attempt()
    actions.take_back_minutes(by=secretariat, meeting=convened)
    actions.write_minutes(by=secretariat, item=item, minutes="Ny")
    assert Item.objects.get(pk=item.pk).minutes == "Ny"


def test_publishing_twice_is_harmless_and_taking_back_twice_says_so(
    secretariat: Principal, convened: Meeting, item: Item
) -> None:
    decide(secretariat, item)
    actions.close_meeting(by=secretariat, meeting=convened)
    first = actions.publish_minutes(by=secretariat, meeting=convened)
    second = actions.publish_minutes(by=secretariat, meeting=convened)
    assert first.minutes_published_at == second.minutes_published_at
    actions.take_back_minutes(by=secretariat, meeting=convened)
    with pytest.raises(Conflict):
        actions.take_back_minutes(by=secretariat, meeting=convened)


# --- tasks -------------------------------------------------------------------------------------


def give(by: Principal, **more: object) -> Task:
    values: dict[str, object] = {
        "title": "Ring til klubben",
        "owner_name": "Anna",
        "due": timezone.localdate() + timedelta(days=7),
        **more,
    }
    return actions.give_task(by=by, **values)  # type: ignore[arg-type]


def test_the_owner_finishes_a_task_and_others_do_not(
    secretariat: Principal, people: list[Principal], terms: list[Term]
) -> None:
    task = give(secretariat, owner=terms[0].user)
    with pytest.raises(NotAllowed):
        actions.finish_task(by=people[1], task=task)
    first = actions.finish_task(by=people[0], task=task)
    second = actions.finish_task(by=people[0], task=task)
    assert first.done_at == second.done_at
    assert actions.reopen_task(by=secretariat, task=task).done_at is None


@pytest.mark.parametrize("field", ["title", "owner_name"])
def test_a_task_needs_words_and_an_owner(secretariat: Principal, field: str) -> None:
    with pytest.raises(Invalid) as error:
        give(secretariat, **{field: " "})
    assert error.value.field == field


def test_members_and_outsiders_give_no_tasks(
    secretariat: Principal, member: Principal, outsider: Principal
) -> None:
    with pytest.raises(NotAllowed):
        give(member)
    item = actions.put_on_agenda(by=secretariat, title="X", text="", kind="decision")
    decision = decide(secretariat, item)
    with pytest.raises(NotFound):
        give(outsider, decision=decision)
    with pytest.raises(NotFound):
        actions.finish_task(by=outsider, task=give(secretariat))


def test_a_task_is_public_when_its_decision_is(
    secretariat: Principal,
    visitor: Principal,
    facilitator: Principal,
    convened: Meeting,
    item: Item,
) -> None:
    task = give(secretariat, decision=decide(secretariat, item))
    assert task.meeting == convened
    assert list(queries.tasks(visitor)) == []
    assert list(queries.tasks(facilitator)) == [task]
    actions.close_meeting(by=secretariat, meeting=convened)
    actions.publish_minutes(by=secretariat, meeting=convened)
    assert list(queries.tasks(visitor)) == [task]


def test_a_task_from_a_closed_item_is_for_members_only(
    secretariat: Principal, visitor: Principal, facilitator: Principal, member: Principal
) -> None:
    item = actions.put_on_agenda(
        by=secretariat, title="X", text="", kind="decision", is_closed=True, closed_reason="Person"
    )
    task = give(secretariat, decision=decide(secretariat, item))
    assert list(queries.tasks(visitor)) == []
    assert list(queries.tasks(facilitator)) == []
    assert list(queries.tasks(member)) == [task]


def test_a_task_is_put_right_and_reminders_begin_anew(
    council: Council, secretariat: Principal, member: Principal, outsider: Principal
) -> None:
    soon = clock.today() + timedelta(days=2)
    task = actions.give_task(by=secretariat, title="Ring", owner_name="Ida", due=soon)
    Task.objects.update(reminded_before=True)
    actions.edit_task(by=secretariat, task=task, title="Ring igen", owner_name="Ida", due=soon)
    task.refresh_from_db()
    assert (task.title, task.reminded_before) == ("Ring igen", True)
    later = soon + timedelta(days=7)
    actions.edit_task(by=secretariat, task=task, title="Ring igen", owner_name="Bo", due=later)
    task.refresh_from_db()
    assert (task.owner_name, task.due, task.reminded_before) == ("Bo", later, False)
    with pytest.raises(NotAllowed):
        actions.edit_task(by=member, task=task, title="x", owner_name="x", due=soon)
    with pytest.raises(NotFound):
        actions.edit_task(by=outsider, task=task, title="x", owner_name="x", due=soon)


def test_a_task_is_put_right_on_a_page(
    secretariat: Principal, client_as: Callable[[Principal], Client]
) -> None:
    due = clock.today() + timedelta(days=2)
    task = actions.give_task(by=secretariat, title="Ring", owner_name="Ida", due=due)
    client = client_as(secretariat)
    path = f"/raadet/opgaver/{task.pk}/ret/"
    assert path in client.get("/raadet/opgaver/").content.decode()
    page = client.get(path).content.decode()
    assert 'value="Ring"' in page
    fields = {"title": "Skriv", "owner_name": "Bo", "due": due.isoformat(), "once": "k"}
    assert client.post(path, fields).headers["Location"] == "/raadet/opgaver/"
    task.refresh_from_db()
    assert (task.title, task.owner_name) == ("Skriv", "Bo")
