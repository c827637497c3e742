"""Does what became of a commitment follow in time, and is nothing closed or bounded below what stands?"""

from datetime import date, timedelta

import pytest

from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.models import Envelope
from cartable.funding.queries import money, total
from tests.funding import stage
from tests.funding.stage import DAY


pytestmark = [pytest.mark.store, pytest.mark.django_db]
PAID = date(2020, 6, 20)
BEFORE = PAID - timedelta(days=1)


@pytest.fixture
def part(country):
    country.fill(10_000_00)
    made = actions.commit(
        actor=None,
        kind="order",
        bearer_id=country.bearer.public_id,
        subject="Tablettes",
        parts=[actions.Part(country.nord.public_id, 1_000_00)],
        on=DAY,
    )
    return made.parts.get()


def refused(code: str):
    return pytest.raises(Refused, check=lambda no: no.code == code)


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


def test_a_commitment_with_money_still_claimed_is_not_closed(part):
    actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    claim = actions.claim(
        actor=None, part_id=part.public_id, cents=300_00, due_on=PAID, on=PAID, reason="Non dépensé"
    )
    actions.justify(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    with refused("still_claimed"):
        actions.close(actor=None, commitment_id=part.commitment.public_id)
    actions.waive(actor=None, recovery_id=claim.public_id, reason="Justifié depuis")
    actions.close(actor=None, commitment_id=part.commitment.public_id)


def test_the_bound_of_a_territory_is_corrected_and_never_below_what_it_received(country):
    country.fill(1_000_00)
    bound = {"actor": None, "line": country.line, "region": country.north}
    with refused("below_reached"):
        actions.set_ceiling(**bound, ceiling=stage.up_to(999_99))
    first = actions.set_ceiling(**bound, ceiling=stage.up_to(1_000_00))
    second = actions.set_ceiling(**bound, ceiling=stage.up_to(1_500_00))
    assert (first.pk, second.cents) == (second.pk, 1_500_00)
    assert checks.damages() == []


def test_a_payment_undone_later_is_paid_again_on_its_true_day(part):
    wrong = actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=PAID)
    actions.undo(actor=None, movement_id=wrong.public_id, reason="900", on=PAID + timedelta(days=30))
    assert actions.pay(actor=None, part_id=part.public_id, cents=900_00, on=PAID).on == PAID
