"""Who gives how much to which need, once the parties are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from samskab.engine.matching.board import Board, fitting, tidy
from samskab.engine.matching.fit import folded
from samskab.engine.matching.flow import Exchange, share_out
from samskab.engine.matching.model import Amount, Load, Need, Offer, Proposal, Supply, Uncovered
from samskab.engine.matching.stock import stock_of


def assemble(board: Board, columns: Collection[int]) -> Proposal:
    """The proposal of these columns: musts first, then shoulds, then the load spread evenly.

    O(offers + the sharing out of each kind among the parties taken). Amounts are whole units,
    so that nothing is lost in rounding.
    """
    home = board.actors_in(columns)
    found = sorted(_supplies(board, columns), key=lambda one: (one[0].need, one[0].offer))
    supplies = tuple(supply for supply, _ in found)
    capacity = {supply.offer: amount for supply, amount in found}
    giving = {home[one.actor] for one in supplies}
    # A party that gives nothing stays only where another takes part on that condition.
    parties = {actor for actor, column in home.items() if column in giving}
    return _proposal(board.needs, capacity, supplies, parties)


def _supplies(board: Board, columns: Collection[int]) -> Iterator[tuple[Supply, Amount]]:
    """Each supply with the whole capacity of its offer."""
    import numpy as np

    stock = board.stock
    taking = np.isin(board.column_of, list(columns))
    mine = np.flatnonzero(taking[stock.actor] & (stock.capacity > 0))
    by_kind: dict[str, list[int]] = defaultdict(list)
    for at, need in enumerate(board.needs):
        by_kind[folded(need.kind)].append(at)
    for code in np.unique(stock.kind[mine]):
        needs = by_kind.get(stock.kinds[code], [])
        offers = mine[stock.kind[mine] == code]
        if not needs:
            continue
        exchange = Exchange(
            [board.units(board.needs[n].kind, board.needs[n].amount) for n in needs],
            [board.needs[n].must for n in needs],
            [board.units(stock.kinds[code], stock.amounts[o]) for o in offers],
            fitting([board.needs[n] for n in needs], stock, offers),
        )
        for (n, o), units in share_out(exchange).items():
            at = offers[o]
            actor = stock.actors[stock.actor[at]]
            amount = board.amount(stock.kinds[code], units)
            supply = Supply(board.needs[needs[n]].id, stock.ids[at], actor, amount)
            yield supply, stock.amounts[at]


def from_supplies(
    supplies: Iterable[Supply], needs: Iterable[Need], offers: Iterable[Offer]
) -> Proposal:
    """The proposal that hand-edited supplies make up: what is uncovered, who takes part, loads.

    Does not judge them: `check` does. Supplies of unknown needs or offers count for nobody's
    cover or load. O(supplies + needs + offers). Raises ValueError on two equal ids.
    """
    listed = tuple(supplies)
    stock = stock_of(offers)
    capacity = dict(zip(stock.ids, stock.amounts, strict=True))
    ordered = sorted(needs, key=lambda need: need.id)
    return _proposal(ordered, capacity, listed, {one.actor for one in listed})


def _proposal(
    needs: Iterable[Need],
    capacity: dict[str, Amount],
    supplies: tuple[Supply, ...],
    actors: Collection[str],
) -> Proposal:
    given: dict[str, Decimal] = defaultdict(Decimal)
    used: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in supplies:
        given[one.need] += one.amount
        used[one.actor, one.offer] += one.amount
    uncovered = tuple(
        Uncovered(need.id, tidy(missing), need.must)
        for need in sorted(needs, key=lambda need: not need.must)
        if (missing := need.amount - given[need.id]) > 0
    )
    share = dict.fromkeys(sorted(actors), 0.0)
    for (actor, offer), amount in used.items():
        if capacity.get(offer, 0) > 0:
            share[actor] = max(share[actor], float(amount / capacity[offer]))
    loads = tuple(Load(actor, part) for actor, part in share.items())
    return Proposal(supplies, uncovered, tuple(share), loads)
