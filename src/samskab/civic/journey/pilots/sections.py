"""What later rooms show on the page of a pilot, drawn in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.pilots.models import Pilot

Read = Callable[[Principal, Pilot], dict[str, Any] | None]


@dataclass(frozen=True)
class Drawn:
    """One part of the page: its template with what it needs."""

    name: str
    template: str
    values: dict[str, Any]


_PARTS: dict[str, tuple[int, str, Read]] = {}


def register(name: str, order: int, template: str, read: Read) -> None:
    _PARTS[name] = (order, template, read)


def drawn(by: Principal, pilot: Pilot) -> list[Drawn]:
    found = []
    for name, (_order, template, read) in sorted(_PARTS.items(), key=lambda part: part[1][0]):
        values = read(by, pilot)
        if values is not None:
            found.append(Drawn(name, template, values))
    return found
