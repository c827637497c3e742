"""A restore that was broken off: a mark under var/ says so, until a new one has ended."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from cartable.backup.archive import sync_folder
from cartable.foundation import clock
from cartable.foundation.refused import Refused


def _mark() -> Path:
    return Path(settings.VAR_DIR) / "restore-unfinished.json"


def _store() -> str:
    """Name the store that the mark speaks of: what stands elsewhere is not to be thrown away."""
    given = connection.settings_dict
    return f"{connection.vendor} {given.get('HOST', '')} {given.get('PORT', '')} {given['NAME']}"


def begin(source: Path, *, witness: bool) -> None:
    """Put the mark, before anything else is written; `witness` says that checkpoints were there before."""
    here_already = read() if here() else None
    said = {
        "store": _store(),
        "backup": str(source),
        "since": clock.now().isoformat(),
        "witness": here_already["witness"] if here_already else witness,
    }
    mark = _mark()
    draft = mark.with_suffix(".part")
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.replace(mark)
    sync_folder(mark.parent)


def end() -> None:
    """Take the mark off: all is there, or nothing."""
    _mark().unlink(missing_ok=True)
    sync_folder(_mark().parent)


def read() -> dict[str, Any] | None:
    """Give the mark that stands, if there is one."""
    try:
        return json.loads(_mark().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def witness() -> bool:
    """Say whether the checkpoints that stand are those of before the restore, not what it put."""
    return bool((read() or {}).get("witness"))


def here() -> bool:
    """Say whether what stands in this store is what a broken restore left."""
    mark = read()
    return mark is not None and mark["store"] == _store()


def refuse_to_go_on() -> None:
    """Refuse every command but a new restore on a store that is half restored."""
    mark = read()
    if mark is not None:
        sentence = _(
            "La restauration de %(file)s a été interrompue : la base n'est pas complète. "
            "Relancez « cartable restore %(file)s »."
        )
        raise Refused("restore_unfinished", sentence % {"file": mark["backup"]})
