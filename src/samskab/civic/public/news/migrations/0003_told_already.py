from django.db import migrations, models


def already_told(apps, schema_editor):
    """What is out today was told when it came."""
    rows = apps.get_model("news", "NewsItem").objects.filter(announced_at__isnull=True)
    rows.update(announced_at=models.F("published_at"))


class Migration(migrations.Migration):

    dependencies = [('news', '0002_corrections_photo_and_plan')]

    operations = [migrations.RunPython(already_told, migrations.RunPython.noop)]
