"""Are names seen by who serves the school alone, and counts by the others?"""

import pytest

from cartable.equipment.actions import receive_lot
from cartable.equipment.models import AssetPlace
from cartable.equipment.queries import (
    assets_visible_to,
    find_number,
    given_counts,
    handed_by_day,
    handovers_visible_to,
    in_hands,
    loans_visible_to,
    lots_visible_to,
    open_loans_of,
    traces,
)
from cartable.territories.models import School
from tests import factories
from tests.equipment.stage import iccid


pytestmark = pytest.mark.store


@pytest.fixture
def people(week):
    _other, other_head = week.another_school()
    return {
        "head": week.head,
        "elsewhere": other_head,
        "service": week.service,
        "prefecture": factories.user("prefecture", factories.department()),
        "academy": factories.user("academy", factories.department()),
        "national": factories.user("national"),
        "auditor": factories.user("auditor", factories.department()),
        "giver": factories.user("giver", factories.body("foundation")),
        "nobody": factories.user(),
    }


@pytest.fixture
def handed(week):
    week.stock(5), week.declare(5), week.agree()
    week.hand(week.need(), iccid(1)), week.lend(week.need("device"), "T1")


def seen(people, query):
    return {who for who, user in people.items() if query(user)}


def test_rows_with_names_are_for_the_school(week, people, handed):
    assert seen(people, handovers_visible_to) == {"head"}
    assert seen(people, lambda user: open_loans_of(user, week.school)) == {"head"}
    assert seen(people, loans_visible_to) == {"head", "service"}


def test_the_auditor_reads_pseudonyms(week, people, handed):
    assert seen(people, lambda user: traces(user, week.operation)) == {"auditor"}
    rows = traces(people["auditor"], week.operation)
    assert {row.number for row in rows} == {iccid(1), "T1"}
    assert len({row.pseudonym for row in rows}) == 2 and all(len(row.pseudonym) == 12 for row in rows)
    text = str(rows)
    for row in handovers_visible_to(week.head):
        assert str(row.pupil.public_id) not in text and row.pupil.last_name not in text


def test_one_child_has_one_pseudonym(week, people):
    week.stock(5), week.declare(5), week.agree()
    connection, device = week.family("connection", "device")
    week.hand(connection, iccid(1)), week.lend(device, "T1")
    assert len({row.pseudonym for row in traces(people["auditor"], week.operation)}) == 1


def test_a_giver_sees_one_count_of_his_own_operation(week, people):
    giver = people["giver"]
    (body_id,) = giver.scope.body_ids
    from cartable.bodies.models import Body

    assert given_counts(giver, week.operation) == {}
    week.stock(3, giver_ids=[Body.objects.get(pk=body_id).public_id])
    week.hand(week.need(), iccid(1))
    assert given_counts(giver, week.operation) == {"sim": 1}
    assert given_counts(people["prefecture"], week.operation) == {}
    assert seen(people, lots_visible_to) >= {"service", "giver", "head", "national"}
    assert "elsewhere" not in seen(people, lots_visible_to)


def test_a_number_is_found_by_its_owner_and_its_school(week, people, handed):
    assert seen(people, lambda user: find_number(user, iccid(1)[:-1])) == {"head", "service"}
    assert seen(people, lambda user: find_number(user, " t1 ")) == {"head", "service"}
    assert find_number(week.head, "T9") is None
    assert seen(people, assets_visible_to) == {"head", "service"}


def test_counts_in_hands_follow_swaps_and_returns(week, clock):
    from uuid import uuid4

    from cartable.equipment.actions import give_back, swap

    week.stock(5)
    first = week.hand(week.need(), iccid(1)).handover
    second = week.hand(week.need(), iccid(2)).handover
    swap(actor=week.head, key=uuid4(), handover_id=first.public_id, new_number=iccid(3))
    give_back(actor=week.head, handover_id=second.public_id)
    (row,) = in_hands(week.operation, School.objects.visible_to(week.service))
    assert (row.school, row.good, row.stock, row.in_hands, row.handed_over) == (week.school, "sim", 3, 1, 2)
    assert [
        (day.isoformat(), good, n) for day, good, n in handed_by_day(week.operation, School.objects.all())
    ] == [("2020-04-27", "sim", 2)]


def test_counts_take_as_many_queries_for_many_schools(week, django_assert_num_queries):
    for size in (2, 12):
        for n in range(size):
            at = week.another_school()
            week.stock(2, to=at[0])
            week.hand(week.need(at=at), iccid(size * 100 + n), at=at)
        with django_assert_num_queries(5):
            rows = in_hands(week.operation, School.objects.visible_to(week.service))
            assert all(row.in_hands == 1 and row.school.commune is None for row in rows)


def test_a_thing_shows_where_it_stands(week, tablets):
    tablets("T1")
    place = find_number(week.service, "T1")
    assert isinstance(place, AssetPlace) and place.account.code == f"depot:{week.owner.public_id}"


def test_a_service_of_another_departement_receives_nothing_here(week):
    from cartable.foundation.refused import Refused

    there = factories.body(department=factories.department("75", "Paris"))
    with pytest.raises(Refused):
        receive_lot(
            actor=factories.user("equipment", there),
            operation_id=week.operation.public_id,
            good="sim",
            mode="given",
            quantity=1,
        )
