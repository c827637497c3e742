"""The arithmetic of the chain: what is hashed of an entry, and what is signed of the head.

An entry is hashed as texts, column by column, joined by a character that no column can hold: so a million entries are
checked from what the store gives as text, without making one object. The columns are written by `texts_of` and read
by `READ`, which must say the same; `tests/journal/test_canonical.py` holds it on both stores.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cartable.foundation.keys import key_for


START = "0" * 64
BETWEEN = "\x1f"
_encode = json.JSONEncoder(ensure_ascii=False).encode


def _ordered(value: Any) -> Any:
    """Put keys in the order in which PostgreSQL keeps them: the shorter first, then by their letters."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value


def canonical(data: dict[str, Any]) -> str:
    """Write `data` in the one form that is hashed and kept: on PostgreSQL it is how `jsonb` writes itself."""
    return _encode(_ordered(data))


class Canonical(json.JSONEncoder):
    """Lets a JSON column of SQLite keep its canonical form too."""

    def encode(self, o: Any) -> str:
        return canonical(o) if isinstance(o, dict) else super().encode(o)


def texts_of(
    seq: int,
    at: datetime,
    actor: UUID | None,
    verb: str,
    target: str,
    reason: str,
    data: dict[str, Any],
    text_sha256: str,
    previous_hash: str,
) -> tuple[str, ...]:
    """Give the columns of an entry as the texts that are hashed, in their order."""
    when = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    who = "" if actor is None else actor.hex
    return str(seq), when, who, verb, target, reason, canonical(data), text_sha256, previous_hash


# The same texts, read from the store, then the hash that was written.
READ = {
    "sqlite": """
        SELECT CAST(seq AS TEXT), CASE length(at) WHEN 19 THEN at || '.000000' ELSE at END, coalesce(actor, ''),
               verb, target, reason, data, text_sha256, previous_hash, hash
          FROM journal_entry WHERE seq > %s ORDER BY journal_entry.seq LIMIT %s""",
    "postgresql": """
        SELECT seq::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
               coalesce(replace(actor::text, '-', ''), ''),
               verb, target, reason, data::text, text_sha256, previous_hash, hash
          FROM journal_entry WHERE seq > %s ORDER BY journal_entry.seq LIMIT %s""",
}


def hash_of(texts: Iterable[str]) -> str:
    """Hash the texts of one entry, the hash of the entry before among them: 64 hexadecimal characters."""
    return hashlib.sha256(BETWEEN.join(texts).encode()).hexdigest()


def entry_hash(*fields: Any, **named: Any) -> str:
    """Hash one entry from its columns (see `texts_of`)."""
    return hash_of(texts_of(*fields, **named))


def head_mac(count: int, last_hash: str) -> str:
    """Sign the end of the chain with the journal's key."""
    return hmac.new(key_for("journal"), f"{count}:{last_hash}".encode(), hashlib.sha256).hexdigest()
