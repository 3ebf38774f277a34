"""Tables of people that may be published: small cells are hidden so that nobody gets them back.

Hiding a small cell is not enough when its row and column have totals: the rest subtracted from
the total gives it back. So further cells are hidden, four corners of a rectangle at a time.
One can then move people round the four corners without changing anything that is shown, and
that is the proof that nobody can know what is in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

NEVER_BELOW = 3
Shown = tuple[int | None, ...]


@dataclass(frozen=True)
class Suppressed:
    """A table as it may be shown; None is a hidden cell.

    `cells` has the shape of the input, `row_totals`, `column_totals` and `total` are its sums.
    `hidden` counts hidden cells without totals, `because_small` those hidden for being small.
    """

    cells: tuple[Shown, ...]
    row_totals: Shown
    column_totals: Shown
    total: int | None
    hidden: int
    because_small: int


def suppress(table: Any, *, minimum: int = 5, hide_zeros: bool = False) -> Suppressed:
    """Hide cells and totals from 1 to `minimum` − 1, and as many more as it takes.

    `table` holds whole counts of people, shape (rows, columns). Zeros are shown (nobody is in
    them) unless `hide_zeros`. What stays shown, totals included, leaves for every hidden cell
    at least `minimum` different numbers that it could be. Fewest people in the further hidden
    cells is sought cell by cell, not proven. O(hidden × rows × columns).

    Raises ValueError on a minimum below 3, on a table that is not two-dimensional or empty, and
    on counts that are negative or not whole. Source: the hypercube method (Repsilber 1994).
    """
    counts = _counts(table)
    if minimum < NEVER_BELOW:
        raise ValueError(f"cells below {NEVER_BELOW} are never shown: the minimum is {minimum}")
    full = _with_totals(counts)
    lowest = 0 if hide_zeros else 1
    small = (full >= lowest) & (full < minimum)
    hidden = small.copy()
    for row, column in np.argwhere(small):
        _protect(full, hidden, int(row), int(column), minimum - 1)
    return _shown(full, hidden, small)


def _counts(table: Any) -> Any:
    values = np.asarray(table)
    if values.ndim != 2 or not values.size:
        raise ValueError("the table needs rows and columns")
    if not np.issubdtype(values.dtype, np.number) or not np.all(np.equal(np.mod(values, 1), 0)):
        raise ValueError("every cell is a whole count")
    if np.any(values < 0):
        raise ValueError("no cell is negative")
    return values.astype(np.int64)


def _with_totals(counts: Any) -> Any:
    wide = np.hstack([counts, counts.sum(axis=1, keepdims=True)])
    return np.vstack([wide, wide.sum(axis=0, keepdims=True)])


def _protect(full: Any, hidden: Any, row: int, column: int, width: int) -> None:
    """Hide the cheapest rectangle through the cell round which enough people can be moved.

    Moving one person into the cell means moving one out of the next corner, and so on; where a
    corner is a total, it follows its cells instead of making room for them. Corners that go
    down limit the move up, corners that go up limit the move down.
    """
    last_row, last_column = full.shape[0] - 1, full.shape[1] - 1
    side = np.where(np.arange(last_column + 1) == last_column, -1, 1)
    ends = np.where(np.arange(last_row + 1) == last_row, -1, 1)
    along = -side * side[column]
    down = -ends * ends[row]
    corner = np.outer(down, along)
    top = np.iinfo(np.int64).max // 4

    def room(values: Any, falls: Any) -> Any:
        return np.where(falls, values, top)

    same_row, same_column = full[row][None, :], full[:, column][:, None]
    up = np.minimum.reduce(
        [
            np.broadcast_to(room(same_row, along[None, :] < 0), full.shape),
            np.broadcast_to(room(same_column, down[:, None] < 0), full.shape),
            room(full, corner < 0),
        ]
    )
    fall = np.minimum.reduce(
        [
            np.full(full.shape, full[row, column]),
            np.broadcast_to(room(same_row, along[None, :] > 0), full.shape),
            np.broadcast_to(room(same_column, down[:, None] > 0), full.shape),
            room(full, corner > 0),
        ]
    )
    price = _price(full, hidden)
    cost = price[row][None, :] + price[:, column][:, None] + price
    cost = np.where(up + fall >= width, cost, np.inf)
    cost[row, :] = np.inf
    cost[:, column] = np.inf
    other_row, other_column = np.unravel_index(int(np.argmin(cost)), cost.shape)
    hidden[row, other_column] = hidden[other_row, column] = hidden[other_row, other_column] = True


def _price(full: Any, hidden: Any) -> Any:
    """What hiding a cell costs: its people, a whole table more for a total, nothing twice."""
    price = full.astype(float) + 1.0
    price[-1, :] += float(full[-1, -1]) + 1.0
    price[:, -1] += float(full[-1, -1]) + 1.0
    return np.where(hidden, 0.0, price)


def _shown(full: Any, hidden: Any, small: Any) -> Suppressed:
    open_ = [
        tuple(None if gone else int(value) for value, gone in zip(values, out, strict=True))
        for values, out in zip(full, hidden, strict=True)
    ]
    return Suppressed(
        cells=tuple(one[:-1] for one in open_[:-1]),
        row_totals=tuple(one[-1] for one in open_[:-1]),
        column_totals=open_[-1][:-1],
        total=open_[-1][-1],
        hidden=int(hidden[:-1, :-1].sum()),
        because_small=int(small[:-1, :-1].sum()),
    )
