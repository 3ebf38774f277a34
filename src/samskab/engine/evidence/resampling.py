"""Intervals by drawing people again, where there is no exact one.

Seeded: the same answers give the same interval. Scores of a questionnaire take few values, so
that for the typical change only the counts of each value are drawn, not every person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from samskab.engine.evidence.shares import finite, normal_quantile

RESAMPLES = 999
SEED = 20261
MOST_VALUES = 256
ENOUGH = 10
BLOCK = 2_000_000


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean change, with the standard error that pooling over places asks for.

    `low` and `high` are None with fewer than ten people, or where all changed alike.
    """

    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    method: str


def mean_change(changes: Sequence[float] | Any, level: float = 0.95) -> Mean:
    """The mean with its standard error, and the BCa bootstrap interval from ten people on.

    O(resamples × n). Raises ValueError on values that are not finite and on a level outside
    (0, 1). Source: Efron 1987.
    """
    values = finite(changes)
    normal_quantile(level)
    n = len(values)
    if not n:
        return Mean(None, None, None, None, "none")
    middle = float(values.mean())
    if n == 1:
        return Mean(middle, None, None, None, "mean, no interval")
    se = float(values.std(ddof=1) / np.sqrt(n))
    if n < ENOUGH or se == 0:
        return Mean(middle, se, None, None, "mean, too few or too alike for a bootstrap")
    low, high = bca(values, level=level)
    return Mean(middle, se, low, high, f"mean, BCa bootstrap interval ({RESAMPLES} resamples)")


def bca(
    values: Sequence[float] | Any,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[float, float]:
    """The bias-corrected and accelerated interval of a mean. O(resamples × n).

    Raises ValueError on fewer than two values, or on values that are all the same.
    """
    data = finite(values)
    if len(data) < 2 or not np.ptp(data):
        raise ValueError("a bootstrap needs at least two different values")
    means = _redrawn(data, np.mean, resamples, seed)
    normal = NormalDist()
    below = (np.count_nonzero(means < data.mean()) + np.count_nonzero(means <= data.mean())) / 2
    bias = normal.inv_cdf(min(max(below / resamples, 1e-9), 1 - 1e-9))
    # Leaving one out moves the mean by its distance from it: the acceleration in closed form.
    away = data - data.mean()
    speed = float((away**3).sum() / (6 * (away**2).sum() ** 1.5))
    z = normal_quantile(level)
    ends = []
    for side in (-z, z):
        moved = bias + (bias + side) / (1 - speed * (bias + side))
        ends.append(normal.cdf(moved))
    low, high = np.quantile(means, ends)
    return float(low), float(high)


def bootstrap(
    values: Sequence[float] | Any,
    statistic: Callable[..., Any] = np.mean,
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = 4999,
) -> tuple[float, float]:
    """A percentile interval for a statistic that has no exact one, such as hours or cost.

    `statistic(samples, axis=1)` reduces an array of shape (resamples, n). The same seed gives
    the same interval. With fewer than about ten values it is too narrow. O(resamples × n) time,
    in blocks. Raises ValueError on fewer than two values. Source: Efron 1979.
    """
    data = finite(values)
    if len(data) < 2:
        raise ValueError("a bootstrap needs at least two values")
    return _percentiles(_redrawn(data, statistic, resamples, seed), level)


def typical_interval(changes: Any, level: float) -> tuple[float, float] | None:
    """The percentile interval of the Hodges–Lehmann estimate by drawing the people again.

    None where the changes take more than 256 values. O(resamples × values²).
    """
    values, counts = np.unique(changes, return_counts=True)
    if len(values) > MOST_VALUES:
        return None
    one, other = np.triu_indices(len(values))
    order = np.argsort((values[one] + values[other]) / 2, kind="stable")
    one, other = one[order], other[order]
    means, alone = (values[one] + values[other]) / 2, one == other

    def pairs(drawn: Any) -> Any:
        both = drawn[:, one] * drawn[:, other]
        return np.where(alone, (both + drawn[:, one]) // 2, both)

    drawn = _counts(counts, np.random.default_rng(SEED))
    return _percentiles(_medians(means, drawn, pairs), level)


def shift_interval(changes: Any, others: Any, level: float) -> tuple[float, float] | None:
    """The same for the Hodges–Lehmann shift between two groups, each drawn again."""
    values, counts = np.unique(changes, return_counts=True)
    seconds, other_counts = np.unique(others, return_counts=True)
    if max(len(values), len(seconds)) > MOST_VALUES:
        return None
    gaps = np.subtract.outer(values, seconds).ravel()
    order = np.argsort(gaps, kind="stable")
    one, other = order // len(seconds), order % len(seconds)
    width = len(values)

    def pairs(drawn: Any) -> Any:
        return drawn[:, one] * drawn[:, width + other]

    random = np.random.default_rng(SEED)
    drawn = np.hstack([_counts(counts, random), _counts(other_counts, random)])
    return _percentiles(_medians(gaps[order], drawn, pairs), level)


def _counts(counts: Any, random: Any) -> Any:
    """How many have each value in each resample: (resamples, values)."""
    total = int(counts.sum())
    return random.multinomial(total, counts / total, size=RESAMPLES)


def _medians(ordered: Any, drawn: Any, pairs: Callable[[Any], Any]) -> Any:
    """The median of the sums, each as often as the counts of a resample make it."""
    found = []
    step = max(1, BLOCK // len(ordered))
    for start in range(0, len(drawn), step):
        heap = np.cumsum(pairs(drawn[start : start + step]), axis=1)
        for row in heap:
            size = int(row[-1])
            low, high = np.searchsorted(row, [(size + 1) // 2, size // 2 + 1])
            found.append((ordered[low] + ordered[high]) / 2)
    return np.array(found)


def _redrawn(data: Any, statistic: Callable[..., Any], resamples: int, seed: int) -> Any:
    random = np.random.default_rng(seed)
    block = max(1, BLOCK // len(data))
    found: list[Any] = []
    while len(found) < resamples:
        rows = min(block, resamples - len(found))
        chosen = data[random.integers(0, len(data), (rows, len(data)))]
        found.extend(statistic(chosen, axis=1))
    return np.array(found)


def _percentiles(found: Any, level: float) -> tuple[float, float]:
    normal_quantile(level)
    tail = (1 - level) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)
