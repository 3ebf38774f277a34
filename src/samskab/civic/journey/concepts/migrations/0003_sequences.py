"""What is published already gets its place in the feed: the oldest first."""

from typing import Any

from django.db import migrations


def number(apps: Any, schema_editor: Any) -> None:
    last: dict[int, int] = {}
    published = apps.get_model("concepts", "Concept").objects.filter(origin_slug="", is_public=True)
    adoptions = apps.get_model("concepts", "Adoption").objects.all()
    for rows in (published.order_by("pk"), adoptions.order_by("pk")):
        for row in rows.iterator():
            last[row.council_id] = last.get(row.council_id, 0) + 1
            type(row).objects.filter(pk=row.pk).update(sequence=last[row.council_id])


class Migration(migrations.Migration):
    dependencies = [("concepts", "0002_between_installations")]

    operations = [migrations.RunPython(number, migrations.RunPython.noop)]
