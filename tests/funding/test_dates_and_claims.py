"""Is a bill, a claim or its receipt dated where it can be, and does what is claimed back stay there?"""

from datetime import date, timedelta

import pytest

from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.queries import stages_of
from tests.funding import stage
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]
PAID = date(2020, 6, 20)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def part(country):
    country.fill(10_000_00)
    return stage.commit(country, 1_000_00).parts.get()


def pay(part, cents: int = 1_000_00, on: date = PAID):
    return actions.pay(actor=None, part_id=part.public_id, cents=cents, on=on)


def claim(part, cents: int, on: date = PAID, **more):
    given = {"due_on": date(2020, 12, 31), "reason": "Non dépensé", **more}
    return actions.claim(actor=None, part_id=part.public_id, cents=cents, on=on, **given)


def bill(commitment, dated: date, cents: int = 100_00):
    return actions.declare(
        actor=None,
        commitment_id=commitment.public_id,
        number=str(stage.new()),
        dated=dated,
        supplier_name="Fournisseur inventé",
        lines=[actions.Bought("Tablette", 1, cents)],
    )


def test_what_is_committed_is_not_to_be_justified_before(country):
    country.fill(10_000_00)
    with pytest.raises(Refused) as no:
        stage.commit(country, 1_000_00, justify_by=stage.DAY - ONE_DAY)
    assert (no.value.code, no.value.field) == ("justify_by", "justify_by")
    assert f"{stage.DAY:%d/%m/%Y}" in no.value.sentence
    assert stage.commit(country, 1_000_00, justify_by=stage.DAY).justify_by == stage.DAY


@pytest.mark.parametrize(
    ("kind", "first"),
    [("order", date(2020, 1, 1)), ("convention", date(2020, 1, 1)), ("purchase", stage.DAY)],
)
def test_a_bill_is_dated_in_what_its_money_pays(country, kind, first):
    """A grant may pay what was spent before its arrêté in the year; what the State buys is committed first."""
    country.fill(10_000_00)
    one = stage.commit(country, 1_000_00, kind=kind)
    for day in (date(1, 1, 1), first - ONE_DAY):
        with pytest.raises(Refused) as no:
            bill(one, day)
        assert (no.value.code, no.value.field) == ("date_before", "dated")
        assert f"{first:%d/%m/%Y}" in no.value.sentence
    assert bill(one, first).dated == first


def test_a_bill_is_not_accepted_before_its_own_day(part):
    pay(part)
    declared = bill(part.commitment, PAID + 2 * ONE_DAY)
    with refused("date_before"):
        actions.accept(actor=None, invoice_id=declared.public_id, on=PAID + ONE_DAY)
    actions.accept(actor=None, invoice_id=declared.public_id, on=PAID + 2 * ONE_DAY)
    assert stages_of([part])[part.pk].justified == 100_00


def test_nothing_is_claimed_before_it_was_paid_nor_received_before_it_was_claimed(part):
    pay(part, 400_00)
    pay(part, 600_00, PAID + 5 * ONE_DAY)
    with refused("date_before"):
        claim(part, 300_00, PAID - ONE_DAY)
    with refused("date_before"):
        claim(part, 400_01)
    first = claim(part, 400_00, PAID + ONE_DAY)
    with refused("date_before"):
        claim(part, 1, PAID + 4 * ONE_DAY)
    claim(part, 600_00, PAID + 5 * ONE_DAY)
    with pytest.raises(Refused) as no:
        actions.receive(actor=None, recovery_id=first.public_id, on=PAID)
    assert (no.value.code, "21/06/2020" in no.value.sentence) == ("date_before", True)
    assert actions.receive(actor=None, recovery_id=first.public_id, on=PAID + ONE_DAY).state == "received"


TAKES = {
    "justification": lambda part, cents: actions.justify(
        actor=None, part_id=part.public_id, cents=cents, on=PAID
    ),
    "credit note": lambda part, cents: actions.credit_note(
        actor=None, part_id=part.public_id, cents=cents, on=PAID, reason="Avoir"
    ),
    "bill": lambda part, cents: actions.accept(
        actor=None, invoice_id=bill(part.commitment, PAID, cents).public_id, on=PAID
    ),
    "bill in part": lambda part, cents: actions.accept(
        actor=None,
        invoice_id=bill(part.commitment, PAID, 1_000_00).public_id,
        amounts={part.public_id: cents},
        on=PAID,
    ),
}


@pytest.mark.parametrize("act", TAKES)
def test_what_is_claimed_back_is_left_for_its_receipt(part, act):
    pay(part)
    asked = claim(part, 300_00)
    with pytest.raises(Refused) as no:
        TAKES[act](part, 700_01)
    assert "700,00" in no.value.sentence and no.value.code in ("claimed", "not_enough")
    TAKES[act](part, 700_00)
    assert stages_of([part])[part.pk].settled == 300_00
    assert actions.receive(actor=None, recovery_id=asked.public_id, on=PAID).state == "received"
    assert checks.damages() == []


def test_a_payment_that_is_claimed_back_is_not_undone(part):
    paid = pay(part)
    asked = claim(part, 1)
    undo = {"actor": None, "movement_id": paid.public_id, "reason": "Erreur", "on": PAID}
    with refused("claimed"):
        actions.undo(**undo)
    actions.waive(actor=None, recovery_id=asked.public_id, reason="Erreur de paiement")
    actions.undo(**undo)
    assert stages_of([part])[part.pk].settled == 0


def test_a_claim_given_up_frees_what_it_held(part):
    pay(part)
    asked = claim(part, 300_00)
    with refused("claimed"):
        TAKES["justification"](part, 1_000_00)
    actions.waive(actor=None, recovery_id=asked.public_id, reason="Pièce retrouvée")
    TAKES["justification"](part, 1_000_00)
    assert stages_of([part])[part.pk].justified == 1_000_00
