"""Two shares side by side, exactly: for groups so small that an approximation would mislead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from samskab.engine.evidence.shares import normal_quantile

STEPS = 200


@dataclass(frozen=True, slots=True)
class Odds:
    """The odds of the first group against those of the other.

    `ratio` is the conditional maximum-likelihood estimate; `high` is None where it has no end.
    """

    ratio: float | None
    low: float
    high: float | None
    method: str = "conditional odds ratio, exact interval"


def odds_ratio(
    count: int, total: int, other_count: int, other_total: int, level: float = 0.95
) -> Odds:
    """How much better the odds are in the first group, with the exact interval.

    The margins are taken as given. O(steps × smaller group). Raises ValueError when a group is
    empty or a count is no share of it. Source: Fisher 1935; Cornfield 1956.
    """
    support, weights = _conditional(count, total, other_count, other_total)
    normal_quantile(level)
    lowest, highest = int(support[0]), int(support[-1])
    if lowest == highest:
        return Odds(None, 0.0, None)
    tail = (1 - level) / 2

    def mean(log: float) -> float:
        return float(support @ _tilted(support, weights, log))

    def above(log: float) -> float:
        return float(_tilted(support, weights, log)[support >= count].sum())

    def below(log: float) -> float:
        return -float(_tilted(support, weights, log)[support <= count].sum())

    low = 0.0 if count == lowest else math.exp(_crossing(above, tail))
    high = None if count == highest else math.exp(_crossing(below, -tail))
    if count in (lowest, highest):
        return Odds(0.0 if count == lowest else None, low, high)
    return Odds(math.exp(_crossing(mean, count)), low, high)


def fisher_p(count: int, total: int, other_count: int, other_total: int) -> float:
    """Fisher's exact two-sided p: tables no likelier than this one, the margins given.

    For those who ask: no sentence uses it. O(smaller group). Raises ValueError like
    `odds_ratio`. Source: Fisher 1935.
    """
    support, weights = _conditional(count, total, other_count, other_total)
    chance = _tilted(support, weights, 0.0)
    here = chance[support == count][0]
    return min(1.0, float(chance[chance <= here * (1 + 1e-7)].sum()))


def _conditional(count: int, total: int, other_count: int, other_total: int) -> tuple[Any, Any]:
    """The counts that the margins allow, and the logarithm of how many tables have each."""
    if not total or not other_total:
        raise ValueError("both groups need somebody in them")
    if not 0 <= count <= total or not 0 <= other_count <= other_total:
        raise ValueError(f"{count} of {total} or {other_count} of {other_total} is no share")
    whole = count + other_count
    support = np.arange(max(0, whole - other_total), min(total, whole) + 1)

    def ways(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    counts = [int(k) for k in support]
    return support, np.array([ways(total, k) + ways(other_total, whole - k) for k in counts])


def _tilted(support: Any, weights: Any, log: float) -> Any:
    raised = weights + support * log
    chance = np.exp(raised - raised.max())
    return chance / chance.sum()


def _crossing(rising: Any, aim: float) -> float:
    """Where a rising function of the log odds reaches the aim, by halving."""
    low, high = -50.0, 50.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < aim else (low, middle)
    return (low + high) / 2
