"""What time it is for the rooms.

Actions ask here, so that example data can be laid out over the past months through the same
actions as everything else. The log does not: it always says when something was really written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    return _moment.get() or timezone.now()


def today() -> date:
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within it, `now()` is this moment."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
