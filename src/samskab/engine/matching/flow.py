"""Whole amounts from offers to needs, exactly: musts first, and no offer drained without need."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samskab.engine.matching.board import Bools

Flow = dict[tuple[int, int], int]
# With up to so many needs, every set of them is looked at.
FEW_NEEDS = 5


@dataclass(frozen=True, eq=False)
class Exchange:
    """Needs and offers of one kind: units wanted and there, and (needs, offers) who fits."""

    wanted: Sequence[int]
    must: Sequence[bool]
    capacity: Sequence[int]
    fits: Bools


def share_out(exchange: Exchange) -> Flow:
    """Units by (need, offer): as much as possible of the musts, then of the rest, then evenly.

    Evenly means that the highest share that any offer gives is as low as it can be, within each
    group of needs and offers that hang together. O(needs × offers) where every group has one
    need, else a small linear program and augmenting paths; in whole numbers throughout, so that
    no amount is lost in rounding.
    """
    found: Flow = {}
    for needs, offers in _groups(exchange.fits):
        part = Exchange(
            [exchange.wanted[n] for n in needs],
            [exchange.must[n] for n in needs],
            [exchange.capacity[o] for o in offers],
            exchange.fits[needs][:, offers],
        )
        flow = _one_need(part) if len(needs) == 1 else _many_needs(part)
        found |= {(needs[n], offers[o]): units for (n, o), units in flow.items()}
    return found


def _groups(fits: Bools) -> list[tuple[list[int], list[int]]]:
    import numpy as np

    if len(fits) == 1:
        return [([0], [int(o) for o in np.flatnonzero(fits[0])])] if fits.any() else []
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    needs, offers = np.nonzero(fits)
    size = sum(fits.shape)
    edges = coo_array((np.ones(len(needs)), (needs, offers + len(fits))), shape=(size, size))
    count, label = connected_components(edges, directed=False)
    groups: list[tuple[list[int], list[int]]] = [([], []) for _ in range(count)]
    for at, group in enumerate(label):
        groups[group][at >= len(fits)].append(at if at < len(fits) else at - len(fits))
    return [(n, o) for n, o in groups if n and o]


def _one_need(part: Exchange) -> Flow:
    total = sum(part.capacity)
    covered = min(total, part.wanted[0])
    shares = [Fraction(covered * have, total) for have in part.capacity]
    units = [int(share) for share in shares]
    rest = covered - sum(units)
    # What whole units leave over goes where the load stays lowest.
    by_load = sorted(
        (o for o, have in enumerate(part.capacity) if units[o] < have),
        key=lambda o: (Fraction(units[o] + 1, part.capacity[o]), o),
    )
    for o in by_load[:rest]:
        units[o] += 1
    return {(0, o): given for o, given in enumerate(units) if given}


def _many_needs(part: Exchange) -> Flow:
    most = _Paths(part)
    most.fill(part.capacity)
    level = _level(part, most.covered())
    even = _Paths(part)
    limits = [level * have for have in part.capacity]
    even.fill(
        [int(limit + 1e-6) for limit in limits],
        [min(have, int(limit + 1)) for limit, have in zip(limits, part.capacity, strict=True)],
        part.capacity,
    )
    return {pair: units for pair, units in even.flow.items() if units}


def _level(part: Exchange, covered: Sequence[int]) -> float:
    """The lowest highest share of any offer that still covers as much."""
    if len(covered) <= FEW_NEEDS:
        return _level_of_few(part, covered)
    return _level_of_many(part, covered)


def _level_of_few(part: Exchange, covered: Sequence[int]) -> float:
    """By Hall's condition: no set of needs may ask for more than a share of all that fits it."""
    bits = [sum(1 << n for n in range(len(covered)) if row[n]) for row in part.fits.T.tolist()]
    highest = 0.0
    for some in range(1, 1 << len(covered)):
        asked = sum(amount for n, amount in enumerate(covered) if some >> n & 1)
        there = sum(have for have, fits in zip(part.capacity, bits, strict=True) if fits & some)
        if asked:
            highest = max(highest, asked / there)
    return highest


def _level_of_many(part: Exchange, covered: Sequence[int]) -> float:
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    needs, offers = np.nonzero(part.fits)
    pairs = len(needs)
    capacity = np.array(part.capacity, dtype=np.float64)
    scale = float(max(covered)) or 1.0
    rows = np.concatenate([offers, np.arange(len(capacity))])
    columns = np.concatenate([np.arange(pairs), np.full(len(capacity), pairs)])
    values = np.concatenate([np.ones(pairs), -capacity / scale])
    found = linprog(
        np.append(np.zeros(pairs), 1.0),
        A_ub=coo_array((values, (rows, columns))).tocsr(),
        b_ub=np.zeros(len(capacity)),
        A_eq=coo_array((np.ones(pairs), (needs, np.arange(pairs))), (len(covered), pairs + 1)),
        b_eq=np.array(covered, dtype=np.float64) / scale,
        bounds=[(0, None)] * pairs + [(0, 1)],
        method="highs",
    )
    return float(found.x[-1]) if found.x is not None else 1.0


class _Paths:
    """A flow that grows by augmenting paths (Ford & Fulkerson 1956), shortest first."""

    def __init__(self, part: Exchange) -> None:
        self.part = part
        self.flow: Flow = {}
        self.given = [0] * len(part.capacity)
        self.missing = list(part.wanted)
        self.needs_of = [
            [n for n in range(len(part.wanted)) if part.fits[n][o]]
            for o in range(len(part.capacity))
        ]
        self.offers_of = [
            [o for o in range(len(part.capacity)) if part.fits[n][o]]
            for n in range(len(part.wanted))
        ]

    def covered(self) -> list[int]:
        return [want - gone for want, gone in zip(self.part.wanted, self.missing, strict=True)]

    def fill(self, *limits: Sequence[int]) -> None:
        """Cover the musts within each set of limits in turn, then the rest likewise.

        An augmenting path never takes from what is covered already.
        """
        for must in (True, False):
            for limit in limits:
                for need, is_must in enumerate(self.part.must):
                    while is_must is must and self.missing[need] and self._augment(need, limit):
                        pass

    def _augment(self, need: int, limit: Sequence[int]) -> bool:
        """One path from an offer with something left to this need, through others' supplies."""
        came: dict[int, tuple[int, int]] = {}  # offer → (need it would serve, offer it relieves)
        seen = {need}
        queue = deque([(need, -1)])
        while queue:
            target, relieved = queue.popleft()
            for offer in self.offers_of[target]:
                if offer in came:
                    continue
                came[offer] = (target, relieved)
                if self.given[offer] < limit[offer]:
                    self._move(offer, came, need, limit)
                    return True
                for other in self.needs_of[offer]:
                    if other not in seen and self.flow.get((other, offer), 0) > 0:
                        seen.add(other)
                        queue.append((other, offer))
        return False

    def _move(
        self, last: int, came: dict[int, tuple[int, int]], need: int, limit: Sequence[int]
    ) -> None:
        steps = []
        offer = last
        while offer >= 0:
            target, relieved = came[offer]
            steps.append((offer, target, relieved))
            offer = relieved
        units = min(self.missing[need], limit[last] - self.given[last])
        for _offer, target, relieved in steps:
            if relieved >= 0:
                units = min(units, self.flow[target, relieved])
        for offer, target, relieved in steps:
            self.flow[target, offer] = self.flow.get((target, offer), 0) + units
            if relieved >= 0:
                self.flow[target, relieved] -= units
        self.given[last] += units
        self.missing[need] -= units
