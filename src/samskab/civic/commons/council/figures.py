"""Figures of a year for the report of the council, and totals for its page.

This room counts what is its own. Every other room registers here, when the installation starts,
what it has to tell of a year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from samskab.civic.foundation.core.models import Council

Label = str | Promise


@dataclass(frozen=True)
class Figure:
    """A label and a number; a list of names may stand below it. `text` stands in the place of
    the number where a number alone would not say it."""

    label: Label
    value: int
    names: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Chapter:
    heading: Label
    order: int
    read: Callable[[Council, datetime, datetime], list[Figure]]


_CHAPTERS: dict[str, Chapter] = {}


def register(
    name: str,
    heading: Label,
    order: int,
    read: Callable[[Council, datetime, datetime], list[Figure]],
) -> None:
    """`read(council, start, end)` counts what happened from `start` to just before `end`, and
    only what any visitor may know. A chapter without figures is left out."""
    _CHAPTERS[name] = Chapter(heading, order, read)


def chapters() -> list[Chapter]:
    return sorted(_CHAPTERS.values(), key=lambda chapter: chapter.order)


_TOTALS: list[Callable[[Council], list[Figure]]] = []


def register_total(read: Callable[[Council], list[Figure]]) -> None:
    """`read(council)` counts what has come of it so far, and only what any visitor may know."""
    if read not in _TOTALS:
        _TOTALS.append(read)


def totals(council: Council) -> list[Figure]:
    """Those above nothing, for the page of the council."""
    return [figure for read in _TOTALS for figure in read(council) if figure.value]
