"""Examples with known answers, and what must hold of every set of ballots."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise as neighbours

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.engine.voting import (
    Ranking,
    Standing,
    instant_runoff,
    pairwise,
    plurality,
    ranked_pairs,
    schulze,
)

CITIES = ("Memphis", "Nashville", "Chattanooga", "Knoxville")


def said(text: str) -> Ranking:
    """`a>b=c` as a ballot."""
    return tuple(tuple(group.split("=")) for group in text.split(">")) if text else ()


# Where voters of Tennessee would like the capital, each preferring what is near.
TENNESSEE = {
    said("Memphis>Nashville>Chattanooga>Knoxville"): 42,
    said("Nashville>Chattanooga>Knoxville>Memphis"): 26,
    said("Chattanooga>Knoxville>Nashville>Memphis"): 15,
    said("Knoxville>Chattanooga>Nashville>Memphis"): 17,
}
# Schulze (2011), the first example with 45 voters.
SCHULZE_45 = {
    said(">".join(order)): count
    for order, count in {
        "ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7,
        "EBADC": 8,
    }.items()
}  # fmt: skip
BOTH = [schulze, ranked_pairs]


@pytest.mark.parametrize("rule", BOTH)
def test_tennessee_has_nashville_as_its_capital(rule: object) -> None:
    found: Standing = rule(CITIES, TENNESSEE)  # type: ignore[operator]
    assert found.order == ("Nashville", "Chattanooga", "Knoxville", "Memphis")
    assert (found.condorcet, found.ballots, found.tied) == ("Nashville", 100, ())
    assert found.table[0] == (0, 42, 42, 42)
    assert found.table[1] == (58, 0, 68, 68)


def test_other_rules_choose_other_capitals() -> None:
    assert plurality(CITIES, TENNESSEE) == "Memphis"
    assert instant_runoff(CITIES, TENNESSEE) == "Knoxville"


def test_schulzes_example_with_45_voters_is_won_by_e() -> None:
    found = schulze("ABCDE", SCHULZE_45)
    assert found.order == ("E", "A", "C", "B", "D")
    assert (found.condorcet, found.ballots) == (None, 45)
    assert found.table[0] == (0, 20, 26, 30, 22)
    # The strongest paths of the published table.
    assert found.strengths == (
        (0, 28, 28, 30, 24),
        (25, 0, 28, 33, 24),
        (25, 29, 0, 29, 24),
        (25, 28, 28, 0, 24),
        (25, 28, 28, 31, 0),
    )


def test_equals_share_a_place_and_are_ordered_by_first_places_then_the_paper() -> None:
    tied = {said("c>a=b"): 1, said("b>a=c"): 1, said("a=b=c"): 3}
    found = schulze("abc", tied)
    assert found.places == (("b", "c"), ("a",))
    assert (found.order, found.tied) == (("b", "c", "a"), ("b", "c"))
    more = schulze("abc", {said("b=c>a"): 2, said("c>b>a"): 1, said("b>a=c"): 1})
    assert more.places[0] == ("b", "c")


def test_what_is_not_named_comes_last() -> None:
    assert pairwise("abc", {said("b"): 2, (): 5}) == ((0, 0, 0), (2, 0, 2), (0, 0, 0))


@pytest.mark.parametrize(
    ("options", "ballots"),
    [
        ("", {}),
        ("aa", {}),
        ("ab", {said("z"): 1}),
        ("ab", {said("a>a"): 1}),
        ("ab", {said("a"): -1}),
    ],
)
def test_ballots_that_cannot_be_counted_are_refused(
    options: str, ballots: dict[Ranking, int]
) -> None:
    for rule in (schulze, ranked_pairs, plurality, instant_runoff):
        with pytest.raises(ValueError, match=r"options|counted"):
            rule(options, ballots)


def place_of(found: Standing, name: str) -> int:
    return next(at for at, place in enumerate(found.places) if name in place)


rankings = st.permutations("abcd").flatmap(
    lambda order: st.lists(st.sampled_from([">", "="]), min_size=3, max_size=3).map(
        lambda marks: said("".join(a + b for a, b in zip(order, [*marks, ""], strict=True)))
    )
)
elections = st.lists(rankings, min_size=1, max_size=9).map(Counter)


@given(elections)
@settings(max_examples=60, deadline=None)
def test_who_beats_everybody_wins_and_an_order_never_contradicts_the_paths(
    ballots: Counter[Ranking],
) -> None:
    for rule in BOTH:
        found = rule("abcd", ballots)
        assert sorted(found.order) == list("abcd")
        assert [place_of(found, name) for name in found.order] == sorted(
            place_of(found, name) for name in found.order
        )
        if found.condorcet:
            assert (found.winner, found.tied) == (found.condorcet, ())
    paths, at = schulze("abcd", ballots), "abcd".index
    for upper, lower in neighbours(paths.order):
        assert paths.strengths[at(upper)][at(lower)] >= paths.strengths[at(lower)][at(upper)]


@given(elections, rankings, st.sampled_from("abcd"))
@settings(max_examples=60, deadline=None)
def test_ranking_an_option_first_never_harms_it(
    ballots: Counter[Ranking], changed: Ranking, option: str
) -> None:
    raised = ((option,), *(tuple(n for n in group if n != option) for group in changed))
    raised = tuple(group for group in raised if group)
    before = schulze("abcd", ballots + Counter([changed]))
    after = schulze("abcd", ballots + Counter([raised]))
    if before.winner == option:
        assert after.winner == option


@given(elections)
@settings(max_examples=40, deadline=None)
def test_turning_every_ballot_round_turns_the_paths_round(ballots: Counter[Ranking]) -> None:
    turned = Counter({ballot[::-1]: count for ballot, count in ballots.items()})
    there, back = schulze("abcd", ballots), schulze("abcd", turned)
    if len(there.places) == 4:
        assert back.order == there.order[::-1]


@given(elections)
@settings(max_examples=60, deadline=None)
def test_the_table_counts_every_ballot_once_for_each_pair(ballots: Counter[Ranking]) -> None:
    table = pairwise("abcd", ballots)
    total = sum(ballots.values())
    assert all(table[a][b] + table[b][a] <= total for a in range(4) for b in range(a))
