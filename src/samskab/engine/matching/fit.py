"""Which offer can cover which need: the same kind, within its period, in the same area."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from samskab.engine.matching.model import Need, Offer

Obstacle = Literal["kind", "period", "area"]


@lru_cache(maxsize=65536)
def folded(text: str | None) -> str:
    """The text as it is compared: without case and outer or double spaces; empty when missing."""
    return " ".join((text or "").split()).casefold()


def obstacles(need: Need, offer: Offer) -> tuple[Obstacle, ...]:
    """What keeps the offer from covering the need; nothing when it can. O(1)."""
    found: list[Obstacle] = []
    if folded(need.kind) != folded(offer.kind):
        found.append("kind")
    if not _in_period(need, offer):
        found.append("period")
    if not _in_area(need, offer):
        found.append("area")
    return tuple(found)


def fits(need: Need, offer: Offer) -> bool:
    """Whether the offer can cover the need, whatever its capacity. O(1).

    Kinds and areas are compared without regard to case; an offer for a larger place that the
    area of the need lies in fits, one for a part of it does not. The period of the offer has
    to contain that of the need; a bound that either leaves out is no limit, but an offer that
    is over before the need begins (or begins after it ends) never fits.
    """
    return not obstacles(need, offer)


def _in_area(need: Need, offer: Offer) -> bool:
    wanted, given = folded(need.area), folded(offer.area)
    if not wanted or not given or wanted == given:
        return True
    return any(folded(place) == given for place in need.within)


def _in_period(need: Need, offer: Offer) -> bool:
    if offer.start is not None:
        first = need.start if need.start is not None else need.end
        if first is not None and offer.start > first:
            return False
    if offer.end is not None:
        last = need.end if need.end is not None else need.start
        if last is not None and offer.end < last:
            return False
    return True
