"""Needs and offers laid out for the solvers: whole units, need classes, party columns.

Needs that ask for the same (kind, period, area, must or should) are one class with their sum,
because who covers which of them is settled later, when the parties are known. Offers that fit
the same classes are one resource, and what a party has of a resource is one group. That keeps
the large problem small: offers that fit nothing are gone before anything is solved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from samskab.engine.matching.fit import folded
from samskab.engine.matching.model import Amount, Need, Offer
from samskab.engine.matching.stock import FIRST, LAST, Stock, stock_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from samskab.engine.matching.stock import Floats, Ints

    Bools = NDArray[np.bool_]

Pair = tuple[str, str]
MASK_BITS = 62
MANY_KINDS = 65_536


def tidy(amount: Decimal) -> Amount:
    """The amount as a whole number where it is one, else without superfluous zeros."""
    return int(amount) if amount == int(amount) else amount.normalize()


@dataclass(frozen=True)
class NeedClass:
    """Needs that the same offers fit: their places in `Board.needs` and their sum in units."""

    kind: str
    must: bool
    members: tuple[int, ...]
    demand: int


@dataclass(frozen=True, eq=False)
class Board:
    """The laid out problem. A column is one actor, or several who only take part together.

    `resources` holds the classes that each resource serves, all of one kind. Groups are three
    arrays of one length, in order of column and resource: what a column has of a resource, in
    units, cut to what is needed there. `column_of` is each actor's column, -1 for none; `sizes`
    the number of actors of each column.
    """

    needs: tuple[Need, ...]
    stock: Stock
    scales: Mapping[str, int]
    classes: tuple[NeedClass, ...]
    resources: tuple[tuple[int, ...], ...]
    column_of: Ints
    sizes: Floats
    group_column: Ints
    group_resource: Ints
    group_capacity: Floats
    apart: tuple[tuple[int, int], ...]

    def units(self, kind: str, amount: Amount) -> int:
        """The amount in the whole units that the kind is counted in."""
        return int(amount * self.scales[folded(kind)])

    def amount(self, kind: str, units: int) -> Amount:
        """Units back to an amount: a whole number where it is one."""
        return tidy(Decimal(units) / self.scales[folded(kind)])

    def weights(self) -> tuple[float, ...]:
        """What one unit of each class counts for: its share of all that is needed of its kind."""
        total = self.demand_by_kind()
        return tuple(1.0 / total[one.kind] for one in self.classes)

    def demand_by_kind(self) -> dict[str, int]:
        """Units needed of each kind in all."""
        total: dict[str, int] = defaultdict(int)
        for one in self.classes:
            total[one.kind] += one.demand
        return total

    def size(self, columns: Iterable[int]) -> int:
        """The number of actors in these columns."""
        return int(sum(self.sizes[column] for column in columns))

    def actors_in(self, columns: Iterable[int]) -> dict[str, int]:
        """The actors of these columns by name, each with its column."""
        import numpy as np

        found = np.flatnonzero(np.isin(self.column_of, list(columns)))
        return {self.stock.actors[at]: int(self.column_of[at]) for at in found}


def lay_out(
    needs: Iterable[Need],
    offers: Iterable[Offer] | Stock,
    *,
    not_with: Iterable[Pair] = (),
    must_with: Iterable[Pair] = (),
) -> Board:
    """Sort, count in whole units, sift and group, in whole arrays.

    O(needs × the offers of their kind + offers log offers). Raises ValueError when two needs or
    two offers share an id.
    """
    import numpy as np

    ordered = tuple(sorted(needs, key=lambda need: need.id))
    for one, following in pairwise(ordered):
        if one.id == following.id:
            raise ValueError(f"two needs have the id {one.id}")
    stock = stock_of(offers)
    alike = _alike(ordered)
    resources, offer, resource = _sifted(ordered, stock, alike)
    scales = _scales(ordered, stock, offer)
    classes = tuple(
        NeedClass(
            folded(ordered[members[0]].kind),
            ordered[members[0]].must,
            members,
            sum(int(ordered[at].amount * scales[folded(ordered[at].kind)]) for at in members),
        )
        for members in alike
    )
    useful = np.zeros(len(stock.actors), dtype=bool)
    useful[stock.actor[offer]] = True
    column_of, sizes, apart = _columns(stock, useful, list(not_with), list(must_with))
    per_resource = np.array([scales[classes[r[0]].kind] for r in resources], dtype=np.float64)
    wanted = np.array([sum(classes[c].demand for c in r) for r in resources], dtype=np.float64)
    column = column_of[stock.actor[offer]]
    taken = column >= 0
    key = column[taken] * max(1, len(resources)) + resource[taken]
    units = np.rint(stock.capacity[offer[taken]] * per_resource[resource[taken]])
    distinct, place = np.unique(key, return_inverse=True)
    total = np.bincount(place, weights=np.minimum(units, wanted[resource[taken]]))
    group_resource = distinct % max(1, len(resources))
    return Board(
        ordered,
        stock,
        scales,
        classes,
        resources,
        column_of,
        sizes,
        distinct // max(1, len(resources)),
        group_resource,
        np.minimum(total, wanted[group_resource]),
        apart,
    )


def _alike(needs: Sequence[Need]) -> tuple[tuple[int, ...], ...]:
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, need in enumerate(needs):
        larger = tuple(sorted(folded(place) for place in need.within))
        area = folded(need.area)
        found[folded(need.kind), need.start, need.end, area, larger, need.must].append(at)
    return tuple(tuple(members) for members in found.values())


def _sifted(
    needs: Sequence[Need], stock: Stock, alike: Sequence[Sequence[int]]
) -> tuple[tuple[tuple[int, ...], ...], Ints, Ints]:
    """The resources, and for each offer that fits anything its place and its resource."""
    import numpy as np

    by_kind: dict[str, list[int]] = defaultdict(list)
    for at, members in enumerate(alike):
        by_kind[folded(needs[members[0]].kind)].append(at)
    code = {kind: at for at, kind in enumerate(stock.kinds)}
    known = sorted((code[kind], kind) for kind in by_kind if kind in code)
    small = np.uint16 if len(stock.kinds) <= MANY_KINDS else np.int64  # sorted by radix
    order = np.argsort(stock.kind.astype(small), kind="stable")
    edge = np.append(0, np.cumsum(np.bincount(stock.kind, minlength=len(stock.kinds))))
    resources: list[tuple[int, ...]] = []
    offers, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for at, kind in known:
        mine = order[edge[at] : edge[at + 1]]
        mine = mine[stock.capacity[mine] > 0]
        fits = fitting([needs[alike[c][0]] for c in by_kind[kind]], stock, mine)
        some = fits.any(axis=0)
        shapes, place = _shapes(fits[:, some])
        offers.append(mine[some])
        numbers.append(place + len(resources))
        resources += [tuple(by_kind[kind][c] for c in np.flatnonzero(shape)) for shape in shapes]
    return tuple(resources), np.concatenate(offers), np.concatenate(numbers)


def fitting(needs: Sequence[Need], stock: Stock, offers: Ints) -> Bools:
    """(needs, offers) of one kind: whether period and area fit, as `fit.fits` says it."""
    import numpy as np

    start, end, area = stock.start[offers], stock.end[offers], stock.area[offers]
    found = np.ones((len(needs), len(offers)), dtype=bool)
    for row, need in zip(found, needs, strict=True):
        first, last = need.start or need.end, need.end or need.start
        if first is not None and last is not None:
            row &= (start <= max(first.toordinal(), FIRST)) & (end >= min(last.toordinal(), LAST))
        if folded(need.area):
            allowed = {"", folded(need.area), *(folded(place) for place in need.within)}
            row &= np.array([text in allowed for text in stock.areas], dtype=bool)[area]
    return found


def _shapes(fitting: Bools) -> tuple[Any, Ints]:
    """The distinct columns of a boolean matrix (as rows), and which of them each column is."""
    import numpy as np

    if len(fitting) > MASK_BITS:
        shapes, place = np.unique(fitting.T, axis=0, return_inverse=True)
        return shapes, place.astype(np.int64).ravel()
    bits = np.left_shift(1, np.arange(len(fitting), dtype=np.int64))
    masks, place = np.unique(bits @ fitting, return_inverse=True)
    return (masks[:, None] & bits) > 0, place.astype(np.int64)


def _scales(needs: Sequence[Need], stock: Stock, offers: Ints) -> dict[str, int]:
    """How many units an amount of one is, by kind: enough for its finest decimals.

    By kind, so that half an hour somewhere does not split volunteers elsewhere.
    """
    places: dict[str, int] = defaultdict(int)
    for need in needs:
        places[folded(need.kind)] = max(places[folded(need.kind)], _places(need.amount))
    broken = offers[stock.capacity[offers] % 1 != 0]
    for at in broken:
        kind = stock.kinds[stock.kind[at]]
        places[kind] = max(places[kind], _places(stock.amounts[at]))
    return {kind: int(10**count) for kind, count in places.items()}


def _places(amount: Amount) -> int:
    if not isinstance(amount, Decimal):
        return 0
    return max(0, -int(amount.normalize().as_tuple().exponent))


def _columns(
    stock: Stock, useful: Bools, not_with: Sequence[Pair], must_with: Sequence[Pair]
) -> tuple[Ints, Floats, tuple[tuple[int, int], ...]]:
    """Actors bound together become one column; a bond that cannot be kept removes them."""
    import numpy as np

    code = {actor: at for at, actor in enumerate(stock.actors)} if not_with or must_with else {}
    able = {actor for actor, at in code.items() if useful[at]}
    leader, bound = _bonds(must_with)
    clash = {leader.get(a, a) for a, b in not_with if leader.get(a, a) == leader.get(b, b)}
    column_of = np.where(useful, np.arange(len(useful), dtype=np.int64), -1)
    for head in {*bound, *clash}:
        members = bound.get(head, (head,))
        whole = head not in clash and able >= set(members)
        first = min(code.get(actor, -1) for actor in members) if whole else -1
        for actor in members:
            if actor in code:
                column_of[code[actor]] = first
    kept = np.unique(column_of[column_of >= 0])
    column_of[column_of >= 0] = np.searchsorted(kept, column_of[column_of >= 0])
    sizes = np.bincount(column_of[column_of >= 0], minlength=len(kept)).astype(np.float64)
    ends = (
        sorted((int(column_of[code[a]]), int(column_of[code[b]])))
        for a, b in not_with
        if a in code and b in code
    )
    apart = {(low, high) for low, high in ends if 0 <= low < high}
    return column_of, sizes, tuple(sorted(apart))


def _bonds(must_with: Sequence[Pair]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Each bound actor's leader, and who follows each leader."""
    leader = {actor: actor for pair in must_with for actor in pair}

    def root(actor: str) -> str:
        while leader[actor] != actor:
            actor = leader[actor]
        return actor

    for one, other in must_with:
        low, high = sorted((root(one), root(other)))
        leader[high] = low
    heads = {actor: root(actor) for actor in leader}
    bound: dict[str, list[str]] = defaultdict(list)
    for actor, head in sorted(heads.items()):
        bound[head].append(actor)
    return heads, {head: tuple(members) for head, members in bound.items()}
