"""Is each school told its part when a scenario is chosen, once, and of a correction only where it changes?"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from cartable.equipment.actions.shipments import send
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.messages.models import OutgoingMessage
from cartable.planning import actions
from cartable.planning.actions.telling import Told, tell_choice
from cartable.planning.models import Explanation, Plan
from cartable.planning.queries.parts import schools_to_call
from tests import factories as make
from tests.planning.deciding import Office


pytestmark = [pytest.mark.django_db, pytest.mark.store]
JUNE = date(2030, 6, 1)


@pytest.fixture
def office():
    return Office()


def mails() -> dict[str, OutgoingMessage]:
    """Give the last message of each address."""
    return {one.recipient.partition("@")[0]: one for one in OutgoingMessage.objects.order_by("id")}


def reached(office, units, name, **more):
    return office.school(units, name, email=f"{name.lower()}@example.test", **more)


def corrected(office, first):
    return actions.correct(actor=office.lead, scenario_id=first.public_id, name="Corrigé")


def test_each_school_is_told_its_own_part_and_how_to_contest(office):
    reached(office, 30, "Alpha")
    reached(office, 20, "Beta")
    office.stock(10)
    office.compute()
    office.choose(contest_until=JUNE)
    found = mails()
    assert sorted(found) == ["alpha", "beta"]
    assert "Alpha reçoit :\n- carte SIM à donner : 6\n" in found["alpha"].body
    assert "Beta reçoit :\n- carte SIM à donner : 4\n" in found["beta"].body
    for mail in found.values():
        assert mail.subject == f"Votre part : {office.operation.name}"
        assert "jusqu'au samedi 1er juin 2030 compris" in mail.body
        assert f"{office.body.name} a décidé la répartition « Premier »" in mail.body
        (address,) = [line for line in mail.body.splitlines() if line.startswith("http")]
        assert resolve(address.removeprefix("http://127.0.0.1:8000")).url_name == "school-shares"
    assert "Beta" not in found["alpha"].body and "Alpha" not in found["beta"].body


def test_goods_to_come_a_silent_school_and_one_that_receives_nothing(office):
    reached(office, 10, "Alpha", pupils_count=100)
    make.school(name="Beta", pupils_count=50, email="beta@example.test")
    reached(office, 8, "Gamma", kind="ecole")
    office.stock(9, origin="gift", code="don", only_for="college")
    office.compute()
    office.choose()
    found = mails()
    assert "- carte SIM à donner : 6 (encore attendus : 6)\n" in found["alpha"].body
    assert "En attendant, il est gardé :\n- carte SIM à donner : 3\n" in found["beta"].body
    assert "ne reçoit" not in found["beta"].body and "reçoit :" not in found["beta"].body
    assert "ne reçoit rien : les articles et l'argent réunis" in found["gamma"].body


def test_a_need_that_was_met_before_is_said_so(office):
    reached(office, 5, "Alpha")
    office.stock(5)
    office.compute()
    office.choose()
    second = office.begin("Second")
    office.stock(5, second)
    office.school(6, "Beta")
    office.compute(second)
    office.choose(second)
    assert "ne reçoit rien : ce qui a déjà été livré ou promis" in mails()["alpha"].body
    assert OutgoingMessage.objects.count() == 2


def test_who_has_no_address_is_counted_and_listed(office):
    reached(office, 5, "Alpha")
    silent = office.school(5, "Beta")
    office.stock(8)
    office.compute()
    chosen = office.choose()
    assert list(mails()) == ["alpha"]
    data = Entry.objects.get(verb="planning.scenario_chosen").data
    assert (data["written"], data["to_call"]) == (1, 1)
    assert list(schools_to_call(chosen)) == [silent]


def test_the_same_choice_again_writes_nothing_more(office):
    reached(office, 5, "Alpha")
    office.stock(5)
    office.compute()
    chosen = office.choose()
    office.choose()
    again = tell_choice(actor=office.lead, scenario=chosen, contest_until=JUNE)
    assert OutgoingMessage.objects.count() == 1 and again == Told(0, 0)


def test_a_choice_that_is_refused_tells_nobody(office):
    reached(office, 30, "Alpha")
    office.stock(15)
    office.offer()
    office.fund(10_000, office.envelope(9_999))
    office.compute()
    with pytest.raises(Refused):
        office.choose()
    assert not OutgoingMessage.objects.exists()


def test_a_correction_tells_only_those_whose_part_changes(office):
    for name in ("Alpha", "Beta", "Gamma"):
        reached(office, 10, name)
    office.stock(9)
    office.compute()
    first = office.choose()
    OutgoingMessage.objects.all().delete()
    new = corrected(office, first)
    office.asks(Explanation.objects.get(scenario=first, school__name="Alpha").school, 1)
    office.stock(7, new)
    office.compute(new)
    office.choose(new)
    found = mails()
    assert sorted(found) == ["alpha"]
    assert found["alpha"].subject.startswith("Votre part change")
    assert "a corrigé la répartition « Corrigé »" in found["alpha"].body
    assert "- carte SIM à donner : 1 au lieu de 3\n" in found["alpha"].body


def test_what_has_left_stays_with_the_school_after_a_correction(office):
    a = reached(office, 10, "Alpha")
    reached(office, 10, "Beta")
    office.stock(8)
    office.compute()
    first = office.choose()
    plan = Plan.objects.get(scenario=first)
    for shipment in actions.release(actor=office.lead, plan_id=plan.public_id, planned_on=date(2030, 1, 2)):
        if shipment.to_school == a:
            send(actor=office.lead, shipment_ids=[shipment.public_id])
    OutgoingMessage.objects.all().delete()
    new = corrected(office, first)
    office.stock(2, new)
    office.compute(new)
    office.choose(new)
    # four had left for each, prepared or sent: two more are shared out
    found = mails()
    assert sorted(found) == ["alpha", "beta"]
    assert all("- carte SIM à donner : 5 au lieu de 4\n" in mail.body for mail in found.values())


def test_a_school_that_a_correction_leaves_out_or_meets_is_told(office):
    reached(office, 10, "Alpha")
    reached(office, 10, "Beta", kind="ecole")
    office.stock(6)
    office.compute()
    first = office.choose()
    OutgoingMessage.objects.all().delete()
    new = corrected(office, first)
    office.stock(3, new, only_for="college")
    reached(office, 10, "Gamma", kind="ecole")
    office.compute(new)
    office.choose(new)
    found = mails()
    assert sorted(found) == ["beta", "gamma"]
    assert "Beta ne reçoit plus rien" in found["beta"].body
    assert "Gamma ne reçoit rien" in found["gamma"].body and "a décidé" in found["gamma"].body


def test_a_hundred_schools_more_take_no_read_more(office):
    reached(office, 5, "Alpha")
    office.stock(20)
    office.compute()
    chosen = office.choose()

    def told() -> int:
        OutgoingMessage.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            tell_choice(actor=office.lead, scenario=chosen, contest_until=JUNE)
        return len([one for one in seen if one["sql"].startswith("SELECT")])

    few = told()
    model = Explanation.objects.get(scenario=chosen)
    for number in range(100):
        model.pk, model.school = None, make.school(email=f"e{number}@example.test")
        model.save()
    assert told() == few
    assert OutgoingMessage.objects.count() == 101
