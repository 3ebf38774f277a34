"""Proposals: what they promise, held against brute force and against worked cases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from samskab.engine.matching import (
    Need,
    Offer,
    Proposal,
    check,
    closest,
    fits,
    from_supplies,
    greedy,
    program,
    propose,
)
from samskab.engine.matching.reduce import worth_keeping
from samskab.engine.matching.stock import stock_from_columns

KINDS = ("tutor hours", "rooms")
DAYS = (None, date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 31))
AREAS = (None, "North", "South")


def _period(pair: tuple[date | None, date | None]) -> tuple[date | None, date | None]:
    start, end = pair
    return (end, start) if start and end and end < start else (start, end)


periods = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(_period)


@st.composite
def small_cases(draw: st.DrawFn) -> tuple[list[Need], list[Offer]]:
    needs = []
    for at in range(draw(st.integers(1, 4))):
        start, end = draw(periods)
        needs.append(
            Need(
                f"n{at}",
                draw(st.sampled_from(KINDS)),
                draw(st.integers(1, 9)),
                draw(st.booleans()),
                start,
                end,
                draw(st.sampled_from(AREAS)),
            )
        )
    offers = []
    for at in range(draw(st.integers(0, 7))):
        start, end = draw(periods)
        offers.append(
            Offer(
                f"o{at}",
                draw(st.sampled_from("ABCDE")),
                draw(st.sampled_from(KINDS)),
                draw(st.integers(0, 9)),
                start,
                end,
                draw(st.sampled_from(AREAS)),
            )
        )
    return needs, offers


def _flow(needs: Sequence[Need], offers: Sequence[Offer]) -> int:
    """The most that can be covered, by another algorithm than the one under test."""
    size = len(needs) + len(offers) + 2
    net = np.zeros((size, size), dtype=np.int32)
    for o, offer in enumerate(offers):
        net[0, 1 + o] = int(offer.capacity)
        for n, need in enumerate(needs):
            if fits(need, offer):
                net[1 + o, 1 + len(offers) + n] = 1000
    for n, need in enumerate(needs):
        net[1 + len(offers) + n, size - 1] = int(need.amount)
    return int(maximum_flow(csr_array(net), 0, size - 1).flow_value)


def _missing(needs: Sequence[Need], offers: Sequence[Offer]) -> tuple[Fraction, Fraction]:
    """Missing musts and missing shoulds, as shares of each kind."""
    must, should = Fraction(0), Fraction(0)
    for kind in KINDS:
        mine = [need for need in needs if need.kind == kind]
        if not mine:
            continue
        total = sum(int(need.amount) for need in mine)
        firm = [need for need in mine if need.must]
        covered = _flow(firm, offers)
        must += Fraction(sum(int(n.amount) for n in firm) - covered, total)
        rest = total - sum(int(n.amount) for n in firm)
        should += Fraction(rest - (_flow(mine, offers) - covered), total)
    return must, should


def _key(
    needs: Sequence[Need], offers: Sequence[Offer], actors: Collection[str]
) -> tuple[Fraction, int, Fraction]:
    chosen = [offer for offer in offers if offer.actor in actors]
    must, should = _missing(needs, chosen)
    if not any(need.must for need in needs):
        return should, len(actors), Fraction(0)
    return must, len(actors), should


def _all(offers: Sequence[Offer]) -> list[tuple[str, ...]]:
    actors = sorted({offer.actor for offer in offers})
    sizes = range(len(actors) + 1)
    return [chosen for count in sizes for chosen in combinations(actors, count)]


def _best(
    needs: Sequence[Need], offers: Sequence[Offer], not_with: Sequence[tuple[str, str]] = ()
) -> tuple[Fraction, int, Fraction]:
    return min(
        _key(needs, offers, chosen)
        for chosen in _all(offers)
        if not any(a in chosen and b in chosen for a, b in not_with)
    )


def _reached(proposal: Proposal, needs: Sequence[Need]) -> tuple[Fraction, int, Fraction]:
    total: dict[str, int] = defaultdict(int)
    kinds = {need.id: need.kind for need in needs}
    for need in needs:
        total[need.kind] += int(need.amount)
    lacking = {True: Fraction(0), False: Fraction(0)}
    for one in proposal.uncovered:
        lacking[one.must] += Fraction(one.missing) / total[kinds[one.need]]
    if not any(need.must for need in needs):
        return lacking[False], proposal.actors, Fraction(0)
    return lacking[True], proposal.actors, lacking[False]


@settings(max_examples=80, deadline=None)
@given(small_cases())
def test_the_exact_answer_equals_brute_force(case: tuple[list[Need], list[Offer]]) -> None:
    needs, offers = case
    best = propose(needs, offers, alternatives=1).best
    assert _reached(best, needs) == _best(needs, offers)
    assert best.optimal
    assert best.gap == 0.0


@settings(max_examples=40, deadline=None)
@given(small_cases())
def test_what_a_large_case_claims_to_have_proven_is_true(
    case: tuple[list[Need], list[Offer]],
) -> None:
    needs, offers = case
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(program, "LARGE", 0)
        patched.setattr(program, "CORE", 1)
        best = propose(needs, offers, alternatives=1).best
    known = _best(needs, offers)
    if best.optimal:
        assert _reached(best, needs) == known
    elif _reached(best, needs)[0] == known[0]:
        assert best.gap is not None
        assert best.actors * (1 - best.gap) <= known[1] + 1e-6


@settings(max_examples=40, deadline=None)
@given(small_cases())
def test_kinds_with_many_classes_are_answered_as_well_as_those_with_few(
    case: tuple[list[Need], list[Offer]],
) -> None:
    needs, offers = case
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(program, "FEW", 1)
        best = propose(needs, offers, alternatives=1).best
    assert _reached(best, needs) == _best(needs, offers)
    assert best.optimal


BURDENS = st.fixed_dictionaries(dict.fromkeys("ABCDE", st.integers(0, 6).map(float)))


@settings(max_examples=60, deadline=None)
@given(small_cases(), BURDENS)
def test_of_equally_good_choices_the_one_with_the_least_burden_is_taken(
    case: tuple[list[Need], list[Offer]], burden: dict[str, float]
) -> None:
    needs, offers = case
    best = propose(needs, offers, alternatives=1, burden=burden).best
    found = [
        (*_key(needs, offers, chosen), sum(burden[a] for a in chosen)) for chosen in _all(offers)
    ]
    assert (*_reached(best, needs), sum(burden[a] for a in best.parties)) == min(found)


@settings(max_examples=60, deadline=None)
@given(small_cases(), BURDENS)
def test_the_closest_proposal_has_the_least_sum_of_parties_and_burdens(
    case: tuple[list[Need], list[Offer]], burden: dict[str, float]
) -> None:
    needs, offers = case
    best = closest(needs, offers, burden=burden)
    weighed = [
        (_key(needs, offers, chosen)[0], sum(1 + burden[a] for a in chosen))
        for chosen in _all(offers)
    ]
    mine = sum(1 + burden[a] for a in best.parties)
    assert (_reached(best, needs)[0], pytest.approx(mine)) == min(weighed)
    assert best.optimal
    assert best.aim == "closest"


@settings(max_examples=60, deadline=None)
@given(small_cases(), st.sampled_from([("A", "B"), ("B", "C"), ("A", "A")]))
def test_actors_that_do_not_want_each_other_are_never_together_and_the_rest_is_still_best(
    case: tuple[list[Need], list[Offer]], pair: tuple[str, str]
) -> None:
    needs, offers = case
    best = propose(needs, offers, alternatives=1, not_with=[pair]).best
    assert not set(pair) <= set(best.parties)
    assert _reached(best, needs) == _best(needs, offers, [pair])


@settings(max_examples=60, deadline=None)
@given(small_cases())
def test_no_proposal_breaks_a_limit_and_every_sum_adds_up(
    case: tuple[list[Need], list[Offer]],
) -> None:
    needs, offers = case
    for one in (*propose(needs, offers).proposals, greedy(needs, offers)):
        assert check(one, needs, offers) == ()
        given_to: dict[str, int] = defaultdict(int)
        for supply in one.supplies:
            given_to[supply.need] += int(supply.amount)
        missing = {u.need: u.missing for u in one.uncovered}
        assert all(given_to[n.id] + missing.get(n.id, 0) == n.amount for n in needs)
        assert one.parties == tuple(sorted({supply.actor for supply in one.supplies}))


@settings(max_examples=60, deadline=None)
@given(small_cases())
def test_the_exact_answer_is_never_worse_than_the_greedy_one(
    case: tuple[list[Need], list[Offer]],
) -> None:
    needs, offers = case
    best = propose(needs, offers, alternatives=1).best
    assert _reached(best, needs) <= _reached(greedy(needs, offers), needs)


@settings(max_examples=40, deadline=None)
@given(small_cases(), st.randoms(use_true_random=False))
def test_the_same_input_in_any_order_gives_the_same_answer(case, random) -> None:  # type: ignore[no-untyped-def]
    needs, offers = case
    first = propose(needs, offers)
    random.shuffle(needs)
    random.shuffle(offers)
    assert propose(needs, offers) == first
    assert greedy(needs, offers) == greedy(needs[::-1], offers[::-1])


@settings(max_examples=60, deadline=None)
@given(small_cases())
def test_proposals_differ_and_cover_the_musts_equally_well(
    case: tuple[list[Need], list[Offer]],
) -> None:
    needs, offers = case
    found = propose(needs, offers, alternatives=4).proposals
    assert len({one.parties for one in found}) == len(found) <= 4
    assert len({_reached(one, needs)[0] for one in found}) == 1
    counts = [one.actors for one in found if one.aim != "more"]
    assert counts == sorted(counts)


def test_one_party_that_has_it_all_is_preferred_to_three_that_share() -> None:
    needs = [Need("a", "car", 2), Need("b", "hall", 1), Need("c", "cook", 3)]
    offers = [
        Offer("1", "x", "car", 2),
        Offer("2", "y", "hall", 1),
        Offer("3", "z", "cook", 3),
        Offer("4", "all", "car", 2),
        Offer("5", "all", "hall", 1),
        Offer("6", "all", "cook", 5),
    ]
    found = propose(needs, offers).proposals
    assert [one.parties for one in found] == [("all",), ("x", "y", "z")]
    assert found[0].uncovered == ()
    assert found[0].optimal


def test_the_load_is_spread_by_what_each_has_offered() -> None:
    needs = [Need("a", "hours", 12)]
    offers = [Offer("1", "x", "hours", 10), Offer("2", "y", "hours", 10)]
    best = propose(needs, offers).best
    assert [load.share for load in best.loads] == [0.6, 0.6]
    assert sum(supply.amount for supply in best.supplies) == 12


def test_whole_amounts_stay_whole_and_decimals_stay_exact() -> None:
    offers = [Offer(str(at), f"p{at}", "hours", 3) for at in range(3)]
    whole = propose([Need("a", "hours", 7)], offers).best
    assert sorted(supply.amount for supply in whole.supplies) == [2, 2, 3]
    need = Need("a", "hours", Decimal("0.3"))
    parts = [Offer(str(at), f"p{at}", "hours", Decimal("0.1")) for at in range(3)]
    exact = propose([need], parts).best
    assert exact.uncovered == ()
    assert [supply.amount for supply in exact.supplies] == [Decimal("0.1")] * 3


def test_a_must_is_covered_before_a_should_and_shoulds_bring_no_extra_party() -> None:
    needs = [Need("must", "hours", 5), Need("should", "hours", 5, must=False)]
    offers = [Offer("1", "x", "hours", 6), Offer("2", "y", "hours", 4)]
    found = propose(needs, offers).proposals
    assert found[0].parties == ("x",)
    assert [(u.need, u.missing) for u in found[0].uncovered] == [("should", 4)]
    assert found[-1].aim == "more"
    assert found[-1].parties == ("x", "y")
    assert found[-1].uncovered == ()


def test_equally_few_parties_are_told_apart_by_what_else_they_cover() -> None:
    needs = [Need("must", "hours", 5), Need("should", "rooms", 1, must=False)]
    offers = [
        Offer("1", "a", "hours", 5),
        Offer("2", "b", "hours", 5),
        Offer("3", "b", "rooms", 1),
    ]
    assert propose(needs, offers).best.parties == ("b",)


def test_what_nobody_can_cover_is_left_uncovered_and_the_rest_is_not() -> None:
    needs = [Need("a", "hours", 5), Need("b", "boats", 1), Need("c", "rooms", 4)]
    offers = [Offer("1", "x", "hours", 9), Offer("2", "y", "rooms", 3)]
    best = propose(needs, offers).best
    assert [(u.need, u.missing) for u in best.uncovered] == [("b", 1), ("c", 1)]
    assert best.parties == ("x", "y")
    assert best.optimal


def test_without_any_offer_there_is_one_empty_proposal() -> None:
    found = propose([Need("a", "hours", 5)], []).proposals
    assert len(found) == 1
    assert found[0].supplies == ()
    assert found[0].optimal
    assert [(u.need, u.missing) for u in found[0].uncovered] == [("a", 5)]


def test_without_any_need_nobody_is_asked() -> None:
    best = propose([], [Offer("1", "x", "hours", 1)]).best
    assert best.parties == ()
    assert best.uncovered == ()


def test_a_party_brings_the_one_it_wants_to_be_with() -> None:
    needs = [Need("a", "hours", 5)]
    offers = [
        Offer("1", "x", "hours", 5),
        Offer("2", "y", "hours", 4),
        Offer("3", "z", "hours", 1),
    ]
    assert propose(needs, offers, must_with=[("x", "y")], alternatives=1).best.parties in (
        ("x", "y"),
        ("y", "x"),
    )
    stranger = propose(needs, offers, must_with=[("x", "nobody")], alternatives=1).best
    assert stranger.parties == ("y", "z")


def test_a_second_proposal_that_only_halves_of_parties_could_make_is_left_out() -> None:
    # Half of each of three would do, but no two of them take part together.
    needs = [Need("n", "hours", 6)]
    others = [Offer(f"o{actor}", actor, "hours", 4) for actor in "BCD"]
    apart = list(combinations("BCD", 2))
    found = propose(needs, [Offer("oA", "A", "hours", 6), *others], not_with=apart).proposals
    assert [one.parties for one in found] == [("A",)]
    assert found[0].optimal


def test_more_need_than_one_place_can_take_goes_where_the_place_fits() -> None:
    needs = [
        Need("north", "hours", 4, area="North"),
        Need("anywhere", "hours", 4),
    ]
    offers = [
        Offer("1", "x", "hours", 4, area="north"),
        Offer("2", "y", "hours", 4, area="South"),
    ]
    best = propose(needs, offers).best
    assert {(s.need, s.actor) for s in best.supplies} == {("north", "x"), ("anywhere", "y")}
    assert best.uncovered == ()


def test_equal_ids_and_senseless_settings_are_refused() -> None:
    need, offer = Need("a", "hours", 1), Offer("1", "x", "hours", 1)
    with pytest.raises(ValueError, match="two needs have the id a"):
        propose([need, need], [offer])
    with pytest.raises(ValueError, match="two offers have the id 1"):
        greedy([need], [offer, offer])
    with pytest.raises(ValueError, match="time limit"):
        propose([need], [offer], time_limit=0)
    with pytest.raises(ValueError, match="at least one"):
        propose([need], [offer], alternatives=0)


def test_amounts_and_periods_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Need("a", "hours", 0)
    with pytest.raises(ValueError, match="capacity cannot be -1"):
        Offer("1", "x", "hours", -1)
    with pytest.raises(ValueError, match="before it starts"):
        Offer("1", "x", "hours", 1, date(2026, 2, 1), date(2026, 1, 1))


def test_a_large_case_is_answered_within_its_time_and_with_an_honest_gap() -> None:
    random = np.random.default_rng(3)
    needs = [Need(f"n{at}", f"k{at % 20}", int(random.integers(20, 60))) for at in range(40)]
    offers = [
        Offer(f"{a}-{k}", f"p{a}", f"k{random.integers(20)}", int(random.integers(1, 9)))
        for a in range(300)
        for k in range(5)
    ]
    best = propose(needs, offers, time_limit=3, alternatives=1).best
    rough = greedy(needs, offers)
    assert best.uncovered == rough.uncovered == ()
    assert best.actors <= rough.actors
    assert best.gap is not None
    assert 0 <= best.gap < 0.25


def test_hand_made_supplies_are_summed_up_again() -> None:
    needs = [Need("a", "hours", 5), Need("b", "hours", 2, must=False)]
    offers = [Offer("1", "x", "hours", 8)]
    best = propose(needs, offers).best
    assert from_supplies(best.supplies, needs, offers).loads == best.loads
    shorter = from_supplies(best.supplies[:1], needs, offers)
    assert [(u.need, u.missing, u.must) for u in shorter.uncovered] == [("b", 2, False)]
    assert shorter.loads[0].share == 5 / 8


def test_decimals_of_one_kind_do_not_split_what_is_counted_whole() -> None:
    needs = [Need("a", "people", 4), Need("b", "hours", Decimal("2.25"))]
    offers = [
        Offer("1", "x", "people", 3),
        Offer("2", "y", "people", 2),
        Offer("3", "y", "hours", Decimal("9.5")),
    ]
    best = propose(needs, offers).best
    assert [s.amount for s in best.supplies if s.need == "a"] in ([2, 2], [3, 1])
    assert [s.amount for s in best.supplies if s.need == "b"] == [Decimal("2.25")]


def test_columns_and_single_offers_are_the_same_to_the_engine() -> None:
    needs = [Need("a", "hours", 5, area="North"), Need("b", "Rooms", 1)]
    offers = [
        Offer("2", "y", "Hours ", 4, DAYS[1], None, "north"),
        Offer("1", "x", "hours", Decimal("1.5"), None, DAYS[3]),
        Offer("3", "y", "rooms", 0),
    ]
    stock = stock_from_columns(
        [o.id for o in offers],
        [o.actor for o in offers],
        [o.kind for o in offers],
        [o.capacity for o in offers],
        [o.start for o in offers],
        [o.end for o in offers],
        [o.area for o in offers],
    )
    assert propose(needs, stock) == propose(needs, offers)
    assert greedy(needs, stock) == greedy(needs, offers)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (0, ["1", "1"], "two offers have the id 1"),
        (3, [1, -2], "offer 2: the capacity cannot be -2"),
        (4, [DAYS[3], None], "offer 1: the period ends (2026-01-01) before it starts (2026-12-31)"),
        (6, [None], "equally long"),
    ],
)
def test_columns_that_cannot_be_are_refused(column: int, value: list[Any], said: str) -> None:
    columns: list[list[Any]] = [
        ["1", "2"], ["x", "y"], ["k", "k"], [1, 1], [None, None], [DAYS[1], None], [None, None],
    ]  # fmt: skip
    columns[column] = value
    with pytest.raises(ValueError, match=re.escape(said)):
        stock_from_columns(*columns)


def test_an_offer_for_the_whole_municipality_serves_a_part_of_it_and_not_the_other_way() -> None:
    whole, part = Offer("1", "x", "hours", 3, area="Byen"), Offer("2", "y", "hours", 9, area="Nord")
    need = Need("a", "hours", 3, area="Nord", within=("Byen", "Regionen"))
    assert propose([need], [whole]).best.uncovered == ()
    assert propose([need], [part]).best.uncovered == ()
    assert propose([Need("a", "hours", 3, area="Byen")], [part]).best.supplies == ()


def test_amounts_of_any_size_are_shared_out_to_the_last_unit() -> None:
    huge = Decimal("999999999.999999")
    needs = [Need("a", "hours", huge), Need("b", "hours", huge, must=False, area="x")]
    offers = [Offer(f"{at}", f"p{at}", "hours", huge / 4, area=None) for at in range(9)]
    offers = [replace(one, capacity=one.capacity.quantize(Decimal("0.000001"))) for one in offers]
    best = propose(needs, offers, alternatives=1).best
    assert best.uncovered[:1] == () or best.uncovered[0].need == "b"
    assert check(best, needs, offers) == ()


def test_everybody_gives_the_same_share_where_needs_hang_together() -> None:
    needs = [Need("a", "hours", 6), Need("b", "hours", 6, start=DAYS[1], end=DAYS[2])]
    offers = [Offer(str(at), f"p{at}", "hours", 5) for at in range(3)]
    best = propose(needs, offers).best
    assert [load.share for load in best.loads] == [0.8, 0.8, 0.8]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_columns_that_are_beaten_are_never_needed(seed: int) -> None:
    random = np.random.default_rng(seed)
    cover = random.integers(0, 4, size=(3, 9)) * (random.random((3, 9)) < 0.6)
    limits, cost = random.integers(1, 6, size=3), random.integers(1, 4, size=9)

    def least(kept: np.ndarray[Any, Any]) -> int | None:
        choices = ((np.arange(1 << 9)[:, None] >> np.arange(9)) & 1)[:, kept]
        enough = (choices @ cover[:, kept].T >= limits).all(axis=1)
        return min((choices @ cost[kept])[enough], default=None)

    keep = worth_keeping(
        csr_array(np.minimum(cover, limits[:, None]).astype(float)),
        limits.astype(float),
        cost[None].astype(float),
        np.zeros(9, dtype=bool),
    )
    assert least(np.flatnonzero(keep)) == least(np.arange(9))
