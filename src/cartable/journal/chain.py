"""The arithmetic of the chain: what is hashed of an entry, and what is signed of the head."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cartable.foundation.keys import key_for


START = "0" * 64
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def entry_hash(
    seq: int,
    at: datetime,
    actor: UUID | None,
    verb: str,
    target: str,
    reason: str,
    data: dict[str, Any],
    text_sha256: str,
    previous_hash: str,
) -> str:
    """Hash one entry together with the hash of the one before: 64 hexadecimal characters."""
    who = "" if actor is None else actor.hex
    fields = [
        seq,
        at.astimezone(UTC).isoformat(),
        who,
        verb,
        target,
        reason,
        data,
        text_sha256,
        previous_hash,
    ]
    return hashlib.sha256(_encode(fields).encode()).hexdigest()


def head_mac(count: int, last_hash: str) -> str:
    """Sign the end of the chain with the journal's key."""
    return hmac.new(key_for("journal"), f"{count}:{last_hash}".encode(), hashlib.sha256).hexdigest()
