"""A backup and a restore, to be killed at every statement and at every change of a file."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from cartable.backup import actions, archive, postgresql, unfinished
from cartable.documents import vault
from cartable.foundation.refused import Refused
from tests.backup import filled


def _var(name: str) -> Path:
    return Path(settings.VAR_DIR) / name


def _quietly(_sentence: str) -> None:
    pass


def prepare_backup() -> None:
    """Make a store and a first backup of it."""
    filled.fill()
    actions.save(_var("nuit.tar"), _quietly)


def save() -> None:
    actions.save(_var("nuit.tar"), _quietly)


def backup_state() -> dict[str, Any]:
    """Say whether the last backup is whole, and whether anything else lies beside it."""
    opened = archive.read(_var("nuit.tar"))
    return {"documents": len(opened.names("files")), "mode": oct(_var("nuit.tar").stat().st_mode & 0o777)}


def prepare_restore() -> None:
    """Leave an empty store beside a backup, and what the store had said."""
    prepare_backup()
    _var("expected.json").write_text(json.dumps(filled.state()))
    if connection.vendor == "sqlite":
        connection.close()
        os.truncate(connection.settings_dict["NAME"], 0)
    else:
        with connection.cursor() as cursor:
            postgresql._clear(cursor)
    shutil.rmtree(vault.folder())


def restore() -> None:
    """Restore; a store that was restored already is left alone."""
    try:
        actions.restore(_var("nuit.tar"), _quietly)
    except Refused as refused:
        assert refused.code == "not_empty", refused


def restore_state() -> Any:
    """Say "empty", "unfinished" where the commands refuse to go on, "whole", or what stands."""
    try:
        unfinished.refuse_to_go_on()
    except Refused:
        return "unfinished"
    if actions._store_is_empty():
        return "files" if any(vault.names()) else "empty"
    found = json.loads(json.dumps(filled.state()))
    return "whole" if found == json.loads(_var("expected.json").read_text()) else found
