"""What `cartable check` asks of the stored documents: does each still open, and is it what was stored?"""

import hashlib
from collections.abc import Iterator

from cartable.documents import queries, vault
from cartable.documents.models import StoredDocument
from cartable.foundation.damage import Damage
from cartable.foundation.sealed import BrokenSeal


def damages() -> list[Damage]:
    """List the documents whose file is missing, does not open, or is not what was stored."""
    return list(_walk())


def _walk() -> Iterator[Damage]:
    for document in queries.kept().order_by("id").iterator(chunk_size=500):
        if (code := _wrong(document)) is not None:
            yield Damage(code, f"Documents : {document.public_id} {SAYS[code]}.")


SAYS = {
    "document_file_missing": "n'a plus de fichier",
    "document_seal_broken": "ne s'ouvre plus : fichier altéré, déplacé, ou clé perdue",
    "document_changed": "n'est pas celui qui a été enregistré",
}


def _wrong(document: StoredDocument) -> str | None:
    try:
        content = vault.get(document.public_id)
    except FileNotFoundError:
        return "document_file_missing"
    except BrokenSeal:
        return "document_seal_broken"
    same = hashlib.sha256(content).hexdigest() == document.sha256
    return None if same else "document_changed"
