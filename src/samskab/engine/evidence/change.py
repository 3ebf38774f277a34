"""Before and after: how much people changed, how sure that is, and what missing answers can do.

The typical change is the Hodges–Lehmann estimate (the median of the means of all pairs of
changes); its interval comes from the signed ranks and is exact for small groups. Equal changes
and changes of zero all stay in: with them the interval, ends included, is as sure as stated or
surer (Noether 1967). For large groups the people are drawn again instead (bootstrap).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from samskab.engine.evidence.ranks import (
    EXACT_PRODUCT,
    EXACT_SIGNED,
    DifferencesOfPairs,
    MeansOfPairs,
    lower_rank,
    normal_rank,
    rank_sum_cdf,
    signed_rank_cdf,
)
from samskab.engine.evidence.resampling import RESAMPLES, shift_interval, typical_interval
from samskab.engine.evidence.shares import Share, finite, normal_quantile, wilson

LEVEL = 0.95
ENOUGH_FOR_ERROR = 20
MAX_PERMUTED = 20
BOOTSTRAP = f"bootstrap interval ({RESAMPLES} resamples)"


@dataclass(frozen=True, slots=True)
class Change:
    """A typical change with its interval, in score points; None where there is too little.

    `level` is the level that the interval reaches: at least that asked for where the number of
    people allows, and lower (stated) where it does not.
    """

    n: int
    estimate: float | None
    low: float | None
    high: float | None
    level: float | None
    method: str


@dataclass(frozen=True, slots=True)
class Reliable:
    """How many changed by more than the error of measurement explains.

    `source` says where `standard_error`, that of one measurement, comes from.
    """

    better: int
    unchanged: int
    worse: int
    threshold: float
    standard_error: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the result would be if all missing answers had been the worst, and the best.

    `change` is the typical change in score points, `improved` the share from 0 to 1.
    """

    missing: int
    change_low: float | None
    change_high: float | None
    improved_low: float | None
    improved_high: float | None


def paired_change(before: Sequence[float], after: Sequence[float], level: float = LEVEL) -> Change:
    """How much the same people typically changed: after minus before.

    `before` and `after` have one score for each person, in the same order. Up to 300 people the
    interval is exact. Beyond, it comes from the bootstrap; where the changes take more than 256
    values, from the ranks by the normal approximation. With five people or fewer it cannot
    reach 95 %, and `level` says what it does reach; with one there is no interval, with none no
    estimate. `method` says which, and whether ties or zeros make the level a lower limit.
    O(n log n), plus n³ once for each n up to 300, or 999 × values² beyond.

    Raises ValueError on unequal lengths, on values that are not finite and on a level outside
    (0, 1). Source: Hodges & Lehmann 1963; Hollander & Wolfe, Nonparametric Statistical Methods.
    """
    return typical(_differences(before, after), level)


def typical(changes: Sequence[float] | Any, level: float = LEVEL) -> Change:
    """`paired_change` for differences that are already taken."""
    values = finite(changes)
    normal_quantile(level)
    n = len(values)
    if n == 0:
        return Change(0, None, None, None, None, "none")
    pairs = MeansOfPairs(values)
    if n == 1:
        return Change(1, float(values[0]), None, None, None, "Hodges–Lehmann, no interval")
    middle, small = pairs.median(), n <= EXACT_SIGNED
    drawn = None if small else typical_interval(values, level)
    if drawn is not None:
        return Change(n, middle, *drawn, level, f"Hodges–Lehmann, {BOOTSTRAP}")
    if small:
        rank, reached = lower_rank(signed_rank_cdf(n), level)
        method = f"Hodges–Lehmann, exact signed-rank interval{_tied(np.abs(values))}"
    else:
        deviation = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        rank, reached = normal_rank(pairs.size / 2, deviation, level), level
        method = "Hodges–Lehmann, signed-rank interval (normal approximation)"
    return Change(n, middle, pairs.kth(rank), pairs.kth(pairs.size + 1 - rank), reached, method)


def _tied(sizes: Any) -> str:
    """What the method adds where equal sizes, or zeros, make the level a lower limit."""
    alike = len(np.unique(sizes)) < len(sizes) or not np.all(sizes)
    return " (ties and zeros kept: at least this level)" if alike else ""


def compare(
    changes: Sequence[float] | Any, other_changes: Sequence[float] | Any, level: float = LEVEL
) -> Change:
    """The difference in change: how much more the first group changed than the other.

    Both hold one change (after minus before) for each person. The median of all pairwise
    differences, with the interval from the rank-sum distribution: exact while the product of
    the sizes is at most 2,500; beyond by the bootstrap, like `paired_change`. Ties widen it, as
    above. `n` counts both groups. O((n + m) log m), plus the interval. Raises ValueError
    like `paired_change`. Source: Hodges & Lehmann 1963; Moses 1953.
    """
    values, others = finite(changes), finite(other_changes)
    normal_quantile(level)
    n, m = len(values), len(others)
    if not n or not m:
        return Change(n + m, None, None, None, None, "none")
    pairs = DifferencesOfPairs(values, others)
    middle, small = pairs.median(), n * m <= EXACT_PRODUCT
    drawn = None if small else shift_interval(values, others, level)
    if drawn is not None:
        return Change(n + m, middle, *drawn, level, f"Hodges–Lehmann shift, {BOOTSTRAP}")
    if small:
        rank, reached = lower_rank(rank_sum_cdf(min(n, m), max(n, m)), level)
        both = np.concatenate([values, others])
        ties = " (ties kept: at least this level)" if len(np.unique(both)) < n + m else ""
        method = f"Hodges–Lehmann shift, exact rank-sum interval{ties}"
    else:
        deviation = math.sqrt(n * m * (n + m + 1) / 12)
        rank, reached = normal_rank(pairs.size / 2, deviation, level), level
        method = "Hodges–Lehmann shift, rank-sum interval (normal approximation)"
    low, high = pairs.kth(rank), pairs.kth(pairs.size + 1 - rank)
    return Change(n + m, middle, low, high, reached, method)


def improved(
    before: Sequence[float],
    after: Sequence[float],
    threshold: float | None = None,
    *,
    higher_is_better: bool = True,
    level: float = LEVEL,
) -> Share:
    """How many changed for the better by at least the threshold, with Wilson's interval.

    Without a threshold every change for the better counts. O(n). Raises ValueError like
    `paired_change` and on a threshold that is not above zero.
    """
    better = _for_the_better(_differences(before, after), threshold, higher_is_better)
    return wilson(int(better.sum()), len(better), level)


def reliable_change(
    before: Sequence[float],
    after: Sequence[float],
    standard_error: float,
    *,
    higher_is_better: bool = True,
    level: float = LEVEL,
    source: str = "",
) -> Reliable:
    """How many changed by more than z × √2 × the standard error of one measurement.

    O(n). Raises ValueError on a standard error that is not above zero. Source: Jacobson & Truax
    1991.
    """
    if not standard_error > 0:
        raise ValueError("the standard error must be above zero")
    threshold = normal_quantile(level) * math.sqrt(2) * standard_error
    changes = _differences(before, after) * (1 if higher_is_better else -1)
    better, worse = int((changes > threshold).sum()), int((changes < -threshold).sum())
    same = len(changes) - better - worse
    return Reliable(better, same, worse, threshold, standard_error, source)


def measurement_error(items: Sequence[Sequence[float]] | Any, factor: float = 1.0) -> float | None:
    """The standard error of one measurement, from the answers themselves, in score points.

    `items` holds complete answers, shape (people, items); the score is `factor` × their sum.
    SD × √(1 − α) with Cronbach's α. None with fewer than 20 people or two items, where all
    scores are the same, or where the items do not hang together (α at or below zero). O(cells).
    Source: Cronbach 1951; Jacobson & Truax 1991.
    """
    cells = np.asarray(items, dtype=float)
    if cells.ndim != 2 or cells.shape[0] < ENOUGH_FOR_ERROR or cells.shape[1] < 2:
        return None
    whole = float(cells.sum(axis=1).var(ddof=1))
    if whole == 0:
        return None
    number = cells.shape[1]
    alpha = number / (number - 1) * (1 - float(cells.var(axis=0, ddof=1).sum()) / whole)
    if not 0 < alpha < 1:
        return None
    return factor * math.sqrt(whole * (1 - alpha))


def bounds(
    before: Sequence[float],
    after: Sequence[float],
    unanswered: Sequence[float],
    scale: tuple[float, float],
    threshold: float | None = None,
    *,
    higher_is_better: bool = True,
    blind: bool = False,
) -> Bounds:
    """The typical change and the share improved if the missing after-answers were extreme.

    `unanswered` holds the before-scores of those who gave no after-answer. At worst each of
    them ends at the bottom of the scale, at best at the top. Nobody can know more without
    assumptions. `blind` leaves their before-scores out and takes the whole scale for each:
    wider, but it tells nothing about the few it is about. O(n log n). Raises ValueError like
    `paired_change`. Source: Manski 1990.
    """
    known = _differences(before, after)
    lost = finite(unanswered)
    if not len(known) + len(lost):
        return Bounds(0, None, None, None, None)
    wide = (scale[1] - scale[0]) * np.ones(len(lost))
    ends = (-wide, wide) if blind else tuple(end - lost for end in scale)
    lowest, highest = (np.concatenate([known, end]) for end in ends)
    shares = [_for_the_better(one, threshold, higher_is_better).mean() for one in (lowest, highest)]
    return Bounds(
        len(lost),
        MeansOfPairs(lowest).median(),
        MeansOfPairs(highest).median(),
        float(min(shares)),
        float(max(shares)),
    )


def signed_rank_p(changes: Sequence[float] | Any) -> float:
    """The two-sided p of the signed-rank test, exact with ties; zeros keep their place (Pratt).

    For those who ask: no sentence of an evaluation uses it. The sign of each change is flipped
    in every way, on average ranks. At n = 5 it cannot go below .0625, at n = 6 below .031.
    O(n × sum of ranks). Raises ValueError on nothing but zeros. Source: Pratt 1959.
    """
    values = finite(changes)
    if not np.any(values):
        raise ValueError("all changes are zero")
    order = np.abs(values)
    ranks = np.array([(2 * (order < v).sum() + (order == v).sum() + 1) for v in order])
    ranks, signs = ranks[values != 0], values[values != 0] > 0
    return _flipped_p(ranks, int(ranks[signs].sum()))


def sign_flip_p(changes: Sequence[float] | Any) -> float:
    """The two-sided exact p of the mean change under all flips of sign, for up to 20 people.

    O(2ⁿ). Raises ValueError on nobody or more than 20. Source: Fisher 1935.
    """
    values = finite(changes)
    if not 0 < len(values) <= MAX_PERMUTED:
        raise ValueError(f"from 1 to {MAX_PERMUTED} people")
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    slack = 1e-9 * float(np.abs(values).sum())
    return float((np.abs(sums) >= abs(values.sum()) - slack).mean())


def _flipped_p(ranks: Any, reached: int) -> float:
    chance = np.zeros(int(ranks.sum()) + 1)
    chance[0] = 1.0
    for rank in ranks:
        moved = np.zeros_like(chance)
        moved[rank:] = chance[: len(chance) - rank]
        chance = (chance + moved) / 2
    return min(1.0, 2 * float(min(chance[: reached + 1].sum(), chance[reached:].sum())))


def _for_the_better(changes: Any, threshold: float | None, higher_is_better: bool) -> Any:
    towards = changes if higher_is_better else -changes
    if threshold is None:
        return towards > 0
    if not threshold > 0:
        raise ValueError("the threshold must be above zero")
    # Scores are sums of products of floats: a change of exactly the threshold counts.
    return towards >= threshold - 1e-9


def _differences(before: Sequence[float], after: Sequence[float]) -> Any:
    one, other = finite(before), finite(after)
    if len(one) != len(other):
        raise ValueError(f"{len(one)} scores before and {len(other)} after: they come in pairs")
    return other - one
