"""Rows of a model from a statement that stands ready.

Django builds each query anew, which takes several times as long as running it. That is well
spent, except where a statement runs with every request or with every vote.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class Ready(Generic[Row]):
    """Some columns of a model, or all of it; what was not read is read when asked for."""

    def __init__(self, model: type[Row], *names: str) -> None:
        self.model, self._wanted = model, names

    @cached_property
    def _fields(self) -> list[Any]:
        every: Sequence[Any] = self.model._meta.concrete_fields
        return [one for one in every if not self._wanted or one.attname in self._wanted]

    @cached_property
    def _names(self) -> list[str]:
        return [one.attname for one in self._fields]

    @cached_property
    def _converters(self) -> list[tuple[int, Any, list[Any]]]:
        """What turns a value of this database into one of Python, for columns that need it."""
        columns = [one.get_col(self.model._meta.db_table) for one in self._fields]
        ways = [
            connection.ops.get_db_converters(column) + column.get_db_converters(connection)
            for column in columns
        ]
        return [(at, columns[at], found) for at, found in enumerate(ways) if found]

    def columns(self, table: str) -> str:
        return ", ".join(f"{table}.{one.column}" for one in self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def row(self, values: Sequence[Any]) -> Row:
        """The row, from the values of `columns` in their order."""
        plain = list(values)
        for at, column, ways in self._converters:
            for way in ways:
                plain[at] = way(plain[at], column, connection)
        found: Row = self.model.from_db(connection.alias, self._names, plain)
        return found
