"""What rooms put on a person's own page: an explicit list, filled when the rooms are loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from samskab.civic.foundation.core.principal import Principal

LATE = 80  # from here on, a section comes after the person's own name and roles
Context = Callable[[Principal], dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    template: str
    context: Context
    order: int


_SECTIONS: list[Section] = []


def add_section(template: str, context: Context, *, order: int = 50) -> None:
    """Called in a room's `apps.py` `ready()`.

    `template` is included on my page with `section` as what `context(by)` gives; it starts
    with an h2. When `context` gives None, the section is left out for this person.
    """
    section = Section(template, context, order)
    if section not in _SECTIONS:
        _SECTIONS.append(section)
        _SECTIONS.sort(key=lambda one: one.order)


def sections_for(by: Principal) -> list[dict[str, Any]]:
    found = []
    for section in _SECTIONS:
        data = section.context(by)
        if data is not None:
            late = section.order >= LATE
            found.append({"template": section.template, "data": data, "late": late})
    return found
