"""What waits for the secretariat: every room says, when the installation starts, what it has.

The desk is one page with a number and a link for each pile, so that nobody must walk through all
the rooms to see what is to be done today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.principal import Principal

MOST = 1000


@dataclass(frozen=True)
class Heap:
    """How many things lie there, at most a thousand, how many of them are late, and when the
    first of them is due."""

    number: int
    late: int = 0
    due: date | None = None


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
    due: date | None


_PILES: dict[str, Pile] = {}


def put(pile: Pile) -> None:
    _PILES[pile.name] = pile


def heap(rows: QuerySet[Any], late: QuerySet[Any] | None = None, *, due: str = "") -> Heap:
    """Counts the rows; never more than a thousand, however many there are. `due` names the
    field that says until when each is to be done."""
    number = rows.order_by()[:MOST].count()
    if not number:
        return Heap(0)
    first = rows.order_by(due).values_list(due, flat=True).first() if due else None
    day = timezone.localdate(first) if isinstance(first, datetime) else first
    return Heap(number, late.order_by()[:MOST].count() if late is not None else 0, day)


def waiting(by: Principal) -> list[Waiting]:
    """The piles that this person may work on, empty ones too: first those with something late,
    those due earliest first, then in the order of the rooms.

    One statement for each pile, and two more where something lies that may be late.
    """
    found = []
    for pile in sorted(_PILES.values(), key=lambda pile: (pile.order, pile.name)):
        if may(by, pile.permission):
            lying = pile.count(by)
            href = reverse(pile.address) + pile.query
            found.append(Waiting(pile.label, href, lying.number, lying.late, lying.due))
    return sorted(found, key=_urgency)


def _urgency(pile: Waiting) -> tuple[bool, bool, date]:
    """Sorting keeps the order of the rooms among those that are equally urgent."""
    return (not pile.late, pile.due is None, pile.due or date.max)
