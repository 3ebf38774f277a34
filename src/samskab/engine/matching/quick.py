"""The instant answer: take the most helpful party, again and again, then drop the superfluous."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from samskab.engine.matching.assign import assemble
from samskab.engine.matching.board import Board, Pair, lay_out
from samskab.engine.matching.model import Need, Offer, Proposal
from samskab.engine.matching.stock import Stock

if TYPE_CHECKING:
    from samskab.engine.matching.stock import Floats

TINY = 1e-12


def greedy(
    needs: Iterable[Need],
    offers: Iterable[Offer] | Stock,
    *,
    not_with: Iterable[Pair] = (),
    must_with: Iterable[Pair] = (),
    burden: Mapping[str, float] | None = None,
) -> Proposal:
    """A good proposal at once, to show while `propose` looks for the best one.

    Same meaning of the arguments as `propose`; with `burden`, a party that is asked for less
    trouble is preferred. O(groups + picks × (columns + groups of the
    classes that a pick serves)), in whole arrays. Nothing is proven: `gap` is None.
    Source: the greedy rule for submodular cover (Wolsey 1982).
    """
    board = lay_out(needs, offers, not_with=not_with, must_with=must_with)
    cost = board.sizes + by_column(board, burden) if burden else board.sizes
    return assemble(board, pick(board, firm_classes(board), cost))


def by_column(board: Board, burden: Mapping[str, float]) -> Floats:
    """(columns,): what speaks against asking the actors of each column, in sum."""
    import numpy as np

    inside = np.flatnonzero(board.column_of >= 0)
    actors = board.stock.actors
    each = np.array([burden.get(actors[at], 0.0) for at in inside.tolist()], dtype=np.float64)
    found: Floats = np.zeros(len(board.sizes))
    np.add.at(found, board.column_of[inside], each)
    return found


def firm_classes(board: Board) -> tuple[int, ...]:
    """The classes that decide who takes part: the musts, or all where nothing is a must."""
    musts = tuple(at for at, one in enumerate(board.classes) if one.must)
    return musts or tuple(range(len(board.classes)))


def pick(board: Board, firm: Collection[int], cost: Floats | None = None) -> tuple[int, ...]:
    """Columns that together cover the firm classes as far as a greedy choice can.

    `cost` is (columns,), above zero; the number of actors when left out.
    """
    table = _Table(board, firm, board.sizes if cost is None else cost)
    while table.take_best():
        pass
    return table.pruned()


class _Table:
    """What every column would add now, kept up to date for those that a choice touches."""

    def __init__(self, board: Board, firm: Collection[int], cost: Floats) -> None:
        import numpy as np

        deciding = set(firm)
        self.classes = [tuple(c for c in r if c in deciding) for r in board.resources]
        keep = np.array([bool(served) for served in self.classes], dtype=bool)
        groups = np.flatnonzero(keep[board.group_resource]) if len(keep) else np.zeros(0, int)
        self.column = board.group_column[groups]
        self.resource = board.group_resource[groups]
        self.capacity = board.group_capacity[groups]
        self.missing = {c: board.classes[c].demand for c in deciding}
        self.demand = dict(self.missing)
        self.cost = cost
        weights = board.weights()
        self.weight = np.array([weights[r[0]] for r in board.resources])
        order = np.argsort(self.resource, kind="stable")
        edge = np.searchsorted(self.resource[order], np.arange(len(self.classes) + 1))
        self.of_resource = [order[a:b] for a, b in pairwise(edge)]
        self.of_column = np.searchsorted(self.column, np.arange(len(cost) + 1))
        self.serving: dict[int, list[int]] = defaultdict(list)
        for at, served in enumerate(self.classes):
            for c in served:
                self.serving[c].append(at)
        self.wanted = np.array([sum(self.missing[c] for c in r) for r in self.classes], float)
        worth = np.minimum(self.capacity, self.wanted[self.resource]) * self.weight[self.resource]
        self.gain = np.bincount(self.column, weights=worth, minlength=len(cost)) / cost
        self.barred = np.zeros(len(cost), dtype=bool)
        self.foes: dict[int, list[int]] = defaultdict(list)
        for one, other in board.apart:
            self.foes[one].append(other)
            self.foes[other].append(one)
        self.given: dict[int, dict[int, int]] = {}

    def take_best(self) -> bool:
        """Take the column that adds most for its cost; False when none adds anything."""
        if not len(self.gain) or not any(self.missing.values()):
            return False
        column = int(self.gain.argmax())
        if self.gain[column] <= TINY:
            return False
        self.given[column] = self._give(column)
        for other in (column, *self.foes[column]):
            self.barred[other] = True
            self.gain[other] = -1.0
        return True

    def _give(self, column: int) -> dict[int, int]:
        """What the column covers; what fits one class only is counted in full."""
        share: dict[int, int] = defaultdict(int)
        touched: set[int] = set()
        for group in range(self.of_column[column], self.of_column[column + 1]):
            classes, left = self.classes[self.resource[group]], int(self.capacity[group])
            for c in sorted(classes, key=lambda c: (-self.missing[c], c)):
                used = min(left, self.missing[c])
                share[c] += left if len(classes) == 1 else used
                self.missing[c] -= used
                left -= used
                if used:
                    touched.update(self.serving[c])
        for resource in sorted(touched):
            self._lower(resource)
        return dict(share)

    def _lower(self, resource: int) -> None:
        import numpy as np

        groups = self.of_resource[resource]
        now = float(sum(self.missing[c] for c in self.classes[resource]))
        capacity, columns = self.capacity[groups], self.column[groups]
        less = np.minimum(capacity, self.wanted[resource]) - np.minimum(capacity, now)
        self.gain[columns] -= less * self.weight[resource] / self.cost[columns]
        self.gain[columns[self.barred[columns]]] = -1.0
        self.wanted[resource] = now

    def pruned(self) -> tuple[int, ...]:
        """The columns that were taken, less those that the others make superfluous."""
        total: dict[int, int] = defaultdict(int)
        for share in self.given.values():
            for c, part in share.items():
                total[c] += part
        kept = dict(self.given)

        def helpfulness(column: int) -> tuple[float, int]:
            return sum(kept[column].values()) / float(self.cost[column]), column

        for column in sorted(kept, key=helpfulness):
            share = kept[column]
            if all(total[c] - part >= self.demand[c] for c, part in share.items()):
                for c, part in share.items():
                    total[c] -= part
                del kept[column]
        return tuple(sorted(kept))
