from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.ready import Ready

_COUNCIL = Ready(Council)
_BY_HOST = (
    f"SELECT {_COUNCIL.columns('c')} FROM core_council c "  # noqa: S608 - a constant
    "LEFT JOIN core_hostname h ON h.council_id = c.id AND h.host = %s "
    "WHERE c.is_default OR h.id IS NOT NULL ORDER BY h.id IS NOT NULL DESC LIMIT 1"
)


def council_for_host(host: str) -> Council | None:
    """The council of this host name, else the default one. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_HOST, [host.lower()])
        values = cursor.fetchone()
    return None if values is None else _COUNCIL.row(values)


def log_of(council: Council) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(council=council)


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold, and how."""

    seq: int
    why: str


def verify_log(council: Council) -> Iterator[Break]:
    """Walks the chain from its first link; yields each place where it does not hold.

    O(entries), constant memory.
    """
    previous, expected = "0" * 64, 1
    for entry in log_of(council).order_by("seq").iterator(chunk_size=2000):
        if entry.seq != expected:
            yield Break(expected, f"entry {expected} is missing")
            expected = entry.seq
        if entry.previous != previous:
            yield Break(entry.seq, "does not follow from the entry before it")
        if entry.compute_digest() != entry.digest:
            yield Break(entry.seq, "its content was changed")
        previous, expected = entry.digest, expected + 1
    if council.log_seq != expected - 1 or council.log_hash != previous:
        yield Break(council.log_seq, "entries at the end are missing")
