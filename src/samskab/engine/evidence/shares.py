"""Shares of people, with the interval that the number of people allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`; the share and its interval lie from 0 to 1, None without anybody."""

    count: int
    total: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference and its interval, in the unit of what was compared."""

    estimate: float
    low: float
    high: float
    method: str


def finite(values: Sequence[float] | Any) -> Any:
    """The values as an array of one dimension. Raises ValueError on one that is not finite."""
    array = np.asarray(values, dtype=float).ravel()
    if not np.all(np.isfinite(array)):
        raise ValueError("every score is a finite number")
    return array


def normal_quantile(level: float) -> float:
    """The two-sided normal quantile of a level such as .95. Raises ValueError outside (0, 1)."""
    if not 0 < level < 1:
        raise ValueError("the level lies between 0 and 1")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(count: int, total: int, level: float = 0.95) -> Share:
    """The share with Wilson's score interval, without continuity correction. O(1).

    Raises ValueError unless 0 ≤ count ≤ total. Source: Wilson 1927; Newcombe 1998a, method 3.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is no share")
    z = normal_quantile(level)
    if total == 0:
        return Share(0, 0, None, None, None)
    share = count / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    spread = math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    half = z * spread / (1 + z * z / total)
    low = 0.0 if count == 0 else max(0.0, centre - half)
    high = 1.0 if count == total else min(1.0, centre + half)
    return Share(count, total, share, low, high)


def newcombe(
    count: int, total: int, other_count: int, other_total: int, level: float = 0.95
) -> Difference:
    """The first share minus the other, with Newcombe's hybrid score interval. O(1).

    Raises ValueError when a group is empty or a count is no share of it. Source: Newcombe
    1998b, method 10.
    """
    one, other = wilson(count, total, level), wilson(other_count, other_total, level)
    if not total or not other_total:
        raise ValueError("both groups need somebody in them")
    p, low, high = float(one.share or 0), float(one.low or 0), float(one.high or 0)
    q, other_low, other_high = (
        float(other.share or 0),
        float(other.low or 0),
        float(other.high or 0),
    )
    return Difference(
        p - q,
        p - q - math.hypot(p - low, other_high - q),
        p - q + math.hypot(high - p, q - other_low),
        "Newcombe",
    )
