"""The live check of a proposal that people have changed by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from samskab.engine.matching.fit import obstacles
from samskab.engine.matching.model import Amount, Need, Offer, Proposal, Supply

Code = Literal[
    "unknown_need",
    "unknown_offer",
    "wrong_actor",
    "wrong_kind",
    "outside_period",
    "outside_area",
    "not_above_zero",
    "over_capacity",
    "over_need",
    "twice",
]
_MISFIT: dict[str, Code] = {
    "kind": "wrong_kind",
    "period": "outside_period",
    "area": "outside_area",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, with which need or offer, how much, and what was allowed."""

    code: Code
    need: str | None = None
    offer: str | None = None
    amount: Amount | None = None
    limit: Amount | None = None


def check(
    proposal: Proposal, needs: Iterable[Need], offers: Iterable[Offer]
) -> tuple[Problem, ...]:
    """Everything in the supplies that cannot be: nothing when the proposal can be carried out.

    Needs that stay uncovered are no problem in this sense; `from_supplies` lists them. The order
    is that of the supplies, then sums over offers, then sums over needs. O(supplies + needs +
    offers).
    """
    wanted = {need.id: need for need in needs}
    given = {offer.id: offer for offer in offers}
    found = [p for one in proposal.supplies for p in _of_one(one, wanted, given)]
    pairs = Counter((one.need, one.offer) for one in proposal.supplies)
    found += [Problem("twice", need, offer) for (need, offer), times in pairs.items() if times > 1]
    from_offer, to_need = _sums(proposal.supplies)
    found += [
        Problem("over_capacity", offer=key, amount=sum_, limit=given[key].capacity)
        for key, sum_ in from_offer.items()
        if key in given and sum_ > given[key].capacity
    ]
    found += [
        Problem("over_need", need=key, amount=sum_, limit=wanted[key].amount)
        for key, sum_ in to_need.items()
        if key in wanted and sum_ > wanted[key].amount
    ]
    return tuple(found)


def _of_one(one: Supply, needs: dict[str, Need], offers: dict[str, Offer]) -> list[Problem]:
    need, offer = needs.get(one.need), offers.get(one.offer)
    found = []
    if need is None:
        found.append(Problem("unknown_need", one.need, one.offer))
    if offer is None:
        found.append(Problem("unknown_offer", one.need, one.offer))
    elif offer.actor != one.actor:
        found.append(Problem("wrong_actor", one.need, one.offer))
    if need is not None and offer is not None:
        found += [Problem(_MISFIT[o], one.need, one.offer) for o in obstacles(need, offer)]
    if not one.amount > 0:
        found.append(Problem("not_above_zero", one.need, one.offer, one.amount))
    return found


def _sums(supplies: Iterable[Supply]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    from_offer: dict[str, Decimal] = defaultdict(Decimal)
    to_need: dict[str, Decimal] = defaultdict(Decimal)
    for one in supplies:
        from_offer[one.offer] += max(one.amount, Decimal(0))
        to_need[one.need] += max(one.amount, Decimal(0))
    return from_offer, to_need
