"""Is what was hashed the very text that stands in the store, on SQLite as on PostgreSQL?"""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from cartable.journal.actions import record
from cartable.journal.chain import BETWEEN, READ, canonical, texts_of
from cartable.journal.checks import damages
from cartable.journal.models import Entry
from cartable.journal.reading import rows_after


pytestmark = [pytest.mark.store, pytest.mark.django_db]

words = some.text("abcXYZ019_.:/@+,;=-", max_size=12)
leaves = some.none() | some.booleans() | some.integers(-(10**30), 10**30) | words
data = some.dictionaries(
    words,
    some.recursive(
        leaves, lambda one: some.lists(one, max_size=3) | some.dictionaries(words, one, max_size=4)
    ),
    max_size=6,
)
moments = some.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


class OnBothStores(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(data=data, at=moments, actor=some.none() | some.uuids(), verb=words, target=words, reason=words)
    def test_what_is_hashed_is_what_is_kept(self, data, at, actor, verb, target, reason):
        from types import SimpleNamespace

        from cartable.foundation import clock

        with transaction.atomic(), clock.at(at):
            who = SimpleNamespace(public_id=actor) if actor else None
            written = record(actor=who, verb=verb, target=target, reason=reason, data=data)
            *texts, hashed = list(rows_after(0))[-1]
            fields = (written.seq, at, actor, verb, target, reason, written.data, "", written.previous_hash)
            assert tuple(texts) == texts_of(*fields) and hashed == written.hash
            again = Entry.objects.get(seq=written.seq)
            assert texts_of(
                again.seq,
                again.at,
                again.actor,
                again.verb,
                again.target,
                again.reason,
                again.data,
                again.text_sha256,
                again.previous_hash,
            ) == tuple(texts)
        assert damages() == []


def test_keys_stand_in_one_order_whatever_the_order_they_came_in():
    assert canonical({"aa": 0, "b": 0}) == '{"b": 0, "aa": 0}', "the shorter first"
    assert canonical({"bb": 1, "a": 2, "B": {"z": 1, "y": [{"d": 1, "c": 2}]}}) == (
        '{"B": {"y": [{"c": 2, "d": 1}], "z": 1}, "a": 2, "bb": 1}'
    )


def test_no_column_can_hold_what_stands_between_two(caplog):
    """Else a text could be moved from one column to the next without a change of the hash."""
    for word in ("verb", "target", "reason"):
        with pytest.raises(ValueError, match="use text="):
            record(**{"actor": None, "verb": "v", word: f"a{BETWEEN}b"})
    assert BETWEEN not in canonical({"a": BETWEEN})


def test_every_column_of_an_entry_is_hashed():
    read = READ[connection.vendor]
    assert all(field.column in read for field in Entry._meta.concrete_fields)


def test_the_texts_are_those_of_the_columns():
    at = datetime(2020, 4, 27, 7, 0, 0, 5, tzinfo=UTC)
    assert texts_of(3, at, UUID(int=7), "v", "t", "r", {"n": 1}, "s", "p") == (
        "3",
        "2020-04-27 07:00:00.000005",
        "0" * 31 + "7",
        "v",
        "t",
        "r",
        '{"n": 1}',
        "s",
        "p",
    )
