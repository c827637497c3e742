"""The one door by which the journal grows."""

import hashlib
import re
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from cartable.foundation import clock
from cartable.journal.chain import START, entry_hash, head_mac
from cartable.journal.models import Entry, Head


# An id, a code, a date, a number or a hash: no blank, so no sentence and no "first name, last name".
WORD = re.compile(r"[A-Za-z0-9_.:/@+,;=-]{0,120}")


class Actor(Protocol):
    """Whoever acts: an account of a person; the system itself is None."""

    public_id: UUID


def record(
    *,
    actor: Actor | None,
    verb: str,
    target: str = "",
    data: dict[str, Any] | None = None,
    reason: str = "",
    text: str = "",
) -> Entry:
    """Add one entry to the chain, inside the transaction of the action that it tells of.

    `verb`, `target`, `reason` and every value of `data` are codes, ids, dates or whole numbers: anything that
    could be a sentence or a name raises ValueError. Of a `text` only the SHA-256 is kept; the text itself stays in
    its own row. Call it *last*: it holds the end of the chain until the transaction ends, so others wait for it.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("journal.record belongs inside the transaction of its action")
    for word in (verb, target, reason):
        _clean(word)
    head = Head.objects.select_for_update().filter(pk=1).first() or _first_head()
    fields = {
        "seq": head.count + 1,
        "at": clock.now(),
        "actor": actor.public_id if actor else None,
        "verb": verb,
        "target": target,
        "reason": reason,
        "data": _clean(data or {}),
        "text_sha256": hashlib.sha256(text.encode()).hexdigest() if text else "",
        "previous_hash": head.last_hash,
    }
    entry = Entry(**fields, hash=entry_hash(**fields))
    entry.save(force_insert=True)
    mac = head_mac(entry.seq, entry.hash)
    Head.objects.filter(pk=1).update(count=entry.seq, last_hash=entry.hash, mac=mac)
    return entry


def _first_head() -> Head:
    """Make the head of an empty journal; where entries stand without it, the rules of the store refuse what follows."""
    Head.objects.bulk_create([Head(pk=1, last_hash=START, mac=head_mac(0, START))], ignore_conflicts=True)
    return Head.objects.select_for_update().get(pk=1)


def _clean(value: Any) -> Any:
    """Give `value` as it will stand in the journal; raise ValueError for what could be a sentence or a name."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, UUID | date):
        return str(value) if isinstance(value, UUID) else value.isoformat()
    if isinstance(value, str) and WORD.fullmatch(value):
        return str(value)
    if isinstance(value, dict):
        return {_clean(str(key)): _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [
            _clean(each) for each in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)
        ]
    raise ValueError(f"the journal takes ids, codes, dates and whole numbers, not {value!r}: use text=")
