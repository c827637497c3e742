from django.db import migrations

from cartable.territories.models import SearchField


def fill(apps, schema_editor):
    bodies = apps.get_model("bodies", "Body").objects
    for body in bodies.iterator():
        body.save(update_fields=["search"])


class Migration(migrations.Migration):
    dependencies = [
        ("bodies", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="body",
            name="search",
            field=SearchField(
                default="", editable=False, max_length=400, sources=("name",)
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
