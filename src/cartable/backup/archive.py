"""One file that holds a store: a tar that any tool opens, closed by a manifest that only who holds the keys can sign.

The manifest comes last, so the file is written in one go; it names every member with its SHA-256, and the SHA-256 of
all that stands before it: whichever byte changes, one of them no longer agrees.
"""

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from cartable.backup import signature
from cartable.foundation.refused import Refused


MANIFEST = "manifest.json"
# What a member may be called: nothing here can lead out of the folder where it is put.
NAME = re.compile(r"(store|checkpoints)/[A-Za-z0-9_.-]+|files/[0-9a-f]{2}/[0-9a-f-]{36}")
BLOCK = 1 << 20
LARGEST_MANIFEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Opened:
    """An archive whose every byte was verified."""

    path: Path
    manifest: dict[str, Any]

    def names(self, folder: str) -> list[str]:
        """List the members under one folder of the archive."""
        return [name for name in self.manifest["members"] if name.startswith(f"{folder}/")]


def write(target: Path, members: Iterable[tuple[str, Path]], manifest: dict[str, Any]) -> dict[str, str]:
    """Write the archive beside its place first, force it to the disk, then rename; give the SHA-256 of each member."""
    draft = target.with_name(target.name + ".part")
    try:
        digests = _write_draft(draft, members, manifest)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return digests


def _write_draft(
    draft: Path, members: Iterable[tuple[str, Path]], manifest: dict[str, Any]
) -> dict[str, str]:
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "r+b") as file:
        os.fchmod(handle, 0o600)
        with tarfile.open(fileobj=file, mode="w") as tar:
            digests = {name: _add(tar, name, path) for name, path in members}
            file.seek(0)
            before = hashlib.file_digest(file, "sha256").hexdigest()
            _add_manifest(tar, {**manifest, "members": digests, "before_sha256": before})
        file.flush()
        os.fsync(handle)
    return digests


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """Add one file and give its SHA-256; it stays open in between, so an erasure meanwhile takes nothing away."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        member = tarfile.TarInfo(name)
        member.mode, member.size = 0o600, file.tell()
        file.seek(0)
        tar.addfile(member, file)
    return digest


def _add_manifest(tar: tarfile.TarFile, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False)
    content = json.dumps({"manifest": text, "mac": signature.sign(text)}, ensure_ascii=False).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.mode, member.size = 0o600, len(content)
    tar.addfile(member, BytesIO(content))


def sync_folder(folder: Path) -> None:
    """Force what was renamed in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path) -> Opened:
    """Read the whole archive and verify it; refuse one that is cut or altered, and say where. Nothing is written."""
    if not path.is_file():
        sentence = _("Le fichier %(file)s n'existe pas ou n'est pas lisible.")
        raise Refused("no_file", sentence % {"file": path})
    found, content, edges = _walk(path)
    manifest = _manifest(content)
    _compare(manifest["members"], found)
    _compare_rest(path, manifest["before_sha256"], edges)
    return Opened(path, manifest)


@dataclass(frozen=True, slots=True)
class _Edges:
    """Where the manifest's header begins, and where its content ends."""

    start: int
    stop: int


def _walk(path: Path) -> tuple[dict[str, str], bytes, _Edges]:
    """Give the SHA-256 of each member, the content of the manifest and where it stands."""
    found: dict[str, str] = {}
    last = ""
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                last = member.name
                file = tar.extractfile(member) if member.isreg() else None
                if file is None or member.name in found:
                    raise _altered(member.name)
                if member.name == MANIFEST:
                    content = file.read(LARGEST_MANIFEST)
                    return found, content, _Edges(member.offset, member.offset_data + len(content))
                found[member.name] = _digest(file)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if not found and last == "":
            sentence = _("%(file)s n'est pas une sauvegarde de Cartable.")
            raise Refused("not_backup", sentence % {"file": path}) from error
    sentence = _("La sauvegarde est coupée ou illisible à « %(member)s » : prenez-en une autre.")
    raise Refused("backup_cut", sentence % {"member": last})


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _manifest(content: bytes) -> dict[str, Any]:
    """Give the manifest, once it is known that a holder of the keys signed it; say first which key is missing."""
    try:
        text, mac = (json.loads(content)[part] for part in ("manifest", "mac"))
        manifest = json.loads(text)
        signature.demand_keys([(str(name), str(fingerprint)) for name, fingerprint in manifest["keys"]])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise _altered(MANIFEST) from error
    if not signature.agrees(text, str(mac)):
        raise _altered(MANIFEST)
    return manifest


def _compare(said: dict[str, str], found: dict[str, str]) -> None:
    for name in [*said, *found]:
        if name not in found:
            sentence = _("Il manque « %(member)s » dans la sauvegarde : prenez-en une autre.")
            raise Refused("backup_incomplete", sentence % {"member": name})
        if said.get(name) != found[name] or not NAME.fullmatch(name):
            raise _altered(name)


def _compare_rest(path: Path, before: str, edges: _Edges) -> None:
    """Compare what no member covers: the headers and paddings before the manifest, the zeros after it."""
    digest, left = hashlib.sha256(), edges.start
    with path.open("rb") as file:
        while left and (block := file.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
        file.seek(edges.stop)
        rest = file.read(BLOCK)
    if digest.hexdigest() != before or rest.strip(b"\0"):
        raise Refused(
            "backup_altered", "La sauvegarde a été altérée entre deux de ses fichiers : prenez-en une autre."
        )
    if len(rest) < 2 * tarfile.BLOCKSIZE:
        raise Refused("backup_cut", "La sauvegarde est coupée à sa fin : prenez-en une autre.")


def _altered(name: str) -> Refused:
    sentence = _(
        "La sauvegarde a été altérée : « %(member)s » n'est pas ce qui a été écrit. Prenez-en une autre."
    )
    return Refused("backup_altered", sentence % {"member": name})


def contents(opened: Opened, folder: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Give the members under one folder, in the order of the archive, each to be read before the next."""
    with tarfile.open(opened.path, "r:") as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is not None and member.name.startswith(f"{folder}/"):
                yield member.name, file


def extract(opened: Opened, name: str, file: IO[bytes], target: Path) -> None:
    """Write one member to a file of mode 600, forced to the disk, and see that it is what was verified."""
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        while block := file.read(BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(handle)
    if digest.hexdigest() != opened.manifest["members"][name]:
        raise _altered(name)
