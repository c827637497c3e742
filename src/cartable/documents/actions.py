"""Keep documents, give them back, erase them."""

import hashlib
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from cartable.documents import queries, vault
from cartable.documents.enums import Kind
from cartable.documents.models import StoredDocument
from cartable.foundation import clock
from cartable.foundation.ids import new_public_id
from cartable.foundation.refused import Refused
from cartable.journal import actions as journal
from cartable.journal.actions import Actor


def store(*, actor: Actor | None, kind: str, content: bytes, reference: str) -> StoredDocument:
    """Keep `content` sealed; the same content for the same `reference` gives the document already kept.

    `reference` is a word such as "school:0930001A" or "handover:<public id>". The file is written before the row,
    so a row never stands without its file; a file left by an undone transaction goes with `sweep`.
    """
    kind = Kind(kind)
    public_id = new_public_id()
    sha256 = hashlib.sha256(content).hexdigest()
    vault.put(public_id, content)
    values = {"public_id": public_id, "size": len(content), "created_at": clock.now()}
    with transaction.atomic():
        document, made = queries.kept().get_or_create(
            kind=kind, reference=reference, sha256=sha256, erased_at=None, defaults=values
        )
        if made:
            journal.record(
                actor=actor,
                verb="document.stored",
                target=str(public_id),
                data={"kind": kind.value, "reference": reference, "sha256": sha256},
            )
    if not made:
        vault.remove(public_id)
    return document


def open_document(document: StoredDocument) -> bytes:
    """Give the content of a document; refuses one that was erased. Whether the reader may, the caller has asked."""
    if document.erased_at:
        raise Refused("document_erased", "Ce document a été effacé au terme de sa durée de conservation.")
    try:
        return vault.get(document.public_id)
    except FileNotFoundError as error:
        raise Refused(
            "document_missing", "Ce document est introuvable ; prévenez la personne qui gère le service."
        ) from error


def erase(*, actor: Actor | None, document: UUID) -> StoredDocument:
    """Erase the content of a document; the row stays and says when. A second time changes nothing."""
    with transaction.atomic():
        row = StoredDocument.objects.select_for_update(of=("self",)).filter(public_id=document).first()
        if row is None:
            raise Refused("document_unknown", "Ce document n'existe pas ; rechargez la page.")
        if row.erased_at is None:
            row.erased_at = clock.now()
            row.save(update_fields=["erased_at"])
            transaction.on_commit(lambda: vault.remove(row.public_id))
            journal.record(actor=actor, verb="document.erased", target=str(row.public_id))
    return row


def erase_expired(*, actor: Actor | None) -> int:
    """Erase the working papers past their thirty days; gives how many."""
    with transaction.atomic():
        ids = list(queries.expired(clock.now()).order_by("id").values_list("public_id", flat=True))
        for public_id in ids:
            erase(actor=actor, document=public_id)
    return len(ids)


def sweep() -> int:
    """Remove the files without a row, an hour old or more; gives how many."""
    paths = queries.strays(clock.now() - timedelta(hours=1))
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)
