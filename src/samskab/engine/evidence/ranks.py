"""Rank distributions and order statistics of sums, exact where the numbers are small.

The median of all pairwise means or differences, and the interval around it that the ranks
give, need the k-th smallest of up to n² sums. It is found without writing the sums down.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samskab.engine.evidence.shares import normal_quantile

Floats = NDArray[np.float64]
EXACT_SIGNED = 300
EXACT_PRODUCT = 2500


@lru_cache(maxsize=128)
def signed_rank_cdf(n: int) -> Floats:
    """P(V ≤ v) for v = 0 … n(n+1)/2, V the signed-rank statistic without ties. O(n³)."""
    chance = np.zeros(n * (n + 1) // 2 + 1)
    chance[0] = 1.0
    for rank in range(1, n + 1):
        moved = np.zeros_like(chance)
        moved[rank:] = chance[:-rank]
        chance = (chance + moved) / 2
    cdf: Floats = np.cumsum(chance)
    return cdf


@lru_cache(maxsize=128)
def rank_sum_cdf(n: int, m: int) -> Floats:
    """P(U ≤ u) for u = 0 … nm, U the Mann–Whitney statistic without ties. O(n² m)."""
    ways = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for u in range(n * m, m + i - 1, -1):
            ways[u] -= ways[u - m - i]
        for u in range(i, n * m + 1):
            ways[u] += ways[u - i]
    total = math.comb(n + m, n)
    sums = np.cumsum(np.array(ways, dtype=object))
    return np.array([float(one / total) for one in sums])


def lower_rank(cdf: Floats, level: float) -> tuple[int, float]:
    """How many sums lie below the interval, plus one, and the level that is reached.

    The widest rank that still reaches the level; rank 1 (all sums) with a lower level where
    the level cannot be reached with so few.
    """
    below = int(np.searchsorted(cdf, (1 - level) / 2 * (1 + 1e-9), side="right"))
    rank = max(1, below)
    return rank, 1 - 2 * float(cdf[rank - 1])


def normal_rank(mean: float, deviation: float, level: float) -> int:
    """The same rank from the normal approximation, rounded to the wider side."""
    return max(1, math.floor(mean - normal_quantile(level) * deviation))


class MeansOfPairs:
    """All means (d_i + d_j) / 2, i ≤ j, in order but not written down. O(n log n) a question."""

    def __init__(self, values: Any) -> None:
        self.values: Floats = np.sort(np.asarray(values, dtype=float))
        self.size = len(self.values) * (len(self.values) + 1) // 2

    def count(self, limit: float) -> int:
        """How many means are at most the limit."""
        pairs = np.searchsorted(self.values, 2 * limit - self.values, side="right").sum()
        return int(pairs + np.count_nonzero(self.values <= limit)) // 2

    def following(self, limit: float) -> float:
        """The smallest mean above the limit."""
        return _following(self.values, self.values, 2 * limit) / 2

    def kth(self, k: int) -> float:
        """The k-th smallest mean, k from 1."""
        return _kth(self, k, float(self.values[0]), float(self.values[-1]))

    def median(self) -> float:
        """The median mean: the Hodges–Lehmann estimate."""
        return _median(self)


class DifferencesOfPairs:
    """All differences x_i − y_j, in order but not written down. O((n + m) log m) a question."""

    def __init__(self, values: Any, others: Any) -> None:
        self.values: Floats = np.sort(np.asarray(values, dtype=float))
        self.minus: Floats = np.sort(-np.asarray(others, dtype=float))
        self.size = len(self.values) * len(self.minus)

    def count(self, limit: float) -> int:
        """How many differences are at most the limit."""
        return int(np.searchsorted(self.minus, limit - self.values, side="right").sum())

    def following(self, limit: float) -> float:
        """The smallest difference above the limit."""
        return _following(self.values, self.minus, limit)

    def kth(self, k: int) -> float:
        """The k-th smallest difference, k from 1."""
        ends = self.values[[0, -1]] + self.minus[[0, -1]]
        return _kth(self, k, float(ends[0]), float(ends[1]))

    def median(self) -> float:
        """The median difference: the Hodges–Lehmann estimate of a shift."""
        return _median(self)


Pairs = MeansOfPairs | DifferencesOfPairs


def _median(pairs: Pairs) -> float:
    low, high = (pairs.size + 1) // 2, pairs.size // 2 + 1
    first = pairs.kth(low)
    return first if low == high else (first + pairs.kth(high)) / 2


def _kth(pairs: Pairs, k: int, low: float, high: float) -> float:
    """Halve the range until it is as narrow as floats get, then step onto the sum itself."""
    if pairs.count(low) >= k:
        return low
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high or high - low <= 1e-12 * max(1.0, abs(low), abs(high)):
            break
        if pairs.count(middle) >= k:
            high = middle
        else:
            low = middle
    return min(high, pairs.following(low))


def _following(values: Floats, others: Floats, limit: float) -> float:
    places = np.searchsorted(others, limit - values, side="right")
    inside = places < len(others)
    sums = values[inside] + others[places[inside]]
    sums = sums[sums > limit]
    return float(sums.min()) if len(sums) else math.inf
