"""Pooling over places, held against published analyses and an independent search."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq, minimize

from samskab.engine.evidence import pool

# Rubin's eight schools.
SCHOOLS = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0]
SCHOOL_ERRORS = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0]
# Colditz et al. 1994: cases and others, vaccinated and not, in 13 trials of BCG.
BCG = [
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]
LOG_RISK = [math.log(a / (a + b) / (c / (c + d))) for a, b, c, d in BCG]
LOG_RISK_ERRORS = [math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) for a, b, c, d in BCG]

results = st.lists(st.tuples(st.floats(-20, 20), st.floats(0.2, 10)), min_size=2, max_size=12)


def test_the_bcg_trials_give_the_published_values_by_restricted_likelihood() -> None:
    found = pool(LOG_RISK, LOG_RISK_ERRORS, method="reml")
    assert found.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert found.tau2 == pytest.approx(0.3132, abs=5e-5)
    assert found.q == pytest.approx(152.2330, abs=5e-5)
    assert (found.low, found.high) == (
        pytest.approx(-1.1084, abs=5e-5),
        pytest.approx(-0.3206, abs=5e-5),
    )
    assert found.i2 == pytest.approx(1 - 12 / 152.2330, abs=1e-6)


def test_the_bcg_trials_give_the_published_variance_after_paule_and_mandel() -> None:
    found = pool(LOG_RISK, LOG_RISK_ERRORS)
    assert found.tau2 == pytest.approx(0.3181, abs=5e-5)
    assert found.method == "random effects (paule-mandel), Hartung–Knapp interval"


@pytest.mark.parametrize("method", ["paule-mandel", "reml"])
def test_the_eight_schools_show_no_difference_beyond_chance(method) -> None:  # type: ignore[no-untyped-def]
    found = pool(SCHOOLS, SCHOOL_ERRORS, method=method)
    assert found.tau2 == 0
    assert found.i2 == 0
    weights = 1 / np.square(SCHOOL_ERRORS)
    assert found.estimate == pytest.approx(np.average(SCHOOLS, weights=weights))
    assert found.estimate == pytest.approx(7.6856, abs=5e-5)
    assert found.q == pytest.approx(4.7071, abs=5e-5)


def _restricted_loss(tau2: float, y: np.ndarray, v: np.ndarray) -> float:
    """The likelihood of the contrasts y − y_0 alone: the same up to a constant."""
    contrast = np.hstack([-np.ones((len(y) - 1, 1)), np.eye(len(y) - 1)])
    covariance = contrast @ np.diag(v + tau2) @ contrast.T
    zero = np.zeros(len(y) - 1)
    return -float(stats.multivariate_normal.logpdf(contrast @ y, zero, covariance))


@settings(max_examples=40, deadline=None)
@given(results)
def test_both_variances_agree_with_an_independent_search(rows: list[tuple[float, float]]) -> None:
    y, se = (np.array(column) for column in zip(*rows, strict=True))
    v = se**2

    def q(tau2: float) -> float:
        weights = 1 / (v + tau2)
        return float(weights @ (y - np.average(y, weights=weights)) ** 2)

    mandel = pool(y, se).tau2
    expected = 0.0 if q(0) <= len(y) - 1 else brentq(lambda t: q(t) - (len(y) - 1), 0, 1e5)
    assert mandel == pytest.approx(expected, rel=1e-6, abs=1e-6)
    found = _restricted_loss(pool(y, se, method="reml").tau2, y, v)
    starts = [
        minimize(lambda s: _restricted_loss(s[0] ** 2, y, v), [start], method="Nelder-Mead").fun
        for start in (0.0, 1.0, 10.0)
    ]
    assert found <= min(starts) + 1e-6


@settings(max_examples=60, deadline=None)
@given(results, st.floats(0.001, 1000), st.floats(-100, 100))
def test_another_unit_or_zero_changes_nothing_but_the_unit(
    rows: list[tuple[float, float]], unit: float, shift: float
) -> None:
    y, se = zip(*rows, strict=True)
    plain = pool(y, se)
    moved = pool([(one + shift) * unit for one in y], [one * unit for one in se])
    slack = 1e-6 * unit * (1 + abs(shift))
    assert moved.estimate == pytest.approx((plain.estimate + shift) * unit, rel=1e-5, abs=slack)
    width = (plain.high - plain.low) * unit
    assert moved.high - moved.low == pytest.approx(width, rel=1e-5, abs=slack)
    assert moved.i2 == pytest.approx(plain.i2, abs=1e-6)
    assert sum(plain.weights) == pytest.approx(1)
    assert min(y) - 1e-9 <= plain.estimate <= max(y) + 1e-9


def test_equal_errors_give_students_interval_of_the_mean_and_the_prediction_of_one_more() -> None:
    y = [1.0, 4.0, 7.0, 12.0]
    found = pool(y, [0.5] * 4)
    known = stats.t.interval(0.95, 3, np.mean(y), stats.sem(y))
    assert (found.low, found.high) == (pytest.approx(known[0]), pytest.approx(known[1]))
    assert found.tau2 == pytest.approx(np.var(y, ddof=1) - 0.25)
    reach = stats.t.ppf(0.975, 2) * math.sqrt(found.tau2 + stats.sem(y) ** 2)
    assert found.prediction == (pytest.approx(6 - reach), pytest.approx(6 + reach))


def test_two_places_have_no_prediction() -> None:
    assert pool([1.0, 2.0], [1.0, 1.0]).prediction is None


@pytest.mark.parametrize(
    ("estimates", "ses", "message"),
    [
        ([1.0], [1.0], "two places"),
        ([1.0, 2.0], [1.0], "one standard error"),
        ([1.0, math.inf], [1.0, 1.0], "finite"),
        ([1.0, 2.0], [1.0, 0.0], "above zero"),
    ],
)
def test_what_cannot_be_pooled_is_refused(
    estimates: list[float], ses: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        pool(estimates, ses)
    with pytest.raises(ValueError, match="no method"):
        pool([1.0, 2.0], [1.0, 1.0], method="guess")  # type: ignore[arg-type]
