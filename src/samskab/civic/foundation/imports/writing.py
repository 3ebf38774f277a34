"""Many rows at once, checked as one row is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BATCH = 500


def write_new(model: Any, rows: Sequence[Any]) -> None:
    """`bulk_create` of guarded rows looks at every text for CPR numbers."""
    model.objects.bulk_create(rows, batch_size=BATCH)


def write_changed(model: Any, rows: Sequence[Any], fields: Sequence[str]) -> None:
    """Rows that are there already; each counts one version on, so that stale pages are told.

    One statement for 500 rows: an insert that meets the row's own key changes it instead.
    """
    for row in rows:
        row.version += 1
    columns = [*fields, "version"]
    if any(field.name == "find_text" for field in model._meta.concrete_fields):
        columns.append("find_text")
    model.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )
