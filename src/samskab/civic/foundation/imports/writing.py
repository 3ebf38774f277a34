"""Many rows at once, each checked as one row is, and the lock held as shortly as can be.

SQLite lets one write at a time. So all that costs time, checking the rows and turning values into
what the database takes, is done when a `Write` is made, before the transaction begins; `run` in it
is one statement with many lists of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection

from samskab.civic.foundation.core.errors import Conflict


class Overtaken(Conflict):
    """Somebody changed one of the rows while they were read."""


@dataclass(frozen=True)
class Write:
    """A statement and the values that it is carried out with, once for each."""

    sql: str
    values: Sequence[Sequence[Any]]
    changes: bool = False  # rows that are there: each must be as it was read

    def run(self) -> None:
        """Raises Overtaken when a row is not as it was read, or is there already."""
        if not self.values:
            return
        try:
            with connection.cursor() as cursor:
                cursor.executemany(self.sql, self.values)
                done = cursor.rowcount
        except IntegrityError as error:
            raise Overtaken from error
        if self.changes and done != len(self.values):
            raise Overtaken


def inserts(model: Any, rows: Iterable[Any]) -> Write:
    """New rows; each is checked as `save` does. Their keys are given by the database."""
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    values = [_values(_checked(row), fields, add=True) for row in rows]
    return plain_inserts(model, [field.column for field in fields], values)


def plain_inserts(model: Any, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> Write:
    """Values as the database takes them, with nothing among them to be checked."""
    marks = ", ".join(["%s"] * len(columns))
    names = ", ".join(map(_quoted, columns))
    return Write(f"INSERT INTO {_table(model)} ({names}) VALUES ({marks})", values)  # noqa: S608 - names of our own models


def updates(model: Any, rows: Iterable[Any], names: Sequence[str]) -> Write:
    """Rows that are there already. Each counts one version on, so that stale pages are told, and
    only when nobody has changed it since it was read."""
    fields = [model._meta.get_field(name) for name in _with_finding(model, names)]
    sets = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    version = _quoted("version")
    key = _quoted(model._meta.pk.column)
    values = [[*_values(_checked(row), fields, add=False), row.pk, row.version] for row in rows]
    return Write(
        f"UPDATE {_table(model)} SET {sets}, {version} = {version} + 1 "  # noqa: S608 - as above
        f"WHERE {key} = %s AND {version} = %s",
        values,
        changes=True,
    )


def deletes(model: Any, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> Write:
    """Rows with these values."""
    where = " AND ".join(f"{_quoted(column)} = %s" for column in columns)
    return Write(f"DELETE FROM {_table(model)} WHERE {where}", values)  # noqa: S608 - as above


def _with_finding(model: Any, names: Sequence[str]) -> list[str]:
    """A row that keeps its own words for finding it keeps them anew."""
    there = {field.name for field in model._meta.local_concrete_fields}
    return [*names, *({"find_text"} & there)]


def _checked(row: Any) -> Any:
    row.check_row()
    return row


def _values(row: Any, fields: Sequence[Any], *, add: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add), connection) for field in fields]


def _table(model: Any) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
