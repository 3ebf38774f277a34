"""What later rooms show below an article, drawn in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.core.principal import Principal

Read = Callable[[Principal, Article], dict[str, Any] | None]


@dataclass(frozen=True)
class Drawn:
    """One part of the page: its template with what it needs."""

    template: str
    values: dict[str, Any]


_PARTS: dict[str, tuple[int, str, Read]] = {}


def register(name: str, order: int, template: str, read: Read) -> None:
    _PARTS[name] = (order, template, read)


def drawn(by: Principal, article: Article) -> list[Drawn]:
    found = []
    for _order, template, read in sorted(_PARTS.values(), key=lambda part: part[0]):
        values = read(by, article)
        if values is not None:
            found.append(Drawn(template, values))
    return found
