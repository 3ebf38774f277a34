"""The same figures from SciPy, statsmodels and published worked examples, side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio as scipys_odds
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from samskab.engine.evidence import (
    WHO5,
    Answer,
    bca,
    compare,
    evaluate,
    fisher_p,
    mean_change,
    measurement_error,
    newcombe,
    odds_ratio,
    pool,
    reliable_change,
    typical,
    wilson,
)
from samskab.engine.evidence.resampling import bootstrap, shift_interval, typical_interval
from tests.engine.evidence.test_pooling import (
    LOG_RISK,
    LOG_RISK_ERRORS,
    SCHOOL_ERRORS,
    SCHOOLS,
)


def test_the_lady_tasting_tea_gets_fishers_p_and_the_conditional_odds() -> None:
    """R's fisher.test: two-sided p .4857, one-sided interval from .3135693, odds 6.408."""
    assert fisher_p(3, 4, 1, 4) == pytest.approx(0.4857, abs=5e-5)
    found, one_sided = odds_ratio(3, 4, 1, 4), odds_ratio(3, 4, 1, 4, level=0.9)
    assert found.ratio == pytest.approx(6.408, abs=5e-4)
    assert one_sided.low == pytest.approx(0.31357, abs=1e-5)
    theirs = scipys_odds([[3, 1], [1, 3]])
    assert found.ratio == pytest.approx(theirs.statistic, rel=1e-6)
    ends = theirs.confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(ends.low), pytest.approx(ends.high))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_small_groups_get_scipys_exact_odds_and_p(a: int, b: int, c: int, d: int) -> None:
    if not a + b or not c + d:
        return
    assert fisher_p(a, a + b, c, c + d) == pytest.approx(
        stats.fisher_exact([[a, b], [c, d]]).pvalue
    )
    found, theirs = odds_ratio(a, a + b, c, c + d), scipys_odds([[a, b], [c, d]])
    if not a + c or not b + d:
        assert (found.ratio, found.low, found.high) == (None, 0.0, None)
        return
    known = theirs.confidence_interval(0.95)
    ratio = np.inf if found.ratio is None else found.ratio
    high = np.inf if found.high is None else found.high
    assert ratio == pytest.approx(theirs.statistic, rel=1e-4, abs=1e-6)
    assert (found.low, high) == (
        pytest.approx(known.low, rel=1e-4, abs=1e-6),
        pytest.approx(known.high, rel=1e-4),
    )


def test_groups_that_are_empty_or_counts_that_are_no_share_are_refused() -> None:
    with pytest.raises(ValueError, match="somebody"):
        odds_ratio(0, 0, 1, 2)
    with pytest.raises(ValueError, match="no share"):
        fisher_p(3, 2, 1, 2)


@pytest.mark.parametrize(("count", "total"), [(81, 263), (15, 148), (0, 20), (1, 29), (7, 7)])
def test_shares_have_statsmodels_interval(count: int, total: int) -> None:
    found = wilson(count, total)
    low, high = proportion_confint(count, total, method="wilson")
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high))


def test_the_difference_of_shares_has_statsmodels_interval() -> None:
    for counts in [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (5, 56, 0, 29)]:
        found = newcombe(*counts)
        low, high = confint_proportions_2indep(*counts, method="newcomb")
        assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_jacobson_and_truaxs_example_is_a_reliable_change() -> None:
    """SD 7.5 and reliability .80: error 3.35, difference 4.74; 15 points are 3.16 of them."""
    error = 7.5 * np.sqrt(1 - 0.80)
    found = reliable_change([47.5, 47.5], [32.5, 38.5], float(error), higher_is_better=False)
    assert error == pytest.approx(3.35, abs=5e-3)
    assert found.threshold / stats.norm.ppf(0.975) == pytest.approx(4.74, abs=5e-3)
    assert 15 / found.threshold * stats.norm.ppf(0.975) == pytest.approx(3.16, abs=5e-3)
    assert (found.better, found.unchanged, found.worse) == (1, 1, 0)


def test_the_error_of_measurement_is_the_spread_that_the_items_do_not_share() -> None:
    random = np.random.default_rng(3)
    items = np.clip(np.round(random.normal(2, 1, (40, 1)) + random.normal(0, 0.8, (40, 5))), 0, 5)
    covariance = np.cov(items.T)
    alpha = 5 / 4 * (1 - np.trace(covariance) / covariance.sum())
    expected = 4 * np.sqrt(covariance.sum() * (1 - alpha))
    assert measurement_error(items, 4.0) == pytest.approx(expected)
    assert measurement_error(items[:19]) is None
    assert measurement_error(items[:, :1]) is None
    assert measurement_error(np.ones((30, 5))) is None
    assert measurement_error(np.column_stack([items[:, 0], -items[:, 0] + items[:, 1] / 9])) is None


def test_the_mean_change_has_scipys_bca_interval() -> None:
    changes = np.random.default_rng(8).exponential(6, 40) - 2
    theirs = stats.bootstrap(
        (changes,), np.mean, n_resamples=9999, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    low, high = bca(changes, resamples=9999)
    assert (low, high) == (pytest.approx(theirs.low, abs=0.12), pytest.approx(theirs.high, abs=0.2))
    found = mean_change(changes)
    assert (found.estimate, found.se) == (
        pytest.approx(changes.mean()),
        pytest.approx(stats.sem(changes)),
    )
    assert mean_change([1.0] * 12).low is None
    assert mean_change(range(9)).low is None
    assert mean_change([4.0]).se is None


def test_a_large_group_gets_the_bootstrap_interval_of_its_typical_change() -> None:
    """Against the same estimate of people drawn one by one, and against the signed ranks."""
    changes = np.random.default_rng(5).integers(-8, 12, 320).astype(float) * 4
    found = typical(changes)
    assert found.method == "Hodges–Lehmann, bootstrap interval (999 resamples)"
    assert found.low is not None and found.high is not None

    def plainly(samples: np.ndarray, axis: int) -> np.ndarray:
        one, other = np.triu_indices(samples.shape[1])
        return np.array([np.median((row[one] + row[other]) / 2) for row in samples])

    low, high = bootstrap(changes, plainly, seed=4, resamples=200)
    assert (found.low, found.high) == (pytest.approx(low, abs=2), pytest.approx(high, abs=2))
    ranks = typical(changes[:300])
    assert "exact" in ranks.method
    assert found.low == pytest.approx(ranks.low, abs=2)
    assert typical_interval(np.arange(257.0), 0.95) is None


def test_two_large_groups_get_the_bootstrap_interval_of_the_shift() -> None:
    random = np.random.default_rng(6)
    one, other = random.integers(-5, 9, 60) * 4.0, random.integers(-6, 7, 55) * 4.0
    found = compare(one, other)
    assert found.method == "Hodges–Lehmann shift, bootstrap interval (999 resamples)"
    drawn = [
        np.median(np.subtract.outer(random.choice(one, 60), random.choice(other, 55)))
        for _ in range(500)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert (found.low, found.high) == (pytest.approx(low, abs=2), pytest.approx(high, abs=2))
    assert shift_interval(np.arange(300.0), other, 0.95) is None


@pytest.mark.parametrize("rows", [(LOG_RISK, LOG_RISK_ERRORS), (SCHOOLS, SCHOOL_ERRORS)])
def test_pooling_agrees_with_statsmodels(rows: tuple[list[float], list[float]]) -> None:
    estimates, errors = rows
    theirs = combine_effects(
        np.array(estimates), np.square(errors), method_re="iterated", use_t=True, atol=1e-12
    )
    found = pool(estimates, errors)
    assert found.tau2 == pytest.approx(theirs.tau2, abs=1e-6)
    assert found.estimate == pytest.approx(theirs.mean_effect_re, abs=1e-6)
    assert found.q == pytest.approx(theirs.q)
    assert found.i2 == pytest.approx(max(0.0, theirs.i2))
    half = stats.t.ppf(0.975, len(estimates) - 1) * theirs.sd_eff_w_re_hksj
    assert found.high - found.estimate == pytest.approx(half, abs=1e-6)


def test_the_bcg_trials_give_the_published_share_of_what_differs() -> None:
    """metafor's I² (92.22 %), from τ² and a typical variance."""
    assert pool(LOG_RISK, LOG_RISK_ERRORS, method="reml").i2_typical == pytest.approx(
        0.9222, abs=5e-5
    )


def test_the_eight_schools_are_drawn_to_each_other_as_published() -> None:
    found = pool(SCHOOLS, SCHOOL_ERRORS)
    assert found.shrunken == pytest.approx([11.4, 7.9, 6.1, 7.6, 5.1, 6.1, 10.7, 8.4], abs=0.1)
    assert np.mean(found.shrunken) == pytest.approx(7.93, abs=0.05)


def test_places_that_agree_too_well_get_a_cautious_interval_and_two_are_not_drawn() -> None:
    alike = pool([5.0] * 4, [2.0] * 4)
    assert (alike.low, alike.high, alike.too_alike) == (5, 5, True)
    assert alike.cautious == pytest.approx((5 - stats.t.ppf(0.975, 3), 5 + stats.t.ppf(0.975, 3)))
    schools = pool(SCHOOLS, SCHOOL_ERRORS)
    reach = stats.t.ppf(0.975, 7) / np.sqrt((1 / np.square(SCHOOL_ERRORS)).sum())
    assert schools.cautious == pytest.approx((7.6856 - reach, 7.6856 + reach), abs=5e-5)
    differing = pool(LOG_RISK, LOG_RISK_ERRORS)
    assert differing.cautious == (differing.low, differing.high)
    assert not differing.too_alike
    assert pool([1.0, 2.0], [1.0, 1.0]).shrunken == ()


def test_who5_has_the_published_error_and_the_whole_evaluation_scipys_figures() -> None:
    random = np.random.default_rng(9)
    before, after = random.integers(0, 6, (26, 5)), random.integers(0, 6, (26, 5))
    answers = [
        Answer(f"{at}", when, tuple(int(n) for n in row))
        for when, rows in (("before", before), ("after", after))
        for at, row in enumerate(rows)
    ]
    found = evaluate(answers, WHO5)  # type: ignore[arg-type]
    changes = (after.sum(axis=1) - before.sum(axis=1)) * 4.0
    assert found.reliable is not None
    assert found.reliable.threshold == pytest.approx(23.60, abs=0.02)
    assert found.reliable.better == (changes > 23.6).sum()
    assert found.changes == tuple(sorted(changes))
    low, high = stats.binomtest(int((changes >= 10).sum()), 26).proportion_ci(method="wilson")
    assert (found.improved.low, found.improved.high) == (pytest.approx(low), pytest.approx(high))
    p = [stats.wilcoxon(changes - end - side, method="exact").pvalue
         for end, side in ((found.change.low, 1e-6), (found.change.low, -1e-6))]  # fmt: skip
    assert min(p) <= 0.05 <= max(p)
