"""Offers as columns, so that half a million of them can be sifted at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from samskab.engine.matching.fit import folded
from samskab.engine.matching.model import Amount, Offer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

FIRST, LAST = 0, 4_000_000  # before and after every date's ordinal


@dataclass(frozen=True, eq=False)
class Stock:
    """n offers, column by column; texts are numbers into the sorted, distinct texts beside them.

    `ids` and `amounts` hold n values as they were given. `actor`, `kind` and `area` are (n,)
    int64 places in `actors`, `kinds` and `areas` (kinds and areas folded; a missing area is the
    empty text). `start` and `end` are (n,) int64 ordinals of days, `FIRST` and `LAST` where the
    offer has no limit. `capacity` is (n,) float64.
    """

    ids: Sequence[str]
    amounts: Sequence[Amount]
    actors: tuple[str, ...]
    actor: Ints
    kinds: tuple[str, ...]
    kind: Ints
    areas: tuple[str, ...]
    area: Ints
    start: Ints
    end: Ints
    capacity: Floats


def stock_of(offers: Iterable[Offer] | Stock) -> Stock:
    """The offers as columns, in the order of their ids; a stock comes back as it is.

    O(offers log offers). Raises ValueError when two offers share an id.
    """
    if isinstance(offers, Stock):
        return offers
    listed = sorted(offers, key=lambda offer: offer.id)
    return stock_from_columns(
        [offer.id for offer in listed],
        [offer.actor for offer in listed],
        [offer.kind for offer in listed],
        [offer.capacity for offer in listed],
        [offer.start for offer in listed],
        [offer.end for offer in listed],
        [offer.area for offer in listed],
    )


def stock_from_columns(
    ids: Sequence[str],
    actors: Sequence[str],
    kinds: Sequence[str],
    capacities: Sequence[Amount],
    starts: Sequence[date | None],
    ends: Sequence[date | None],
    areas: Sequence[str | None],
) -> Stock:
    """A stock of columns of one length; the meaning of each is that of the fields of `Offer`.

    O(n log n). Raises ValueError on two equal ids, columns of different lengths, a negative
    capacity or a period that ends before it starts.
    """
    import numpy as np

    columns = (actors, kinds, capacities, starts, ends, areas)
    if any(len(column) != len(ids) for column in columns):
        raise ValueError("the columns of a stock have to be equally long")
    _refuse_twins(ids)
    capacity = np.array([float(c) for c in capacities], dtype=np.float64)
    start = np.array([FIRST if d is None else d.toordinal() for d in starts], dtype=np.int64)
    end = np.array([LAST if d is None else d.toordinal() for d in ends], dtype=np.int64)
    for at in np.flatnonzero(capacity < 0)[:1]:
        raise ValueError(f"offer {ids[at]}: the capacity cannot be {capacities[at]}")
    for at in np.flatnonzero(end < start)[:1]:
        raise ValueError(
            f"offer {ids[at]}: the period ends ({ends[at]}) before it starts ({starts[at]})"
        )
    who, actor = _coded(actors)
    what, kind = _coded([folded(text) for text in kinds])
    where, area = _coded([folded(text) for text in areas])
    return Stock(ids, capacities, who, actor, what, kind, where, area, start, end, capacity)


def _refuse_twins(ids: Sequence[str]) -> None:
    if len(set(ids)) == len(ids):
        return
    for one, following in pairwise(sorted(ids)):
        if one == following:
            raise ValueError(f"two offers have the id {one}")


def _coded(texts: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    import numpy as np

    distinct = tuple(sorted(set(texts)))
    place = {text: at for at, text in enumerate(distinct)}
    return distinct, np.array([place[text] for text in texts], dtype=np.int64)
