"""What single people changed by is no longer kept: three people or more stand together."""

from typing import Any

from django.db import migrations


def marks(changes: list[float]) -> list[list[float]]:
    ordered = sorted(changes)
    number = min(len(ordered) // 3, 12)
    cuts = [len(ordered) * at // number for at in range(number + 1)] if number else []
    parts = [ordered[start:end] for start, end in zip(cuts, cuts[1:], strict=False)]
    return [[len(part), sum(part) / len(part)] for part in parts]


def without_changes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name != "changes"}
        | ({"marks": marks(row["changes"])} if "changes" in row else {})
        for row in rows
    ]


def put_together(apps: Any, schema_editor: Any) -> None:
    evaluations = apps.get_model("evaluation", "Evaluation").objects
    for row in evaluations.order_by("pk").iterator():
        evaluations.filter(pk=row.pk).update(
            results=without_changes(row.results), later=without_changes(row.later)
        )


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0005_digests")]

    operations = [migrations.RunPython(put_together, migrations.RunPython.noop)]
