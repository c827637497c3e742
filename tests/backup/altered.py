"""Archives that somebody altered: with the keys (signed again) or without."""

import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from cartable.backup import archive


def unpacked(source: Path, folder: Path) -> dict[str, Any]:
    """Take an archive apart into a folder; give its manifest."""
    with tarfile.open(source) as tar:
        tar.extractall(folder, filter="data")
    return json.loads(json.loads((folder / "manifest.json").read_text())["manifest"])


def signed_again(source: Path, folder: Path, change: Callable[[dict[str, Any], Path], Any]) -> Path:
    """Change the manifest or the members of an archive and write it again as who holds the keys would."""
    parts, target = folder / "parts", folder / "altered.tar"
    manifest = unpacked(source, parts)
    change(manifest, parts)
    members = [
        (str(path.relative_to(parts)), path)
        for path in sorted(parts.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    ]
    archive.write(target, members, manifest)
    return target


def without_a_row(_manifest: dict[str, Any], parts: Path) -> str:
    """Leave out the last line of an entry table; name the table."""
    if (parts / "store" / "cartable.sqlite3").exists():
        with closing(sqlite3.connect(parts / "store" / "cartable.sqlite3")) as store, store:
            store.execute("DELETE FROM pupils_cover WHERE id = (SELECT max(id) FROM pupils_cover)")
    else:
        path = parts / "store" / "pupils_cover.copy"
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    return "pupils_cover"


def with_another_balance(_manifest: dict[str, Any], parts: Path) -> None:
    """Move the balance of one account, so that the ledger no longer sums to zero."""
    if (parts / "store" / "cartable.sqlite3").exists():
        with closing(sqlite3.connect(parts / "store" / "cartable.sqlite3")) as store, store:
            rule = store.execute("SELECT sql FROM sqlite_master WHERE name = 'rule_ledger_account_update'")
            (sql,) = rule.fetchone()
            store.execute("DROP TRIGGER rule_ledger_account_update")
            store.execute("UPDATE ledger_account SET balance = balance + 1 WHERE code LIKE 'depot:%'")
            store.execute(sql)
    else:
        path = parts / "store" / "ledger_account.copy"
        first, *others = path.read_text().splitlines(keepends=True)
        number, *rest = first.split("\t")  # in the order of names, the balance comes first
        path.write_text("\t".join([str(int(number) + 1), *rest]) + "".join(others))
