"""Against a plain version in fractions, and what equal shares promise."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.engine.voting import EqualShares, Project, equal_shares
from samskab.engine.voting.shares import Worth

Ballots = list[set[str]]


def plain(
    projects: Sequence[Project], ballots: Ballots, share: Fraction, worth: Worth
) -> list[tuple[str, Fraction]]:
    """The rule as it is written down, slowly and in fractions only."""
    left = [share] * len(ballots)
    bought: list[tuple[str, Fraction]] = []
    while True:
        options = []
        for at, project in enumerate(projects):
            backers = [n for n, ballot in enumerate(ballots) if project.name in ballot]
            done = project.name in {name for name, _price in bought}
            if done or not backers or sum(left[n] for n in backers) < project.cost:
                continue
            price = level([left[n] for n in backers], project.cost)
            value = project.cost if worth == "cost" else 1
            options.append((price / value, -len(backers), project.cost, at, price, backers))
        if not options:
            return bought
        *_rank, at, price, backers = min(options, key=lambda option: option[:4])
        for n in backers:
            left[n] -= min(left[n], price)
        bought.append((projects[at].name, price))


def level(balances: list[Fraction], cost: int) -> Fraction:
    rest, rich = Fraction(cost), sorted(balances)
    while rich and rich[0] * len(rich) < rest:
        rest -= rich.pop(0)
    return rest / len(rich) if rich else max(balances)


def completed(
    projects: Sequence[Project], ballots: Ballots, budget: int, worth: Worth
) -> tuple[list[tuple[str, Fraction]], int]:
    cost = {project.name: project.cost for project in projects}
    wanted = {name for ballot in ballots for name in ballot}
    raised = 0
    found = plain(projects, ballots, Fraction(budget, len(ballots)), worth)
    while True:
        names = [name for name, _price in found]
        left = budget - sum(cost[name] for name in names)
        if set(names) == wanted or all(cost[name] > left for name in cost if name not in names):
            return found, raised
        share = Fraction(budget, len(ballots)) + raised + 1
        more = plain(projects, ballots, share, worth)
        if sum(cost[name] for name, _price in more) > budget:
            return found, raised
        found, raised = more, raised + 1


@st.composite
def elections(draw: st.DrawFn) -> tuple[list[Project], Ballots, int]:
    names = "abcdef"[: draw(st.integers(1, 6))]
    projects = [Project(name, draw(st.integers(1, 12))) for name in names]
    ballots = draw(st.lists(st.sets(st.sampled_from(names)), min_size=1, max_size=8))
    return projects, ballots, draw(st.integers(0, 40))


def paid(found: EqualShares, ballots: Ballots) -> list[list[Fraction]]:
    """What each voter pays for each purchase, worked out from prices and who came short."""
    left = [found.share] * len(ballots)
    rows = []
    for purchase in found.purchases:
        row = [Fraction(0)] * len(ballots)
        for n, ballot in enumerate(ballots):
            if purchase.name in ballot:
                row[n] = left[n] if n in purchase.short else purchase.price
                left[n] -= row[n]
        rows.append(row)
    return rows


@given(elections(), st.sampled_from(["cost", "one"]))
@settings(max_examples=80, deadline=None)
def test_it_buys_what_the_plain_version_buys_at_the_same_prices(
    election: tuple[list[Project], Ballots, int], worth: Worth
) -> None:
    projects, ballots, budget = election
    alone = equal_shares(projects, ballots, budget, complete=False, worth=worth)
    share = Fraction(budget, len(ballots))
    assert [(p.name, p.price) for p in alone.purchases] == plain(projects, ballots, share, worth)
    found = equal_shares(projects, ballots, budget, worth=worth)
    expected, raised = completed(projects, ballots, budget, worth)
    assert [(p.name, p.price) for p in found.purchases] == expected
    assert found.raised == raised


@given(elections())
@settings(max_examples=60, deadline=None)
def test_every_krone_is_paid_by_supporters_within_their_share_and_nothing_affordable_is_left(
    election: tuple[list[Project], Ballots, int],
) -> None:
    projects, ballots, budget = election
    found = equal_shares(projects, ballots, budget)
    assert found.spent + found.left == budget
    assert found.left >= 0
    rows = paid(found, ballots)
    assert [sum(row) for row in rows] == [purchase.cost for purchase in found.purchases]
    spent = [sum((row[n] for row in rows), Fraction(0)) for n in range(len(ballots))]
    assert all(0 <= amount <= found.share for amount in spent)
    for project in projects:
        if project.name not in found.bought:
            backers = [n for n, ballot in enumerate(ballots) if project.name in ballot]
            assert sum(found.share - spent[n] for n in backers) < project.cost or not backers


@given(elections())
@settings(max_examples=50, deadline=None)
def test_a_group_that_can_pay_for_what_it_agrees_on_gets_something(
    election: tuple[list[Project], Ballots, int],
) -> None:
    """Those who all want the same, and whose shares pay for it, never leave with nothing."""
    projects, ballots, budget = election
    bought = set(equal_shares(projects, ballots, budget, complete=False).bought)
    share = Fraction(budget, len(ballots))
    for project in projects:
        backers = [ballot for ballot in ballots if project.name in ballot]
        for size in range(1, len(backers) + 1):
            if share * size >= project.cost:
                for group in combinations(backers, size):
                    assert any(bought & ballot for ballot in group)


def test_a_minority_gets_its_part_where_most_votes_would_take_all() -> None:
    """Six want the three roads, four want the library: by votes alone the four get nothing."""
    projects = [Project("road 1", 30), Project("road 2", 30), Project("road 3", 30)]
    projects.append(Project("library", 40))
    ballots = [{"road 1", "road 2", "road 3"}] * 6 + [{"library"}] * 4
    found = equal_shares(projects, ballots, 100)
    assert set(found.bought) == {"road 1", "road 2", "library"}
    assert [purchase.price for purchase in found.purchases] == [5, 5, 10]
    assert (found.left, found.raised) == (0, 0)


def test_add_one_puts_what_is_left_to_use_and_stays_within_the_budget() -> None:
    projects = [Project("a", 6), Project("b", 4)]
    ballots = [{"a"}, {"a"}, {"b"}]
    assert equal_shares(projects, ballots, 10, complete=False).bought == ("a",)
    found = equal_shares(projects, ballots, 10)
    assert (found.bought, found.raised, found.share) == (("a", "b"), 1, Fraction(13, 3))


def test_equal_prices_go_by_supporters_then_cost_then_the_order_given() -> None:
    projects = [Project("x", 3), Project("y", 3), Project("z", 2)]
    found = equal_shares(projects, [{"x", "y", "z"}] * 3, 20, worth="cost")
    assert found.bought == ("z", "x", "y")


def test_thirds_stay_thirds() -> None:
    found = equal_shares([Project("a", 1)], [{"a"}] * 3, 1)
    assert found.purchases[0].price == Fraction(1, 3)
    # One unit less than enough is not enough, however close.
    huge = 10**15
    assert equal_shares([Project("a", huge)], [{"a"}] * 3, huge - 1, complete=False).bought == ()
    assert equal_shares([Project("a", huge)], [{"a"}] * 3, huge).bought == ("a",)


def test_nobody_and_nothing() -> None:
    assert equal_shares([Project("a", 1)], [], 5).purchases == ()
    assert equal_shares([], [set()], 5).left == 5
    assert equal_shares([Project("a", 1)], [set()], 5).bought == ()


@pytest.mark.parametrize(
    ("projects", "ballots", "budget", "unit"),
    [
        ([Project("a", 1), Project("a", 2)], [], 5, 1),
        ([Project("a", 0)], [], 5, 1),
        ([Project("a", 1)], [{"b"}], 5, 1),
        ([Project("a", 1)], [], -1, 1),
        ([Project("a", 1)], [], 1, 0),
    ],
)
def test_wrong_input_is_refused(
    projects: list[Project], ballots: Ballots, budget: int, unit: int
) -> None:
    with pytest.raises(ValueError, match=r"twice|budget|unknown"):
        equal_shares(projects, ballots, budget, unit=unit)
