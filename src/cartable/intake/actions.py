"""Begin and end an import run. The journal entry of an import is its importer's, with the domain's own word."""

from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.intake.enums import RunKind, RunState
from cartable.intake.models import ImportRun


class Actor(Protocol):
    """Whoever imports: an account; the command line is None."""

    public_id: UUID


@transaction.atomic
def begin_run(*, actor: Actor | None, kind: RunKind, sha256: str, target: str = "") -> ImportRun:
    """Begin a run, or take over the one of the same file that was killed on its way."""
    place = {"kind": RunKind(kind), "file_sha256": sha256, "target": target}
    begun = {"actor": actor.public_id if actor else None, "started_at": clock.now()}
    killed = ImportRun.objects.select_for_update(of=("self",)).filter(**place, state=RunState.RUNNING).first()
    if killed is None:
        return ImportRun.objects.create(**place, **begun)
    return _written(killed, **begun)


@transaction.atomic
def finish_run(
    *,
    actor: Actor | None,
    run: UUID,
    lines: int,
    created: int,
    changed: int,
    unchanged: int,
    rejected: int,
) -> ImportRun:
    """End a run; call it inside the transaction that wrote the rows, so that both stay or neither.

    Raises Refused unless created + changed + unchanged + rejected = lines.
    """
    if created + changed + unchanged + rejected != lines:
        raise Refused(
            "lines_lost", "Le compte des lignes est faux : rien n’a été importé, prévenez l’administrateur."
        )
    row = _open_run(actor, run)
    counts = {"created": created, "changed": changed, "unchanged": unchanged, "rejected": rejected}
    return _written(row, state=RunState.DONE, finished_at=clock.now(), lines=lines, **counts)


@transaction.atomic
def fail_run(*, actor: Actor | None, run: UUID, code: str) -> ImportRun:
    """End a run that was refused whole; `code` is that of the refusal. Call it after the rows were undone."""
    return _written(_open_run(actor, run), state=RunState.FAILED, finished_at=clock.now(), refusal=code[:40])


def _open_run(actor: Actor | None, run: UUID) -> ImportRun:
    mine = ImportRun.objects.filter(actor=actor.public_id if actor else None)
    row = mine.select_for_update(of=("self",)).filter(public_id=run).first()
    if row is None:
        raise Refused("no_run", "Cet import n’existe pas.")
    if row.state != RunState.RUNNING:
        raise Refused("run_over", "Cet import est déjà terminé : recommencez-le.")
    return row


def _written(row: ImportRun, **values: Any) -> ImportRun:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    return row
