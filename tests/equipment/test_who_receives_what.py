"""Is what comes in counted once, with its numbers and its givers?"""

from datetime import date
from uuid import uuid4

import pytest

from cartable.equipment.models import Lot, NumberRange
from cartable.equipment.rules import Span, forms_of, number_key, readings
from cartable.foundation.refused import Refused
from cartable.operations.models import OperationGiver
from tests import factories
from tests.equipment.stage import iccid, nothing_damaged


pytestmark = pytest.mark.store


def test_a_gift_comes_with_its_whole_chain(week):
    fondation = factories.body("foundation", name="Fondation SFR")
    emmaus = factories.body("association", name="Emmaüs Connect")
    chain = [fondation.public_id, emmaus.public_id]
    lot = week.receive(1400, operator="SFR", giver_ids=chain).lot
    assert [link.body.name for link in lot.donation.chain.order_by("rank")] == [
        "Fondation SFR",
        "Emmaüs Connect",
    ]
    assert OperationGiver.objects.filter(operation=week.operation).count() == 2
    assert lot.product.name == "Carte SIM SFR"
    assert week.in_ledger(f"depot:{week.owner.public_id}") == 1400
    assert week.in_ledger(f"outside:donor:{fondation.public_id}") == -1400
    assert nothing_damaged()


def test_a_retry_is_not_a_second_lot(week):
    key = uuid4()
    first, second = week.receive(10, key=key).lot, week.receive(10, key=key).lot
    assert first == second and Lot.objects.count() == 1
    with pytest.raises(Refused) as refused:
        week.receive(11, key=key)
    assert refused.value.code == "key_reused"


@pytest.mark.parametrize("with_digit", [True, False])
def test_a_range_holds_as_many_as_are_announced(week, with_digit):
    first, last = iccid(1000), iccid(1199)
    ends = (first, last) if with_digit else (first[:-1], last[:-1])
    lot = week.receive(200, ranges=[ends]).lot
    row = NumberRange.objects.get(lot=lot)
    assert (row.first, row.last, row.count) == (first[:-1], last[:-1], 200)


def test_a_count_that_does_not_match_says_both_numbers(week):
    with pytest.raises(Refused) as refused:
        week.receive(201, ranges=[(iccid(1000), iccid(1199))])
    assert refused.value.code == "range_count"
    assert "200" in refused.value.sentence and "201" in refused.value.sentence
    assert not Lot.objects.exists()


def test_overlapping_ranges_are_refused_and_leave_nothing(week):
    week.receive(200, ranges=[(iccid(1000), iccid(1199))])
    with pytest.raises(Refused) as refused:
        week.receive(100, ranges=[(iccid(1199)[:-1], iccid(1298)[:-1])])
    assert refused.value.code == "range_overlap"
    with pytest.raises(Refused, match="recouvre"):
        week.receive(20, ranges=[(iccid(5000), iccid(5009)), (iccid(5009), iccid(5018))])
    assert Lot.objects.count() == 1
    assert week.receive(100, ranges=[(iccid(1200), iccid(1299))]).lot


def test_a_doubtful_number_warns_and_is_taken(week):
    received = week.receive(10, ranges=[("8944100000000000000", "8944100000000000009")])
    assert received.lot.quantity == 10
    assert any("8933" in warning for warning in received.warnings)


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        (("12345", "12349"), "number"),
        (("8933A", "8933B"), "number"),
        ((iccid(9), iccid(1)), "range_order"),
        ((iccid(1), iccid(9)[:-1]), "range_order"),
        (("", ""), "number"),
    ],
)
def test_an_impossible_range_is_refused_in_one_sentence(week, ends, code):
    with pytest.raises(Refused) as refused:
        week.receive(9, ranges=[ends])
    assert refused.value.code == code and refused.value.field == "ranges"


def test_only_who_leads_the_operation_receives(week):
    from cartable.equipment.actions import receive_lot

    with pytest.raises(Refused) as refused:
        receive_lot(
            actor=week.head, operation_id=week.operation.public_id, good="sim", mode="given", quantity=1
        )
    assert refused.value.code == "not_yours"


def test_schools_declare_what_they_hold(week):
    other, _head = week.another_school()
    assert week.declare(100).created == 1
    week.declare(50, at=other)
    assert week.in_ledger(f"school:{week.school.uai}", "tablet", "lent") == 100
    again = week.declare(100)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)
    assert week.declare(120).changed == 1
    assert week.declare(90).changed == 1
    assert week.in_ledger(f"school:{week.school.uai}", "tablet", "lent") == 90
    assert nothing_damaged()


def test_a_head_declares_for_his_own_school_only(week):
    from cartable.equipment.actions import declare_held

    other, _head = week.another_school()
    said = {"actor": week.head, "operation_id": week.operation.public_id, "good": "tablet", "mode": "lent"}
    assert declare_held(**said, counts={week.school.public_id: 12}).total == 12
    with pytest.raises(Refused) as refused:
        declare_held(**said, counts={other.public_id: 12})
    assert refused.value.code == "school"


def test_what_was_handed_over_cannot_be_declared_away(week):
    week.agree(), week.declare(2)
    week.lend(week.need("device"), "T1")
    with pytest.raises(Refused) as refused:
        week.declare(0)
    assert refused.value.code == "below_handed_over"
    assert week.declare(1).changed == 1
    assert nothing_damaged()


def test_many_declarations_take_few_queries(week, django_assert_max_num_queries):
    from cartable.equipment.actions import declare_held

    schools = [factories.school() for _ in range(30)]
    counts = {school.public_id: 115 for school in schools}
    with django_assert_max_num_queries(30):
        declare_held(
            actor=week.service,
            operation_id=week.operation.public_id,
            good="tablet",
            mode="lent",
            counts=counts,
        )


def test_a_number_reads_the_same_with_and_without_its_check_digit():
    number = iccid(1234)
    assert number_key("iccid", number) == number[:-1] == number_key("iccid", number[:-1])
    assert number_key("iccid", number + "0") == number[:-1]
    assert number_key("serial", "ABC") == "ABC"


def test_a_known_range_settles_how_a_number_is_read():
    body = next(iccid(n) for n in range(20))  # 19 digits that happen to end as a check digit would
    whole = [Span(body, body)]
    assert number_key("iccid", body) == body[:-1]
    assert number_key("iccid", body, whole) == body
    assert readings(body)[0] == body[:-1]


def test_ends_that_go_down_mean_nothing():
    assert forms_of(iccid(9), iccid(1)) == []
    assert forms_of(iccid(1), iccid(9)[:-1]) == []


def test_the_day_of_a_lot_is_said(week):
    lot = week.receive(5, received_on=date(2020, 4, 24), credit_valid_until=date(2020, 5, 24)).lot
    assert (lot.received_on, lot.credit_valid_until) == (date(2020, 4, 24), date(2020, 5, 24))
