"""Verification of 1,000,000 journal entries, as `cartable check` does it, against a loop over ORM objects.

    python -m benchmarks.journal [entries]

Both recompute every hash of the same chain, in the same process, on an SQLite file (or on `DATABASE_URL`). Ours is the
best of three; the peer reads a share of the entries with the ORM's own iterator, once, and its time is scaled.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any


SHARE = 10
COLUMNS = ("seq", "at", "actor", "verb", "target", "reason", "data", "text_sha256", "previous_hash")


def write(count: int) -> None:
    """Write a right chain, as `record` would in `count` calls, of entries as long as those of a real week."""
    from uuid import UUID

    from cartable.journal.chain import START, entry_hash, head_mac
    from cartable.journal.models import Entry, Head

    last, at, rows = START, datetime(2020, 4, 24, tzinfo=UTC), []
    for seq in range(1, count + 1):
        at += timedelta(seconds=1, microseconds=seq % 1000)
        data = {"asset": str(UUID(int=seq)), "amount": seq, "levels": ["6e", "5e"], "uai": "0930001A"}
        fields = (seq, at, UUID(int=seq % 97), "equipment.handed_over", f"handover:{seq}", "", data, "", last)
        last = entry_hash(*fields)
        rows.append(Entry(**dict(zip(COLUMNS, fields, strict=True)), hash=last))
        if len(rows) == 20_000 or seq == count:
            Entry.objects.bulk_create(rows)
            rows.clear()
    Head.objects.create(pk=1, count=count, last_hash=last, mac=head_mac(count, last))


def naive(count: int) -> int:
    """Check `count` entries, one object after the other; give how many are wrong."""
    from cartable.journal.chain import START, entry_hash
    from cartable.journal.models import Entry

    wrong, last = 0, START
    for entry in Entry.objects.order_by("seq")[:count].iterator():
        right = entry_hash(*(getattr(entry, column) for column in COLUMNS))
        wrong += entry.hash != right or entry.previous_hash != last
        last = entry.hash
    return wrong


def measured(work: Callable[..., Any], *given: Any) -> tuple[float, float, Any]:
    """Give seconds on the clock, seconds of processor, and what `work` gave."""
    start, busy = perf_counter(), sum(os.times()[:2])
    result = work(*given)
    return perf_counter() - start, sum(os.times()[:2]) - busy, result


def main(count: int = 1_000_000) -> dict[str, Any]:
    """Measure both; give figure, peer and ratio, in seconds."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from cartable.foundation import store_rules
    from cartable.journal.checks import damages
    from cartable.journal.models import Entry

    call_command("migrate", verbosity=0)
    store_rules.remove()
    write(count)
    seconds, busy, found = min((measured(damages) for _ in range(3)), key=lambda one: one[0])
    peer, peer_busy, wrong = measured(naive, count // SHARE)
    Entry.objects.filter(seq=count // 2).update(target="other")
    if found or wrong or [one.code for one in damages()] != ["journal_edited"]:
        sys.exit("the chain is not what it should be: nothing was measured")
    return {
        "what": f"{count} journal entries checked, {connection.vendor}",
        "ours_s": round(seconds, 2),
        "processor_s": round(busy, 2),
        "peer_orm_loop_s": round(peer * SHARE, 1),
        "peer_processor_s": round(peer_busy * SHARE, 1),
        "ratio": round(peer * SHARE / seconds, 1),
        "ratio_of_processor": round(peer_busy * SHARE / busy, 1),
        "aim_s": 5,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as var:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cartable.config.settings")
        os.environ["CARTABLE_VAR"] = var
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(var) / 'journal.sqlite3'}")
        print(json.dumps(main(*map(int, sys.argv[1:]))))
