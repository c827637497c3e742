"""Somebody who holds the store and all its keys, but not the checkpoints' own: what he can do to the journal."""

import random
from collections.abc import Callable
from datetime import timedelta

from cartable.journal.chain import START, entry_hash, head_mac
from cartable.journal.models import Entry, Head


COLUMNS = ("seq", "at", "actor", "verb", "target", "reason", "data", "text_sha256", "previous_hash")


def rehash(entries: list[Entry]) -> None:
    """Number, chain and hash the entries anew, and sign the head again."""
    last = START
    for seq, entry in enumerate(entries, 1):
        entry.seq, entry.previous_hash = seq, last
        entry.hash = last = entry_hash(*(getattr(entry, column) for column in COLUMNS))
    Entry.objects.all().delete()
    Entry.objects.bulk_create(entries)
    head(len(entries), last)


def head(count: int, last_hash: str) -> None:
    Head.objects.update(count=count, last_hash=last_hash, mac=head_mac(count, last_hash))


def all_entries() -> list[Entry]:
    return list(Entry.objects.order_by("seq"))


def edit(at: int, rng: random.Random) -> None:
    """Change one column of one entry."""
    entry = Entry.objects.get(seq=at)
    changed = {
        "at": entry.at + timedelta(seconds=1),
        "verb": "test.other",
        "target": f"{entry.target}x",
        "reason": "other",
        "data": {**entry.data, "n": -1},
        "text_sha256": "f" * 64,
    }
    column = rng.choice(list(changed))
    Entry.objects.filter(seq=at).update(**{column: changed[column]})


def edit_and_rehash(at: int, rng: random.Random) -> None:
    edit(at, rng)
    rehash(all_entries())


def delete(at: int, rng: random.Random) -> None:
    Entry.objects.filter(seq=at).delete()


def delete_and_rehash(at: int, rng: random.Random) -> None:
    delete(at, rng)
    rehash(all_entries())


def cut(at: int, rng: random.Random) -> None:
    """Take away everything from one entry on, and sign the new end."""
    Entry.objects.filter(seq__gte=at).delete()
    last = Entry.objects.order_by("-seq").first()
    head(last.seq if last else 0, last.hash if last else START)


def insert(at: int, rng: random.Random) -> None:
    entries = all_entries()
    like = entries[at - 1]
    invented = Entry(at=like.at, verb="test.invented", target="t:invented", data={})
    rehash([*entries[: at - 1], invented, *entries[at - 1 :]])


def swap(at: int, rng: random.Random) -> None:
    """Let two entries change places, chained and signed as if they had always stood so."""
    entries = all_entries()
    other = rng.choice([n for n in range(len(entries)) if n != at - 1])
    entries[at - 1], entries[other] = entries[other], entries[at - 1]
    rehash(entries)


KINDS: dict[str, Callable[[int, random.Random], None]] = {
    "edit": edit,
    "edit and rehash": edit_and_rehash,
    "delete": delete,
    "delete and rehash": delete_and_rehash,
    "cut": cut,
    "insert": insert,
    "swap": swap,
}
# What the chain itself sees, by whoever it was done.
SEEN_BY_THE_CHAIN = {"edit", "delete"}
