import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop one index by name: altering the field would make the table anew on SQLite, without the store's rules."""

    dependencies = [
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX IF EXISTS ledger_account_resource_id_9130b29d",
                    "CREATE INDEX ledger_account_resource_id_9130b29d ON ledger_account (resource_id)",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="account",
                    name="resource",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="ledger.resource",
                    ),
                ),
            ],
        ),
    ]
