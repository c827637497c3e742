"""What every act on money begins with: its key, the envelope and the right to decide on it, a day, whole cents.

Locks are taken in this order: line or ceiling → delegation or commitment → letter counter → account → journal.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.funding import perms
from cartable.funding.models import Envelope


P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)


def once(action: Callable[P, R]) -> Callable[P, R]:
    """Run an action in one transaction; where another with the same key was just ahead, look again and find its rows.

    The action takes `key`: the same key with the same content gives the first result, with another it is refused.
    """

    @wraps(action)
    def run(*args: P.args, **asked: P.kwargs) -> R:
        if asked.get("key") is None:
            asked["key"] = uuid4()
        try:
            with transaction.atomic():
                return action(*args, **asked)
        except IntegrityError:
            with transaction.atomic():
                return action(*args, **asked)

    return run


def made(key: UUID | None) -> UUID:
    """Give the key, that `once` has made where the caller gave none."""
    return key or uuid4()


def fingerprint(actor: Any, **asked: Any) -> str:
    """Give the hash of who asks what, by which a repeat is told from another act under the same key."""
    said = {"actor": actor.public_id if actor else None, **asked}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def known(model: type[M], key: UUID | None, mark: str) -> M | None:
    """Give the row that this key has already made; refuse a key that made another."""
    rows = model._default_manager.filter(public_id=key).order_by()
    mine = next(
        iter(rows.values_list("fingerprint", flat=True)), None
    )  # the whole row only where it is a repeat
    if mine is None:
        return None
    if mine != mark:
        raise Refused(
            "key_reused",
            _("Cette opération a déjà été enregistrée avec un autre contenu ; rechargez la page."),
        )
    return rows.get()


def derived(key: UUID, name: str) -> UUID:
    """Make the id of one of the transfers or rows of an act from its key."""
    return uuid5(key, name)


def run_envelope(actor: Any, envelope_id: UUID) -> Envelope:
    """Fetch an envelope that `actor` decides on, with its line and département, or refuse."""
    rows = Envelope.objects.filter(perms.run_by(actor), public_id=envelope_id).order_by()
    envelope = next(iter(rows.select_related("line", "department")), None)
    if envelope is None:
        raise Refused(
            "not_yours", _("Cette enveloppe n'existe pas ou ne relève pas de votre service."), "envelope"
        )
    return envelope


def today_at(envelope: Envelope) -> date:
    """Give the day that it is where the envelope stands."""
    return clock.today(envelope.department.time_zone if envelope.department else "Europe/Paris")


def reason_given(reason: str) -> str:
    """Give a reason back, trimmed; refuse an empty one."""
    words = " ".join(reason.split())
    if not words:
        raise Refused("reason_missing", _("Indiquez le motif, en une phrase."), "reason")
    return short(words, 300, "reason")


def short(text: str, length: int, field: str) -> str:
    """Give a text back on one line, or refuse one that is too long for its column."""
    words = " ".join(text.split())
    if len(words) > length:
        sentence = _("Ce texte dépasse %(length)s caractères : raccourcissez-le.")
        raise Refused("too_long", sentence % {"length": length}, field)
    return words
