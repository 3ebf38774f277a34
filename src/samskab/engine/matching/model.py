"""What matching takes in and gives back: needs, offers, and proposals of who supplies what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Amount = Decimal | int
Aim = Literal["fewest", "closest", "different", "more"]


def _refuse_reversed(what: str, start: date | None, end: date | None) -> None:
    if start is not None and end is not None and end < start:
        raise ValueError(f"{what}: the period ends ({end}) before it starts ({start})")


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is lacking: `amount` of `kind`, in a period and an area.

    `amount` is above zero, in whatever unit the kind is counted in. A missing start, end or
    area asks for nothing in particular. `within` names the larger places that the area lies in:
    what is offered for one of those serves the area too. Raises ValueError on an amount that is
    not above zero or a period that ends before it starts.
    """

    id: str
    kind: str
    amount: Amount
    must: bool = True
    start: date | None = None
    end: date | None = None
    area: str | None = None
    within: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.amount > 0:
            raise ValueError(f"need {self.id}: the amount must be above zero, not {self.amount}")
        _refuse_reversed(f"need {self.id}", self.start, self.end)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that an actor has: up to `capacity` of `kind` in all, shared among the needs.

    `capacity` is zero (all of it promised already) or more. A missing start or end means that
    the offer has no such limit, a missing area that it holds everywhere. Raises ValueError on
    a negative capacity or a period that ends before it starts.
    """

    id: str
    actor: str
    kind: str
    capacity: Amount
    start: date | None = None
    end: date | None = None
    area: str | None = None

    def __post_init__(self) -> None:
        if not self.capacity >= 0:
            raise ValueError(f"offer {self.id}: the capacity cannot be {self.capacity}")
        _refuse_reversed(f"offer {self.id}", self.start, self.end)


@dataclass(frozen=True, slots=True)
class Supply:
    """One part of a proposal: this much of that need, from this offer of that actor."""

    need: str
    offer: str
    actor: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A need that a proposal does not fill, and how much of it is missing."""

    need: str
    missing: Amount
    must: bool


@dataclass(frozen=True, slots=True)
class Load:
    """The largest share (0 to 1) of any one of its offers that an actor is asked to give."""

    actor: str
    share: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who supplies what, what stays uncovered, and how sure we are that it is the best.

    `uncovered` names musts first, `parties` the actors that take part, in order. `optimal` is
    true when it is proven that no other choice covers more musts, or as much with fewer parties,
    or as much with as few parties and more of the rest. `gap` is the share of the parties that a
    better choice could at most save (0 when proven, None when nothing is known, as for a greedy
    answer). `aim` tells why this proposal is among several.
    """

    supplies: tuple[Supply, ...]
    uncovered: tuple[Uncovered, ...]
    parties: tuple[str, ...]
    loads: tuple[Load, ...]
    optimal: bool = False
    gap: float | None = None
    aim: Aim = "fewest"

    @property
    def actors(self) -> int:
        """The number of parties."""
        return len(self.parties)

    @property
    def covers_all_musts(self) -> bool:
        """Whether nothing that must be covered is missing."""
        return not any(one.must for one in self.uncovered)


@dataclass(frozen=True, slots=True)
class Proposals:
    """Different proposals for the same needs, the best one first. Never empty."""

    proposals: tuple[Proposal, ...]

    @property
    def best(self) -> Proposal:
        """The proposal to show first."""
        return self.proposals[0]
