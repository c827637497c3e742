"""Rules that the store itself holds: triggers, kept as one SQL file per room and store, installed after `migrate`.

A room keeps them in `store_rules/sqlite.sql` and `store_rules/postgresql.sql`, long ones in a second file of the same
beginning (`sqlite_ways.sql`). A rule begins with CREATE at the left margin and ends where the next one begins; triggers
and functions are named `rule_…`. They are never written in a migration: on SQLite any change of a column remakes the
table and silently drops its triggers. PostgreSQL prints a trigger in its own fixed form, so the files write it in that
form.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from cartable.foundation.damage import Damage


HEAD = re.compile(
    r"CREATE (?:OR REPLACE )?(?P<kind>TRIGGER|FUNCTION) (?P<name>rule_\w+)(?:.*? ON (?P<table>\w+))?", re.S
)
PRESENT_SQLITE = (
    "SELECT name, sql, 1 FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rule|_%' ESCAPE '|'"
)
PRESENT_POSTGRESQL = """
    SELECT t.tgname, pg_get_triggerdef(t.oid, true), t.tgenabled = 'O'
      FROM pg_trigger t WHERE t.tgname LIKE 'rule\\_%' AND NOT t.tgisinternal
     UNION ALL
    SELECT p.proname, p.prosrc, p.prokind = 'f'
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.proname LIKE 'rule\\_%' AND n.nspname = current_schema()
"""


class Rule(NamedTuple):
    """One trigger or function: its name, the table it guards ("" for a function), its SQL, what to compare."""

    name: str
    table: str
    sql: str
    definition: str


def _normal(sql: str) -> str:
    text = re.sub(r"--[^\n]*", "", sql)
    return re.sub(r"\s+", " ", text).strip().rstrip("; ").replace("public.", "")


def _rule(sql: str) -> Rule:
    head = HEAD.match(sql)
    if head is None:
        raise ValueError(f"not a store rule: {sql[:60]!r}")
    function = head["kind"] == "FUNCTION"
    body = sql.split("$$")[1] if function else sql
    return Rule(head["name"], "" if function else head["table"], sql.strip(), _normal(body))


def expected(vendor: str) -> list[Rule]:
    """List the rules that the rooms of the house ask of a store ("sqlite" or "postgresql")."""
    folders = [Path(config.path) / "store_rules" for config in apps.get_app_configs()]
    texts = [
        file.read_text(encoding="utf-8") for one in folders for file in sorted(one.glob(f"{vendor}*.sql"))
    ]
    return [_rule(part) for text in texts for part in re.split(r"^(?=CREATE )", text, flags=re.M)[1:]]


def present(using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """Give the rules that stand in the store: name → normal form of the definition ("" where switched off)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(PRESENT_POSTGRESQL)
        else:
            cursor.execute(
                "SELECT name, sql, 1 FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rule\\_%' ESCAPE '\\'"
            )
        return {name: _normal(sql) if active else "" for name, sql, active in cursor.fetchall()}


def damages(using: str = DEFAULT_DB_ALIAS) -> list[Damage]:
    """Compare the rules present with the expected ones: missing, altered, unknown."""
    connection = connections[using]
    there, wanted = present(using), {rule.name: rule.definition for rule in _installable(connection)}
    said = {
        "store_rule_missing": ("manque", wanted.keys() - there.keys()),
        "store_rule_altered": (
            "a été modifiée",
            {n for n in wanted.keys() & there.keys() if wanted[n] != there[n]},
        ),
        "store_rule_unknown": ("n'est pas prévue", there.keys() - wanted.keys()),
    }
    return [
        Damage(code, f"La règle « {name} » de la base {what} ; relancez « cartable migrate ».")
        for code, (what, names) in said.items()
        for name in sorted(names)
    ]


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put the expected rules in place of those that stand; touch nothing where they already agree."""
    if not damages(using):
        return
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        remove(using)
        for rule in _installable(connection):
            cursor.execute(rule.sql)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop every rule: before a table of SQLite is remade, or before a test empties the store."""
    with connections[using].cursor() as cursor:
        for statement in _drops(connections[using]):
            cursor.execute(statement)


def _drops(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "sqlite":
        return [f'DROP TRIGGER "{name}"' for name in present(connection.alias)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger"
            " WHERE tgname LIKE 'rule\\_%' AND NOT tgisinternal UNION ALL "
            "SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc"
            " WHERE proname LIKE 'rule\\_%' AND pronamespace = current_schema()::regnamespace"
        )
        return [statement for (statement,) in cursor.fetchall()]


def _installable(connection: BaseDatabaseWrapper) -> list[Rule]:
    """The rules whose table exists: a partial `migrate` may not have made them all."""
    tables = set(connection.introspection.table_names())
    return [rule for rule in expected(connection.vendor) if not rule.table or rule.table in tables]


def before_migrate(*, using: str, plan: list[Any] | None = None, **_: Any) -> None:
    """Take the rules off an SQLite store that is about to change: a table named by a trigger cannot be remade."""
    if plan and connections[using].vendor == "sqlite":
        remove(using)


def after_migrate(*, using: str, **_: Any) -> None:
    """Install the rules again."""
    install(using)
