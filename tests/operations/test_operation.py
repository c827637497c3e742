"""Does an operation open, change and close only by the hand of who leads it?"""

from datetime import UTC, date, datetime, time

import pytest

from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.operations.actions import add_giver, add_pool, change_quantity, change_state, create_operation
from cartable.operations.enums import OperationState
from cartable.operations.models import Operation
from cartable.operations.queries import operations_led_by, operations_visible_to, schools_asked
from cartable.operations.rules import deadline
from tests import factories as make


pytestmark = [pytest.mark.django_db, pytest.mark.store]


def test_an_operation_opens_with_its_pools_and_is_journalled():
    lead = make.equipment_user()
    made = make.operation(lead, make.pool(1400), make.pool(400, serves="ecole", through_circonscription=True))
    assert made.state == OperationState.OPEN
    assert sorted(made.pools.values_list("quantity", flat=True)) == [400, 1400]
    assert Entry.objects.filter(verb="operations.created", target=str(made.public_id)).exists()


def test_without_a_pool_it_does_not_open():
    lead = make.equipment_user()
    owner = make.body()
    made = create_operation(
        actor=lead,
        owner_id=owner.public_id,
        name="Vide",
        opens_on=date(2020, 4, 27),
        answers_due_on=date(2020, 4, 29),
    )
    with pytest.raises(Refused, match="au moins une part"):
        change_state(actor=lead, operation_id=made.public_id, to=OperationState.OPEN)
    made.refresh_from_db()
    assert made.state == OperationState.DRAFT


@pytest.mark.parametrize("role", ["prefecture", "academy"])
def test_the_prefecture_of_the_same_territory_may_not_lead(role):
    made = make.operation(make.equipment_user())
    other = make.user(role, make.department())
    assert list(operations_visible_to(other)) == [made]
    assert not operations_led_by(other).exists()
    with pytest.raises(Refused):
        add_pool(actor=other, operation_id=made.public_id, pool=make.pool(10, good="tablet"))


def test_a_giver_who_equips_another_departement_does_not_lead_what_he_gives_to():
    made = make.operation(make.equipment_user())
    giver = make.body("foundation")
    add_giver(operation=made, body=giver)
    person = make.user("equipment", make.body(department=make.department("94", "Val-de-Marne")))
    make.assign(person, "giver", made.owner)
    assert made in operations_visible_to(person) and not operations_led_by(person).exists()


def test_a_draft_is_seen_by_its_owner_alone():
    lead = make.equipment_user()
    draft = make.operation(lead, opened=False)
    assert list(operations_visible_to(lead)) == [draft]
    for other in (
        make.user("national"),
        make.user("prefecture", make.department()),
        make.user("head", make.school()),
    ):
        assert not operations_visible_to(other).exists()


def test_another_departement_sees_nothing():
    make.operation(make.equipment_user())
    elsewhere = make.department("94", "Val-de-Marne")
    for role, place in (
        ("prefecture", elsewhere),
        ("head", make.school(department=elsewhere)),
        ("equipment", make.body(department=elsewhere)),
    ):
        assert not operations_visible_to(make.user(role, place)).exists()


def test_a_giver_sees_the_operation_it_gives_to_and_no_other():
    lead = make.equipment_user()
    given, other = make.operation(lead), make.operation(lead, name="Autre")
    giver = make.body("foundation")
    add_giver(operation=given, body=giver)
    seen = set(operations_visible_to(make.user("giver", giver)))
    assert seen == {given} and other not in seen


def test_only_open_schools_of_the_served_sort_are_asked():
    made = make.operation(make.equipment_user())
    asked = make.school("college")
    make.school("college", closed=True), make.school("lycee"), make.school("ecole")
    make.school("college", department=make.department("94", "Val-de-Marne"))
    assert list(schools_asked(made)) == [asked]


@pytest.mark.parametrize(("quantity", "reason"), [(0, "erreur"), (10, ""), (10, "   ")])
def test_a_quantity_changes_with_a_reason_and_stays_positive(quantity, reason):
    lead = make.equipment_user()
    pool = make.operation(lead).pools.get()
    with pytest.raises(Refused):
        change_quantity(actor=lead, pool_id=pool.public_id, quantity=quantity, reason=reason)
    pool.refresh_from_db()
    assert pool.quantity == 1400


def test_closing_is_free_and_opening_again_takes_a_reason():
    lead = make.equipment_user()
    made = make.operation(lead)
    change_state(actor=lead, operation_id=made.public_id, to=OperationState.CLOSED)
    with pytest.raises(Refused, match="motif"):
        change_state(actor=lead, operation_id=made.public_id, to=OperationState.OPEN)
    change_state(actor=lead, operation_id=made.public_id, to=OperationState.OPEN, reason="Un carton retrouvé")
    assert Operation.objects.get().state == OperationState.OPEN


@pytest.mark.parametrize(
    ("zone", "hour", "expected"),
    [
        ("Europe/Paris", time(12, 0), datetime(2020, 4, 29, 10, 0, tzinfo=UTC)),
        ("Europe/Paris", None, datetime(2020, 4, 29, 22, 0, tzinfo=UTC)),
        ("Indian/Reunion", time(12, 0), datetime(2020, 4, 29, 8, 0, tzinfo=UTC)),
        ("America/Guadeloupe", None, datetime(2020, 4, 30, 4, 0, tzinfo=UTC)),
    ],
)
def test_a_deadline_is_the_local_time_of_the_departement(zone, hour, expected):
    made = make.operation(make.equipment_user(), answers_due_hour=hour)
    made.department.time_zone = zone
    assert deadline(made) == expected


def test_dates_that_go_backwards_are_refused_whole():
    lead = make.equipment_user()
    with pytest.raises(Refused) as refused:
        make.operation(lead, opens_on=date(2020, 5, 1))
    assert refused.value.field == "answers_due_on"
    assert not Operation.objects.exists()
