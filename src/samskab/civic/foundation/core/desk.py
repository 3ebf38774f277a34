"""What waits for the secretariat: every room says, when the installation starts, what it has.

The desk is one page with a number and a link for each pile, so that nobody must walk through all
the rooms to see what is to be done today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.principal import Principal

MOST = 1000


@dataclass(frozen=True)
class Heap:
    """How many things lie there, at most a thousand, and how many of them are late."""

    number: int
    late: int = 0


@dataclass(frozen=True)
class Pile:
    """`address` names the page where the work is done, `query` what to add to it."""

    name: str
    order: int
    label: str | Promise
    permission: str
    address: str
    count: Callable[[Principal], Heap]
    query: str = ""


@dataclass(frozen=True)
class Waiting:
    """A pile as one person sees it."""

    label: str | Promise
    href: str
    number: int
    late: int


_PILES: dict[str, Pile] = {}


def put(pile: Pile) -> None:
    _PILES[pile.name] = pile


def heap(rows: QuerySet[Any], late: QuerySet[Any] | None = None) -> Heap:
    """Counts the rows; never more than a thousand, however many there are."""
    number = rows.order_by()[:MOST].count()
    return Heap(number, late.order_by()[:MOST].count() if late is not None and number else 0)


def waiting(by: Principal) -> list[Waiting]:
    """The piles that this person may work on, in the order of the rooms, empty ones too.

    One statement for each pile, and one more where something may be late.
    """
    found = []
    for pile in sorted(_PILES.values(), key=lambda pile: (pile.order, pile.name)):
        if may(by, pile.permission):
            lying = pile.count(by)
            href = reverse(pile.address) + pile.query
            found.append(Waiting(pile.label, href, lying.number, lying.late))
    return found
