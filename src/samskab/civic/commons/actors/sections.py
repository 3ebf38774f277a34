"""What later rooms show on the page of an actor, and the filters they lend to the directory.

A room registers its part in `ready()` of its apps.py; the pages draw the parts in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from samskab.civic.commons.actors.models import Actor, Category
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

Read = Callable[[Principal, Actor], dict[str, Any] | None]
Narrow = Callable[[QuerySet[Actor], Category], QuerySet[Actor]]


@dataclass(frozen=True)
class Section:
    name: str
    order: int
    template: str
    read: Read


@dataclass(frozen=True)
class Drawn:
    name: str
    template: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """Something of an actor that its people say still holds, once a year."""

    key: str
    title: str
    url: str
    confirmed_on: date
    is_stale: bool


@dataclass(frozen=True)
class Keeping:
    """`stale` finds the actors with something that nobody has confirmed for a year; `items` lists
    what an actor has; `confirm` marks those of these keys, and says how many there were."""

    name: str
    stale: Callable[[Council], QuerySet[Any]]
    items: Callable[[Actor], list[Kept]]
    confirm: Callable[[Actor, list[int]], int]


_SECTIONS: dict[str, Section] = {}
_KEEPING: dict[str, Keeping] = {}
_NEEDS: list[Callable[[Principal], Iterable[tuple[int, int | None, int]]]] = []
_FILTERS: dict[str, Narrow] = {}


def register(name: str, order: int, template: str, read: Read) -> None:
    """`read` answers None when there is nothing to show for this person."""
    _SECTIONS[name] = Section(name, order, template, read)


def drawn(by: Principal, actor: Actor) -> list[Drawn]:
    """The sections that have something to show for this person."""
    found = []
    for section in sorted(_SECTIONS.values(), key=lambda section: section.order):
        values = section.read(by, actor)
        if values is not None:
            found.append(Drawn(section.name, section.template, values))
    return found


def register_filter(kind: str, narrow: Narrow) -> None:
    """Lets the directory be narrowed by a category of this kind."""
    _FILTERS[kind] = narrow


def keep_fresh(keeping: Keeping) -> None:
    """Lets the yearly mail and its page ask about what a later room keeps."""
    _KEEPING[keeping.name] = keeping


def keepings() -> list[Keeping]:
    return list(_KEEPING.values())


def register_needs(count: Callable[[Principal], Iterable[tuple[int, int | None, int]]]) -> None:
    """What is needed, as (word, place or none, how many), for the map of coverage."""
    _NEEDS.append(count)


def needs(by: Principal) -> list[tuple[int, int | None, int]]:
    return [row for count in _NEEDS for row in count(by)]


def filters() -> dict[str, Narrow]:
    return dict(_FILTERS)
