"""Is the school warned while there is time, and is what speaks of people gone when it should be?"""

from datetime import date

import pytest

from cartable.equipment import registered
from cartable.equipment.actions import return_loan, warn_ending_credits
from cartable.equipment.models import Appointment, Handover, Receipt
from cartable.journal.models import Entry
from cartable.messages.models import OutgoingMessage
from cartable.pupils import purging, subject_access
from cartable.pupils.actions import purge
from cartable.pupils.models import Pupil
from tests.equipment.stage import iccid, nothing_damaged, pupil_of


pytestmark = pytest.mark.store
END = date(2020, 5, 24)


@pytest.fixture
def cards(week):
    week.school.email = "ce.0930001a@example.test"
    week.school.save()
    week.stock(5, credit_valid_until=END)
    for n in range(3):
        week.hand(week.need(), iccid(n))
    return week


def test_a_credit_of_thirty_days_is_told_after_twenty_three(cards):
    assert warn_ending_credits(on=date(2020, 5, 16)) == 0
    assert warn_ending_credits(on=date(2020, 5, 17)) == 1
    message = OutgoingMessage.objects.get()
    assert message.recipient == "ce.0930001a@example.test"
    assert "3 cartes" in message.body and "24 mai" in message.subject
    assert "Famille" not in message.body and "Enfant" not in message.body


def test_each_school_is_told_once(cards):
    assert warn_ending_credits(on=date(2020, 5, 17)) == 1
    assert warn_ending_credits(on=date(2020, 5, 18)) == 0
    cards.hand(cards.need(), iccid(9))
    warn_ending_credits(on=date(2020, 5, 19))
    assert OutgoingMessage.objects.count() == 1
    assert Entry.objects.filter(verb="equipment.credits_warned").exists()


def test_a_school_without_an_address_waits_for_one(cards):
    cards.school.email = ""
    cards.school.save()
    assert warn_ending_credits(on=date(2020, 5, 17)) == 0
    cards.school.email = "ce.0930001a@example.test"
    cards.school.save()
    assert warn_ending_credits(on=date(2020, 5, 18)) == 1


def test_a_credit_that_has_ended_is_not_announced(cards):
    assert warn_ending_credits(on=date(2020, 5, 25)) == 0


def test_what_a_card_lasts_follows_it_when_it_is_swapped(cards):
    from uuid import uuid4

    from cartable.equipment.actions import swap

    old = Handover.objects.first()
    swap(actor=cards.head, key=uuid4(), handover_id=old.public_id, new_number=iccid(20))
    assert warn_ending_credits(on=date(2020, 5, 20)) == 1
    assert "3 cartes" in OutgoingMessage.objects.get().body


@pytest.fixture
def year(week, clock):
    """A given card, a loan that came back and one that did not, at the end of the next school year."""
    week.stock(5), week.declare(5), week.agree()
    given = {"receiver": "authorised_adult", "receiver_name": "Tante Canari"}
    week.hand(week.need(), iccid(1), **given)
    back = week.lend(week.need("device"), "T1", **given).handover
    week.lend(week.need("device"), "T2", **given)
    return_loan(actor=week.head, loan_id=back.public_id, condition="good")
    with clock.at("2020-11-02T09:00+01:00"):
        yield week


def test_names_go_with_the_school_year_and_open_loans_stay(year):
    foreseen = purge(actor=None, dry_run=True)
    assert (foreseen["equipment.Handover"], foreseen["equipment.Receipt"]) == (2, 1)
    purge(actor=None, dry_run=False)
    assert Pupil.objects.count() == 1
    kept = Handover.objects.exclude(pupil=None).get()
    assert (kept.loan.state, kept.receiver_name) == ("open", "Tante Canari")
    gone = Handover.objects.filter(pupil=None)
    assert {(row.receiver_name, row.home, row.need, row.handed_by) for row in gone} == {
        ("", None, None, None)
    }
    assert Receipt.objects.get().confirmed_name == ""
    assert purge(actor=None, dry_run=True)["equipment.Handover"] == 0
    assert nothing_damaged()


def test_appointments_go_with_the_school_year(week, clock):
    from datetime import UTC, datetime

    from cartable.equipment.actions import schedule

    week.stock(2), week.need()
    ids = {"school_id": week.school.public_id, "operation_id": week.operation.public_id}
    schedule(
        actor=week.head, **ids, starts_at=datetime(2020, 5, 4, 7, tzinfo=UTC), minutes_each=5, good="sim"
    )
    assert registered.purge_appointments(True) == 0
    with clock.at("2020-11-02T09:00+01:00"):
        assert registered.purge_appointments(True) == registered.purge_appointments(False) == 1
    assert not Appointment.objects.exists()


def test_what_is_held_of_a_child_names_its_things(week):
    week.stock(5)
    need = week.need()
    week.hand(need, iccid(1), receiver="authorised_adult", receiver_name="Tante Canari")
    week.hand(week.need(), iccid(2))
    (held,) = subject_access.gather(pupil_of(need))["handovers"]
    assert (held["number"], held["receiver_name"], held["state"]) == (iccid(1), "Tante Canari", "done")


def test_every_model_that_names_somebody_is_served():
    from django.apps import apps

    named = {model._meta.label for model in apps.get_app_config("equipment").get_models() if model.personal}
    assert named == {"equipment.Handover", "equipment.Receipt", "equipment.Appointment"}
    assert named <= purging.served_models()
    assert {"equipment.Handover", "equipment.Appointment"} <= subject_access.served_models()
