"""Is the silent school reminded once a day, by who follows it, and the one that must correct told, without a name?"""

import pytest
from django.urls import resolve

from cartable.census.actions import Line, enter_for, send_back
from cartable.census.telling import remind
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.messages.models import OutgoingMessage
from tests import factories as make


pytestmark = [pytest.mark.django_db, pytest.mark.store]
MONDAY, TUESDAY = "2020-04-27T09:00+02:00", "2020-04-28T09:00+02:00"


@pytest.fixture
def lead():
    return make.equipment_user()


@pytest.fixture
def operation(lead):
    return make.operation(lead, make.pool(1400), make.pool(400, serves="ecole"))


def recipients() -> list[str]:
    return sorted(message.recipient for message in OutgoingMessage.objects.all())


def page_of(message: OutgoingMessage) -> str:
    """Give the name of the page that the link of a message opens."""
    (address,) = [line for line in message.body.splitlines() if line.startswith("http")]
    return resolve(address.removeprefix("http://127.0.0.1:8000")).url_name


def test_the_service_reminds_the_silent_once_a_day(lead, operation, clock):
    make.school("college", email="silencieux@example.test")
    make.school("college")
    make.answered(operation, make.school("college", email="repondu@example.test"), 3)
    with clock.at(MONDAY):
        first = remind(actor=lead, operation_id=operation.public_id)
        again = remind(actor=lead, operation_id=operation.public_id)
    assert (first.written, first.before, first.to_call) == (1, 0, 1)
    assert (again.written, again.before, again.to_call) == (0, 1, 1)
    message = OutgoingMessage.objects.get()
    assert message.recipient == "silencieux@example.test"
    assert "Réponse attendue avant le mercredi 29 avril 2020 à minuit." in message.body
    assert page_of(message) == "answer"
    with clock.at(TUESDAY):
        assert remind(actor=lead, operation_id=operation.public_id).written == 1
    assert Entry.objects.filter(verb="census.reminded").count() == 3


def test_after_the_deadline_the_reminder_says_so(lead, operation, clock):
    make.school("college", email="silencieux@example.test")
    with clock.at("2020-05-04T09:00+02:00"):
        remind(actor=lead, operation_id=operation.public_id)
    assert "Elle était attendue avant le" in OutgoingMessage.objects.get().body


def test_the_circonscription_reminds_its_own_ecoles_and_signs(operation):
    mine = make.school("ecole", email="a@example.test")
    make.school("ecole", email="b@example.test")
    make.school("college", email="c@example.test")
    assert remind(actor=make.user("circonscription", mine.circonscription), operation_id=operation.public_id)
    assert recipients() == ["a@example.test"]
    assert mine.circonscription.name in OutgoingMessage.objects.get().body


@pytest.mark.parametrize("role", ["prefecture", "academy"])
def test_who_only_reads_writes_to_nobody(role, operation):
    make.school("college", email="c@example.test")
    with pytest.raises(Refused):
        remind(actor=make.user(role, make.department()), operation_id=operation.public_id)
    assert recipients() == []


def test_a_draft_reminds_nobody(lead):
    draft = make.operation(lead, opened=False)
    make.school("college", email="c@example.test")
    with pytest.raises(Refused, match="pas ouverte"):
        remind(actor=lead, operation_id=draft.public_id)


def test_a_school_is_told_each_time_its_answer_comes_back_and_the_reason_stays_inside(lead, operation):
    school = make.school("college", email="college@example.test")
    answer = make.answered(operation, school, 12)
    send_back(actor=lead, return_id=answer.public_id, reason="Douze cartes pour Zoé ?")
    message = OutgoingMessage.objects.get()
    assert (message.recipient, page_of(message)) == ("college@example.test", "answer")
    assert "Zoé" not in message.subject + message.body


def test_who_entered_for_an_ecole_is_told_too(lead, operation):
    office = make.circonscription(email="ien@example.test")
    ecole = make.school("ecole", circonscription=office, email="ecole@example.test")
    answer = enter_for(
        actor=make.user("circonscription", office),
        operation_id=operation.public_id,
        school_id=ecole.public_id,
        lines=[Line(level="TOUS", kind="device", pupils=3, units=3)],
    )
    send_back(actor=lead, return_id=answer.public_id, reason="Trois ?")
    pages = {message.recipient: page_of(message) for message in OutgoingMessage.objects.all()}
    assert pages == {"ecole@example.test": "answer", "ien@example.test": "enter-for"}
