"""Two that say the same become one, and apart again; many are read at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry import actions, queries
from samskab.civic.journey.inquiry.models import Cause, Inquiry, Statement, Vote
from tests.journey.inquiry.conftest import Enter, numbers
from tests.journey.inquiry.test_votes import _at_once

As = Callable[[Principal], Client]


def answers(statement: Statement) -> dict[int, int]:
    rows = Vote.objects.filter(statement=statement)
    return dict(rows.values_list("participant_id", "value"))


@pytest.mark.django_db
def test_merged_statements_count_each_person_once_and_part_again(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    enter: Enter,
) -> None:  # fmt: skip
    twin, kept = statements[:2]
    people = [enter(visitor, f"{at:064d}") for at in range(3)]
    given = [(0, twin, 1), (1, twin, -1), (1, kept, 1), (2, kept, 0)]
    for at, statement, value in given:
        actions.vote(by=visitor, statement=statement, participant=people[at], value=value)
    actions.merge_statement(by=facilitator, statement=twin, into=kept)
    keys = [person.pk for person in people]
    # the first follows over; the second had answered both, and keeps what they said there
    assert answers(kept) == {keys[0]: 1, keys[1]: 1, keys[2]: 0}
    assert numbers([kept]) == [(2, 0, 1)]
    inquiry.refresh_from_db()
    assert (inquiry.n_votes, inquiry.n_people) == (4, 3)  # nobody has answered anew
    assert queries.carried(people[0]) == {kept.pk} and queries.carried(people[1]) == set()
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into, numbers([twin])) == ("hidden", kept, [(1, 1, 0)])
    # who changes the answer makes it their own: it stays when the two part again
    actions.vote(by=visitor, statement=kept, participant=people[0], value=1)
    assert queries.carried(people[0]) == set()
    actions.moderate_statement(by=facilitator, statement=twin, show=True)
    assert answers(kept) == {keys[0]: 1, keys[1]: 1, keys[2]: 0}
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into) == ("shown", None)


@pytest.mark.django_db
def test_parting_takes_back_what_merging_carried_over(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    enter: Enter,
) -> None:  # fmt: skip
    twin, kept = statements[:2]
    actions.vote(by=visitor, statement=twin, participant=enter(visitor, "a" * 64), value=-1)
    actions.merge_statement(by=facilitator, statement=twin, into=kept)
    assert numbers([kept]) == [(0, 1, 0)]
    with pytest.raises(Conflict):
        actions.merge_statement(by=facilitator, statement=twin, into=statements[2])
    actions.moderate_statement(by=facilitator, statement=twin, show=True)
    assert (numbers([kept, twin]), answers(kept)) == ([(0, 1, 0), (0, 0, 0)], {})


@pytest.mark.django_db
def test_what_cannot_be_merged(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, participant: Principal,
    outsider: Principal,
) -> None:  # fmt: skip
    one, other, hidden = statements
    actions.moderate_statement(by=facilitator, statement=hidden, show=False, reason="Et navn")
    for into in (one, hidden):
        with pytest.raises(Invalid):
            actions.merge_statement(by=facilitator, statement=one, into=into)
    with pytest.raises(NotAllowed):
        actions.merge_statement(by=participant, statement=one, into=other)
    with pytest.raises(NotFound):
        actions.merge_statement(by=outsider, statement=one, into=other)
    one.refresh_from_db()
    assert one.status == "shown"


@pytest.mark.django_db(transaction=True)
def test_votes_that_are_cast_while_two_are_merged_are_neither_lost_nor_doubled(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    enter: Enter,
) -> None:  # fmt: skip
    twin, kept = statements[:2]
    people = [enter(visitor, f"{at:064d}") for at in range(12)]

    def act(at: int) -> str:
        try:
            if at == 6:
                actions.merge_statement(by=facilitator, statement=twin, into=kept)
            else:
                row = Statement.objects.get(pk=(twin if at % 2 else kept).pk)
                actions.vote(by=visitor, statement=row, participant=people[at], value=1)
        except Conflict:
            return "too late"
        finally:
            connection.close()
        return "done"

    told = _at_once(12, act)
    assert told[6] == "done"
    voted = {people[at].pk for at in range(12) if at != 6 and told[at] == "done"}
    assert set(answers(kept)) == voted
    assert numbers([kept]) == [(len(voted), 0, 0)]


@pytest.mark.django_db
def test_merged_causes_keep_their_branches_and_weigh_each_person_once(
    inquiry: Inquiry, facilitator: Principal, visitor: Principal, enter: Enter
) -> None:
    def cause(text: str, parent: Cause | None = None) -> Cause:
        return actions.propose_cause(
            by=facilitator, inquiry=inquiry, kind="cause", text=text, parent=parent
        )

    twin, kept = cause("Ingen har nøglen"), cause("Nøglen er væk")
    below = cause("Den hænger på kontoret", twin)
    first, second = enter(visitor, "a" * 64), enter(visitor, "b" * 64)
    for row, person in ((twin, first), (twin, second), (kept, second)):
        actions.weigh_cause(by=visitor, cause=row, participant=person)
    with pytest.raises(Invalid):
        actions.merge_cause(by=facilitator, cause=twin, into=below)
    actions.merge_cause(by=facilitator, cause=twin, into=kept)
    below.refresh_from_db()
    kept.refresh_from_db()
    assert (below.parent, kept.weight) == (kept, 2)
    assert [node.cause for node in queries.tree(inquiry).causes] == [kept]
    actions.moderate_cause(by=facilitator, cause=twin, show=True)
    kept.refresh_from_db()
    assert kept.weight == 1
    with pytest.raises(NotAllowed):
        actions.merge_cause(by=visitor, cause=twin, into=kept)


@pytest.mark.django_db(transaction=True)
def test_causes_that_are_merged_into_each_other_at_once_take_turns(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    rows = [
        actions.propose_cause(by=facilitator, inquiry=inquiry, text=f"Årsag {at}", kind="cause")
        for at in range(2)
    ]

    def merge(index: int) -> str:
        try:
            actions.merge_cause(by=facilitator, cause=rows[index], into=rows[1 - index])
        except (Invalid, Conflict):
            return "told"
        return "done"

    for _round in range(3):
        assert sorted(_at_once(2, merge)) == ["done", "told"]
        hidden = Cause.objects.exclude(merged_into=None).get()
        actions.moderate_cause(by=facilitator, cause=hidden, show=True)


@pytest.mark.django_db
def test_many_are_read_at_once_all_or_none(
    inquiry: Inquiry, visitor: Principal, facilitator: Principal, participant: Principal
) -> None:
    rows = [
        actions.propose_statement(by=visitor, inquiry=inquiry, text=f"Udsagn {at}")
        for at in range(3)
    ]
    keys = [row.pk for row in rows]
    with pytest.raises(Invalid) as error:
        actions.moderate_statements(by=facilitator, inquiry=inquiry, keys=keys, show=False)
    assert error.value.field == "reason"
    with pytest.raises(NotAllowed):
        actions.moderate_statements(by=participant, inquiry=inquiry, keys=keys, show=True)
    with pytest.raises(Invalid):
        actions.moderate_statements(by=facilitator, inquiry=inquiry, keys=[10**9], show=True)
    assert queries.shown(inquiry) == []
    actions.moderate_statements(by=facilitator, inquiry=inquiry, keys=keys[:2], show=True)
    assert [row.pk for row in queries.shown(inquiry)] == keys[:2]


@pytest.mark.django_db
def test_statements_can_be_shown_at_once_and_read_afterwards(
    inquiry: Inquiry, visitor: Principal, facilitator: Principal, client_as: As
) -> None:
    desk = f"/udfordringer/{inquiry.challenge_id}/kernen/bord/"
    client = client_as(facilitator)
    client.post(desk + "laesning/", {"reading": "after", "seen": inquiry.version})
    stale = {"reading": "before", "seen": inquiry.version}
    client.post(desk + "laesning/", stale)
    inquiry.refresh_from_db()
    assert inquiry.reading == "after"
    with pytest.raises(Invalid):
        actions.set_reading(by=facilitator, inquiry=inquiry, reading="sometimes")
    with pytest.raises(NotAllowed):
        actions.set_reading(by=visitor, inquiry=inquiry, reading="before")
    anyone = client_as(visitor)
    anyone.post(desk[: -len("bord/")] + "skriv/", {"text": "Der er for få stole"})
    [row] = queries.shown(inquiry)
    assert "Vist, men ikke læst endnu" in client.get(desk).content.decode()
    client.post(desk + "laes/", {"only": row.pk})
    row.refresh_from_db()
    assert row.is_read
    assert "Vist, men ikke læst endnu" not in client.get(desk).content.decode()


@pytest.mark.django_db
def test_the_desk_reads_what_is_ticked_and_keeps_the_ticks_when_a_reason_is_missing(
    inquiry: Inquiry, visitor: Principal, facilitator: Principal, client_as: As
) -> None:
    rows = [
        actions.propose_statement(by=visitor, inquiry=inquiry, text=f"Udsagn {at} her")
        for at in range(3)
    ]
    client, url = client_as(facilitator), f"/udfordringer/{inquiry.challenge_id}/kernen/bord/laes/"
    ticked: dict[str, Any] = {"keys": [rows[0].pk, rows[1].pk]}
    again = client.post(url, ticked | {"hide": "1"})
    assert again.status_code == 422 and again.content.decode().count(" checked") == 2
    assert client.post(url, {"show": "1"}).status_code == 422
    client.post(url, ticked | {"hide": "1", "reason": "Nævner en person"})
    states = list(Statement.objects.order_by("pk").values_list("status", flat=True))
    assert states == ["hidden", "hidden", "waiting"]
    client.post(url, {"keys": [rows[2].pk], "show": "1"})
    assert [row.pk for row in queries.shown(inquiry)] == [rows[2].pk]
    assert client_as(visitor).post(url, ticked).status_code == 403
    assert client.get(url).status_code == 302


@pytest.mark.django_db
def test_look_alikes_are_found_and_merged_from_the_desk(
    inquiry: Inquiry, facilitator: Principal, client_as: As
) -> None:
    texts = ["Der mangler bænke ved åen", "Vi mangler bænke ved åen", "Bussen kører for sjældent"]
    one, other, third = actions.seed_statements(by=facilitator, inquiry=inquiry, texts=texts)
    assert queries.look_alikes([one, other, third]) == [(other, one)]
    client = client_as(facilitator)
    desk = client.get(f"/udfordringer/{inquiry.challenge_id}/kernen/bord/").content.decode()
    url = f"/kernen/udsagn/{other.pk}/samme/"
    assert "De siger måske det samme" in desk and url in desk
    page = client.get(url).content.decode()
    assert page.index(one.text) < page.index(third.text)
    assert client.post(url, {"into": ""}).status_code == 422
    assert client.post(url, {"into": one.pk}).status_code == 302
    assert (
        one.text
        in client.get(f"/udfordringer/{inquiry.challenge_id}/kernen/bord/").content.decode()
    )
    other.refresh_from_db()
    assert other.merged_into == one


@pytest.mark.django_db
def test_statements_that_differ_by_a_number_do_not_say_the_same(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    texts = [
        "Jeg er under 30 år gammel",
        "Jeg er under 55 år gammel",
        "Er jeg under 30 år gammel?",
        "Jeg er 30 år gammel og under uddannelse",
    ]
    rows = actions.seed_statements(by=facilitator, inquiry=inquiry, texts=texts)
    found = queries.look_alikes(rows)
    assert (rows[2], rows[0]) in found
    assert all(rows[1] not in pair for pair in found)
