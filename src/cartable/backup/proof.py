"""What a store must still say once it is restored: rows of each table, sums of the ledger, end of the journal."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.journal.models import Entry, Head
from cartable.ledger.models import Account, Resource, Transfer


class Cursor(Protocol):
    """A cursor of either store: a copy of SQLite is read past Django, which knows only the store it runs on."""

    def execute(self, sql: str) -> Any: ...
    def fetchall(self) -> list[Any]: ...


def of(cursor: Cursor, tables: Iterable[str]) -> dict[str, Any]:
    """Count and add up what a store holds."""
    return {
        "rows": {table: _rows(cursor, f'SELECT count(*) FROM "{table}"')[0][0] for table in sorted(tables)},
        "ledger": _ledger(cursor),
        "journal": _journal(cursor),
    }


def _rows(cursor: Cursor, sql: str) -> list[Any]:
    cursor.execute(sql)
    return cursor.fetchall()


def _ledger(cursor: Cursor) -> dict[str, dict[str, int]]:
    """Give for each resource the sum of its balances (zero), its number of transfers and what moved in them."""
    account, transfer, resource = (model._meta.db_table for model in (Account, Transfer, Resource))
    sums = _rows(
        cursor,
        f"SELECT r.code, (SELECT coalesce(sum(a.balance), 0) FROM {account} a WHERE a.resource_id = r.id),"
        f" count(t.id), coalesce(sum(t.amount), 0)"
        f" FROM {resource} r LEFT JOIN {transfer} t ON t.resource_id = r.id GROUP BY r.id, r.code ORDER BY r.code",
    )
    return {
        code: {"sum": int(left), "transfers": count, "moved": int(moved)} for code, left, count, moved in sums
    }


def _journal(cursor: Cursor) -> dict[str, Any]:
    head = _rows(cursor, f"SELECT count, last_hash FROM {Head._meta.db_table}")
    last = _rows(cursor, f"SELECT max(seq) FROM {Entry._meta.db_table}")[0][0]
    count, last_hash = head[0] if head else (0, "")
    return {"count": count, "last_hash": last_hash, "last_entry": last or 0}


def compare(said: dict[str, Any], found: dict[str, Any]) -> None:
    """Refuse a restored store that does not say what the manifest says, and name what differs."""
    for table in said["rows"].keys() | found["rows"].keys():
        wanted, there = said["rows"].get(table, 0), found["rows"].get(table, 0)
        if wanted != there:
            what = _("la table %(table)s a %(there)d lignes au lieu de %(wanted)d")
            raise _differs(what % {"table": table, "there": there, "wanted": wanted})
    if said["ledger"] != found["ledger"]:
        raise _differs(_("les sommes du registre ne sont pas celles de la sauvegarde"))
    if said["journal"] != found["journal"]:
        raise _differs(_("la fin du journal n'est pas celle de la sauvegarde"))


def _differs(what: str) -> Refused:
    sentence = _("La base restaurée n'est pas celle qui a été sauvegardée : %(what)s.")
    return Refused("not_the_same", sentence % {"what": what})
