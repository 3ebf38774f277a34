"""Intervals for shares, held against Newcombe's published values and SciPy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from samskab.engine.evidence import newcombe, wilson


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_has_the_published_values(
    count: int, total: int, low: float, high: float
) -> None:
    found = wilson(count, total)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    theirs = stats.binomtest(count, total).proportion_ci(method="wilson")
    assert (found.low, found.high) == (
        pytest.approx(theirs.low, abs=1e-12),
        pytest.approx(theirs.high, abs=1e-12),
    )


def test_newcombes_difference_has_the_published_values() -> None:
    found = newcombe(56, 70, 48, 80)
    assert found.estimate == pytest.approx(0.2)
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_shares_and_their_differences_stay_inside_what_is_possible(
    a: int, b: int, c: int, d: int
) -> None:
    one = wilson(a, a + b + 1)
    assert one.low is not None and one.high is not None and one.share is not None
    assert 0 <= one.low <= one.share <= one.high <= 1
    found = newcombe(a, a + b + 1, c, c + d + 1)
    assert -1 <= found.low <= found.estimate <= found.high <= 1
    turned = newcombe(c, c + d + 1, a, a + b + 1)
    assert (turned.low, turned.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


def test_nobody_has_no_share_and_no_difference() -> None:
    assert wilson(0, 0).share is None
    with pytest.raises(ValueError, match="somebody"):
        newcombe(0, 0, 1, 2)
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)
