"""Back up and restore the whole house: store, sealed files, checkpoints. The keys travel another way."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from cartable.backup import archive, postgresql, signature, sqlite, unfinished, versions
from cartable.backup.snapshot import SESSIONS, Snapshot
from cartable.documents import queries, vault
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal import checkpoints


Say = Callable[[str], None]
ATTEMPTS = 3
# What `cartable migrate` puts into a store by itself: where there is nothing else, nobody has used it yet.
COMES_WITH_THE_PROGRAM = frozenset(
    {
        "auth_permission",
        "django_content_type",
        "django_migrations",
        SESSIONS,
        "territories_academy",
        "territories_department",
        "territories_region",
    }
)


def _store() -> ModuleType:
    return {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor]


def _var() -> Path:
    return Path(settings.VAR_DIR)


def _checkpoints() -> Path:
    return checkpoints.path().parent


@contextmanager
def _alone() -> Iterator[Path]:
    """Let one backup or restore run at a time; give a folder for its drafts, which is gone afterwards."""
    _var().mkdir(parents=True, exist_ok=True)
    folder = _var() / "tmp" / "backup"
    with (_var() / "backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                "busy", "Une sauvegarde ou une restauration est déjà en cours : attendez qu'elle finisse."
            ) from error
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def save(target: Path, progress: Say) -> dict[str, Any]:
    """Write one archive of the store as it is at one moment, while others go on writing; say what is in it."""
    if not target.parent.is_dir():
        sentence = _("Le dossier %(folder)s n'existe pas : créez-le ou donnez un autre nom.")
        raise Refused("no_folder", sentence % {"folder": target.parent})
    if target.is_dir():
        sentence = _(
            "%(folder)s est un dossier : donnez le nom d'un fichier, par exemple %(folder)s/cartable.tar."
        )
        raise Refused("folder", sentence % {"folder": target})
    if not _store().exists() or not connection.introspection.table_names():
        raise Refused("no_store", "Il n'y a rien à sauvegarder : lancez d'abord « cartable migrate ».")
    with _alone() as folder:
        snapshot, files, missing = _take(folder, progress)
        witnesses = _copy_checkpoints(folder / "checkpoints", snapshot.last_checkpoint)
        progress(_("Écriture de l'archive…"))
        manifest = {
            **versions.of_this_program(),
            "made_at": clock.now().isoformat(),
            "keys": signature.fingerprints(),
            "checkpoint_keys": signature.checkpoint_fingerprints() if witnesses else [],
            "proof": snapshot.proof,
            "missing_documents": missing,
        }
        archive.write(target, [*witnesses, *snapshot.members, *files], manifest)
    return {
        **_summary(manifest),
        "file": str(target),
        "bytes": target.stat().st_size,
        "documents": len(files),
    }


def _copy_checkpoints(folder: Path, last: int) -> list[tuple[str, Path]]:
    """Copy the checkpoints, but for lines written since the store was copied: they speak of what it does not hold."""
    folder.mkdir()
    there = sorted(path for path in _checkpoints().glob("*") if path.is_file())
    copies = [Path(shutil.copy2(path, folder)) for path in there]
    for copy in copies:
        if copy.name == checkpoints.path().name:
            lines = copy.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            copy.write_text("".join(line for line in lines if _number(line) <= last), encoding="utf-8")
    return [(f"checkpoints/{copy.name}", copy) for copy in copies]


def _number(line: str) -> int:
    """Give the number of a checkpoint; a line that is none is kept, for who looks into it."""
    try:
        return int(json.loads(line)["number"])
    except (ValueError, KeyError, TypeError):
        return 0


def _take(folder: Path, progress: Say) -> tuple[Snapshot, list[tuple[str, Path]], list[str]]:
    """Copy the store, then hold the files of its documents; again if one was erased in between."""
    for _attempt in range(ATTEMPTS):
        drafts = folder / "store"
        shutil.rmtree(drafts, ignore_errors=True)
        drafts.mkdir()
        progress(_("Copie de la base…"))
        snapshot = _store().take(drafts)
        progress(_("Documents à joindre : %(n)d…") % {"n": len(snapshot.documents)})
        files = [(_name(each), path) for each in snapshot.documents if (path := _held(folder, each))]
        missing = {str(each) for each in snapshot.documents} - {path.name for _member, path in files}
        if not missing - set(_kept_now()):
            return snapshot, files, sorted(missing)
    raise Refused(
        "erasing", "Des documents s'effacent pendant la sauvegarde : relancez-la dans quelques minutes."
    )


def _kept_now() -> Iterator[str]:
    return (str(public_id) for public_id in queries.kept().values_list("public_id", flat=True))


def _name(public_id: UUID) -> str:
    return f"files/{public_id.hex[:2]}/{public_id}"


def _held(folder: Path, public_id: UUID) -> Path | None:
    """Hold a sealed file by a second name, so that an erasure during the backup does not take it away."""
    source, held = vault.path_of(public_id), folder / str(public_id)
    if held.exists():
        return held
    try:
        os.link(source, held)
    except FileNotFoundError:
        return None
    except OSError:  # a file system that knows no second names
        shutil.copy2(source, held)
    return held


def restore(source: Path, progress: Say, *, with_checkpoints: bool = True) -> dict[str, Any]:
    """Put a backup into an empty store: all of it, or nothing. What stops half-way says so, and may be begun again.

    Without the key of the checkpoints these are of no use: `with_checkpoints=False` goes on without them.
    """
    with _alone():
        if not unfinished.here():
            unfinished.refuse_to_go_on()
            _demand_empty()
        progress(_("Vérification de l'archive…"))
        opened = archive.read(source)
        versions.demand_same(opened.manifest)
        if with_checkpoints:
            signature.demand_checkpoint_keys([(n, each) for n, each in opened.manifest["checkpoint_keys"]])
        unfinished.begin(source.resolve(), witness=any(_checkpoints().glob("*")))
        try:
            progress(_("Remise en place de la base…"))
            with _store().loading(opened):
                _put_files(opened, progress)
                if with_checkpoints:
                    _put_checkpoints(opened)
                os.sync()
        except BaseException:
            _take_back()
            raise
        unfinished.end()
    return {**_summary(opened.manifest), "file": str(source), "documents": len(opened.names("files"))}


def _demand_empty() -> None:
    if not _store_is_empty():
        raise Refused(
            "not_empty",
            "La base n'est pas vide : une restauration n'efface jamais rien. Réglez DATABASE_URL sur une base neuve.",
        )
    if any(vault.names()):
        sentence = _(
            "Le dossier %(folder)s contient déjà des fichiers : déplacez-le, ou réglez CARTABLE_VAR ailleurs."
        )
        raise Refused("files_there", sentence % {"folder": vault.folder()})


def _store_is_empty() -> bool:
    if not _store().exists():
        return True
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - COMES_WITH_THE_PROGRAM:
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
            if cursor.fetchone():
                return False
    return True


def _put_files(opened: archive.Opened, progress: Say) -> None:
    progress(_("Documents à remettre : %(n)d…") % {"n": len(opened.names("files"))})
    shutil.rmtree(vault.folder(), ignore_errors=True)
    for name, file in archive.contents(opened, "files"):
        target = vault.path_of(UUID(name.rpartition("/")[2]))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        archive.extract(opened, name, file, target)


def _put_checkpoints(opened: archive.Opened) -> None:
    """Bring the checkpoints back where there are none: those that stand are the witness, not the copy."""
    folder = _checkpoints()
    if opened.names("checkpoints") and not unfinished.witness():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, file in archive.contents(opened, "checkpoints"):
            archive.extract(opened, name, file, folder / Path(name).name)


def _take_back() -> None:
    """Leave nothing of a restore that was refused or stopped; where an earlier one was broken off, its mark stays."""
    shutil.rmtree(vault.folder(), ignore_errors=True)
    if not unfinished.witness():
        shutil.rmtree(_checkpoints(), ignore_errors=True)
    if _store_is_empty():
        unfinished.end()


def _summary(manifest: dict[str, Any]) -> dict[str, Any]:
    proof = manifest["proof"]
    return {
        "store": manifest["store"],
        "version": manifest["version"],
        "made_at": manifest["made_at"],
        "tables": len(proof["rows"]),
        "rows": sum(proof["rows"].values()),
        "ledger": proof["ledger"],
        "journal": proof["journal"],
        "keys": [name for name, _fingerprint in manifest["keys"]],
        "checkpoint_keys": [name for name, _fingerprint in manifest["checkpoint_keys"]],
        "missing_documents": manifest["missing_documents"],
    }
