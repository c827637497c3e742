"""Reads of the journal."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cartable.journal.chain import START, entry_hash, head_mac
from cartable.journal.models import Entry, Head


READERS = frozenset({"auditor", "administrator"})


def visible_to(user: Any) -> QuerySet[Entry]:
    """Give the entries that the user may read, the newest first: all for control and administration, else none."""
    entries = Entry.objects.order_by("-seq")
    return entries if READERS & user.scope.roles else entries.none()


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """How many entries the chain holds, its last hash, and whether the last entry is the one that was signed."""

    count: int
    last_hash: str
    sound: bool


def chain_end() -> ChainEnd:
    """Give the end of the chain (two queries). What lies before it only `checks.damages` reads again."""
    count, last_hash = Entry.objects.order_by("-seq").values_list("seq", "hash").first() or (0, START)
    head = Head.objects.first()
    if head is None:
        return ChainEnd(count, last_hash, sound=count == 0)
    signed = hmac.compare_digest(head.mac, head_mac(head.count, head.last_hash))
    return ChainEnd(count, last_hash, signed and (head.count, head.last_hash) == (count, last_hash))


def altered(entries: Iterable[Entry]) -> set[int]:
    """Give the numbers of those of `entries` that are not as they were written."""
    return {entry.seq for entry in entries if _hash_of(entry) != entry.hash}


def _hash_of(entry: Entry) -> str:
    who, what = (entry.seq, entry.at, entry.actor), (entry.verb, entry.target, entry.reason)
    return entry_hash(*who, *what, entry.data, entry.text_sha256, entry.previous_hash)
