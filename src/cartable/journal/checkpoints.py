"""Checkpoints: signed lines, outside the store, that say how far the chain had come and with which hash.

One line of JSON each, in a file to which lines are only added. A line holds the hash of the line before, so the
signature of the last one vouches for all. Who holds the store, and even the keys that seal it, cannot rewrite what a
checkpoint has seen: that takes the checkpoint key *and* the file. Keep them on another machine.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from cartable.foundation.damage import Damage
from cartable.foundation.keys import checkpoint_keys


FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain as it was: the `seq` and `hash` of its last entry, when, and the hash of the line before."""

    number: int
    seq: int
    hash: str
    at: str
    previous: str
    key: str
    signature: str = ""

    @property
    def body(self) -> bytes:
        """Give what is signed."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def line(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @property
    def line_hash(self) -> str:
        return hashlib.sha256(self.line.encode()).hexdigest()


def signed(*, number: int, seq: int, entry_hash: str, at: datetime, previous: str) -> Checkpoint:
    """Make a checkpoint, signed with the newest key."""
    name, seed = next(iter(checkpoint_keys().items()))
    bare = Checkpoint(number, seq, entry_hash, at.isoformat(timespec="seconds"), previous, name)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(bare.body)
    return Checkpoint(**{**asdict(bare), "signature": base64.b64encode(signature).decode("ascii")})


def is_genuine(checkpoint: Checkpoint) -> bool:
    """Tell whether one of our keys signed it."""
    seed = checkpoint_keys().get(checkpoint.key)
    if seed is None:
        return False
    try:
        signature = base64.b64decode(checkpoint.signature)
        Ed25519PrivateKey.from_private_bytes(seed).public_key().verify(signature, checkpoint.body)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys() -> dict[str, str]:
    """Give the public half of the keys, for who wants to verify the file elsewhere."""
    return {
        name: base64.b64encode(
            Ed25519PrivateKey.from_private_bytes(seed)
            .public_key()
            .public_bytes(Encoding.Raw, PublicFormat.Raw)
        ).decode("ascii")
        for name, seed in checkpoint_keys().items()
    }


def path() -> Path:
    """Give the file of the checkpoints."""
    return Path(settings.CHECKPOINTS_DIR) / "journal.jsonl"


def read() -> list[Checkpoint]:
    """Give the checkpoints of the file; what is no checkpoint is left out, and missed by `damages`."""
    if not path().is_file():
        return []
    lines = path().read_text(encoding="utf-8", errors="replace").splitlines()
    return [found for line in lines if (found := _parse(line)) is not None]


def _parse(line: str) -> Checkpoint | None:
    try:
        found = Checkpoint(**json.loads(line))
        return found if found.line == line else None
    except (ValueError, TypeError):
        return None


def last_line() -> str:
    """Give the last whole checkpoint of the file as it is written, "" where there is none."""
    if not path().is_file():
        return ""
    with path().open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return next((line for line in reversed(lines) if _parse(line)), "")


def append(checkpoint: Checkpoint) -> None:
    """Add one line and force it to the disk; a line cut short by a crash is ended first, and stays without effect."""
    target = path()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not target.exists()
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        cut_short = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (b"\n" if cut_short else b"") + checkpoint.line.encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        _sync(target.parent)


def _sync(directory: Path) -> None:
    """Force a new name to the disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(at: datetime) -> Path | None:
    """Give the file another name, so that a new one begins; nothing is thrown away."""
    if not path().exists():
        return None
    aside = path().with_name(f"journal-until-{at:%Y%m%dT%H%M%SZ}.jsonl")
    path().rename(aside)
    _sync(aside.parent)
    return aside


def damages(found: list[Checkpoint], marked: int, marked_hash: str) -> Iterator[Damage]:
    """Compare the file with itself, with its signatures, and with the last checkpoint that the store knows of."""
    if not found:
        if marked:
            yield Damage(
                "checkpoints_missing",
                f"Points de contrôle : le fichier {path()} manque ou est vide, alors que {marked} ont été écrits.",
            )
        return
    broken = _out_of_line(found)
    if broken:
        yield Damage(
            "checkpoints_altered",
            f"Points de contrôle : le numéro {broken[0]} ne suit pas celui d'avant ; le fichier a été retouché.",
        )
    yield from _forged(found, whole=not broken)
    yield from _against_mark(found, marked, marked_hash)


def trusted(found: list[Checkpoint]) -> list[Checkpoint]:
    """Give the checkpoints that a signature of ours vouches for."""
    if found and not _out_of_line(found) and is_genuine(found[-1]):
        return found
    return [one for one in found if is_genuine(one)]


def _out_of_line(found: list[Checkpoint]) -> list[int]:
    """Give the numbers of the lines that do not follow the one before; the first of a file follows nothing."""
    headless = [found[0].number] if found[0].previous != FIRST else []
    return headless + [after.number for before, after in pairwise(found) if not _follows(before, after)]


def _follows(before: Checkpoint, after: Checkpoint) -> bool:
    return (after.number, after.previous) == (before.number + 1, before.line_hash) and after.seq > before.seq


def _forged(found: list[Checkpoint], whole: bool) -> Iterator[Damage]:
    """Look for lines that we did not sign: the last one vouches for all where the lines follow each other."""
    if whole and is_genuine(found[-1]):
        return
    for checkpoint in found:
        if not is_genuine(checkpoint):
            yield Damage(
                "checkpoint_forged",
                f"Points de contrôle : le numéro {checkpoint.number} n'a pas été signé par ce programme,"
                " ou sa clé n'est plus là.",
            )
            return


def _against_mark(found: list[Checkpoint], marked: int, marked_hash: str) -> Iterator[Damage]:
    """A file may be one line ahead of the store, where a crash fell between the two; never behind, nor another."""
    last = found[-1]
    if last.number < marked:
        yield Damage(
            "checkpoints_cut",
            f"Points de contrôle : le fichier s'arrête au numéro {last.number}, la base en connaît {marked}.",
        )
    elif last.number > marked + 1:
        yield Damage(
            "checkpoints_ahead",
            f"Points de contrôle : le fichier va jusqu'au numéro {last.number}, la base n'en connaît que {marked} :"
            " une base plus ancienne a été remise, ou une autre.",
        )
    elif marked and marked_hash not in {one.line_hash for one in found if one.number == marked}:
        yield Damage(
            "checkpoints_replaced",
            f"Points de contrôle : le numéro {marked} n'est pas celui que la base connaît.",
        )
