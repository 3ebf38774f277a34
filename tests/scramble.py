"""`pytest -p tests.scramble`: a query that names no order comes back in a random one.

PostgreSQL gives such rows in any order, SQLite nearly always in the order of their keys. A test
that fails with this plug-in leans on an order that nobody promised.
"""

from __future__ import annotations

from typing import Any

from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler

_named = SQLCompiler.get_order_by


def _get_order_by(self: SQLCompiler) -> Any:
    query: Any = self.query
    fixed = (
        query.distinct
        or query.combinator
        or query.group_by
        or query.subquery
        or query.is_sliced
        or query.select_for_update
        or type(self) is not SQLCompiler
    )
    if (order := _named(self)) or fixed:
        return order
    random = OrderBy(Random())
    sql, params = self.compile(random)
    return [(random, (sql, params, False))]


SQLCompiler.get_order_by = _get_order_by  # type: ignore[method-assign]
