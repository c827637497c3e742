"""What a backup takes of a store, whichever it is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from cartable.backup.proof import Cursor
from cartable.documents.models import StoredDocument
from cartable.journal.models import Mark


# A session's key opens the account of who signed in: after a restore everybody signs in anew.
SESSIONS = "django_session"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a store: its members, what they must say, the documents and checkpoints that belong to it."""

    members: list[tuple[str, Path]]
    proof: dict[str, Any]
    documents: list[UUID]
    last_checkpoint: int


def take(members: list[tuple[str, Path]], proof: dict[str, Any], cursor: Cursor) -> Snapshot:
    """Say what belongs to a copy, read from that copy or in the same moment."""
    return Snapshot(members, proof, _kept_documents(cursor), _last_checkpoint(cursor))


def _kept_documents(cursor: Cursor) -> list[UUID]:
    cursor.execute(
        f"SELECT public_id FROM {StoredDocument._meta.db_table} WHERE erased_at IS NULL ORDER BY id"
    )
    return [UUID(str(public_id)) for (public_id,) in cursor.fetchall()]


def _last_checkpoint(cursor: Cursor) -> int:
    cursor.execute(f"SELECT max(number) FROM {Mark._meta.db_table}")
    return cursor.fetchall()[0][0] or 0
