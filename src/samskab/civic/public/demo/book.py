"""What the example data knows while it is loaded: ids in the files → rows in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.urls import reverse
from django.utils import timezone

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system

SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=16)
def read(name: str) -> Any:
    """One of the data files."""
    text = (DATA / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=SafeLoader)  # noqa: S506 - a safe loader, in C where there is one


@dataclass
class Book:
    """`rows` maps (kind, id in the files) to what was made of it."""

    council: Council
    today: datetime = field(default_factory=timezone.now)
    rows: dict[tuple[str, str], Any] = field(default_factory=dict)

    def put(self, kind: str, key: str, row: Any) -> Any:
        self.rows[kind, key] = row
        return row

    def get(self, kind: str, key: str | None) -> Any:
        """None for a missing key; KeyError for one that the files do not have."""
        return None if key is None else self.rows[kind, key]

    def has(self, kind: str, key: str) -> bool:
        return (kind, key) in self.rows

    def path(self, kind: str, key: str) -> str:
        """The address of the row's own page."""
        return reverse(f"{kind}s:detail", args=[self.get(kind, key).pk])

    def by(self, name: str = "") -> Principal:
        """The example data as the acting person, shown by this name."""
        return system(self.council, name)

    def moment(self, day: int, hour: int = 10, minute: int = 0) -> datetime:
        """The day so many days from loading, Danish time, never in the future when past."""
        local = timezone.localtime(self.today) + timedelta(days=day)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0)

    @contextmanager
    def on(self, day: int, hour: int = 10) -> Iterator[None]:
        """What is done within it happened on that day."""
        with clock.at(self.moment(day, hour)):
            yield

    def categories(self, kind: str, slugs: list[str]) -> list[Any]:
        return [self.get(kind, slug) for slug in slugs]
