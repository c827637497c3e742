"""Many at once on one envelope, in a process of its own: each thread has its own connection to the store."""

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

from django.db import OperationalError, connection

from cartable.bodies.models import Body
from cartable.foundation import clock, store_rules
from cartable.foundation.refused import Refused
from cartable.funding import actions, codes
from cartable.funding.checks import damages
from cartable.funding.enums import Stage
from cartable.funding.models import Commitment, CommitmentPart, Envelope, Movement
from cartable.funding.queries import credits_by_year
from cartable.ledger import checks as ledger_checks
from cartable.ledger.models import Account
from cartable.ledger.queries import sum_is_zero
from tests import factories
from tests.funding.stage import DAY, Country, commit, down, left
from tests.ledger.crowd import naive_take


LATE, NEXT_YEAR = datetime(2020, 11, 30, 11, tzinfo=UTC), datetime(2021, 3, 15, 11, tzinfo=UTC)
WORKERS, CENTS = 64, 10_07


def small() -> list[dict[str, Any]]:
    return rounds(2, 20)


def soak() -> list[dict[str, Any]]:
    return rounds(20, 200)


def rounds(count: int, each: int) -> list[dict[str, Any]]:
    """Put half of what is asked for into one envelope, again and again, and let everybody ask at once."""
    with clock.at(LATE):
        country = Country()
        people = [factories.decider("prefecture", country.d59) for _ in range(4)]
        bearer = country.bearer.public_id
        asked = WORKERS * each
        said = []
        for _round in range(count):
            _refill(country, asked // 2 * CENTS + 6)
            accepted = _everybody(
                lambda thread, _turn: _commit(people[thread % 4].pk, country.nord, bearer), each
            )
            said.append(_found(country.nord, accepted))
        return said


def _refill(country: Country, cents: int) -> None:
    """Let the Nord have so much, whatever was left."""
    wanted = cents - left(country.nord)
    actions.open_credits(
        actor=None, envelope_id=country.nation.public_id, ae_cents=wanted, cp_cents=1, on=DAY
    )
    for source, target in ((country.nation, country.region), (country.region, country.nord)):
        down(source, target, wanted, cp_cents=0)


def _commit(actor_id: int, envelope: Envelope, bearer: UUID) -> bool:
    """Commit with rights resolved anew, as a request does; one in four is sent twice with one key."""
    key = uuid4()
    return all(_once(key, actor_id, envelope, bearer) for _ in range(1 + (key.int % 4 == 0)))


def _once(key: UUID, actor_id: int, envelope: Envelope, bearer: UUID) -> bool:
    from cartable.accounts.models import User

    try:
        actions.commit(
            actor=User.objects.get(pk=actor_id), kind="order", bearer_id=bearer, subject="Tablettes",
            parts=[actions.Part(envelope.public_id, CENTS)], on=DAY, key=key,
        )  # fmt: skip
    except Refused as no:
        if no.code != "not_enough":
            raise
        return False
    except OperationalError as waited:  # too long in the queue: whoever asked asks again, with the same key
        if "locked" not in str(waited) and "lock timeout" not in str(waited):
            raise
        return _once(key, actor_id, envelope, bearer)
    return True


def _everybody(one: Callable[[int, int], bool], each: int, at: datetime = LATE) -> int:
    """Let all threads begin together; the garbage is collected afterwards, when no thread waits for the store.

    A collection that ends another thread's cursor of SQLite waits for that thread's connection, with Python's own lock
    in hand: while that one queues for the write lock that this one holds, nothing moves until its patience ends.
    """
    start = Barrier(WORKERS, timeout=60)
    gc.disable()

    def work(thread: int) -> int:
        try:
            with clock.at(at):
                start.wait()
                return sum(one(thread, turn) for turn in range(each))
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        accepted = sum(pool.map(work, range(WORKERS)))
    gc.enable()
    gc.collect()
    return accepted


def _found(envelope: Envelope, accepted: int) -> dict[str, Any]:
    parts = CommitmentPart.objects.filter(envelope=envelope)
    return {
        "accepted": accepted,
        "commitments": Commitment.objects.filter(state="committed").count(),
        "committed_cents": sum(parts.values_list("amount_cents", flat=True)),
        "left": left(envelope),
        "zero": sum_is_zero(),
        "damages": [damage.code for damage in (*ledger_checks.damages(), *damages())],
    }


def same_key() -> dict[str, Any]:
    """Let everybody send one act at the same moment, under one key: a commitment, then its payment."""
    with clock.at(LATE):
        country = Country().fill(WORKERS * CENTS)
        person = factories.decider("prefecture", country.d59).pk
        bearer, key, paid = country.bearer.public_id, uuid4(), uuid4()
        committed = _everybody(lambda _thread, _turn: _once(key, person, country.nord, bearer), 1)
        part = CommitmentPart.objects.get().public_id

        def pay(_thread: int, _turn: int) -> bool:
            actions.pay(actor=None, part_id=part, cents=CENTS, on=DAY, key=paid)
            return True

        answered = _everybody(pay, 1)
    return {
        "answered": [committed, answered],
        "commitments": Commitment.objects.count(),
        "movements": Movement.objects.count(),
        "spent": WORKERS * CENTS - left(country.nord),
        "damages": [damage.code for damage in damages()],
    }


def later_year() -> dict[str, Any]:
    """Let everybody pay, on a commitment each, with the credits of 2021, of which there are half of what is asked."""
    came, room = date(2021, 2, 1), WORKERS * CENTS + 6
    with clock.at(NEXT_YEAR):
        country = Country().fill(10 * WORKERS * CENTS)
        parts = [commit(country, 2 * CENTS).parts.get().public_id for _ in range(WORKERS)]
        actions.open_credits(actor=None, envelope_id=country.nation.public_id, cp_cents=room, on=came)
        for source, target in ((country.nation, country.region), (country.region, country.nord)):
            down(source, target, room, ae_cents=0, on=came)
        accepted = _everybody(lambda thread, _turn: _pay(uuid4(), parts[thread]), 2, NEXT_YEAR)
        return {
            "accepted": accepted,
            "paid": sum(Movement.objects.values_list("amount_cents", flat=True)),
            "left": credits_by_year(country.nord)[-1].left,
            "damages": [damage.code for damage in (*ledger_checks.damages(), *damages())],
        }


def _pay(key: UUID, part: UUID) -> bool:
    try:
        actions.pay(actor=None, part_id=part, cents=CENTS, key=key)
    except Refused as no:
        if no.code not in {"not_enough", "date_outside_year"}:
            raise
        return False
    except OperationalError as waited:
        if "locked" not in str(waited) and "lock timeout" not in str(waited):
            raise
        return _pay(key, part)
    return True


def naive() -> dict[str, Any]:
    """Read what is left, look whether it is enough, write: without the store's rules it must overspend."""
    with clock.at(LATE):
        country = Country().fill(5 * CENTS)
    source = codes.account(Stage.ENVELOPE, country.nord.public_id)
    store_rules.remove()
    if connection.vendor == "postgresql":
        connection.cursor().execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_enough")
    together = Barrier(WORKERS, timeout=60)
    accepted = _everybody(
        lambda thread, _turn: naive_take("ae", source, f"committed:{thread}", CENTS, together), 1
    )
    assert Body.objects.exists()
    return {
        "accepted": accepted,
        "left": Account.objects.get(resource__code="ae", code=source).balance,
        "damages": [damage.code for damage in ledger_checks.damages()],
    }
