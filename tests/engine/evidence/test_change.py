"""Change before to after, held against published worked examples, SciPy and brute force."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from samskab.engine.evidence import (
    bootstrap,
    bounds,
    compare,
    improved,
    paired_change,
    reliable_change,
    sign_flip_p,
    signed_rank_p,
    typical,
)
from samskab.engine.evidence.ranks import (
    DifferencesOfPairs,
    MeansOfPairs,
    rank_sum_cdf,
    signed_rank_cdf,
)

# Hollander & Wolfe's depression factor before and after a tranquilliser.
DEPRESSION_BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
DEPRESSION_AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
# Student's sleep data: extra hours with each of two drugs, the same ten people.
SLEEP_ONE = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_TWO = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

scores = st.lists(st.integers(-6, 6).map(float), min_size=2, max_size=14)


def test_the_depression_data_give_the_published_estimate_interval_and_level() -> None:
    change = paired_change(DEPRESSION_AFTER, DEPRESSION_BEFORE)
    assert change.estimate == pytest.approx(0.460, abs=5e-4)
    assert (change.low, change.high) == (pytest.approx(0.010), pytest.approx(0.786))
    assert change.level == pytest.approx(0.9609, abs=5e-5)
    assert change.method == "Hodges–Lehmann, exact signed-rank interval"


def test_the_depression_data_give_the_published_p_and_scipys() -> None:
    differences = np.subtract(DEPRESSION_BEFORE, DEPRESSION_AFTER)
    theirs = stats.wilcoxon(differences, alternative="greater", method="exact")
    assert theirs.statistic == 40
    assert theirs.pvalue == pytest.approx(0.01953, abs=5e-6)
    assert signed_rank_p(differences) == pytest.approx(2 * theirs.pvalue)


def test_the_sleep_data_give_the_exact_permutation_p_and_scipys() -> None:
    differences = np.subtract(SLEEP_ONE, SLEEP_TWO)
    theirs = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert sign_flip_p(differences) == 0.00390625
    assert theirs.pvalue == pytest.approx(0.00390625)
    t = stats.ttest_rel(SLEEP_ONE, SLEEP_TWO)
    assert (t.statistic, t.pvalue) == (
        pytest.approx(-4.0621, abs=5e-5),
        pytest.approx(0.002833, abs=5e-7),
    )


def test_the_sleep_data_with_a_tie_and_a_zero_keep_all_ten_people() -> None:
    change = paired_change(SLEEP_ONE, SLEEP_TWO)
    assert change.n == 10
    means = sorted(
        (a + b) / 2
        for i, a in enumerate(np.subtract(SLEEP_TWO, SLEEP_ONE))
        for b in np.subtract(SLEEP_TWO, SLEEP_ONE)[i:]
    )
    assert change.estimate == pytest.approx(np.median(means))
    # Nine of 55 means are cut off at each end: P(V ≤ 8) = 25/1024.
    assert (change.low, change.high) == (pytest.approx(means[8]), pytest.approx(means[-9]))
    assert change.level == pytest.approx(1 - 50 / 1024)


def test_the_p_with_ties_and_zeros_agrees_with_scipys_exact_permutation() -> None:
    values = np.array([3.0, 3.0, -1.0, 0.0, 2.0, 2.0, -2.0, 5.0])
    ranks = stats.rankdata(np.abs(values)) * (values != 0)
    flips = [
        float(np.dot(ranks, np.array(signs) > 0)) for signs in product((-1, 1), repeat=len(values))
    ]
    reached = float(ranks[values > 0].sum())
    tail = min(np.mean(np.array(flips) >= reached), np.mean(np.array(flips) <= reached))
    assert signed_rank_p(values) == pytest.approx(min(1.0, 2 * tail))
    theirs = stats.wilcoxon(
        values, zero_method="pratt", method=stats.PermutationMethod(n_resamples=10**6)
    )
    assert signed_rank_p(values) == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize(("n", "floor"), [(5, 0.0625), (6, 0.03125)])
def test_with_so_few_the_p_cannot_be_lower(n: int, floor: float) -> None:
    assert signed_rank_p(range(1, n + 1)) == floor
    assert stats.wilcoxon(range(1, n + 1), method="exact").pvalue == floor


@pytest.mark.parametrize(
    ("n", "level"), [(2, 0.5), (3, 0.75), (4, 0.875), (5, 0.9375), (6, 0.96875)]
)
def test_the_level_that_few_people_reach_is_stated(n: int, level: float) -> None:
    change = typical(range(n))
    assert change.level == level
    assert (change.low, change.high) == (0, n - 1)


def test_one_person_has_no_interval_and_nobody_no_estimate() -> None:
    assert typical([4.0]).estimate == 4.0
    assert typical([4.0]).low is None
    assert typical([]).estimate is None


@settings(deadline=None)
@given(scores)
def test_the_estimate_is_the_median_of_all_means_of_pairs(values: list[float]) -> None:
    means = [(a + b) / 2 for i, a in enumerate(values) for b in values[i:]]
    assert typical(values).estimate == pytest.approx(np.median(means))


@settings(deadline=None)
@given(scores, st.floats(-50, 50))
def test_shifting_and_turning_the_changes_shifts_and_turns_the_result(
    values: list[float], shift: float
) -> None:
    plain, moved = typical(values), typical([value + shift for value in values])
    turned = typical([-value for value in values])
    assert plain.low is not None and plain.high is not None and plain.estimate is not None
    assert moved.low == pytest.approx(plain.low + shift, abs=1e-9)
    assert moved.estimate == pytest.approx(plain.estimate + shift, abs=1e-9)
    assert (turned.low, turned.high) == (-plain.high, -plain.low)
    assert plain.low <= plain.estimate <= plain.high


def test_with_ties_and_zeros_the_interval_covers_at_least_as_often_as_it_says() -> None:
    """All 3^7 samples of a change of −1, 0 or 1: the centre 0 lies inside often enough."""
    inside = [
        change.low <= 0 <= change.high
        for sample in product((-1.0, 0.0, 1.0), repeat=7)
        if (change := typical(sample)) and change.low is not None and change.high is not None
    ]
    level = typical([1.0] * 7).level
    assert level == 1 - 2 * 3 / 128
    assert np.mean(inside) >= level


@settings(max_examples=60, deadline=None)
@given(scores, scores, st.integers(1, 1000))
def test_the_kth_sum_is_the_one_that_sorting_gives(
    values: list[float], others: list[float], k: int
) -> None:
    means = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
    gaps = sorted(a - b for a in values for b in others)
    assert MeansOfPairs(values).kth(1 + k % len(means)) == means[k % len(means)]
    assert DifferencesOfPairs(values, others).kth(1 + k % len(gaps)) == gaps[k % len(gaps)]


@settings(deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12))
def test_the_kth_sum_of_any_numbers_is_close_to_the_one_that_sorting_gives(
    values: list[float],
) -> None:
    means = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
    found = [MeansOfPairs(values).kth(k + 1) for k in range(len(means))]
    assert found == pytest.approx(means, abs=1e-8)


def test_the_rank_distributions_are_the_known_ones() -> None:
    assert signed_rank_cdf(9)[[5, 6]] * 512 == pytest.approx([10, 14])
    assert rank_sum_cdf(3, 4)[[0, 1, 2, 3]] * 35 == pytest.approx([1, 2, 4, 7])
    u = stats.mannwhitneyu([1, 2, 5], [3, 4, 6, 7], alternative="less", method="exact")
    assert rank_sum_cdf(3, 4)[int(u.statistic)] == pytest.approx(u.pvalue)


def test_many_people_get_nearly_the_interval_that_the_exact_ranks_give() -> None:
    random = np.random.default_rng(1)
    values = random.normal(2, 5, 301)
    change = typical(values)
    exact = np.sort([(a + b) / 2 for i, a in enumerate(values) for b in values[i:]])
    rank = int(np.searchsorted(signed_rank_cdf(301), 0.025, side="right"))
    assert "normal approximation" in change.method
    assert change.low == pytest.approx(exact[rank - 1], abs=0.01)
    assert change.high == pytest.approx(exact[-rank], abs=0.01)


def test_two_groups_are_compared_by_the_shift_between_them() -> None:
    """Hollander & Wolfe's permeability data: the shift is 0.305, from −0.15 to 0.76."""
    x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    y = [1.15, 0.88, 0.90, 0.74, 1.21]
    gaps = np.sort(np.subtract.outer(x, y).ravel())
    found = compare(x, y)
    assert found.estimate == pytest.approx(np.median(gaps))
    assert found.estimate == pytest.approx(0.305)
    assert (found.low, found.high) == (pytest.approx(gaps[8]), pytest.approx(gaps[-9]))
    assert (found.low, found.high) == (pytest.approx(-0.15), pytest.approx(0.76))
    assert found.level == pytest.approx(1 - 2 * rank_sum_cdf(5, 10)[8])
    assert found.n == 15


def test_comparing_with_nobody_gives_no_estimate() -> None:
    assert compare([1.0, 2.0], []).estimate is None


def test_improvement_counts_changes_of_exactly_the_threshold_and_gives_wilsons_interval() -> None:
    share = improved([0, 0, 0, 0], [9.9, 10.0, 10.1, -20.0], 10)
    assert (share.count, share.total, share.share) == (2, 4, 0.5)
    theirs = stats.binomtest(2, 4).proportion_ci(method="wilson")
    assert (share.low, share.high) == (pytest.approx(theirs.low), pytest.approx(theirs.high))
    assert improved([5, 5, 5], [4, 5, 6], higher_is_better=False).count == 1
    assert improved([0.1 + 0.2], [0.6 + 0.1], 0.4).count == 1


def test_reliable_change_is_more_than_the_error_explains() -> None:
    found = reliable_change([20, 20, 20, 20], [23, 22, 17, 20], 1.03)
    assert found.threshold == pytest.approx(1.959964 * math.sqrt(2) * 1.03)
    assert (found.better, found.unchanged, found.worse) == (1, 2, 1)


def test_missing_answers_are_bounded_by_both_ends_of_the_scale() -> None:
    found = bounds([40, 60], [60, 60], [20, 80], (0, 100), 10)
    assert found.missing == 2
    assert found.change_low == np.median([20, 10, 0, -30, -10, -40, 0, -20, -50, -80])
    assert found.change_high == np.median([20, 10, 50, 20, 0, 40, 10, 80, 50, 20])
    assert (found.improved_low, found.improved_high) == (0.25, 0.75)
    turned = bounds([40, 60], [60, 60], [20, 80], (0, 100), 10, higher_is_better=False)
    assert (turned.improved_low, turned.improved_high) == (0.0, 0.5)


@settings(deadline=None)
@given(scores, scores, st.randoms(use_true_random=False))
def test_whatever_the_missing_answers_were_the_bounds_hold(before, lost, random) -> None:  # type: ignore[no-untyped-def]
    after = [random.randint(-6, 6) for _ in before]
    found = bounds(before, after, lost, (-6, 6), 2)
    truth = [random.randint(-6, 6) for _ in lost]
    whole = paired_change(before + lost, after + truth)
    assert found.change_low <= whole.estimate <= found.change_high
    share = improved(before + lost, after + truth, 2).share
    assert share is not None
    assert found.improved_low - 1e-9 <= share <= found.improved_high + 1e-9


def test_the_bootstrap_is_seeded_and_near_the_known_interval_of_a_mean() -> None:
    values = np.random.default_rng(2).normal(10, 2, 200)
    low, high = bootstrap(values, seed=5)
    assert (low, high) == bootstrap(values, seed=5)
    assert (low, high) != bootstrap(values, seed=6)
    known = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    assert (low, high) == (pytest.approx(known[0], abs=0.03), pytest.approx(known[1], abs=0.03))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_change([1], [1, 2]), "come in pairs"),
        (lambda: paired_change([1], [math.nan]), "finite"),
        (lambda: typical([1.0, 2.0], 1.0), "level"),
        (lambda: improved([1], [2], 0), "above zero"),
        (lambda: reliable_change([1], [2], 0), "above zero"),
        (lambda: signed_rank_p([0.0, 0.0]), "zero"),
        (lambda: sign_flip_p(range(21)), "from 1 to 20"),
        (lambda: bootstrap([1.0], seed=1), "two values"),
    ],
)
def test_what_cannot_be_calculated_is_refused(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()
