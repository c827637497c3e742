"""Does a euro lead to a lot and a device, and a device back to its euro?"""

from uuid import uuid4

import pytest

from cartable.equipment.actions import name_commitment, receive_lot
from cartable.equipment.models import Asset
from cartable.equipment.queries import commitment_of, commitments_of_shipment, lots_paid_by
from cartable.funding import actions as money
from tests import factories
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]


@pytest.fixture
def bought(clock):
    """A lot of the département, and a grant of the State to it."""
    from tests.funding.stage import DAY, envelope, line, ministry

    with clock.at("2020-11-30T12:00+01:00"):
        service = factories.equipment_user()
        operation = factories.operation(service)
        lot = receive_lot(
            actor=service, operation_id=operation.public_id, good="sim", mode="given", quantity=10
        ).lot
        nation = envelope(line(), ministry())
        money.open_credits(actor=None, envelope_id=nation.public_id, ae_cents=1000, on=DAY)
        grant = money.commit(
            actor=None,
            kind="convention",
            bearer_id=operation.owner.public_id,
            subject="Cartes SIM",
            parts=[money.Part(nation.public_id, 1000)],
            on=DAY,
        )
        yield service, operation, lot, grant


def test_a_euro_leads_to_its_lot_and_a_device_to_its_euro(bought):
    service, _operation, lot, grant = bought
    for _ in range(2):
        name_commitment(actor=service, lot_id=lot.public_id, commitment_id=grant.public_id)
    assert [(one.pk, one.in_hands) for one in lots_paid_by([grant])] == [(lot.pk, 0)]
    asset = Asset.objects.create(
        product=lot.product, lot=lot, number_kind="iccid", number="8933150000000000017", number_key="x"
    )
    assert commitment_of(asset) == grant


def test_a_shipment_names_what_paid_for_it(bought):
    from datetime import date

    from cartable.equipment.actions import NewLine, prepare_many

    service, operation, lot, grant = bought
    name_commitment(actor=service, lot_id=lot.public_id, commitment_id=grant.public_id)
    school = factories.school()
    (shipment,) = prepare_many(
        actor=service,
        operation_id=operation.public_id,
        lines=[NewLine(school.pk, "sim", "given", 4)],
        planned_on=date(2020, 12, 1),
    )
    assert list(commitments_of_shipment(shipment)) == [grant]


def test_only_who_leads_names_and_only_what_she_sees(bought):
    service, _operation, lot, grant = bought
    stranger = factories.user("equipment", factories.body(department=_elsewhere(), name="CD 62"))
    with refused("not_yours"):
        name_commitment(actor=stranger, lot_id=lot.public_id, commitment_id=grant.public_id)
    with refused("commitment"):
        name_commitment(actor=service, lot_id=lot.public_id, commitment_id=uuid4())
    name_commitment(actor=service, lot_id=lot.public_id, commitment_id=grant.public_id)
    assert name_commitment(actor=service, lot_id=lot.public_id, commitment_id=None).paid_by is None


def _elsewhere():
    return factories.department("62", "Pas-de-Calais", academy=factories.academy("09", "Lille"))
