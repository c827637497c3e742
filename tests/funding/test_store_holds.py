"""Does the store itself refuse money that goes round the actions: `update()`, bulk writes, SQL typed by hand?"""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from cartable.foundation import store_rules
from cartable.funding import actions, checks
from cartable.funding.models import (
    Commitment,
    CommitmentPart,
    Delegation,
    Envelope,
    EnvelopeAccount,
    Invoice,
    Line,
    Movement,
    Recovery,
    Reservation,
    ReservationRelease,
)
from cartable.ledger.actions import post
from cartable.ledger.models import Transfer
from tests.funding import stage
from tests.funding.stage import DAY, down


pytestmark = [pytest.mark.store, pytest.mark.django_db]
LATER = date(2020, 6, 2)


@pytest.fixture
def spent(country):
    """A country with one of each row: delegated, committed, proposed, paid, justified, claimed, billed."""
    country.fill(100_000_00)
    given = {
        "actor": None,
        "kind": "order",
        "bearer_id": country.bearer.public_id,
        "subject": "Achat",
        "on": DAY,
        "parts": [actions.Part(country.nord.public_id, 20_000_00)],
    }
    grant = actions.commit(**given)
    actions.commit(**given, ask=True)
    part = grant.parts.get().public_id
    actions.pay(actor=None, part_id=part, cents=10_000_00, on=LATER)
    actions.justify(actor=None, part_id=part, cents=4_000_00, on=LATER)
    actions.claim(actor=None, part_id=part, cents=1_000_00, due_on=LATER, on=LATER, reason="Reste")
    actions.declare(
        actor=None,
        commitment_id=grant.public_id,
        number="1",
        dated=LATER,
        supplier_name="Inventé",
        lines=[actions.Bought("Tablette", 1, 100)],
    )
    for cents in (3_000_00, 2_000_00):
        actions.reserve(
            actor=None, envelope_id=country.nord.public_id, cents=cents, purpose="Plan", reference="x", on=DAY
        )
    ends = {"source_id": country.nation.public_id, "target_id": country.other_region.public_id}
    actions.announce(actor=None, **ends, ae_cents=5, on=DAY)
    return country


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def envelope(code: str) -> Envelope:
    return Envelope.objects.get(department__code=code)


def grant() -> Commitment:
    return Commitment.objects.filter(state="committed").order_by("id").first()


def asked() -> Commitment:
    return Commitment.objects.get(state="proposed")


def delegation(**more) -> Delegation:
    """A row that says that 7 cents came to the Nord, with no transfer of that amount."""
    nord = envelope("59")
    given = {
        "kind": "delegation",
        "source": nord.parent,
        "target": nord,
        "ae_cents": 7,
        "announced_on": DAY,
        "notified_on": DAY,
        "state": "notified",
        "fingerprint": "x",
    }
    return Delegation.objects.create(**{**given, **more})


def transfer(source: str, target: str, amount: int, resource: str = "ae") -> Transfer:
    return post(
        actor=None,
        transfer_id=uuid4(),
        resource=resource,
        source=source,
        target=target,
        amount=amount,
        value_date=DAY,
        reason="raw",
    )


def commitment(**more) -> Commitment:
    given = {
        "kind": "order",
        "bearer": grant().bearer,
        "subject": "Inventé",
        "state": "committed",
        "decided_on": DAY,
        "net_cents": 7,
        "fingerprint": "x",
    }
    return Commitment.objects.create(**{**given, **more})


def part(of: Commitment, moved: Transfer, cents: int = 7, **more) -> CommitmentPart:
    return CommitmentPart.objects.create(
        **{"commitment": of, "envelope": envelope("59"), "amount_cents": cents, "transfer": moved, **more}
    )


def kept() -> Reservation:
    return Reservation.objects.order_by("id").first()


def reserve_ends() -> list[str]:
    return [f"{name}:{envelope('59').public_id.hex}" for name in ("envelope", "reserved")]


def release(cents: int) -> None:
    moved = transfer(*reversed(reserve_ends()), cents)
    ReservationRelease.objects.create(
        reservation=kept(), amount_cents=cents, on=DAY, reason="Faux", transfer=moved
    )


def drawn(cents: int, **more) -> None:
    """A part that takes `cents` out of the Nord's reservations: the first holds 3,000 €, both hold 5,000."""
    key = uuid4()
    moved = transfer(reserve_ends()[1], f"committed:{key.hex}", cents)
    part(commitment(net_cents=cents), moved, cents, public_id=key, reservation=kept(), **more)


def honest_part(total: int, cents: int, said: int | None = None, **more) -> None:
    """A part whose transfer goes the right way; it says `said` where that is given."""
    key = uuid4()
    moved = transfer(f"envelope:{envelope('59').public_id.hex}", f"committed:{key.hex}", cents)
    part(commitment(net_cents=total), moved, said or cents, public_id=key, **more)


def honest_payment(cents: int, said: int, credits: int | None = None) -> None:
    """A payment whose transfers go the right way; it says another amount, or takes other credits."""
    one, nord = grant().parts.get(), envelope("59").public_id.hex
    moved = transfer(f"committed:{one.public_id.hex}", f"settled:{one.public_id.hex}", cents)
    paid = transfer(f"envelope:{nord}", f"paid:{nord}", credits or cents, "cp")
    movement("payment", moved, said, cp_transfer=paid)


def honest_cousin(kind: str) -> None:
    source, target = envelope("59"), envelope("69")
    ends = (f"envelope:{one.public_id.hex}" for one in (source, target))
    delegation(kind=kind, source=source, target=target, ae_transfer=transfer(*ends, 7))


def honest_delegation(cents: int, said: int) -> None:
    ends = (f"envelope:{e.public_id.hex}" for e in (envelope("59").parent, envelope("59")))
    down(Envelope.objects.get(level="national"), envelope("59").parent, 100)
    delegation(ae_cents=said, ae_transfer=transfer(*ends, cents))


def movement(kind: str, moved: Transfer, cents: int = 7, **more) -> Movement:
    return Movement.objects.create(
        **{
            "part": grant().parts.get(),
            "kind": kind,
            "amount_cents": cents,
            "on": DAY,
            "ae_transfer": moved,
            "fingerprint": "x",
            **more,
        }
    )


def hand_payment(**more) -> None:
    one = grant().parts.get()
    moved = transfer(f"committed:{one.public_id.hex}", f"settled:{one.public_id.hex}", 7)
    movement("payment", moved, **more)


def confirm_by_hand() -> None:
    Commitment.objects.filter(pk=asked().pk).update(state="committed")


def old(model) -> Transfer:
    return model.objects.exclude(ae_transfer=None).order_by("id").first().ae_transfer


ATTEMPTS: dict[str, Callable[[], object]] = {
    "a delegation without a transfer": delegation,
    "a delegation with the transfer of another": lambda: delegation(ae_transfer=old(Movement)),
    "a delegation to a cousin": lambda: delegation(source=envelope("62"), target=envelope("69")),
    "a move to a cousin": lambda: delegation(kind="move", source=envelope("59"), target=envelope("69")),
    "an opening below": lambda: delegation(kind="opening", source=None),
    "an announcement that has moved": lambda: delegation(
        state="announced", notified_on=None, ae_transfer=old(Movement)
    ),
    "a delegated amount": lambda: Delegation.objects.update(ae_cents=1),
    "a notified day": lambda: Delegation.objects.filter(state="notified").update(notified_on=LATER),
    "a notified state": lambda: Delegation.objects.filter(state="notified").update(
        state="cancelled", notified_on=None
    ),
    "a notification by hand": lambda: Delegation.objects.filter(state="announced").update(
        state="notified", notified_on=DAY
    ),
    "a delegation gone": lambda: sql("DELETE FROM funding_delegation"),
    "a commitment's amount": lambda: Commitment.objects.update(net_cents=1),
    "a commitment's bearer": lambda: Commitment.objects.update(bearer=envelope("59").holder),
    "a confirmation by hand": confirm_by_hand,
    "a refusal by hand": lambda: Commitment.objects.filter(pk=asked().pk).update(state="refused"),
    "a commitment that goes back": lambda: Commitment.objects.filter(pk=grant().pk).update(state="proposed"),
    "a commitment born closed": lambda: commitment(state="closed"),
    "a commitment gone": lambda: sql("DELETE FROM funding_commitment"),
    "a reservation without its money": lambda: Reservation.objects.create(
        envelope=envelope("59"),
        amount_cents=7,
        purpose="Faux",
        reference="x",
        on=DAY,
        transfer=transfer(*reserve_ends(), 8),
        fingerprint="x",
    ),
    "a reservation's amount": lambda: Reservation.objects.update(amount_cents=1),
    "a reservation gone": lambda: sql("DELETE FROM funding_reservation"),
    "more given back than was reserved": lambda: release(3_000_01),
    "a part with more than its reservation": lambda: drawn(3_000_01),
    "a part with the reservation of another": lambda: drawn(7, envelope=envelope("62")),
    "a part that says a reservation and takes what is free": lambda: honest_part(7, 7, reservation=kept()),
    "a part with the transfer of another": lambda: part(commitment(), grant().parts.get().transfer),
    "a part of another amount": lambda: part(
        commitment(), transfer(f"envelope:{envelope('59').public_id.hex}", "committed:x", 8)
    ),
    "a part of another amount than its own transfer": lambda: honest_part(20, 8, 9),
    "a payment of another amount than its own transfers": lambda: honest_payment(8, 9),
    "a payment with fewer credits": lambda: honest_payment(8, 8, 7),
    "a delegation of another amount than its own transfer": lambda: honest_delegation(8, 9),
    "a delegation to a cousin, with its own transfer": lambda: honest_cousin("delegation"),
    "a withdrawal to a cousin, with its own transfer": lambda: honest_cousin("withdrawal"),
    "a move to a cousin, with its own transfer": lambda: honest_cousin("move"),
    "parts above the whole": lambda: honest_part(10, 11),
    "one person above the threshold": lambda: honest_part(25_000_00, 25_000_00),
    "a part's amount": lambda: CommitmentPart.objects.update(amount_cents=1),
    "a part gone": lambda: sql("DELETE FROM funding_commitmentpart"),
    "a payment without its credits": hand_payment,
    "a payment with the credits of another": lambda: hand_payment(
        cp_transfer=Delegation.objects.filter(cp_transfer__isnull=False).first().cp_transfer
    ),
    "a payment of another amount": lambda: hand_payment(cents=8),
    "a movement of an unknown kind": lambda: movement("gift", old(Movement)),
    "a correction of nothing": lambda: movement(
        "correction", old(Movement), undoes=Movement.objects.order_by("id").first()
    ),
    "a movement's amount": lambda: Movement.objects.update(amount_cents=1),
    "a movement gone": lambda: sql("DELETE FROM funding_movement"),
    "a bill's amount": lambda: Invoice.objects.update(net_cents=1),
    "a bill gone": lambda: sql("DELETE FROM funding_invoice"),
    "a claim's amount": lambda: Recovery.objects.update(claimed_cents=1),
    "a claim received of nothing": lambda: Recovery.objects.update(state="received"),
    "a claim gone": lambda: sql("DELETE FROM funding_recovery"),
    "an envelope's line": lambda: Envelope.objects.update(year=2021),
    "an envelope gone": lambda: sql("DELETE FROM funding_envelope"),
    "an envelope outside its région": lambda: Envelope.objects.create(
        line=envelope("59").line,
        year=2020,
        level="department",
        department=envelope("69").department,
        holder=stage.ministry(),
        parent=envelope("59").parent,
    ),
    "an account of another": lambda: EnvelopeAccount.objects.update(envelope=envelope("59")),
    "an account taken twice": lambda: EnvelopeAccount.objects.create(
        envelope=envelope("62"), credit="ae", stage="settled", account=envelope("59").accounts.first().account
    ),
    "no threshold": lambda: Line.objects.update(second_person_from_cents=None),
    "a threshold of zero": lambda: Line.objects.update(second_person_from_cents=0),
    "one person as two": lambda: Commitment.objects.filter(pk=asked().pk).update(
        proposed_by=_person(), confirmed_by=_person()
    ),
}


def _person():
    from tests import factories

    return factories.User.objects.first() or factories.user("national")


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_store_refuses(spent, attempt):
    before = checks.recount()
    with pytest.raises(IntegrityError), transaction.atomic():
        ATTEMPTS[attempt]()
    assert checks.recount() == before
    assert checks.damages() == []


@pytest.mark.parametrize(
    "table",
    [
        "envelope",
        "envelopeaccount",
        "delegation",
        "commitment",
        "commitmentpart",
        "movement",
        "invoice",
        "recovery",
        "reservation",
    ],
)
def test_a_row_is_not_replaced(spent, table):
    if connection.vendor == "sqlite":
        with pytest.raises(IntegrityError), transaction.atomic():
            sql(f"INSERT OR REPLACE INTO funding_{table} SELECT * FROM funding_{table} LIMIT 1")
    else:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            sql(f"TRUNCATE funding_{table} CASCADE")


def test_a_person_who_leaves_is_detached_from_what_she_decided(country):
    from tests import factories

    country.fill(100_000_00)
    one, two = (factories.decider("prefecture", country.d59) for _ in range(2))
    given = {"kind": "order", "bearer_id": country.bearer.public_id, "subject": "x", "on": DAY}
    made = actions.commit(actor=one, **given, parts=[actions.Part(country.nord.public_id, 30_000_00)])
    actions.confirm(actor=two, commitment_id=made.public_id)
    for person in (one, two):
        person.delete()
    made.refresh_from_db()
    assert (made.proposed_by, made.confirmed_by, made.state) == (None, None, "committed")


def test_money_moved_in_the_ledger_alone_is_found(spent):
    transfer(f"envelope:{envelope('59').public_id.hex}", f"envelope:{envelope('62').public_id.hex}", 5)
    assert {damage.code for damage in checks.damages()} == {"money_balance", "money_orphan"}


def test_altering_a_guarded_table_leaves_its_rules(spent):
    assert store_rules.damages() == []
    names = {
        rule.name for rule in store_rules.expected(connection.vendor) if rule.table.startswith("funding_")
    }
    assert len(names) >= 20


def test_a_rest_goes_down_and_the_rules_let_it(spent):
    """What the actions do is let through: the rules refuse nothing that is true."""
    down(spent.nation, spent.region, 1_00)
    assert checks.damages() == []
