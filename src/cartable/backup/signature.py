"""Keys of a backup: never in it. The manifest names each by a fingerprint, and is signed with the house's own."""

import hashlib
import hmac

from django.utils.translation import gettext as _

from cartable.foundation import keys
from cartable.foundation.refused import Refused


Fingerprints = list[tuple[str, str]]


def fingerprints() -> Fingerprints:
    """Give the id of each key of this store, newest first, with a fingerprint from which it cannot be found."""
    return _of(keys.all_keys())


def checkpoint_fingerprints() -> Fingerprints:
    """Give the same of the keys that sign the journal's checkpoints."""
    return _of(keys.checkpoint_keys())


def _of(held: dict[str, bytes]) -> Fingerprints:
    return [(name, _fingerprint(key)) for name, key in held.items()]


def _fingerprint(key: bytes) -> str:
    return hmac.new(key, b"fingerprint of a backup", hashlib.sha256).hexdigest()[:16]


def demand_keys(needed: Fingerprints) -> None:
    """Refuse to go on without every key of `needed`; make no new one on the way."""
    held = _of(keys.held_keys())
    _demand(needed, held, "CARTABLE_KEYS")
    if held[-1] != needed[-1]:
        raise _missing(_("La clé %(key)s doit être la dernière de la liste"), needed[-1], "CARTABLE_KEYS")


def demand_checkpoint_keys(needed: Fingerprints) -> None:
    """Refuse to go on without the keys that signed the checkpoints; make no new one on the way."""
    _demand(needed, _of(keys.held_checkpoint_keys()), "CARTABLE_CHECKPOINT_KEY")


def _demand(needed: Fingerprints, held: Fingerprints, setting: str) -> None:
    for key in needed:
        if key[0] not in dict(held):
            raise _missing(_("Il manque la clé %(key)s"), key, setting)
        if key not in held:
            raise _missing(
                _("La clé %(key)s de cette machine n'est pas celle de la sauvegarde"), key, setting
            )


def _missing(what: str, key: tuple[str, str], setting: str) -> Refused:
    sentence = _(
        "%(what)s (empreinte %(fingerprint)s) : corrigez %(setting)s, ou remettez son fichier sous var/, puis "
        "relancez. Rien n'a été écrit."
    )
    named = {"what": what % {"key": key[0]}, "fingerprint": key[1], "setting": setting}
    return Refused("key_missing", sentence % named)


def sign(text: str) -> str:
    """Sign a manifest with the key that all journals and indexes depend on, the oldest."""
    return keys.keyed_hash("backup", text)


def agrees(text: str, mac: str) -> bool:
    """Say whether a manifest is one that a holder of the keys has signed."""
    return hmac.compare_digest(sign(text).encode(), mac.encode())
