"""Are families given a slot, told of it without a name, and taken at their hour?"""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cartable.equipment.actions import schedule
from cartable.equipment.models import Appointment
from cartable.messages.models import OutgoingMessage
from tests.equipment.stage import stage


pytestmark = pytest.mark.django_db
NINE = "2020-04-27T09:00+02:00"


@pytest.fixture
def week(clock):
    with clock.at(NINE):
        yield stage()


@pytest.fixture
def at_gate(week, client):
    """Signed in as the head, five cards in stock."""
    week.stock(5, credit_valid_until=date(2020, 5, 24))
    client.force_login(week.head)
    return week


def place(week):
    return [week.operation.public_id, week.school.public_id]


def gate(week):
    return reverse("gate", args=place(week))


def text(answer):
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def appointments(week, good="sim", **more):
    from cartable.foundation import clock

    given = {"starts_at": clock.now() + timedelta(hours=1), "minutes_each": 5, "good": good, **more}
    return schedule(
        actor=week.head, school_id=week.school.public_id, operation_id=week.operation.public_id, **given
    )


def test_appointments_are_given_shown_by_day_and_withdrawn(at_gate, client):
    for _ in range(3):
        at_gate.need()
    sent = client.post(
        reverse("appointments-new", args=place(at_gate)),
        {"good": "sim", "day": "2020-05-04", "begins": "08:30", "minutes_each": "10"},
        follow=True,
    )
    page = text(sent)
    assert "3 rendez-vous sont prévus" in page and "lundi 4 mai" in page and "08:50" in page
    first = Appointment.objects.order_by("starts_at").first()
    client.post(reverse("appointment-cancel", args=[first.public_id]), {"from": "appointments"})
    assert Appointment.objects.filter(state="planned").count() == 2


def test_the_gate_takes_families_by_their_hour(at_gate, client):
    at_gate.need(), at_gate.need()
    appointments(at_gate, minutes_each=20)
    found = text(client.post(gate(at_gate), {"q": "10h20"}))
    assert "Famille2" in found and "Famille1" not in found


def test_families_with_an_address_are_written_to_once_and_named_nowhere(at_gate, client):
    with_mail, without = at_gate.need(), at_gate.need()
    home = with_mail.of_pupils.get().pupil.in_homes.get().home
    home.guardians.create(last_name="Exemple", email="parent@example.test", phone="06 39 98 00 01")
    appointments(at_gate)
    url = reverse("appointments-tell", args=place(at_gate))
    said = text(client.post(url, {"place": "la loge", "bring": ""}, follow=True))
    assert "1 famille prévenue par courriel. 1 famille à appeler." in said
    client.post(url, {"place": "la loge", "bring": ""})
    message = OutgoingMessage.objects.get()
    assert "Famille" not in message.subject + message.body and "10 h" in message.subject
    assert without.public_id
