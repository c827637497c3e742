"""Sealed files under var/files: AES-GCM bound to the document's id, written whole or not at all, mode 600."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from cartable.foundation.keys import all_keys
from cartable.foundation.sealed import BrokenSeal


MARK = b"d1"
NONCE = 12


def folder() -> Path:
    """Give the folder of the sealed files."""
    return Path(settings.VAR_DIR) / "files"


def path_of(public_id: UUID) -> Path:
    """Give the path of a document's file, whether it exists or not."""
    return folder() / public_id.hex[:2] / str(public_id)


def _place(public_id: UUID) -> bytes:
    return f"documents:file:{public_id}".encode()


def seal(content: bytes, public_id: UUID) -> bytes:
    """Seal `content` for one document: mark, key name, nonce, ciphertext."""
    name, key = next(iter(all_keys().items()))
    nonce = secrets.token_bytes(NONCE)
    return b":".join((MARK, name.encode(), nonce + AESGCM(key).encrypt(nonce, content, _place(public_id))))


def unseal(sealed: bytes, public_id: UUID) -> bytes:
    """Open what `seal` made for the same document; raises BrokenSeal if it was altered, moved, or its key lost."""
    mark, name, body = (*sealed.split(b":", 2), b"", b"")[:3]
    key = all_keys().get(name.decode("ascii", "replace"))
    if mark != MARK or key is None:
        raise BrokenSeal(f"document {public_id}: key {name!r} is missing")
    try:
        return AESGCM(key).decrypt(body[:NONCE], body[NONCE:], _place(public_id))
    except (InvalidTag, ValueError) as error:
        raise BrokenSeal(f"document {public_id}") from error


def put(public_id: UUID, content: bytes) -> None:
    """Write a sealed file: to a file beside it first, forced to the disk, then renamed."""
    target = path_of(public_id)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(seal(content, public_id))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    _sync(target.parent)


def _sync(directory: Path) -> None:
    """Force a rename to the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def get(public_id: UUID) -> bytes:
    """Read and open a sealed file; raises FileNotFoundError or BrokenSeal."""
    return unseal(path_of(public_id).read_bytes(), public_id)


def behind() -> Iterator[UUID]:
    """Give the files that are sealed with another key than the newest."""
    newest = b":".join((MARK, next(iter(all_keys())).encode(), b""))
    for path in names():
        with path.open("rb") as file:
            head = file.read(len(newest))
        if path.suffix == "" and head != newest:
            yield UUID(path.name)


def reseal(public_id: UUID) -> bool:
    """Seal a file again with the newest key; False where it does not open, or was erased meanwhile."""
    try:
        put(public_id, get(public_id))
    except (BrokenSeal, FileNotFoundError):
        return False
    return True


def remove(public_id: UUID) -> None:
    """Remove a sealed file, if it is there."""
    path_of(public_id).unlink(missing_ok=True)


def names() -> Iterator[Path]:
    """List the files of the folder, drafts included."""
    return (path for path in folder().glob("??/*") if path.is_file())
