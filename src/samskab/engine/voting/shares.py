"""A budget in equal shares, in exact fractions.

Every voter gets the same share of the budget. A project is bought when those who approve of it
can pay for it together, each the same as far as the share lasts. Bought first is what costs each
supporter least for every krone that the project is worth. What is left over after that is put to
use by add-1: the shares grow by one unit at a time, beyond the budget, as long as what they buy
stays within it.

D. Peters, G. Pierczyński, P. Skowron, “Proportional Participatory Budgeting with Additive
Utilities”, NeurIPS 2021; the completion as in P. Faliszewski et al., “Participatory Budgeting:
Data, Tools, and Analysis”, IJCAI 2023.

Every choice is exact. Floating point only rules out what is clearly dearer or clearly cannot be
paid; what is close is worked out in fractions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Worth = Literal["cost", "one"]
CLOSE = 1e-9


@dataclass(frozen=True)
class Project:
    """Something to buy for a whole number of units of money, above zero."""

    name: str
    cost: int


@dataclass(frozen=True)
class Purchase:
    """A project that is bought. Every supporter pays `price`; those numbered in `short` have
    less than that and pay all they have left."""

    name: str
    cost: int
    price: Fraction
    short: frozenset[int]


@dataclass(frozen=True)
class EqualShares:
    """`purchases` in the order of buying, each voter having `share` to spend. `raised` is how
    many units add-1 has given each voter beyond budget / voters."""

    purchases: tuple[Purchase, ...]
    budget: int
    share: Fraction
    raised: int

    @property
    def bought(self) -> tuple[str, ...]:
        return tuple(purchase.name for purchase in self.purchases)

    @property
    def spent(self) -> int:
        return sum(purchase.cost for purchase in self.purchases)

    @property
    def left(self) -> int:
        return self.budget - self.spent


def equal_shares(
    projects: Sequence[Project],
    ballots: Sequence[Collection[str]],
    budget: int,
    *,
    complete: bool = True,
    worth: Worth = "cost",
    unit: int = 1,
) -> EqualShares:
    """What the voters buy. `ballots[n]` names the projects that voter n approves of.

    `worth` says what a project is worth to a supporter: its cost, or one. Equal prices are
    settled by more supporters, then lower cost, then the order given. `complete` adds add-1, by
    `unit` for each voter at a time, until nothing more fits or one more unit would buy beyond
    the budget. ValueError on a project given twice, a cost or unit below one, a budget below
    zero, or an unknown project on a ballot.

    O(rounds × projects × supporters) for each step of add-1 in the worst case; close to
    O(projects × supporters) in practice, as few projects need to be looked at again.
    """
    _check(projects, ballots, budget, unit)
    if not ballots:
        return EqualShares((), budget, Fraction(0), 0)
    market = _Market(projects, ballots, worth)
    share = Fraction(budget, len(ballots))
    found, raised = market.buy(share), 0
    while complete and len(found) < market.wanted and not _exhausted(projects, found, budget):
        more = market.buy(share + raised + unit)
        if sum(purchase.cost for purchase in more) > budget:
            break
        found, raised = more, raised + unit
    return EqualShares(found, budget, share + raised, raised)


def _check(
    projects: Sequence[Project], ballots: Sequence[Collection[str]], budget: int, unit: int
) -> None:
    names = {project.name for project in projects}
    if len(names) != len(projects):
        raise ValueError("a project is given twice")
    if budget < 0 or unit < 1 or any(project.cost < 1 for project in projects):
        raise ValueError("the budget must be zero or more, costs and the unit one or more")
    if unknown := {name for ballot in ballots for name in ballot} - names:
        raise ValueError(f"unknown projects: {sorted(unknown)}")


def _exhausted(projects: Sequence[Project], found: tuple[Purchase, ...], budget: int) -> bool:
    """Whether no further project fits into the budget."""
    taken = {purchase.name for purchase in found}
    left = budget - sum(purchase.cost for purchase in found)
    return all(project.cost > left for project in projects if project.name not in taken)


class _Market:
    """The ballots, kept in the shape that buying needs."""

    def __init__(
        self, projects: Sequence[Project], ballots: Sequence[Collection[str]], worth: Worth
    ) -> None:
        at = {project.name: number for number, project in enumerate(projects)}
        backers: list[list[int]] = [[] for _project in projects]
        for voter, ballot in enumerate(ballots):
            for name in set(ballot):
                backers[at[name]].append(voter)
        self.projects = projects
        self.backers = [np.array(voters, dtype=np.int64) for voters in backers]
        self.worth = [project.cost if worth == "cost" else 1 for project in projects]
        self.voters = len(ballots)
        self.approves = np.zeros((len(projects), self.voters), dtype=bool)
        for number, voters in enumerate(self.backers):
            self.approves[number, voters] = True
        self.wanted = sum(len(voters) > 0 for voters in backers)
        # Among equals: more supporters, lower cost, the order given.
        ranked = sorted(range(len(projects)), key=lambda c: (-len(backers[c]), projects[c].cost, c))
        self.rank = {number: place for place, number in enumerate(ranked)}

    def buy(self, share: Fraction) -> tuple[Purchase, ...]:
        """Buys with this share for everybody until nobody can pay for anything more."""
        purse = _Purse(self, share)
        heap = [
            (self.projects[c].cost / (len(self.backers[c]) * self.worth[c]), self.rank[c], c)
            for c in range(len(self.projects))
            if len(self.backers[c])
        ]
        heapify(heap)
        found = []
        while (chosen := self._next(heap, purse)) is not None:
            found.append(purse.pay(chosen))
        return tuple(found)

    def _next(self, heap: list[tuple[float, int, int]], purse: _Purse) -> int | None:
        """The project with the lowest price for its worth. Prices only rise while others are
        bought, so what was dearer at an earlier look needs no second one."""
        near: list[tuple[float, int, int]] = []
        while heap and (not near or heap[0][0] <= near[0][0] * (1 + CLOSE)):
            _old, rank, c = heappop(heap)
            price = purse.price(c)
            if price is None:
                continue
            ratio = price / self.worth[c]
            if not near or ratio <= near[0][0] * (1 + CLOSE):
                if near and ratio < near[0][0] * (1 - CLOSE):
                    for other in near:
                        heappush(heap, other)
                    near = []
                near.append((ratio, rank, c))
                near.sort()
            else:
                heappush(heap, (ratio, rank, c))
        if not near:
            return None
        best = near[0]
        if len(near) > 1:
            best = min(near, key=lambda row: (purse.exact(row[2]) / self.worth[row[2]], row[1]))
            for other in near:
                if other is not best:
                    heappush(heap, other)
        return best[2]


class _Purse:
    """What each voter has left: in floating point for all, in fractions where it matters.

    Nobody's exact balance is stored. It is the share, less the price of each project bought
    that the voter approves of; or zero, once the voter has come short.
    """

    def __init__(self, market: _Market, share: Fraction) -> None:
        self.market, self.share = market, share
        self.left = np.full(market.voters, float(share))
        self.empty = np.zeros(market.voters, dtype=bool)
        self.bought: list[int] = []
        self.prices: list[Fraction] = []
        # Far above what sums of this many numbers can be off by.
        self.close = max(CLOSE, market.voters * 1e-13) * max(float(share), 1e-300)

    def price(self, c: int) -> float | None:
        """What each supporter would pay, or None when they cannot pay together."""
        balances = self.left[self.market.backers[c]]
        cost = self.market.projects[c].cost
        slack = float(balances.sum()) - cost
        room = self.close * len(balances)
        if slack < -room or (slack <= room and self._sum(self.market.backers[c]) < cost):
            return None
        return _level(balances, cost)

    def exact(self, c: int) -> Fraction:
        """The price as a fraction."""
        return self._settled(c)[0]

    def _settled(self, c: int) -> tuple[Fraction, NDArray[np.int64]]:
        """The exact price, and the supporters who have less than that."""
        backers, cost = self.market.backers[c], self.market.projects[c].cost
        about = _level(self.left[backers], cost)
        off = self.left[backers] - about
        short = backers[off < -self.close]
        doubtful = backers[np.abs(off) <= self.close]
        price = self._price(c, short)
        for voter in doubtful[np.argsort(self.left[doubtful], kind="stable")]:
            if self._balance(int(voter)) < price:
                short = np.append(short, voter)
                price = self._price(c, short)
        return price, short

    def _price(self, c: int, short: NDArray[np.int64]) -> Fraction:
        rest = self.market.projects[c].cost - self._sum(short)
        paying = len(self.market.backers[c]) - len(short)
        return rest / paying if paying else self._largest(short)

    def _largest(self, voters: NDArray[np.int64]) -> Fraction:
        return max(self._balance(int(voter)) for voter in voters)

    def _balance(self, voter: int) -> Fraction:
        return self._sum(np.array([voter]))

    def _sum(self, voters: NDArray[np.int64]) -> Fraction:
        """What these voters have left together. One number for each project bought."""
        kept = voters[~self.empty[voters]]
        total = self.share * len(kept)
        if len(kept) and self.bought:
            counts = self.market.approves[self.bought][:, kept].sum(axis=1)
            total -= sum(
                (price * int(n) for price, n in zip(self.prices, counts, strict=True) if n),
                Fraction(0),
            )
        return total

    def pay(self, c: int) -> Purchase:
        backers = self.market.backers[c]
        price, short = self._settled(c)
        self.left[backers] -= float(price)
        self.left[short] = 0.0
        self.empty[short] = True
        np.maximum(self.left, 0.0, out=self.left)
        self.bought.append(c)
        self.prices.append(price)
        project = self.market.projects[c]
        return Purchase(project.name, project.cost, price, frozenset(short.tolist()))


def _level(balances: NDArray[np.float64], cost: int) -> float:
    """The amount that covers the cost when each pays it as far as the balance lasts."""
    level = cost / len(balances)
    poor = balances < level
    count = int(poor.sum())
    while count:
        if count == len(balances):
            return float(balances.max())
        level = (cost - float(balances[poor].sum())) / (len(balances) - count)
        poor = balances < level
        again = int(poor.sum())
        if again == count:
            break
        count = again
    return level
