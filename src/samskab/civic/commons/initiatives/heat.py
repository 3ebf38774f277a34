"""How many initiatives, and pairs that look alike, there are for whom and where: counted by the
database, so that memory does not grow with the council.

A word counts in all that are wider. Each initiative counts once in a wide word, however many
narrower ones it has. O(ties × depth of the words), sorted by the database.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from samskab.civic.commons.actors.models import Category
from samskab.civic.commons.initiatives.models import Initiative, Overlap
from samskab.civic.foundation.core.models import Council

# `grouped` and `placed`: the initiatives among `{among}` with their words and all wider ones.
_TIED = """
WITH RECURSIVE wider(word, wide) AS (
    SELECT id, id FROM {words} WHERE council_id = %s AND merged_into_id IS NULL
    UNION
    SELECT wider.word, above.parent_id FROM wider JOIN {words} above ON above.id = wider.wide
    WHERE above.parent_id IS NOT NULL
), grouped(initiative, wide) AS (
    SELECT DISTINCT tie.initiative_id, wider.wide
    FROM {groups} tie JOIN wider ON wider.word = tie.category_id
    WHERE tie.initiative_id IN ({among})
), placed(initiative, wide) AS (
    SELECT DISTINCT tie.initiative_id, wider.wide
    FROM {columns} tie JOIN wider ON wider.word = tie.category_id
    WHERE tie.initiative_id IN ({among})
)
"""
_CELLS = """
SELECT grouped.wide, placed.wide, COUNT(*)
FROM grouped JOIN placed ON placed.initiative = grouped.initiative
GROUP BY grouped.wide, placed.wide
"""
_TOTALS = "SELECT wide, COUNT(*) FROM grouped GROUP BY wide"
_PAIRS = """
SELECT of_a.wide, in_a.wide, COUNT(*)
FROM {pairs} pair
JOIN grouped of_a ON of_a.initiative = pair.a_id
JOIN grouped of_b ON of_b.initiative = pair.b_id AND of_b.wide = of_a.wide
JOIN placed in_a ON in_a.initiative = pair.a_id
JOIN placed in_b ON in_b.initiative = pair.b_id AND in_b.wide = in_a.wide
WHERE pair.id IN ({chosen})
GROUP BY of_a.wide, in_a.wide
"""
Cells = Counter[tuple[int, int]]


def cells(council: Council, column: str, rows: QuerySet[Initiative]) -> Cells:
    """(target group, word of the column) → how many of the rows. One statement."""
    return Counter({(one, other): n for one, other, n in _counted(_CELLS, council, column, rows)})


def totals(council: Council, column: str, rows: QuerySet[Initiative]) -> Counter[int]:
    """Target group → how many of the rows. One statement."""
    return Counter(dict(_counted(_TOTALS, council, column, rows)))


def pairs(council: Council, column: str, found: QuerySet[Overlap]) -> Cells:
    """The same for pairs of which both are for the target group, and both in the column. One
    statement; there are never many pairs."""
    ends = found.order_by().values("a").union(found.order_by().values("b"), all=True)
    numbers = _counted(_PAIRS, council, column, ends, found)
    return Counter({(one, other): n for one, other, n in numbers})


def _counted(
    asked: str,
    council: Council,
    column: str,
    among: QuerySet[Any],
    chosen: QuerySet[Overlap] | None = None,
) -> list[Any]:
    try:
        inner, values = _as_sql(among)
        pairs, pair_values = _as_sql(chosen) if chosen is not None else ("", ())
    except EmptyResultSet:
        return []
    quoted = connection.ops.quote_name
    names = {
        "words": quoted(Category._meta.db_table),
        "groups": quoted(Initiative.target_groups.through._meta.db_table),
        "columns": quoted(getattr(Initiative, column).through._meta.db_table),
        "pairs": quoted(Overlap._meta.db_table),
        "among": inner,
        "chosen": pairs,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            (_TIED + asked).format(**names), [council.pk, *values, *values, *pair_values]
        )
        return list(cursor.fetchall())


def _as_sql(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """The keys of the rows, as a statement to put into another."""
    keys = rows if rows.query.combinator else rows.order_by().values("pk")
    sql, values = keys.query.sql_with_params()
    return sql, tuple(values)
