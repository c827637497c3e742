"""A PostgreSQL store: every table by COPY, in one transaction that sees one moment.

`pg_dump` would do it too where it is there, but it refuses a server newer than itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from cartable.backup import archive, proof, snapshot
from cartable.backup.snapshot import SESSIONS, Snapshot
from cartable.foundation import store_rules


SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"


def exists() -> bool:
    """Say whether there is a store to look into: a database is always there."""
    return True


def take(folder: Path) -> Snapshot:
    """Copy the store as it is at one moment, table by table, without sessions."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _be_patient(cursor)
        tables = [name for name in sorted(connection.introspection.table_names(cursor)) if name != SESSIONS]
        members = [(f"store/{table}.copy", _copy_out(cursor, table, folder)) for table in tables]
        said = {**proof.of(cursor, tables), "sequences": _sequences(cursor)}
        return snapshot.take(members, said, cursor)


def _sequences(cursor: Any) -> dict[str, int]:
    """Give the last number that each sequence has given: none is to be given twice."""
    cursor.execute(SEQUENCES)
    return {name: last for name, last in sorted(cursor.fetchall()) if last is not None}


def _be_patient(cursor: Any) -> None:
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"SET LOCAL {limit} = 0")


def _copy_out(cursor: Any, table: str, folder: Path) -> Path:
    path = folder / f"{table}.copy"
    with path.open("wb") as file, cursor.copy(f"COPY {_listed(cursor, table)} TO STDOUT") as rows:
        for block in rows:
            file.write(block)
    return path


def _listed(cursor: Any, table: str) -> str:
    """Name a table and its columns in an order that does not hang on when each was added."""
    names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    columns = '", "'.join(sorted(names))
    return f'"{table}" ("{columns}")'


@contextmanager
def loading(opened: archive.Opened) -> Iterator[None]:
    """Make the tables anew, fill and verify them; they stand once the block has ended, or nothing does."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            _be_patient(cursor)
            _clear(cursor)
            _make_tables(cursor)
            _fill(cursor, opened)
            said = dict(opened.manifest["proof"])
            _set_sequences(cursor, said.pop("sequences"))
            proof.compare(said, proof.of(cursor, said["rows"]))
        store_rules.install()
        yield
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _clear(cursor: Any) -> None:
    """Take away the tables of an empty store, or what a broken restore left."""
    store_rules.remove()
    for table in connection.introspection.table_names(cursor):
        cursor.execute(f'DROP TABLE "{table}" CASCADE')


def _make_tables(cursor: Any) -> None:
    """Run the migrations, without the rows that `migrate` puts after them: those of the backup come instead."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    tables = ", ".join(f'"{name}"' for name in connection.introspection.table_names(cursor))
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(f"TRUNCATE {tables}")


def _fill(cursor: Any, opened: archive.Opened) -> None:
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for name, file in archive.contents(opened, "store"):
        table = name.removeprefix("store/").removesuffix(".copy")
        with cursor.copy(f"COPY {_listed(cursor, table)} FROM STDIN") as rows:
            while block := file.read(archive.BLOCK):
                rows.write(block)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _set_sequences(cursor: Any, sequences: dict[str, int]) -> None:
    for name, last in sequences.items():
        cursor.execute("SELECT setval(%s::regclass, %s)", [f'"{name}"', last])
