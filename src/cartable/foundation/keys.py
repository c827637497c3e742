"""Keys: from `CARTABLE_KEYS` (id:base64, newest first, comma between), or a file of mode 600 under var/.

The key that signs the journal's checkpoints is apart (`CARTABLE_CHECKPOINT_KEY`, same form): who holds the others can
open what is sealed, but cannot sign in its place.
"""

import base64
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def _read_or_make(path: Path, content: str) -> str:
    """Read a secret file, or make it with mode 600; of two processes that make it at once one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content)
    return content


def local_secret(directory: Path) -> str:
    """Give the signing secret kept in `directory`, made at the first call."""
    return _read_or_make(directory / "secret-key", secrets.token_urlsafe(48))


def _new_key(name: str = "k1") -> str:
    return f"{name}:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


@lru_cache
def _parse(text: str, setting: str = "CARTABLE_KEYS") -> dict[str, bytes]:
    keys = {}
    for part in text.split(","):
        name, _, encoded = part.strip().partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded)
        except ValueError as error:
            raise ImproperlyConfigured(f"{setting} : la clé « {name} » n'est pas en base64.") from error
        if not name.isalnum() or len(key) != 32:
            raise ImproperlyConfigured(
                f"{setting} est mal écrite : mettez « nom:clé », la clé de 32 octets en base64, une virgule entre deux."
            )
        keys[name] = key
    return keys


def all_keys() -> dict[str, bytes]:
    """Give the sealing keys by id, the one to seal with first."""
    from django.conf import settings

    return _parse(settings.CARTABLE_KEYS or _local_keys(str(settings.VAR_DIR)))


def held_keys() -> dict[str, bytes]:
    """Give the sealing keys that are there already; where there are none, make none."""
    from django.conf import settings

    there = settings.CARTABLE_KEYS or (Path(settings.VAR_DIR) / "keys").is_file()
    return all_keys() if there else {}


@lru_cache
def _local_keys(directory: str) -> str:
    """Read the keys of this machine once: an import seals and hashes a million times."""
    return _read_or_make(Path(directory) / "keys", _new_key())


def checkpoint_keys() -> dict[str, bytes]:
    """Give the private keys that sign checkpoints by id, the one to sign with first."""
    from django.conf import settings

    given = settings.CARTABLE_CHECKPOINT_KEY
    return _parse(given or _local_checkpoint_key(str(settings.VAR_DIR)), "CARTABLE_CHECKPOINT_KEY")


def held_checkpoint_keys() -> dict[str, bytes]:
    """Give the keys that sign checkpoints which are there already; where there are none, make none."""
    from django.conf import settings

    there = settings.CARTABLE_CHECKPOINT_KEY or (Path(settings.VAR_DIR) / "checkpoint-key").is_file()
    return checkpoint_keys() if there else {}


@lru_cache
def _local_checkpoint_key(directory: str) -> str:
    return _read_or_make(Path(directory) / "checkpoint-key", _new_key("c1"))


def key_for(purpose: str) -> bytes:
    """Derive the 32-byte key of one purpose (blind index, INE, codes) from the *oldest* key, so it stays."""
    return _derive(list(all_keys().values())[-1], purpose)


@lru_cache
def _derive(key: bytes, purpose: str) -> bytes:
    return hmac.new(key, b"purpose:" + purpose.encode(), hashlib.sha256).digest()


def keyed_hash(purpose: str, text: str) -> str:
    """Hash `text` so that only who holds the keys can test a guess: 32 hexadecimal characters."""
    return hmac.new(key_for(purpose), text.encode(), hashlib.sha256).hexdigest()[:32]
