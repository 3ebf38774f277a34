"""How much two ways of grouping the same people agree."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cache
from itertools import permutations

import numpy as np

from samskab.engine.opinion.votes import Floats, Ints

_FEW = 6


def adjusted_rand(a: Sequence[Hashable] | Ints, b: Sequence[Hashable] | Ints) -> float:
    """Adjusted Rand index of two labellings of the same n things.

    1 when they group alike, about 0 when they agree no more than by chance. Two labellings
    that both put everything together (or everything apart) agree: 1. Raises ValueError when
    the lengths differ. O(n). Source: Hubert & Arabie, Journal of Classification 2 (1985).
    """
    if len(a) != len(b):
        raise ValueError("The two labellings must be of the same length.")
    table = contingency(_codes(a), _codes(b))
    together = _pairs(table)
    first, second = _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    total = _pairs(np.array([float(len(a))]))
    expected = first * second / total if total else 0.0
    best = (first + second) / 2
    return 1.0 if best == expected else float((together - expected) / (best - expected))


def contingency(a: Ints, b: Ints) -> Floats:
    """Number of things by label in `a` (rows) and label in `b` (columns). O(n)."""
    shape = (int(a.max(initial=-1)) + 1, int(b.max(initial=-1)) + 1)
    table = np.zeros(shape)
    np.add.at(table, (a, b), 1.0)
    return table


def matched(overlap: Floats) -> dict[int, int]:
    """Row → column of the one-to-one matching with the largest total overlap.

    All orders are tried up to six rows and columns, the Hungarian method is used above.
    """
    size = max(overlap.shape)
    if size <= _FEW:
        square = np.zeros((size, size))
        square[: overlap.shape[0], : overlap.shape[1]] = overlap
        orders = _orders(size)
        best = orders[int(square[np.arange(size), orders].sum(axis=1).argmax())]
        rows, columns = np.arange(size), best
    else:
        from scipy.optimize import linear_sum_assignment  # half a second: only when needed

        rows, columns = linear_sum_assignment(-overlap)
        square = overlap
    return {
        int(i): int(j) for i, j in zip(rows, columns, strict=True) if square[int(i), int(j)] > 0
    }


@cache
def _orders(size: int) -> Ints:
    return np.array(list(permutations(range(size))), dtype=np.int64).reshape(-1, size)


def _codes(labels: Sequence[Hashable] | Ints) -> Ints:
    code: dict[Hashable, int] = {}
    return np.array([code.setdefault(label, len(code)) for label in labels], dtype=np.int64)


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())
