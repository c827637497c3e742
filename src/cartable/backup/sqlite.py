"""An SQLite store: copied by its own backup, which sees one moment of it while others write; never by `cp`."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from cartable.backup import archive, proof, snapshot
from cartable.backup.snapshot import SESSIONS, Snapshot
from cartable.foundation.refused import Refused


MEMBER = "store/cartable.sqlite3"


def _path() -> Path:
    return Path(connection.settings_dict["NAME"])


def exists() -> bool:
    """Say whether there is a store to look into: to open it would make an empty one."""
    return _path().is_file()


def take(folder: Path) -> Snapshot:
    """Copy the store as it is at one moment, without sessions and without what was erased but not yet written over."""
    path = folder / "cartable.sqlite3"
    with closing(sqlite3.connect(_path(), timeout=60)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute(f"DELETE FROM {SESSIONS}")
        copy.execute("VACUUM")
        cursor = copy.cursor()
        return snapshot.take([(MEMBER, path)], proof.of(cursor, _tables(copy)), cursor)


def _tables(copy: sqlite3.Connection) -> list[str]:
    names = copy.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite|_%' ESCAPE '|'"
    )
    return [name for (name,) in names if name != SESSIONS]


@contextmanager
def loading(opened: archive.Opened) -> Iterator[None]:
    """Lay the store beside its place and verify it; after the block it takes the place, or is thrown away."""
    target = _path()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".restore")
    try:
        for name, file in archive.contents(opened, "store"):
            archive.extract(opened, name, file, draft)
        _verify(draft, opened)
        yield
        os.sync()
        _put(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _verify(draft: Path, opened: archive.Opened) -> None:
    with closing(sqlite3.connect(draft)) as copy:
        sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not sound or copy.execute("PRAGMA foreign_key_check").fetchone():
            raise Refused(
                "not_the_same", "La base de la sauvegarde est abîmée : prenez une autre sauvegarde."
            )
        proof.compare(opened.manifest["proof"], proof.of(copy.cursor(), _tables(copy)))


def _put(draft: Path, target: Path) -> None:
    """Take the place of the store; the journal of the one that stood there must not be read into this one."""
    connection.close()
    for tail in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + tail).unlink(missing_ok=True)
    draft.replace(target)
    archive.sync_folder(target.parent)
