"""Are schools told of what is on its way to them and of loans that end, once, with counts and no name?"""

from datetime import date

import pytest
from django.urls import resolve

from cartable.equipment.actions import prolong, send, warn_ending_loans
from cartable.messages.models import OutgoingMessage
from tests import factories


pytestmark = pytest.mark.store
JUNE = date(2020, 6, 16)


@pytest.fixture
def school(week):
    week.school.email = "ce.0930001a@example.test"
    week.school.save()
    return week.school


def page_of(message: OutgoingMessage) -> str:
    (address,) = [line for line in message.body.splitlines() if line.startswith("http")]
    return resolve(address.removeprefix("http://127.0.0.1:8000")).url_name


def test_a_school_is_told_when_its_shipment_leaves(week, school):
    week.receive(10)
    shipment = week.ship(4)
    assert not OutgoingMessage.objects.exists()
    send(actor=week.service, shipment_ids=[shipment.public_id])
    send(actor=week.service, shipment_ids=[shipment.public_id])
    message = OutgoingMessage.objects.get()
    assert message.recipient == school.email
    assert shipment.number in message.subject and "jeudi 30 avril" in message.subject
    assert page_of(message) == "shipment"


def test_the_relay_is_told_not_its_ecoles(week):
    office = factories.circonscription(email="ien@example.test")
    ecole = factories.school("ecole", circonscription=office, email="ecole@example.test")
    week.receive(10)
    shipment = week.ship(4, to=ecole, through_circonscription=True)
    send(actor=week.service, shipment_ids=[shipment.public_id])
    assert [message.recipient for message in OutgoingMessage.objects.all()] == ["ien@example.test"]


def test_the_code_of_the_slip_is_in_no_mail(week, school):
    from cartable.equipment.rules import receipt_code

    week.receive(10)
    shipment = week.ship(4)
    send(actor=week.service, shipment_ids=[shipment.public_id])
    assert receipt_code(shipment.public_id) not in OutgoingMessage.objects.get().body


def test_many_shipments_leave_with_few_queries(week, django_assert_max_num_queries):
    week.receive(200)
    schools = [factories.school(email=f"c{n}@example.test") for n in range(30)]
    ids = [week.ship(1, to=school).public_id for school in schools]
    with django_assert_max_num_queries(30 * 4 + 15):
        send(actor=week.service, shipment_ids=ids)
    assert OutgoingMessage.objects.count() == 30


def test_a_school_is_told_of_its_loans_fourteen_days_before_and_once(week, school):
    week.declare(5), week.agree()
    for number in ("T1", "T2"):
        week.lend(week.need("device"), number)
    assert warn_ending_loans(on=date(2020, 6, 15)) == 0
    assert warn_ending_loans(on=JUNE) == 1
    assert warn_ending_loans(on=date(2020, 6, 17)) == 0
    message = OutgoingMessage.objects.get()
    assert "2 prêts" in message.body and "30 juin" in message.subject
    assert page_of(message) == "loans"
    assert "Famille" not in message.body and "Enfant" not in message.body


def test_loans_that_were_prolonged_are_not_announced(week, school):
    week.declare(5), week.agree()
    week.lend(week.need("device"), "T1")
    prolong(actor=week.head, school_id=school.public_id, due_on=date(2021, 6, 30))
    assert warn_ending_loans(on=JUNE) == 0
