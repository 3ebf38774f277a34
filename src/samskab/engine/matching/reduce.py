"""Columns that some best choice does without, found before anything is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samskab.engine.matching.board import Bools
    from samskab.engine.matching.stock import Floats, Ints

CELLS = 20_000_000


def worth_keeping(cover: Any, limits: Floats, costs: Floats, held: Bools) -> Bools:
    """(columns,): false for those that a best choice never needs.

    `cover` is a sparse (rows, columns) matrix without negative entries whose rows ask for sums
    of at least `limits` (of which no more is of use); `costs` is (criteria, columns). Column b
    beats column a when it gives as much in every row and costs no more. Where so many beat a
    that together they fill every row that a gives to, then in any choice with a either one of
    them is still free to take its place, or a is not needed: a can go. `held` columns are bound
    by other rules too, and beat nobody.

    O(columns × the columns that share their rarest row), in whole arrays.
    Source: dominance for set covering (Beasley 1987), carried over to rows with amounts.
    """
    import numpy as np

    by_column, by_row = cover.tocsc(), cover.tocsr()
    count = np.diff(by_column.indptr)
    keep: Bools = count > 0
    rarest = _rarest(by_column, np.diff(by_row.indptr))
    order = np.argsort(rarest, kind="stable")
    edge = np.searchsorted(rarest[order], np.arange(cover.shape[0] + 1))
    for row in np.flatnonzero(np.diff(edge)):
        mine = order[edge[row] : edge[row + 1]]
        rivals = by_row.indices[by_row.indptr[row] : by_row.indptr[row + 1]]
        rivals = np.sort(rivals[~held[rivals]])
        step = max(1, CELLS // max(1, len(rivals) * int(count[mine].max())))
        for at in range(0, len(mine), step):
            some = mine[at : at + step]
            keep[some] = ~_beaten(by_column, limits, costs, some, rivals, count)
    return keep


def _rarest(by_column: Any, often: Ints) -> Ints:
    """(columns,): the row of each column that the fewest columns are in; -1 for empty ones."""
    import numpy as np

    rows = len(often)
    found = np.full(by_column.shape[1], -1, dtype=np.int64)
    filled = np.flatnonzero(np.diff(by_column.indptr))
    if len(filled):
        key = often[by_column.indices].astype(np.int64) * rows + by_column.indices
        found[filled] = np.minimum.reduceat(key, by_column.indptr[filled]) % rows
    return found


def _beaten(
    by_column: Any, limits: Floats, costs: Floats, mine: Ints, rivals: Ints, count: Ints
) -> Bools:
    import numpy as np

    widest = int(count[mine].max())
    place = by_column.indptr[mine][:, None] + np.arange(widest)
    there = np.arange(widest) < count[mine][:, None]
    place = np.where(there, place, by_column.indptr[mine][:, None])
    rows, values = by_column.indices[place], by_column.data[place]
    local, where = np.unique(rows, return_inverse=True)
    theirs = by_column[:, rivals][local].toarray()[where.reshape(rows.shape)]
    as_much = (theirs >= values[:, :, None]).all(axis=1)
    as_cheap = (costs[:, None, rivals] <= costs[:, mine, None]).all(axis=0)
    same = (theirs == values[:, :, None]).all(axis=1) & (count[rivals] == count[mine][:, None])
    same &= (costs[:, None, rivals] == costs[:, mine, None]).all(axis=0)
    # Of equals, the first one beats the others and none beats it; nobody beats itself.
    beats: Bools = as_much & as_cheap & ~(same & (rivals >= mine[:, None]))
    enough = np.ceil(limits[rows] / values - 1e-9).max(axis=1)
    result: Bools = beats.sum(axis=1) >= np.maximum(enough, 1)
    return result
