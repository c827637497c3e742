"""Is every act written down once, in order, and without a word that could name a child?"""

import hashlib
from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from cartable.journal.actions import record
from cartable.journal.checks import damages
from cartable.journal.models import Entry, Head
from cartable.journal.queries import visible_to
from cartable.territories.scope import Scope


pytestmark = [pytest.mark.store, pytest.mark.django_db]


def user(*roles: str) -> SimpleNamespace:
    return SimpleNamespace(public_id=uuid4(), scope=Scope(roles=frozenset(roles)))


def test_an_entry_says_who_did_what_and_why(clock):
    actor, pupil = user("head"), uuid4()
    with clock.at("2020-04-27T09:00+02:00"):
        written = record(
            actor=actor,
            verb="equipment.handed_over",
            target=f"pupil:{pupil}",
            reason="first_of_list",
            data={
                "asset": pupil,
                "day": date(2020, 4, 27),
                "amount": 1,
                "levels": ["6e", "5e"],
                "left": None,
            },
            text="Remise au portail",
        )
    entry = Entry.objects.get()
    assert entry == written
    assert (entry.seq, entry.actor, entry.verb) == (1, actor.public_id, "equipment.handed_over")
    assert entry.at == datetime(2020, 4, 27, 7, tzinfo=UTC)
    assert entry.data == {
        "asset": str(pupil),
        "day": "2020-04-27",
        "amount": 1,
        "levels": ["6e", "5e"],
        "left": None,
    }
    assert entry.text_sha256 == hashlib.sha256(b"Remise au portail").hexdigest()
    assert "portail" not in str(Entry.objects.values().get())
    assert damages() == []


def test_entries_form_one_chain():
    for n in range(5):
        record(actor=None, verb="test.step", data={"n": n})
    entries = list(Entry.objects.order_by("seq"))
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert (Head.objects.get().count, Head.objects.get().last_hash) == (5, entries[-1].hash)
    assert damages() == []


def test_recording_takes_three_queries(django_assert_num_queries):
    record(actor=None, verb="test.first")
    with django_assert_num_queries(3):
        record(actor=None, verb="test.second")


@pytest.mark.django_db(transaction=True)
def test_it_is_written_only_inside_the_transaction_of_the_action():
    with pytest.raises(RuntimeError, match="inside the transaction"):
        record(actor=None, verb="test.alone")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(actor=None, verb="test.undone")
        _ = 1 / 0
    assert not Entry.objects.exists()
    with transaction.atomic():
        record(actor=None, verb="test.done")
    assert damages() == []


@pytest.mark.parametrize(
    "words",
    [
        {"data": {"name": "Zoé Martin"}},
        {"data": {"name": "Zoé"}},
        {"data": {"list": ["ok", "deux mots"]}},
        {"data": {"deux mots": 1}},
        {"data": {"deep": {"deeper": {"a b": 1}}}},
        {"data": {"share": 0.5}},
        {"reason": "parce que c'est ainsi"},
        {"target": "élève:1"},
        {"verb": "a b"},
        {"data": {"long": "x" * 121}},
    ],
)
def test_what_could_be_a_sentence_or_a_name_is_refused(words):
    with pytest.raises(ValueError, match="use text="):
        record(**{"actor": None, "verb": "test.words"} | words)
    assert not Entry.objects.exists()


def test_who_may_read_it():
    record(actor=None, verb="test.read")
    assert visible_to(user("auditor")).count() == visible_to(user("administrator", "head")).count() == 1
    for roles in ([], ["head"], ["national"], ["equipment"]):
        assert not visible_to(user(*roles)).exists()


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def entry(seq: int, previous: str) -> Entry:
    given = {"at": datetime.now(UTC), "verb": "x", "previous_hash": previous, "hash": "f" * 64}
    return Entry(seq=seq, **given)


ATTEMPTS = {
    "an entry edited": lambda: Entry.objects.update(verb="other"),
    "an entry edited by SQL": lambda: sql("UPDATE journal_entry SET actor = NULL"),
    "an entry removed": lambda: Entry.objects.filter(seq=2).delete(),
    "all removed by SQL": lambda: sql("DELETE FROM journal_entry"),
    "an entry out of order": lambda: entry(4, Head.objects.get().last_hash).save(force_insert=True),
    "an entry of another chain": lambda: entry(3, "0" * 64).save(force_insert=True),
    "an entry again": lambda: entry(2, "0" * 64).save(force_insert=True),
    "the head moved back": lambda: Head.objects.update(count=1),
    "the head moved forward": lambda: Head.objects.update(count=3),
    "the head with another hash": lambda: Head.objects.update(last_hash="0" * 64),
    "the head signed again": lambda: Head.objects.update(mac="0" * 64),
    "the head removed": lambda: Head.objects.all().delete(),
    "a second head": lambda: Head.objects.create(pk=2, last_hash="0" * 64, mac="0" * 64),
}
BY_STORE = {
    "sqlite": {
        "an entry replaced": "REPLACE INTO journal_entry SELECT * FROM journal_entry WHERE seq = 2",
        "the head replaced": "REPLACE INTO journal_head (id, count, last_hash, mac) VALUES (1, 0, '', '')",
    },
    "postgresql": {
        "entries truncated": "TRUNCATE journal_entry",
        "the head truncated": "TRUNCATE journal_head",
    },
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_store_refuses(name):
    record(actor=None, verb="test.one")
    record(actor=None, verb="test.two")
    with pytest.raises(IntegrityError), transaction.atomic():
        ATTEMPTS[name]()
    assert damages() == []


@pytest.mark.parametrize(
    ("store", "name"), [(store, name) for store, names in BY_STORE.items() for name in names]
)
def test_the_store_refuses_in_its_own_dialect(store, name):
    if connection.vendor != store:
        pytest.skip(f"a way of {store} alone")
    record(actor=None, verb="test.one")
    record(actor=None, verb="test.two")
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(BY_STORE[store][name])
    assert damages() == []


def test_an_actor_is_kept_as_an_id():
    actor = SimpleNamespace(public_id=UUID(int=7), display_name="Zoé")
    record(actor=actor, verb="test.actor")
    assert Entry.objects.values_list("actor", flat=True).get() == UUID(int=7)
