"""Ballots of every kind: in the open, in secret, and what must never be found out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samskab.civic.commons.council import actions, queries
from samskab.civic.commons.council.forms import SlipsForm
from samskab.civic.commons.council.models import AgendaItem, Ballot, Decision, Meeting, Poll, Term
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal

LAMPS = [("Lamper", 60), ("Bænke", 30), ("Kaffe", 10)]
CITIES = [("Memphis", None), ("Nashville", None), ("Knoxville", None)]


def opened(by: Principal, item: AgendaItem, method: str, **more: Any) -> AgendaItem:
    return actions.open_ballot(by=by, item=item, method=method, **more)


def cast(people: list[Principal], item: AgendaItem, *papers: Any) -> None:
    for person, paper in zip(people, papers, strict=False):
        actions.vote(by=person, item=item, choice=paper)


# --- ways to vote ------------------------------------------------------------------------------


def test_approval_counts_marks_and_names_equals(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "approval", options=CITIES)
    cast(people, item, [1, 0], [1], [0], [])
    poll = actions.close_ballot(by=secretariat, item=item)
    assert poll.result["counts"] == [2, 2, 0]
    assert (poll.result["order"], poll.result["tied"]) == ([0, 1, 2], [0, 1])
    assert poll.result["papers"] == 4


def test_a_ranking_is_kept_with_every_pair(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "ranked", options=CITIES)
    cast(people, item, [[0], [1]], [[1], [2, 0]], [[2], [1], [0]], [[1]])
    actions.close_ballot(by=secretariat, item=item)
    decision = actions.decide(by=secretariat, item=item, text="Nashville.", outcome="adopted")
    assert decision.tally["order"][0] == 1
    assert decision.tally["table"] == [[0, 1, 1], [3, 0, 3], [1, 1, 0]]
    assert decision.by_consensus is False


def test_a_budget_is_shared_out_equally(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "budget", options=LAMPS, budget=100)
    cast(people, item, [0], [0], [0], [1, 2])
    result = actions.close_ballot(by=secretariat, item=item).result
    assert [LAMPS[at][0] for at in result["order"]] == ["Lamper", "Kaffe", "Bænke"]
    assert (result["spent"], result["left"], result["counts"]) == (100, 0, [3, 1, 1])


def test_the_log_tells_how_many_voted_and_not_what(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "approval", options=CITIES)
    cast(people, item, [0])
    actions.close_ballot(by=secretariat, item=item)
    logged = LogEntry.objects.filter(verb__contains="ballot").order_by("seq")
    assert [entry.data for entry in logged] == [
        {"method": "approval", "secret": False, "options": 3},
        {"papers": 1},
    ]
    assert LogEntry.objects.get(verb="council.vote").data == {}


@pytest.mark.parametrize(
    ("method", "options", "budget", "field"),
    [
        ("lots", CITIES, None, "method"),
        ("approval", [], None, "options"),
        ("ranked", [("a", None)], None, "options"),
        ("ranked", [("a", None), ("a ", None)], None, "options"),
        ("approval", [(str(n), None) for n in range(41)], None, "options"),
        ("budget", LAMPS, None, "budget"),
        ("budget", [("a", None), ("b", 3)], 10, "options"),
        ("budget", [("a", 0), ("b", 3)], 10, "options"),
    ],
)
def test_a_ballot_paper_has_to_make_sense(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    method: str,
    options: Any,
    budget: int | None,
    field: str,
) -> None:
    with pytest.raises(Invalid) as error:
        opened(secretariat, item, method, options=options, budget=budget)
    assert error.value.field == field
    assert Poll.objects.count() == 0


@pytest.mark.parametrize(
    ("method", "paper"),
    [("approval", [3]), ("approval", [0, 0]), ("approval", "yes"), ("approval", [[0]]),
     ("ranked", [0]), ("ranked", [[0], [0]]), ("ranked", [[9]]), ("yes_no", [0])],
)  # fmt: skip
def test_a_paper_that_does_not_fit_is_refused(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    method: str,
    paper: Any,
) -> None:
    opened(secretariat, item, method, options=CITIES)
    with pytest.raises(Invalid):
        cast(people, item, paper)
    assert Ballot.objects.count() == 0


@pytest.mark.parametrize("method", ["approval", "ranked", "budget", "yes_no"])
def test_a_disqualified_member_is_refused_in_every_kind_of_ballot(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    terms: list[Term],
    method: str,
) -> None:
    actions.disqualify(by=secretariat, item=item, term=terms[0], reason="Leder foreningen")
    opened(secretariat, item, method, options=LAMPS, budget=100, is_secret=True)
    paper = {"ranked": [[0]], "yes_no": "yes"}.get(method, [0])
    with pytest.raises(Invalid, match="inhabil"):
        cast(people, item, paper)
    assert (Ballot.objects.count(), Poll.objects.get().papers) == (0, [])


def test_a_counted_ballot_takes_no_more_votes_and_counting_twice_is_harmless(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "yes_no")
    cast(people, item, "yes")
    first = actions.close_ballot(by=secretariat, item=item)
    assert actions.close_ballot(by=secretariat, item=item).result == first.result
    with pytest.raises(Conflict):
        cast(people[1:], item, "no")
    assert actions.decide(by=secretariat, item=item, text="Ja", outcome="adopted").in_favour == 1


def test_only_the_secretariat_counts(
    secretariat: Principal,
    member: Principal,
    facilitator: Principal,
    visitor: Principal,
    outsider: Principal,
    convened: Meeting,
    item: AgendaItem,
) -> None:
    opened(secretariat, item, "yes_no")
    for person in (member, facilitator, visitor):
        with pytest.raises(NotAllowed):
            actions.close_ballot(by=person, item=item)
    with pytest.raises(NotFound):
        actions.close_ballot(by=outsider, item=item)
    with pytest.raises(Invalid):
        actions.close_ballot(by=secretariat, item=item)  # nobody has voted


def test_a_second_round_throws_the_first_away(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "approval", options=CITIES)
    cast(people, item, [0])
    actions.close_ballot(by=secretariat, item=item)
    opened(secretariat, item, "approval", options=CITIES[:2])
    assert (Ballot.objects.count(), Poll.objects.get().result) == (0, {})
    cast(people, item, [1])
    assert actions.close_ballot(by=secretariat, item=item).result["counts"] == [0, 1]


def test_an_item_that_moves_to_another_meeting_leaves_its_count_behind(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "yes_no")
    cast(people, item, "yes")
    actions.close_ballot(by=secretariat, item=item)
    actions.place_item(by=secretariat, item=item, meeting=None)
    assert Poll.objects.count() == 0


# --- not before its time -----------------------------------------------------------------------


def test_nothing_is_decided_on_a_meeting_that_lies_ahead(
    secretariat: Principal, facilitator: Principal, terms: list[Term]
) -> None:
    start = timezone.now() + timedelta(days=3)
    ahead = actions.plan_meeting(
        by=secretariat, title="Senere", starts_at=start, ends_at=start + timedelta(hours=2)
    )
    item = actions.put_on_agenda(by=facilitator, title="Dom", text="", kind="verdict")
    actions.place_item(by=secretariat, item=item, meeting=ahead)
    actions.note_attendance(by=secretariat, meeting=ahead, present=terms)
    with pytest.raises(Invalid, match="frem"):
        actions.decide(by=secretariat, item=item, text="Nu", outcome="spread")
    with pytest.raises(Invalid, match="frem"):
        opened(secretariat, item, "yes_no")
    assert Decision.objects.count() == 0
    actions.place_item(by=secretariat, item=item, meeting=None)
    assert actions.decide(by=secretariat, item=item, text="Nu", outcome="spread").pk


# --- secret ------------------------------------------------------------------------------------


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """The whole database as somebody reads it who has stolen it, but for the running numbers
    that PostgreSQL does not take back with a transaction."""
    found = {}
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        rows = model._base_manager.order_by("pk").values_list(*names)
        found[model._meta.label] = [tuple(map(str, row)) for row in rows]
    return found


def ticking() -> Callable[[], datetime]:
    """A clock that goes on a second each time it is looked at, from the same moment."""
    moments = (datetime(2026, 5, 1, 16, tzinfo=UTC) + timedelta(seconds=n) for n in count())
    return lambda: next(moments)


@pytest.mark.parametrize(
    ("method", "papers"),
    [
        ("yes_no", ["yes", "no", "no", "abstain"]),
        ("approval", [[0], [1, 2], [], [0, 1]]),
        ("ranked", [[[0], [1]], [[2, 1]], [], [[1], [0], [2]]]),
        ("budget", [[0], [1, 2], [], [0, 1]]),
    ],
)
def test_the_database_is_the_same_whoever_voted_what(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    method: str,
    papers: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attack: all members vote in the same order at the same moments, once for each way of
    handing the papers round. If any row, order, time or digest told something, two of these
    databases would differ somewhere."""
    orders = list(permutations(papers))[::8]
    seen: list[dict[str, Any]] = []
    for order in orders:
        with transaction.atomic():
            monkeypatch.setattr(timezone, "now", ticking())
            monkeypatch.setattr(actions.ballots, "check_begun", lambda meeting: None)
            opened(secretariat, item, method, options=LAMPS, budget=100, is_secret=True)
            cast(people, item, *order)
            during = everything()
            actions.close_ballot(by=secretariat, item=item)
            seen.append({"during": during, "after": everything()})
            transaction.set_rollback(True)
        monkeypatch.undo()
        item.refresh_from_db()
    assert all(one == seen[0] for one in seen[1:])
    assert len({repr(order) for order in orders}) == 3
    assert len(seen[0]["during"]["council.Ballot"]) == 4


def test_who_has_voted_is_known_and_the_papers_go_when_they_are_counted(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "yes_no", is_secret=True)
    cast(people, item, "yes", "no", "yes")
    assert {row.member_id for row in Ballot.objects.all()} == {p.user_id for p in people[:3]}
    assert {(row.choice, row.answer) for row in Ballot.objects.all()} == {("", None)}
    assert Poll.objects.get().papers == ["no", "yes", "yes"]
    decision = actions.decide(by=secretariat, item=item, text="Ja", outcome="adopted")
    assert (decision.in_favour, decision.against, decision.abstained) == (2, 1, 0)
    assert Poll.objects.get().papers == []


def test_a_secret_vote_is_cast_once(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "yes_no", is_secret=True)
    cast(people, item, "yes")
    with pytest.raises(Conflict):
        cast(people, item, "no")
    assert Poll.objects.get().papers == ["yes"]


def test_two_secret_votes_would_tell_who_voted_what_and_are_not_counted(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "yes_no", is_secret=True)
    cast(people, item, "yes", "no")
    for attempt in (
        lambda: actions.close_ballot(by=secretariat, item=item),
        lambda: actions.decide(by=secretariat, item=item, text="Nej", outcome="rejected"),
    ):
        with pytest.raises(Invalid):
            attempt()
    assert Poll.objects.get().result == {}


def test_who_has_voted_in_secret_is_not_disqualified_behind_it(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    terms: list[Term],
) -> None:
    opened(secretariat, item, "yes_no", is_secret=True)
    cast(people, item, "yes", "no", "no")
    with pytest.raises(Conflict):
        actions.disqualify(by=secretariat, item=item, term=terms[0], reason="Leder")
    assert queries.agenda(secretariat, convened)[0].disqualified == ()
    actions.call_off_ballot(by=secretariat, item=item)
    actions.disqualify(by=secretariat, item=item, term=terms[0], reason="Leder")
    opened(secretariat, item, "yes_no", is_secret=True)
    cast(people[1:], item, "yes", "no", "no")
    assert actions.close_ballot(by=secretariat, item=item).result["yes"] == 1


# --- substitutes -------------------------------------------------------------------------------


@pytest.fixture
def substitute(secretariat: Principal, terms: list[Term]) -> Term:
    return actions.seat_person(
        by=secretariat,
        seat=terms[4].seat,
        holder_name="Søs",
        email="soes@eksempel.dk",
        is_substitute=True,
    )


def as_person(term: Term) -> Principal:
    from samskab.civic.foundation.accounts.queries import principal_for

    assert term.user is not None
    return principal_for(term.user, term.council)


def test_a_substitute_votes_when_the_member_is_away(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    terms: list[Term],
    substitute: Term,
) -> None:
    assert queries.quorum(convened).filled == 5
    actions.note_attendance(by=secretariat, meeting=convened, present=[*terms[:2], substitute])
    assert (queries.quorum(convened).present, queries.quorum(convened).reached) == (3, True)
    opened(secretariat, item, "yes_no")
    actions.vote(by=as_person(substitute), item=item, choice="yes")
    assert queries.count_ballots(item).in_favour == 1


def test_a_seat_has_one_voice(
    secretariat: Principal, convened: Meeting, terms: list[Term], substitute: Term
) -> None:
    with pytest.raises(Invalid) as error:
        actions.note_attendance(by=secretariat, meeting=convened, present=[*terms, substitute])
    assert error.value.field == "present"
    with pytest.raises(Conflict):
        actions.seat_person(by=secretariat, seat=terms[4].seat, holder_name="X", is_substitute=True)


def test_a_substitute_stays_when_the_member_leaves(
    secretariat: Principal, terms: list[Term], substitute: Term
) -> None:
    actions.end_term(by=secretariat, term=terms[4])
    row = next(row for row in queries.seats_now(terms[0].council) if row.seat == terms[4].seat)
    assert (row.term, row.substitute) == (None, substitute)


# --- on the pages ------------------------------------------------------------------------------


def url(name: str, item: AgendaItem) -> str:
    return reverse(f"council:{name}", args=[item.pk])


@pytest.mark.parametrize(
    ("method", "paper", "kept"),
    [
        ("yes_no", {"choice": "no"}, "no"),
        ("approval", {"choice": ["0", "2"]}, [0, 2]),
        ("ranked", {"place_0": "2", "place_1": "1", "place_2": "2"}, [[1], [0, 2]]),
        ("budget", {"choice": ["1"]}, [1]),
    ],
)
def test_every_kind_of_ballot_works_in_a_browser_without_a_script(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    client_as: Callable[[Principal], Client],
    method: str,
    paper: dict[str, Any],
    kept: Any,
) -> None:
    desk, anna = client_as(secretariat), client_as(people[0])
    desk.post(
        url("open_ballot", item),
        {"method": method, "options": "Lamper = 20.000 kr.\nBænke=300\nKaffe = 5", "budget": "900"},
    )
    page = anna.get(url("item", item)).content.decode()
    assert ("Lamper, 20.000 kr." in page) is (method == "budget")
    assert anna.post(url("vote", item), paper).status_code == 302
    row = Ballot.objects.get()
    assert (row.choice or row.answer) == kept
    assert "Stem om" in anna.get(url("item", item)).content.decode()
    desk.post(url("close_ballot", item))
    assert "Reglen" in desk.get(url("decide", item)).content.decode()
    outcome = "rejected" if method == "yes_no" else "adopted"
    desk.post(url("decide", item), {"text": "Så gør vi det.", "outcome": outcome})
    assert Decision.objects.get().tally["method"] == method


def test_a_secret_ballot_shows_nobody_a_count_before_it_ends(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    client_as: Callable[[Principal], Client],
) -> None:
    opened(secretariat, item, "yes_no", is_secret=True)
    cast(people, item, "yes", "no", "no")
    desk, anna = client_as(secretariat), client_as(people[0])
    for client, name in ((desk, "item"), (desk, "decide"), (anna, "item")):
        page = client.get(url(name, item)).content.decode()
        assert "for, " not in page
        assert "For: " not in page
    assert "En hemmelig stemme kan ikke ændres" in anna.get(url("item", item)).content.decode()
    again = anna.post(url("vote", item), {"choice": "yes"})
    assert again.status_code == 409
    assert Poll.objects.get().papers == ["no", "no", "yes"]


def test_a_paper_that_is_wrong_comes_back_with_what_was_marked(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    client_as: Callable[[Principal], Client],
) -> None:
    opened(secretariat, item, "approval", options=CITIES)
    answer = client_as(people[0]).post(url("vote", item), {"choice": ["1", "7"]})
    assert answer.status_code == 422
    assert Ballot.objects.count() == 0


# --- on paper ----------------------------------------------------------------------------------


def test_slips_are_counted_like_votes_that_were_cast_here(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "budget", options=LAMPS, budget=100)
    slips = [[0], [0], [0], [1, 2]]
    poll = actions.count_slips(by=secretariat, item=item, slips=slips)
    assert (poll.result["order"], poll.result["papers"]) == ([0, 2, 1], 4)
    assert (Ballot.objects.count(), Poll.objects.get().papers) == (0, [])
    item.refresh_from_db()
    assert item.ballot_open is False
    decision = actions.decide(by=secretariat, item=item, text="Lamper.", outcome="adopted")
    assert decision.tally == poll.result


def test_nobody_votes_on_paper_and_here(
    secretariat: Principal, convened: Meeting, item: AgendaItem, people: list[Principal]
) -> None:
    opened(secretariat, item, "approval", options=CITIES)
    cast(people, item, [1])
    with pytest.raises(Conflict):
        actions.count_slips(by=secretariat, item=item, slips=[[0], [1]])
    assert Poll.objects.get().result == {}


@pytest.mark.parametrize("slips", [[], [[0]] * 5, [[7]], [[0, 0]], ["ja"]])
def test_slips_that_cannot_be_are_refused(
    slips: list[Any], secretariat: Principal, convened: Meeting, item: AgendaItem
) -> None:
    opened(secretariat, item, "approval", options=CITIES)
    with pytest.raises(Invalid):
        actions.count_slips(by=secretariat, item=item, slips=slips)
    item.refresh_from_db()
    assert item.ballot_open is True


def test_two_secret_slips_would_tell_who_voted_what(
    secretariat: Principal, convened: Meeting, item: AgendaItem
) -> None:
    opened(secretariat, item, "ranked", options=CITIES, is_secret=True)
    with pytest.raises(Invalid):
        actions.count_slips(by=secretariat, item=item, slips=[[[0]], [[1]]])


def test_only_the_secretariat_counts_slips_and_only_of_an_open_ballot(
    secretariat: Principal, people: list[Principal], convened: Meeting, item: AgendaItem
) -> None:
    with pytest.raises(Conflict):
        actions.count_slips(by=secretariat, item=item, slips=[[0]])
    opened(secretariat, item, "approval", options=CITIES)
    with pytest.raises(NotAllowed):
        actions.count_slips(by=people[0], item=item, slips=[[0]])


@pytest.mark.parametrize(
    ("method", "typed", "read"),
    [
        ("ranked", "2 > 1\n3 > 1, 2\n-", [[[1], [0]], [[2], [0, 1]], []]),
        ("approval", "1, 3\n–\n\n2", [[0, 2], [], [1]]),
        ("yes_no", "ja\nNej\n-", ["yes", "no", "abstain"]),
    ],
)
def test_slips_are_typed_one_on_a_line(method: str, typed: str, read: Any) -> None:
    poll = Poll(method=method, options=[{"title": title} for title, _cost in CITIES])
    form = SlipsForm({"slips": typed}, poll=poll)
    assert form.is_valid()
    assert form.values() == {"slips": read}


@pytest.mark.parametrize(
    ("method", "typed"),
    [("ranked", "1\n4"), ("ranked", "1 > 1"), ("approval", "1\n2 > 1"), ("yes_no", "ja\nmåske"),
     ("approval", "0"), ("approval", "1\n1,"), ("ranked", "1\n>")],
)  # fmt: skip
def test_the_line_that_cannot_be_read_is_named(method: str, typed: str) -> None:
    poll = Poll(method=method, options=[{"title": title} for title, _cost in CITIES])
    form = SlipsForm({"slips": typed}, poll=poll)
    assert form.is_valid()
    with pytest.raises(Invalid) as error:
        form.values()
    line = len(typed.splitlines())
    assert str(error.value.message).startswith(f"Linje {line} ")


def test_slips_are_counted_on_a_page(
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    client_as: Callable[[Principal], Client],
) -> None:
    client, address = client_as(secretariat), reverse("council:count_slips", args=[item.pk])
    assert client.get(address).status_code == 302
    opened(secretariat, item, "approval", options=CITIES)
    assert (
        f'href="{address}"' in client.get(reverse("council:item", args=[item.pk])).content.decode()
    )
    page = client.get(address).content.decode()
    assert "<li>Memphis</li>" in page
    assert client.post(address, {"slips": "9"}).status_code == 422
    assert client.post(address, {"slips": "1\n1, 2"}).status_code == 302
    assert Poll.objects.get().result["counts"] == [2, 1, 0]
