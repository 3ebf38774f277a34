"""What an item is about, on one page, and what waits for the council elsewhere.

This room knows no room above it. Each of them registers here, when the installation starts, how
its things are told in short, and what it would like to see on the agenda.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.utils.functional import Promise

from samskab.civic.commons.council.models import AgendaItem
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

Label = str | Promise


@dataclass(frozen=True)
class Part:
    """A heading and its lines."""

    heading: Label
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Brief:
    """One page: only what any visitor may read about the thing."""

    title: str
    url: str
    lead: str = ""
    facts: tuple[tuple[Label, str], ...] = ()
    parts: tuple[Part, ...] = ()


def part(heading: Label, lines: Iterable[str] | str, most: int = 6) -> tuple[Part, ...]:
    """A part, or nothing where there is nothing to say. Long lists are cut to one page."""
    given = lines.splitlines() if isinstance(lines, str) else lines
    kept = tuple(line.strip() for line in given if line and line.strip())[:most]
    return (Part(heading, kept),) if kept else ()


@dataclass(frozen=True)
class Suggestion:
    """Something that waits for the council: what, why, and as which kind of item."""

    subject: Model
    title: str
    reason: Label
    kind: str
    url: str

    @property
    def label(self) -> str:
        return self.subject._meta.label_lower


Read = Callable[[Council, int], Brief | None]
Source = Callable[[Principal], list[Suggestion]]
_BRIEFS: dict[str, Read] = {}
_SOURCES: dict[str, Source] = {}


def register_brief(label: str, read: Read) -> None:
    """`label` is that of a model, such as `pilots.pilot`."""
    _BRIEFS[label] = read


def register_source(name: str, source: Source) -> None:
    _SOURCES[name] = source


def brief_of(item: AgendaItem) -> Brief | None:
    """The page about what the item is about; none where there is no such thing."""
    read = _BRIEFS.get(item.subject_label)
    if read is None or item.subject_id is None:
        return None
    return read(item.council, item.subject_id)


def has_brief(item: AgendaItem) -> bool:
    return item.subject_id is not None and item.subject_label in _BRIEFS


def suggestions(by: Principal) -> list[Suggestion]:
    """All that waits and is not on the agenda yet, in the order of the rooms."""
    found = [one for name in sorted(_SOURCES) for one in _SOURCES[name](by)]
    waiting = set(
        AgendaItem.objects.filter(
            council=by.council, state=AgendaItem.State.OPEN, subject_id__isnull=False
        ).values_list("subject_label", "subject_id")
    )
    return [one for one in found if (one.label, one.subject.pk) not in waiting]
