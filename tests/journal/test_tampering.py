"""Does `check` see what somebody did to the journal who took the rules of the store away?"""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from cartable.foundation import store_rules
from cartable.journal.actions import record
from cartable.journal.chain import START, entry_hash, head_mac
from cartable.journal.checks import damages
from cartable.journal.models import Entry, Head


pytestmark = [pytest.mark.store, pytest.mark.django_db]
COUNT = 12


def codes() -> list[str]:
    return [damage.code for damage in damages()]


@pytest.fixture
def unguarded():
    """Twelve entries, and no rules left to keep them."""
    for n in range(COUNT):
        record(actor=None, verb="test.step", target=f"t:{n}", data={"n": n, "who": "x"}, text=f"{n}")
    store_rules.remove()


def rewrite(entry: Entry, previous_hash: str) -> str:
    """Give an entry a right hash again, as a patient forger would."""
    entry.previous_hash = previous_hash
    fields = (
        entry.seq,
        entry.at,
        entry.actor,
        entry.verb,
        entry.target,
        entry.reason,
        entry.data,
        entry.text_sha256,
    )
    entry.hash = entry_hash(*fields, previous_hash)
    entry.save()
    return entry.hash


def rechain() -> str:
    """Number and chain the entries anew from the first."""
    last = START
    for seq, entry in enumerate(Entry.objects.order_by("seq"), 1):
        old, entry.seq = entry.seq, seq
        if old != seq:
            Entry.objects.filter(seq=old).delete()
        last = rewrite(entry, last)
    return last


def test_a_journal_that_nobody_touched_is_whole(unguarded):
    assert codes() == []


def test_an_empty_journal_is_whole():
    assert codes() == []


@pytest.mark.parametrize(
    "change",
    [
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"actor": "00000000-0000-0000-0000-000000000001"},
        {"verb": "test.other"},
        {"target": "t:other"},
        {"reason": "other"},
        {"data": {"n": 4, "who": "y"}},
        {"data": {"n": "4", "who": "x"}},
        {"data": {}},
        {"text_sha256": ""},
    ],
)
def test_an_edited_entry_is_found(unguarded, change):
    Entry.objects.filter(seq=5).update(**change)
    assert codes() == ["journal_edited"]
    assert "l'entrée 5" in damages()[0].sentence


@pytest.mark.parametrize("seq", [1, 5, COUNT - 1])
def test_a_removed_entry_is_found(unguarded, seq):
    Entry.objects.filter(seq=seq).delete()
    assert codes() == ["journal_gap"]


def test_two_entries_that_changed_places_are_found(unguarded):
    one, two = Entry.objects.filter(seq__in=[4, 5])
    one.seq, two.seq = two.seq, one.seq
    one.save()
    two.save()
    assert set(codes()) == {"journal_order", "journal_edited"}


def test_a_cut_at_the_end_is_found(unguarded):
    Entry.objects.filter(seq__gt=COUNT - 2).delete()
    assert codes() == ["journal_cut"]
    Entry.objects.all().delete()
    assert codes() == ["journal_cut"]


def test_a_cut_hidden_by_an_older_looking_head_is_found(unguarded):
    Entry.objects.filter(seq=COUNT).delete()
    last = Entry.objects.get(seq=COUNT - 1)
    Head.objects.update(count=last.seq, last_hash=last.hash)
    assert codes() == ["journal_head_forged"]


def test_a_whole_chain_forged_anew_is_found(unguarded):
    Entry.objects.filter(seq=3).delete()
    last = rechain()
    assert codes() == ["journal_cut"]
    Head.objects.update(count=COUNT - 1, last_hash=last, mac="f" * 64)
    assert codes() == ["journal_head_forged"]


def test_a_removed_head_is_found(unguarded):
    Head.objects.all().delete()
    assert codes() == ["journal_head_missing"]


def test_after_the_head_is_gone_nothing_can_be_added(unguarded):
    Head.objects.all().delete()
    store_rules.install()
    with pytest.raises(Exception, match=r"journal:known|UNIQUE|duplicate"), transaction.atomic():
        record(actor=None, verb="test.more")


def write_many(count: int) -> None:
    """Write a right chain quickly, as `record` would in `count` calls."""
    rng, last, at = random.Random(1), START, datetime(2020, 4, 24, tzinfo=UTC)
    rows = []
    for seq in range(1, count + 1):
        at += timedelta(seconds=1)
        fields = (seq, at, None, "test.many", f"t:{rng.random()}", "", {"n": seq}, "", last)
        last = entry_hash(*fields)
        names = ("seq", "at", "actor", "verb", "target", "reason", "data", "text_sha256", "previous_hash")
        rows.append(Entry(**dict(zip(names, fields, strict=True)), hash=last))
        if len(rows) == 20_000 or seq == count:
            Entry.objects.bulk_create(rows)
            rows.clear()
    Head.objects.create(pk=1, count=count, last_hash=last, mac=head_mac(count, last))


def test_twenty_thousand_entries_are_read_quickly():
    store_rules.remove()
    write_many(20_000)
    started = time.perf_counter()
    assert codes() == []
    assert time.perf_counter() - started < 5


@pytest.mark.soak
def test_a_million_entries_are_read_in_a_minute(capsys):
    store_rules.remove()
    write_many(1_000_000)
    started = time.perf_counter()
    assert codes() == []
    seconds = time.perf_counter() - started
    with capsys.disabled():
        print(f"\n{connection.vendor}: 1,000,000 entries checked in {seconds:.1f} s")  # noqa: T201
    assert seconds < 60
