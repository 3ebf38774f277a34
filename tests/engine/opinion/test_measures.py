from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from samskab.engine.opinion import VoteMatrix
from samskab.engine.opinion.measures import (
    benjamini_hochberg,
    enough_votes,
    fisher_greater,
    group_counts,
    jeffreys,
    representativeness,
    score,
)


def test_counts_by_group_leave_the_unplaced_out() -> None:
    votes = VoteMatrix.from_votes(
        [(1, "x", 1), (2, "x", -1), (3, "x", 0), (3, "y", 1), (4, "y", 1)]
    )
    counts = group_counts(votes, np.array([0, 0, 1, -1]), 2)
    assert counts.tolist() == [[[1, 1, 0], [0, 0, 0]], [[0, 0, 1], [1, 0, 0]]]


def test_the_jeffreys_interval_of_known_values() -> None:
    # Beta(1.5, 9.5) has its 2.5 % and 97.5 % points here
    found = jeffreys(np.array([1.0]), np.array([10.0]))
    assert found.value[0] == pytest.approx(1.5 / 11)
    assert found.low[0] == pytest.approx(0.0110, abs=5e-4)
    assert found.high[0] == pytest.approx(0.3813, abs=5e-4)


def test_the_interval_reaches_the_ends_where_all_or_nobody_agreed() -> None:
    found = jeffreys(np.array([0.0, 5.0, 0.0]), np.array([5.0, 5.0, 0.0]))
    assert found.low.tolist()[0] == 0.0
    assert found.high.tolist()[1] == 1.0
    assert (found.low[2], found.high[2]) == (0.0, 1.0)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="Successes"):
        jeffreys(np.array([3.0]), np.array([2.0]))


def test_the_tasting_lady_got_three_of_four_right() -> None:
    p = fisher_greater(*(np.array([x]) for x in (3.0, 4.0, 1.0, 4.0)))
    assert p[0] == pytest.approx(17 / 70)


def test_exact_p_values_equal_those_of_another_program() -> None:
    rng = np.random.default_rng(4)
    n1, n2 = rng.integers(0, 400, 300), rng.integers(0, 3000, 300)
    a, c = rng.binomial(n1, rng.random(300)), rng.binomial(n2, rng.random(300))
    found = fisher_greater(*(x.astype(np.float64) for x in (a, n1, c, n2)))
    expected = hypergeom.sf(a - 1, n1 + n2, a + c, n1)
    assert found == pytest.approx(np.minimum(1, expected), rel=1e-7, abs=1e-12)


def test_p_values_are_adjusted_for_their_number() -> None:
    adjusted = benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.2]))
    assert adjusted == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.2])


TWO_GROUPS = np.array(
    [
        # agree, disagree, pass
        [[9, 1, 0], [10, 0, 0], [0, 0, 10], [1, 0, 0], [0, 10, 0], [5, 3, 2]],
        [[8, 0, 2], [0, 10, 0], [0, 0, 10], [1, 0, 0], [0, 10, 0], [5, 3, 2]],
    ],
    dtype=np.float64,
)
SHARED, DIVIDED, PASSED, RARE, REFUSED, ALIKE = range(6)


def test_consensus_is_the_product_over_the_groups() -> None:
    found = score(TWO_GROUPS, enough_votes(TWO_GROUPS))
    assert found.consensus[SHARED] == pytest.approx(9.5 / 11 * 8.5 / 11)
    assert found.consensus_against[REFUSED] == pytest.approx((10.5 / 11) ** 2)
    assert found.consensus.argmax() == SHARED


def test_divisiveness_is_the_distance_between_the_groups() -> None:
    found = score(TWO_GROUPS, enough_votes(TWO_GROUPS))
    assert found.divisiveness[DIVIDED] == pytest.approx(10 / 11)
    assert found.divisiveness[ALIKE] == 0
    assert found.divisiveness.argmax() == DIVIDED


def test_a_group_that_passes_does_not_divide() -> None:
    counts = np.array([[[2, 18, 0], [18, 2, 0]], [[1, 0, 19], [6, 14, 0]]], dtype=np.float64)
    found = score(counts, enough_votes(counts))
    # A disagrees far more, but agrees more too: 2.5 against 1.5 of 21
    assert found.divisiveness == pytest.approx([0, 12 / 21])


def test_uncertainty_is_the_mean_share_that_passes() -> None:
    found = score(TWO_GROUPS, enough_votes(TWO_GROUPS))
    assert found.uncertainty[PASSED] == pytest.approx(10.5 / 11)
    assert found.uncertainty[ALIKE] == pytest.approx(2.5 / 11)


def test_bridging_is_the_cautious_share_in_the_most_sceptical_group() -> None:
    found = score(TWO_GROUPS, enough_votes(TWO_GROUPS))
    assert found.bridging[SHARED] == pytest.approx(
        jeffreys(np.array([9.0]), np.array([10.0])).low[0]
    )
    assert found.bridging[DIVIDED] == 0
    assert found.bridging.argmax() == SHARED


def test_a_statement_that_everybody_passed_is_neither_shared_nor_dividing() -> None:
    found = score(TWO_GROUPS, enough_votes(TWO_GROUPS))
    assert found.consensus[PASSED] < 0.01
    assert found.bridging[PASSED] == 0
    assert found.divisiveness[PASSED] == 0


def test_a_statement_that_hardly_anybody_answered_is_not_ranked() -> None:
    found = score(TWO_GROUPS, enough_votes(TWO_GROUPS))
    assert found.ranked.tolist() == [True, True, True, False, True, True]
    for values in (found.consensus, found.bridging, found.divisiveness, found.uncertainty):
        assert values[RARE] == 0


def test_without_groups_an_even_split_divides() -> None:
    counts = np.array([[[5, 5, 0], [9, 1, 0], [1, 0, 0], [0, 3, 1]]], dtype=np.float64)
    found = score(counts, enough_votes(counts))
    assert found.divisiveness == pytest.approx([1.0, 2 * 1.5 / 11, 0, 0])


def test_a_group_is_represented_by_what_sets_it_apart() -> None:
    found = representativeness(TWO_GROUPS, enough_votes(TWO_GROUPS))
    assert found.side[:, DIVIDED].tolist() == [1, -1]
    assert found.side[:, [SHARED, PASSED, RARE, REFUSED, ALIKE]].tolist() == [[0] * 5] * 2
    # the exact p is 1 / C(20, 10), the smallest of 20, shared by A's yes and B's no
    assert found.p[0, DIVIDED] == pytest.approx(20 / 2 / 184756)
    assert found.agree_ratio[0, DIVIDED] == pytest.approx(10.5 / 0.5)


def test_one_group_has_nothing_that_sets_it_apart() -> None:
    found = representativeness(TWO_GROUPS[:1], enough_votes(TWO_GROUPS[:1]))
    assert not found.side.any()
    assert (found.p == 1).all()


def test_chance_alone_seldom_makes_a_statement_representative() -> None:
    rng = np.random.default_rng(5)
    finds = 0
    for _ in range(40):
        agree = rng.binomial(30, 0.5, (2, 50))
        counts = np.stack([agree, 30 - agree, np.zeros_like(agree)], axis=2).astype(np.float64)
        finds += bool(representativeness(counts, enough_votes(counts)).side.any())
    assert finds <= 4


counts_of_groups = st.lists(
    st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=4, max_size=4), min_size=1, max_size=4
)


@given(counts_of_groups)
def test_every_score_lies_between_nothing_and_one(table: list[list[tuple[int, int, int]]]) -> None:
    counts = np.array(table, dtype=np.float64)
    found = score(counts, enough_votes(counts))
    for values in (
        found.consensus,
        found.consensus_against,
        found.bridging,
        found.divisiveness,
        found.uncertainty,
    ):
        assert ((values >= 0) & (values <= 1)).all()
        assert (values[~found.ranked] == 0).all()
