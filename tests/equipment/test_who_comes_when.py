"""Do families come in the school's order, as far as the stock goes?"""

from datetime import UTC, datetime, timedelta

import pytest

from cartable.equipment.actions import cancel_appointment, mark_absent, schedule
from cartable.equipment.models import Appointment
from cartable.equipment.queries import gate_list, needs_waiting
from cartable.foundation.refused import Refused
from cartable.pupils.actions import set_order
from tests import factories
from tests.equipment.stage import iccid


pytestmark = pytest.mark.store
NINE = datetime(2020, 5, 4, 7, tzinfo=UTC)


@pytest.fixture
def plan(week):
    def plan(**more):
        given = {"starts_at": NINE, "minutes_each": 5, "good": "sim", **more}
        ids = {"school_id": week.school.public_id, "operation_id": week.operation.public_id}
        return schedule(actor=week.head, **ids, **given)

    return plan


def refusal(call, *args, **more):
    with pytest.raises(Refused) as refused:
        call(*args, **more)
    return refused.value.code


def test_families_follow_each_other_in_the_order_of_the_school(week, plan):
    week.stock(2)
    needs = [week.need() for _ in range(3)]
    set_order(
        actor=week.head, school_id=week.school.public_id, need_ids=[n.public_id for n in reversed(needs)]
    )
    made = plan()
    assert [row.need for row in made] == [needs[2], needs[1]]
    assert [row.starts_at for row in made] == [NINE, NINE + timedelta(minutes=5)]
    assert refusal(plan) == "nothing_left"


def test_who_has_an_appointment_keeps_it(week, plan):
    week.stock(3)
    first = week.need()
    assert [row.need for row in plan()] == [first]
    second = week.need()
    assert [row.need for row in plan()] == [second]
    assert refusal(plan) == "nobody_waits"


def test_brothers_and_sisters_come_once(week, plan):
    week.stock(5)
    week.family("connection", pupils=3), week.need()
    assert len(plan()) == 2


def test_a_home_without_a_device_for_cards_waits_for_a_key(week, plan):
    week.stock(5)
    week.need(takes_sim=False)
    assert refusal(plan) == "nobody_waits"
    assert len(needs_waiting(week.head, week.school, week.operation, "key")) == 1


def test_an_absent_family_frees_its_card_for_the_next(week, plan, clock):
    week.stock(2)
    needs = [week.need() for _ in range(4)]
    first, second = plan()
    following = mark_absent(actor=week.head, appointment_id=first.public_id, then="next")
    assert following.need == needs[2] and following.starts_at > second.starts_at
    assert mark_absent(actor=week.head, appointment_id=first.public_id, then="next") is None
    assert mark_absent(actor=week.head, appointment_id=second.public_id) is None
    assert [row.need for row in plan()] == [needs[3]]
    assert Appointment.objects.filter(state="absent").count() == 2


def test_who_was_absent_comes_last(week, plan):
    week.stock(1)
    first, second = week.need(), week.need()
    (row,) = plan()
    mark_absent(actor=week.head, appointment_id=row.public_id)
    assert needs_waiting(week.head, week.school, week.operation, "sim") == [second, first]


def test_a_hand_over_ends_the_appointment(week, plan):
    week.stock(2)
    need = week.need()
    (row,) = plan()
    week.hand(need, iccid(1))
    row.refresh_from_db()
    assert row.state == "done"
    assert refusal(mark_absent, actor=week.head, appointment_id=row.public_id) == "appointment_over"


def test_an_appointment_withdrawn_lets_the_family_wait_again(week, plan):
    week.stock(2)
    need = week.need()
    (row,) = plan()
    assert cancel_appointment(actor=week.head, appointment_id=row.public_id).state == "cancelled"
    assert [again.need for again in plan()] == [need]


def test_times_are_those_of_people(week, plan, clock):
    week.stock(2), week.need()
    assert refusal(plan, starts_at=NINE - timedelta(days=30)) == "moment"
    assert refusal(plan, minutes_each=0) == "minutes"
    stranger = factories.user("head", factories.school())
    (row,) = plan()
    assert refusal(mark_absent, actor=stranger, appointment_id=row.public_id) == "not_yours"


def test_the_gate_shows_who_waits_then_who_was_served(week, plan):
    week.stock(5)
    needs = [week.need(), *week.family("connection", pupils=2), week.need("device")]
    plan()
    week.hand(needs[0], iccid(1))
    rows = gate_list(week.head, week.school, week.operation)
    assert [row.need for row in rows] == [needs[1], needs[2], needs[3], needs[0]]
    assert rows[0].appointment and rows[0].goods == ["sim"] and rows[2].goods == ["tablet"]
    assert (rows[3].served, len(rows[1].homes)) == (True, 1)
    assert rows[0].pupil.shown_name == "Famille2 Enfant0"


def test_the_gate_is_closed_to_others(week):
    week.stock(2), week.need()
    week.hand(week.need(), iccid(1))
    for other in (
        week.service,
        factories.user("prefecture", factories.department()),
        factories.user("auditor"),
    ):
        assert gate_list(other, week.school, week.operation) == []


def test_the_gate_takes_as_many_queries_for_many(week, django_assert_max_num_queries):
    week.stock(50)
    for size in (3, 30):
        for n in range(size):
            week.hand(week.need(), iccid(size * 100 + n)), week.need()
        with django_assert_max_num_queries(14):
            rows = gate_list(week.head, week.school, week.operation)
            assert all(row.pupil.shown_name for row in rows)
            assert [row.handover.product.name for row in rows if row.handover]
