"""The next statement, many at once, and the map that follows from the votes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry import actions, queries
from samskab.civic.journey.inquiry.models import Inquiry, Participant, Statement, StoredMap, Vote
from samskab.civic.journey.inquiry.queries import Voter
from tests.journey.inquiry.conftest import Enter, numbers


@pytest.mark.django_db
def test_the_same_person_is_asked_the_same_until_answering(
    inquiry: Inquiry, statements: list[Statement], participant: Principal
) -> None:
    voter = Voter(user_id=participant.user_id)
    asked = {
        turn.statement.pk
        for turn in (queries.turn(inquiry, voter) for _ in range(5))
        if turn.statement
    }
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_person_is_asked_everything_once_and_then_is_done(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, enter: Enter
) -> None:
    voter, person, asked = Voter(user_id=participant.user_id), enter(participant), []
    while (turn := queries.turn(inquiry, voter)).statement:
        assert (turn.done, turn.total) == (len(asked), 3)
        asked.append(turn.statement.pk)
        actions.vote(by=participant, statement=turn.statement, participant=person, value=0)
    assert sorted(asked) == [row.pk for row in statements]
    assert (turn.done, turn.total) == (3, 3)


@pytest.mark.django_db
def test_a_statement_can_be_asked_for_again_with_its_answer(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, enter: Enter
) -> None:
    voter = Voter(user_id=participant.user_id)
    actions.vote(by=participant, statement=statements[1], participant=enter(participant), value=-1)
    turn = queries.turn(inquiry, voter, wanted=statements[1].pk)
    assert (turn.statement, turn.answer) == (statements[1], -1)
    stranger = queries.turn(inquiry, voter, wanted=10**9)
    assert stranger.statement in {statements[0], statements[2]}


@pytest.mark.django_db
def test_a_hidden_statement_is_not_asked(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, participant: Principal
) -> None:
    for row in statements[:2]:
        actions.moderate_statement(by=facilitator, statement=row, show=False, reason="Det samme")
    turn = queries.turn(inquiry, Voter(user_id=participant.user_id))
    assert (turn.statement, turn.total) == (statements[2], 1)


@pytest.mark.django_db
def test_what_tells_the_groups_of_the_map_apart_is_asked_first(
    inquiry: Inquiry, statements: list[Statement]
) -> None:
    for row in statements:
        row.n_agree = row.n_disagree = 30
        row.save()
    apart, alike = [(28, 2), (2, 28)], [(15, 15), (15, 15)]
    said = [
        {
            "id": row.pk,
            "agree": [{"votes": {"agree": y, "disagree": n, "pass": 0}} for y, n in each],
        }
        for row, each in zip(statements, [alike, apart, alike], strict=True)
    ]
    StoredMap.objects.create(
        council=inquiry.council, inquiry=inquiry, computed_at=clock.now(), n_votes=60, n_people=60,
        seconds=0, data={"n_groups": 2, "statements": said}, places={},
    )  # fmt: skip
    shown = [
        queries.turn(inquiry, Voter(session_digest=f"{number:064x}")).statement
        for number in range(60)
    ]
    assert shown.count(statements[1]) > 3 * shown.count(statements[0]) > 0


@pytest.mark.django_db
def test_a_new_statement_soon_gets_its_turn(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    enter: Enter,
) -> None:  # fmt: skip
    for number in range(12):
        person = enter(visitor, f"{number:064d}")
        for row in statements:
            actions.vote(by=visitor, statement=row, participant=person, value=1)
    [new] = actions.seed_statements(by=facilitator, inquiry=inquiry, texts=["Et nyt udsagn"])
    first = [
        queries.turn(inquiry, Voter(session_digest=f"{number:064x}")).statement
        for number in range(100, 140)
    ]
    # Of four equal statements a fourth would be usual.
    assert first.count(new) >= 20


def _at_once(number: int, act: Callable[[int], Any]) -> list[Any]:
    """Runs `act` in so many threads that all begin at the same moment."""
    barrier = Barrier(number)

    def run(index: int) -> Any:
        try:
            barrier.wait(timeout=20)
            return act(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.mark.django_db(transaction=True)
def test_fifty_requests_at_once_give_one_vote(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, enter: Enter
) -> None:
    person = enter(participant)

    def press(index: int) -> int:
        row = Statement.objects.get(pk=statements[0].pk)
        value = 1 if index % 2 else -1
        return actions.vote(by=participant, statement=row, participant=person, value=value).value

    answers = _at_once(50, press)
    inquiry.refresh_from_db()
    [vote] = Vote.objects.all()
    assert set(answers) == {1, -1}
    assert numbers(statements)[0] == ((1, 0, 0) if vote.value == 1 else (0, 1, 0))
    assert (inquiry.n_votes, inquiry.n_people) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_lose_no_vote(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal
) -> None:
    def come(index: int) -> None:
        row = Inquiry.objects.get(pk=inquiry.pk)
        voter = Voter(session_digest=f"{index:064d}")
        person = actions.enter(by=visitor, inquiry=row, voter=voter)
        for statement in Statement.objects.filter(inquiry=inquiry):
            actions.vote(by=visitor, statement=statement, participant=person, value=1)

    _at_once(12, come)
    inquiry.refresh_from_db()
    assert numbers(statements) == [(12, 0, 0)] * 3
    assert (inquiry.n_votes, inquiry.n_people) == (36, 12)
    assert set(Participant.objects.values_list("n_votes", flat=True)) == {3}


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_browser_are_one_person(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal,
    client_as: Callable[[Principal], Client],
) -> None:  # fmt: skip
    first = client_as(visitor)
    url = f"/udfordringer/{inquiry.challenge_id}/kernen/stem/"
    first.get(url)
    cookies = first.cookies.output(header="", sep=";")
    tabs = [Client(HTTP_HOST=first.defaults["HTTP_HOST"], HTTP_COOKIE=cookies) for _ in range(8)]

    def press(index: int) -> int:
        return tabs[index].post(url, {"statement": statements[0].pk, "value": 1}).status_code

    assert set(_at_once(8, press)) == {302}
    assert Participant.objects.count() == 1
    assert numbers(statements)[0] == (1, 0, 0)


# --- the map -----------------------------------------------------------------------------------
def a_crowd(inquiry: Inquiry, statements: list[Statement], visitor: Principal, people: int) -> None:
    for number in range(people):
        voter = Voter(session_digest=f"{number:064d}")
        person = actions.enter(by=visitor, inquiry=inquiry, voter=voter)
        for at, row in enumerate(statements):
            value = 1 if at == 0 or number % 2 else -1
            actions.vote(by=visitor, statement=row, participant=person, value=value)


@pytest.mark.django_db
def test_a_vote_asks_for_the_map_once_while_one_is_waiting(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks() as asked:
        a_crowd(inquiry, statements, visitor, 6)
    inquiry.refresh_from_db()
    assert (len(asked), inquiry.unmapped) == (1, 18)
    first = actions.recompute_map.func(inquiry.pk, True)
    inquiry.refresh_from_db()
    assert inquiry.unmapped == 0
    # What was asked for in the meantime is done already.
    assert actions.recompute_map.func(inquiry.pk, True) == first
    with django_capture_on_commit_callbacks(execute=True) as again:
        a_crowd(inquiry, statements[:1], visitor, 7)
    assert (len(again), StoredMap.objects.get().n_people) == (1, 7)


@pytest.mark.django_db
def test_a_map_that_a_worker_lost_is_asked_for_again(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks() as asked:
        a_crowd(inquiry, statements, visitor, 34)
    assert len(asked) == 2  # with the first vote, and with the 101st


@pytest.mark.django_db
def test_a_map_counts_shown_statements_only(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, facilitator: Principal
) -> None:
    a_crowd(inquiry, statements, visitor, 6)
    actions.moderate_statement(
        by=facilitator, statement=statements[2], show=False, reason="Dobbelt"
    )
    stored = actions.draw_map(inquiry)
    assert (stored.n_votes, stored.data["n_statements"]) == (12, 2)


@pytest.mark.django_db
def test_the_same_votes_give_the_same_map(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal
) -> None:
    a_crowd(inquiry, statements, visitor, 14)
    first = actions.draw_map(inquiry)
    second = actions.draw_map(inquiry)
    assert (first.data, first.places) == (second.data, second.places)
    assert StoredMap.objects.count() == 1  # of one day the last is kept


@pytest.mark.django_db
def test_an_inquiry_without_votes_has_an_empty_map(inquiry: Inquiry) -> None:
    stored = actions.draw_map(inquiry)
    assert (stored.n_votes, stored.n_people, stored.places) == (0, 0, {})
    assert actions.recompute_map.func(10**9) is None


@pytest.mark.django_db
def test_only_those_who_facilitate_ask_for_a_map(inquiry: Inquiry, participant: Principal) -> None:
    from samskab.civic.foundation.core.errors import NotAllowed

    with pytest.raises(NotAllowed):
        actions.request_map(by=participant, inquiry=inquiry)
