"""Does what became of a commitment follow in time, and is nothing closed or bounded below what stands?"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.models import Envelope, Invoice
from cartable.funding.queries import money, stages_of, total
from tests.funding import stage
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]
PAID = date(2020, 6, 20)
BEFORE = PAID - timedelta(days=1)


@pytest.fixture
def part(country):
    country.fill(10_000_00)
    return stage.commit(country, 1_000_00).parts.get()


def receive(part, on: date) -> None:
    claim = actions.claim(
        actor=None, part_id=part.public_id, cents=300_00, due_on=PAID, on=PAID, reason="Non dépensé"
    )
    actions.receive(actor=None, recovery_id=claim.public_id, on=on)


FOLLOW = {
    "credit note": lambda part, on: actions.credit_note(
        actor=None, part_id=part.public_id, cents=300_00, on=on, reason="Avoir"
    ),
    "justification": lambda part, on: actions.justify(
        actor=None, part_id=part.public_id, cents=300_00, on=on
    ),
    "receipt": receive,
}


@pytest.mark.parametrize("act", FOLLOW)
def test_what_follows_a_payment_is_not_dated_before_it(country, part, act):
    actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    with pytest.raises(Refused) as no:
        FOLLOW[act](part, BEFORE)
    assert (no.value.code, "du 20/06/2020 au plus tôt" in no.value.sentence) == ("date_before", True)
    FOLLOW[act](part, PAID)
    there = total(money(Envelope.objects.filter(pk=country.nord.pk), at=BEFORE))
    assert (there.paid, there.recovered, there.justified) == (0, 0, 0)


def test_a_late_entry_may_be_dated_where_its_money_stood(part):
    """A payment of the 20th, another of the 25th: a note of the 20th is written after both."""
    for day in (PAID, PAID + timedelta(days=5)):
        actions.pay(actor=None, part_id=part.public_id, cents=400_00, on=day)
    actions.justify(actor=None, part_id=part.public_id, cents=400_00, on=PAID)
    with refused("date_before"):
        actions.justify(actor=None, part_id=part.public_id, cents=1, on=PAID + timedelta(days=4))
    actions.justify(actor=None, part_id=part.public_id, cents=400_00, on=PAID + timedelta(days=5))
    assert stages_of([part])[part.pk].justified == 800_00


def test_a_commitment_with_money_still_claimed_is_not_closed(part):
    actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    claim = actions.claim(
        actor=None, part_id=part.public_id, cents=300_00, due_on=PAID, on=PAID, reason="Non dépensé"
    )
    actions.justify(actor=None, part_id=part.public_id, cents=700_00, on=PAID)
    with refused("still_claimed"):
        actions.close(actor=None, commitment_id=part.commitment.public_id)
    actions.waive(actor=None, recovery_id=claim.public_id, reason="Justifié depuis")
    actions.justify(actor=None, part_id=part.public_id, cents=300_00, on=PAID)
    assert actions.close(actor=None, commitment_id=part.commitment.public_id).state == "closed"


def test_the_bound_of_a_territory_is_corrected_and_never_below_what_it_received(country):
    country.fill(1_000_00)
    bound = {"actor": None, "line": country.line, "region": country.north}
    with refused("below_reached"):
        actions.set_ceiling(**bound, ceiling=stage.up_to(999_99))
    first = actions.set_ceiling(**bound, ceiling=stage.up_to(1_000_00))
    second = actions.set_ceiling(**bound, ceiling=stage.up_to(1_500_00))
    assert (first.pk, second.cents) == (second.pk, 1_500_00)
    assert checks.damages() == []


def test_a_payment_undone_is_paid_again_on_its_true_day(part):
    """An entry in error is undone on its own day; one that failed later (the bank gave it back) on that later day."""
    wrong = actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    actions.undo(actor=None, movement_id=wrong.public_id, reason="900")
    true = actions.pay(actor=None, part_id=part.public_id, cents=900_00, on=PAID)
    back = PAID + timedelta(days=30)
    actions.undo(actor=None, movement_id=true.public_id, reason="Rejet bancaire", on=back)
    with refused("date_before"):
        actions.pay(actor=None, part_id=part.public_id, cents=900_00, on=back - timedelta(days=1))
    actions.pay(actor=None, part_id=part.public_id, cents=900_00, on=back)
    assert checks.damages() == []


def declared(part):
    bill = {"number": "F1", "dated": PAID, "supplier_name": "Fournisseur inventé"}
    return actions.declare(
        actor=None,
        commitment_id=part.commitment.public_id,
        lines=[actions.Bought("Tablette", 1, 100_00)],
        **bill,
    )


def test_a_bill_whose_justification_is_undone_is_declared_again_and_accepted_again(part):
    actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    bill = declared(part)
    for _ in range(2):
        actions.accept(actor=None, invoice_id=bill.public_id, on=PAID)
        done = bill.movements.get(undone_by=None)
        assert stages_of([part])[part.pk].justified == 100_00
        actions.undo(actor=None, movement_id=done.public_id, reason="Autre opération", on=PAID)
        bill.refresh_from_db()
        assert (bill.state, stages_of([part])[part.pk].justified) == ("declared", 0)
    actions.refuse_invoice(actor=None, invoice_id=bill.public_id, reason="Hors objet")
    assert checks.damages() == []


def test_the_store_keeps_a_bill_accepted_while_it_justifies_something(part):
    actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    bill = declared(part)
    actions.accept(actor=None, invoice_id=bill.public_id, on=PAID)
    with pytest.raises(IntegrityError, match="invoice_fixed"), transaction.atomic():
        Invoice.objects.filter(pk=bill.pk).update(state="declared")


def test_a_bill_justifies_no_more_than_its_amount(part):
    actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    bill = declared(part)
    with refused("over_bill"):
        actions.accept(actor=None, invoice_id=bill.public_id, amounts={part.public_id: 100_01}, on=PAID)
    actions.accept(actor=None, invoice_id=bill.public_id, amounts={part.public_id: 100_00}, on=PAID)
    assert stages_of([part])[part.pk].justified == 100_00
