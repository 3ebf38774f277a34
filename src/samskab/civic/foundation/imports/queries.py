from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.imports.kinds import Book, CellError, Draft, Kind, Line, kind_of
from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.imports.tables import unpack

SHOWN_ERRORS, SHOWN_ROWS = 1000, 100


def uploads(council: Council, kind: str) -> QuerySet[Upload]:
    rows = Upload.objects.filter(council=council, kind=kind)
    return rows.defer("table", "report").select_related("user")


def remembered(council: Council, kind: str, headings: list[str]) -> dict[str, int]:
    """How the columns were matched the last time a file had the same headings."""
    done = Upload.objects.filter(council=council, kind=kind, state=Upload.State.DONE)
    for row in done.order_by("-pk").only("headings", "columns")[:20]:
        if row.headings == headings:
            return dict(row.columns)
    return {}


@dataclass
class Plan:
    """What a file will do, row by row, by these columns; `at` is how far the council's log had
    come before anything was read."""

    at: int
    columns: Mapping[str, int]
    book: Book
    drafts: list[Draft] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    wrong_rows: int = 0
    _write: Callable[[], None] | None = None

    @property
    def news(self) -> list[Draft]:
        return [draft for draft in self.drafts if not draft.is_same]

    @cached_property
    def digest(self) -> str:
        """Two plans of the same digest do the same."""
        every: list[Any] = [[d.row, d.is_new, d.title, d.changes] for d in self.news]
        every += [astuple(error) for error in self.errors]
        return hashlib.sha256(json.dumps(every).encode()).hexdigest()

    def made_ready(self) -> Plan:
        """Everything is done but the writing. Before the transaction, because it takes long."""
        self._write = None if self.errors else self.book.prepare(self.news)
        return self

    def write(self) -> None:
        """Raises Overtaken when a row is not as it was read."""
        if self._write:
            self._write()

    def report(self, kind: Kind) -> dict[str, Any]:
        """For the page: all numbers, and as many rows as a person reads."""
        labels = {column.name: str(column.label) for column in kind.columns}
        news = self.news
        return {
            "new": sum(draft.is_new for draft in news),
            "changed": sum(not draft.is_new for draft in news),
            "same": len(self.drafts) - len(news),
            "wrong": self.wrong_rows,
            "error_count": len(self.errors),
            "errors": [
                {
                    "row": error.row,
                    "column": labels.get(error.column, ""),
                    "cell": error.cell,
                    "message": error.message,
                }
                for error in self.errors[:SHOWN_ERRORS]
            ],
            "rows": [
                {
                    "row": draft.row,
                    "is_new": draft.is_new,
                    "title": draft.title[:120],
                    "changes": draft.changes[:12],
                }
                for draft in news[:SHOWN_ROWS]
            ],
            "digest": self.digest,
            "at": self.at,
        }


def plan_of(by: Principal, upload: Upload, columns: Mapping[str, int] | None = None) -> Plan:
    """Reads every row against what is there now, by the columns that are kept or by these.
    Changes nothing. O(rows)."""
    kind = kind_of(upload.kind)
    assert kind is not None  # noqa: S101 - a kind that no room registers cannot be uploaded
    columns = upload.columns if columns is None else columns
    at = Council.objects.values_list("log_seq", flat=True).get(pk=by.council.pk)
    book = kind.open(by)
    plan = Plan(at, columns, book)
    lines = list(lines_of(kind, bytes(upload.table), columns))
    book.look_up(lines)
    for line in lines:
        draft = None if line.errors else book.draft(line)
        if line.errors:
            plan.errors += line.errors
            plan.wrong_rows += 1
        elif draft is not None:
            plan.drafts.append(draft)
    plan.digest  # noqa: B018 - worked out now and kept, not while others wait
    return plan


def lines_of(kind: Kind, table: bytes, columns: Mapping[str, int]) -> Iterator[Line]:
    for number, cells in unpack(table):
        width = len(cells)
        values = {n: (cells[i] if i < width else "") for n, i in columns.items()}
        yield Line(kind, number, values)
