"""Does `check` see what somebody did who holds the store and every key but the checkpoints' own?"""

import base64
import json
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import IntegrityError, transaction
from django.test import override_settings

from cartable.foundation import store_rules
from cartable.foundation.clock import now
from cartable.foundation.refused import Refused
from cartable.journal import checkpoints
from cartable.journal.actions import make_checkpoint, record, restart_checkpoints
from cartable.journal.checks import damages
from cartable.journal.models import Entry, Head, Mark
from tests.journal import forger
from tests.journal.forger import KINDS, SEEN_BY_THE_CHAIN


pytestmark = [pytest.mark.store, pytest.mark.django_db]
LENGTH, EVERY = 60, 9


def write(count: int) -> None:
    for n in range(count):
        record(actor=None, verb="test.step", target=f"t:{n}", data={"n": n, "who": "x"}, text=f"{n}")


def codes() -> set[str]:
    return {damage.code for damage in damages()}


@pytest.fixture
def witnessed():
    """Sixty entries with a checkpoint every nine and one at the end, and no rules left to keep them."""
    for _ in range(LENGTH // EVERY):
        write(EVERY)
        make_checkpoint(now=True)
    write(LENGTH % EVERY)
    make_checkpoint(now=True)
    store_rules.remove()
    assert codes() == set()


def undone(act: Callable[[], None]) -> set[str]:
    """Give what is found after `act`, and undo it."""
    with transaction.atomic():
        act()
        found = codes()
        transaction.set_rollback(True)
    return found


def missed(kind: str, times: int) -> list[int]:
    """Give the places where this kind of tampering is not found."""
    rng = random.Random(kind)
    places = [rng.randrange(1, LENGTH + 1) for _ in range(times)]
    return [at for at in places if not undone(lambda at=at: KINDS[kind](at, rng))]


@pytest.mark.parametrize("times", [3, pytest.param(200, marks=pytest.mark.soak)])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_found_wherever_it_is_done(kind, times, witnessed):
    assert missed(kind, times) == []
    assert codes() == set(), "each was undone"


def test_without_checkpoints_a_patient_forger_with_the_keys_is_not_found(witnessed, monkeypatch):
    """What the checkpoints are for; and a proof that these tests can fail."""
    monkeypatch.setattr(checkpoints, "read", lambda: [])
    Mark.objects.all().delete()
    found = {kind for kind in KINDS if undone(lambda kind=kind: KINDS[kind](30, random.Random(1)))}
    assert found == SEEN_BY_THE_CHAIN


def test_after_the_last_checkpoint_only_the_chain_watches(witnessed):
    store_rules.install()
    write(5)
    store_rules.remove()
    late = LENGTH + 3
    found = {
        kind
        for kind in set(KINDS) - {"swap"}
        if undone(lambda kind=kind: KINDS[kind](late, random.Random(1)))
    }
    assert found == SEEN_BY_THE_CHAIN
    make_checkpoint(now=True)
    assert all(undone(lambda kind=kind: KINDS[kind](late, random.Random(1))) for kind in KINDS)


def test_what_each_kind_is_called(witnessed):
    rng = random.Random(2)
    assert undone(lambda: KINDS["edit"](5, rng)) == {"journal_edited"}
    assert undone(lambda: KINDS["edit and rehash"](5, rng)) == {"journal_rewritten"}
    assert undone(lambda: KINDS["delete"](5, rng)) == {"journal_gap"}
    assert undone(lambda: KINDS["delete and rehash"](5, rng)) == {"journal_rewritten", "journal_shorter"}
    assert undone(lambda: KINDS["cut"](50, rng)) == {"journal_shorter"}
    assert undone(lambda: KINDS["insert"](5, rng)) == {"journal_rewritten"}


def test_everything_taken_away_is_found(witnessed):
    def empty() -> None:
        Entry.objects.all().delete()
        Head.objects.all().delete()

    assert undone(empty) == {"journal_shorter"}


def lines() -> list[str]:
    return checkpoints.path().read_text().splitlines()


def put(written: list[str]) -> None:
    checkpoints.path().write_text("".join(f"{line}\n" for line in written))


def changed(line: str, **fields) -> str:
    return json.dumps({**json.loads(line), **fields}, separators=(",", ":"))


FILE = {
    "lost": (lambda have: None, {"checkpoints_missing"}),
    "emptied": (lambda have: [], {"checkpoints_missing"}),
    "the last line cut": (lambda have: have[:-1], {"checkpoints_cut"}),
    "the first line removed": (lambda have: have[1:], {"checkpoints_altered"}),
    "a line removed": (lambda have: have[:2] + have[3:], {"checkpoints_altered"}),
    "a line blurred": (lambda have: [*have[:2], have[2][:40], *have[3:]], {"checkpoints_altered"}),
    "two lines exchanged": (lambda have: [have[1], have[0], *have[2:]], {"checkpoints_altered"}),
    "a hash edited": (
        lambda have: [*have[:2], changed(have[2], hash="f" * 64), *have[3:]],
        {"checkpoints_altered", "checkpoint_forged"},
    ),
    "the last hash edited": (
        lambda have: [*have[:-1], changed(have[-1], hash="f" * 64)],
        {"checkpoint_forged", "checkpoints_replaced"},
    ),
    "one added": (
        lambda have: [*have, changed(have[-1], number=len(have) + 1, seq=10**6, previous="f" * 64)],
        {"checkpoints_altered", "checkpoint_forged"},
    ),
}


@pytest.mark.parametrize("what", FILE)
def test_a_file_that_was_touched_is_found(what, witnessed):
    change, found = FILE[what]
    written = change(lines())
    checkpoints.path().unlink() if written is None else put(written)
    assert codes() == found


def test_a_file_signed_again_with_another_key_is_found(witnessed):
    """By somebody who wrote store, head and file anew, and does not hold the key."""
    other = "c1:" + base64.urlsafe_b64encode(b"another key of thirty-two bytes.").decode()
    forger.edit_and_rehash(5, random.Random(1))
    hashes = dict(Entry.objects.values_list("seq", "hash"))
    with override_settings(CARTABLE_CHECKPOINT_KEY=other):
        previous, made = checkpoints.FIRST, []
        for one in checkpoints.read():
            more = {"number": one.number, "seq": one.seq, "entry_hash": hashes[one.seq], "previous": previous}
            made.append(checkpoints.signed(at=one.made_at, **more))
            previous = made[-1].line_hash
        put([one.line for one in made])
        Mark.objects.update(line_hash=previous)
        assert codes() == set(), "who holds the key and the file can rewrite both: keep them elsewhere"
    assert codes() == {"checkpoint_forged"}


def test_they_can_be_verified_with_the_public_key_alone(witnessed):
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(checkpoints.public_keys()["c1"]))
    for line in lines():
        said = json.loads(line)
        signature = base64.b64decode(said.pop("signature"))
        public.verify(signature, json.dumps(said, sort_keys=True, separators=(",", ":")).encode())


def test_one_is_made_when_there_is_something_new_and_not_too_often(clock):
    start = now()
    with clock.at(start):
        assert make_checkpoint() is None, "an empty journal has nothing to witness"
        write(2)
        assert make_checkpoint().seq == 2
        write(1)
        assert make_checkpoint() is None
    with clock.at(start + timedelta(minutes=5)):
        assert make_checkpoint().seq == 3
    with clock.at(start + timedelta(minutes=10)):
        assert make_checkpoint() is None
    assert checkpoints.path().stat().st_mode & 0o777 == 0o600
    assert [one.number for one in checkpoints.read()] == [1, 2]


def test_a_new_key_goes_on_where_the_old_one_stopped(witnessed):
    seeds = [
        f"{name}:{base64.urlsafe_b64encode(seed).decode()}"
        for name, seed in checkpoints.checkpoint_keys().items()
    ]
    newer = "c2:" + base64.urlsafe_b64encode(b"another key of thirty-two bytes.").decode()
    store_rules.install()
    with override_settings(CARTABLE_CHECKPOINT_KEY=",".join([newer, *seeds])):
        write(1)
        assert make_checkpoint(now=True).key == "c2"
        assert codes() == set()
    with override_settings(CARTABLE_CHECKPOINT_KEY=newer):
        assert codes() == set(), "the last signature vouches for the lines before it"


def test_nothing_is_signed_over_damage(witnessed):
    store_rules.install()
    write(3)
    store_rules.remove()
    Entry.objects.filter(seq=LENGTH + 2).update(verb="test.other")
    with pytest.raises(Refused, match="rien n'a été signé"):
        make_checkpoint(now=True)
    assert checkpoints.read()[-1].seq == LENGTH


def test_nothing_is_signed_after_a_file_that_was_touched(witnessed):
    store_rules.install()
    write(3)
    put(lines()[:-1])
    with pytest.raises(Refused, match="rien n'a été signé"):
        make_checkpoint(now=True)


class Crash(BaseException):
    """A process that ends between two steps."""


def test_a_crash_between_the_line_and_its_mark_is_no_damage_and_is_taken_up(witnessed, monkeypatch):
    store_rules.install()
    write(1)
    last = checkpoints.read()[-1]

    def crash(*_given: object) -> None:
        raise Crash

    with monkeypatch.context() as patched, pytest.raises(Crash):
        patched.setattr("cartable.journal.actions._step", crash)
        make_checkpoint(now=True)
    assert (checkpoints.read()[-1].number, Mark.objects.get().number) == (last.number + 1, last.number)
    assert codes() == set()
    write(1)
    assert make_checkpoint(now=True).number == last.number + 2
    assert codes() == set()


def test_a_line_cut_short_by_a_crash_does_no_harm(witnessed):
    store_rules.install()
    with checkpoints.path().open("a") as file:
        file.write('{"number":')
    assert codes() == set()
    write(1)
    make_checkpoint(now=True)
    assert codes() == set() and len(lines()) == len(checkpoints.read()) + 1


def test_the_mark_only_steps_forward():
    write(1)
    make_checkpoint(now=True)
    for attempt in (
        lambda: Mark.objects.update(number=0),
        lambda: Mark.objects.update(number=3),
        lambda: Mark.objects.all().delete(),
        lambda: Mark.objects.create(pk=2, number=0, line_hash=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_store_put_back_from_an_older_backup_is_told_and_goes_on_with_a_new_file(witnessed):
    """What was lost stays said: in the file set aside, and in the journal."""
    forger.cut(LENGTH - 10, random.Random(1))
    marked = checkpoints.read()[-3]
    Mark.objects.update(number=marked.number, line_hash=marked.line_hash)
    assert codes() == {"journal_shorter", "checkpoints_ahead"}
    store_rules.install()
    restart_checkpoints()
    assert codes() == set()
    told = Entry.objects.latest("seq")
    assert told.verb == "journal.checkpoints_restarted" and told.data["seq"] == LENGTH
    assert len(list(checkpoints.path().parent.glob("journal-until-*.jsonl"))) == 1
    write(1)
    assert make_checkpoint(now=True).number == marked.number + 2
    assert codes() == set()


def test_no_new_file_is_begun_over_a_chain_that_is_broken(witnessed):
    Entry.objects.filter(seq=3).update(verb="test.other")
    with pytest.raises(Refused, match="rien n'a été signé"):
        restart_checkpoints()
