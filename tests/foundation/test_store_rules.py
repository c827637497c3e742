"""Are the rules of the store where they should be, also after a table was remade?"""

import sys
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.serializer import serializer_factory

from cartable.foundation import store_rules


pytestmark = pytest.mark.store
LATER = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("{label}", "{last}")]
    operations = [{operations}]
"""


def codes() -> list[str]:
    return [damage.code for damage in store_rules.damages()]


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def drop(name: str, table: str) -> None:
    execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


def guarded_models() -> list[type[models.Model]]:
    tables = {rule.table for rule in store_rules.expected(connection.vendor)}
    return [model for model in apps.get_models() if model._meta.db_table in tables]


@pytest.mark.django_db
def test_after_migrate_every_rule_stands():
    assert codes() == []
    assert store_rules.present()
    assert {"ledger_account", "ledger_transfer", "journal_entry", "journal_head"} <= {
        model._meta.db_table for model in guarded_models()
    }


@pytest.mark.django_db
def test_a_missing_an_altered_and_an_unknown_rule_are_found_and_repaired():
    drop("rule_ledger_account_delete", "ledger_account")
    assert codes() == ["store_rule_missing"]
    if connection.vendor == "postgresql":
        execute("ALTER TABLE journal_head DISABLE TRIGGER rule_journal_head_delete")
        execute(
            "CREATE OR REPLACE FUNCTION rule_ledger_post() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        execute(
            "CREATE TRIGGER rule_surprise BEFORE INSERT ON journal_entry"
            " FOR EACH ROW EXECUTE FUNCTION rule_journal_refuse('no')"
        )
        altered = 2
    else:
        drop("rule_ledger_transfer_post", "")
        execute(
            "CREATE TRIGGER rule_ledger_transfer_post AFTER INSERT ON ledger_transfer BEGIN SELECT 1; END"
        )
        execute("CREATE TRIGGER rule_surprise BEFORE INSERT ON journal_entry BEGIN SELECT 1; END")
        altered = 1
    assert codes() == ["store_rule_missing", *["store_rule_altered"] * altered, "store_rule_unknown"]
    store_rules.install()
    assert codes() == []


@pytest.mark.django_db
def test_rules_that_agree_are_not_touched(django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        store_rules.install()


@pytest.fixture
def altered(tmp_path, settings, monkeypatch):
    """Give every room with guarded tables one more migration, which lets a column of each of them be null."""
    monkeypatch.syspath_prepend(str(tmp_path))
    rooms: dict[str, list[tuple[str, set[str]]]] = {}
    for model in guarded_models():
        rooms.setdefault(model._meta.app_label, []).append(loosening(model))
    settings.MIGRATION_MODULES = {
        label: later_migrations(tmp_path, label, operations) for label, operations in rooms.items()
    }
    yield sorted(rooms)
    for name in [name for name in sys.modules if name.startswith("later_")]:
        del sys.modules[name]


def some_field(model: type[models.Model]) -> models.Field:
    return next(f for f in model._meta.local_fields if not (f.primary_key or f.null or f.unique))


def is_loose(model: type[models.Model]) -> bool:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return next(column for column in columns if column.name == some_field(model).column).null_ok


def loosening(model: type[models.Model]) -> tuple[str, set[str]]:
    field = some_field(model)
    loose = field.clone()
    loose.null = True
    text, imports = serializer_factory(loose).serialize()
    return f"migrations.AlterField({model.__name__!r}, {field.name!r}, {text})", imports


def newest(label: str) -> str:
    """Name the newest migration that a room comes with."""
    folder = Path(import_module(f"cartable.{label}.migrations").__file__).parent
    return max(path.stem for path in folder.glob("[0-9]*.py"))


def later_migrations(folder, label: str, operations: list[tuple[str, set[str]]]) -> str:
    package = folder / f"later_{label}"
    package.mkdir()
    first = f"cartable.{label}.migrations"
    (package / "__init__.py").write_text(
        f"from {first} import __path__ as first\n__path__ = [*__path__, *first]\n"
    )
    imports = "\n".join(sorted({line for _text, lines in operations for line in lines}))
    steps = ", ".join(text for text, _imports in operations)
    (package / "9999_looser.py").write_text(
        imports + LATER.format(label=label, last=newest(label), operations=steps)
    )
    return package.name


@pytest.mark.django_db(transaction=True)
def test_after_each_guarded_table_was_altered_the_rules_are_back(altered):
    try:
        call_command("migrate", verbosity=0)
        assert codes() == []
        assert all(is_loose(model) for model in guarded_models())
    finally:
        for label in reversed(altered):
            call_command("migrate", label, newest(label), verbosity=0)
    assert codes() == []
