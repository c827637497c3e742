"""Does what leaves the depot arrive, or is what lacks said?"""

from datetime import date
from uuid import uuid4

import pytest

from cartable.equipment.actions import (
    Count,
    NewLine,
    cancel,
    confirm_receipt,
    prepare_many,
    prepare_shipment,
    send,
)
from cartable.equipment.models import AssetPlace, Receipt, Shipment
from cartable.equipment.places import reserved
from cartable.equipment.queries import depot_stock, gaps, shipment_of_code, shipments_visible_to, with_counts
from cartable.equipment.rules import receipt_code
from cartable.foundation.refused import Refused
from cartable.ledger.actions import post
from tests import factories
from tests.equipment.stage import nothing_damaged


pytestmark = pytest.mark.store


def reserve(week, quantity, good="sim", mode="given"):
    plan = uuid4()
    (stock,) = depot_stock(week.operation, good=good, mode=mode)
    post(
        actor=None, transfer_id=uuid4(), resource=stock.resource, source=stock.place, target=reserved(plan),
        amount=quantity, value_date=date(2020, 4, 29), reason="plan_approved",
    )  # fmt: skip
    return plan


def test_each_school_gets_its_shipment_numbered_without_a_hole(week):
    week.receive(100)
    schools = [week.school, *(factories.school() for _ in range(4))]
    lines = [NewLine(school.id, "sim", "given", 11) for school in schools]
    made = prepare_many(
        actor=week.service, operation_id=week.operation.public_id, lines=lines, planned_on=date(2020, 4, 30)
    )
    assert [shipment.number for shipment in made] == [f"E-2020-{n:05d}" for n in range(1, 6)]
    assert [shipment.to_school for shipment in made] == schools
    assert week.in_ledger(f"depot:{week.owner.public_id}") == 45
    assert week.ship(1).number == "E-2020-00006"


def test_a_circonscription_relays_for_its_ecoles(week):
    week.receive(40)
    place = factories.circonscription()
    ecoles = [factories.school("ecole", circonscription=place) for _ in range(3)]
    shipment = prepare_shipment(
        actor=week.service,
        operation_id=week.operation.public_id,
        lines=[NewLine(ecole.id, "sim", "given", 4) for ecole in ecoles],
        planned_on=date(2020, 4, 30),
        through_circonscription=True,
    )
    assert (shipment.to_circonscription, shipment.to_school) == (place, None)
    assert with_counts(Shipment.objects.all()).get().units == 12
    week.confirm(shipment, Count(4), Count(3, 1, "missing"), Count(4))
    assert [week.in_ledger(f"school:{ecole.uai}") for ecole in ecoles] == [4, 3, 4]
    assert nothing_damaged()


def test_a_shipment_leaves_what_the_plan_reserved(week):
    week.receive(100)
    plan = reserve(week, 60)
    shipment = week.ship(60, source=reserved(plan))
    assert week.in_ledger(reserved(plan)) == 0
    assert week.in_ledger(f"transit:{shipment.public_id}") == 60
    with pytest.raises(Refused) as refused:
        week.ship(1, source=reserved(plan))
    assert refused.value.code == "not_enough"


def test_more_than_there_is_does_not_leave(week):
    week.receive(10)
    with pytest.raises(Refused) as refused:
        week.ship(11)
    assert refused.value.code == "not_enough" and "1 " in refused.value.sentence
    assert not Shipment.objects.exists()


def test_a_line_that_no_lot_fills_is_cut_in_two(week):
    week.receive(6, operator="SFR"), week.receive(6, operator="SFR"), week.receive(6, operator="Orange")
    shipment = week.ship(15)
    assert [line.quantity for line in shipment.lines.order_by("id")] == [6, 6, 3]
    week.confirm(shipment)
    assert week.in_ledger(f"school:{week.school.uai}") == 15
    assert nothing_damaged()


def test_the_slip_confirms_without_an_account(week):
    week.receive(11)
    shipment = week.ship(11)
    assert send(actor=week.service, shipment_ids=[shipment.public_id]) == 1
    code = receipt_code(shipment.public_id)
    assert shipment_of_code(f" {code[:4]}-{code[4:].upper()} ") == shipment
    receipt = week.confirm(shipment)
    assert receipt.confirmed_by is None
    assert receipt.confirmed_name == "Mme Exemple"
    assert week.in_ledger(f"school:{week.school.uai}") == 11


def test_a_code_is_nowhere_in_the_store(week):
    week.receive(1)
    shipment = week.ship(1)
    assert receipt_code(shipment.public_id) not in str(Shipment.objects.values().get())
    assert shipment_of_code("0" * 20) is None


def test_a_gap_is_noted_and_the_owner_sees_it(week):
    week.receive(11)
    week.confirm(week.ship(11), Count(8, 3, "missing"))
    gap = gaps(week.operation).get()
    assert (gap.accepted, gap.rejected, gap.get_reason_display()) == (8, 3, "manquant à l'ouverture")
    assert week.in_ledger("outside:missing") == 3
    assert nothing_damaged()


def test_what_is_turned_away_goes_back_and_can_leave_again(week):
    week.receive(11)
    week.confirm(week.ship(11), Count(8, 3, "damaged"))
    assert week.in_ledger(f"depot:{week.owner.public_id}") == 3
    week.confirm(week.ship(3))
    assert week.in_ledger(f"school:{week.school.uai}") == 11
    assert nothing_damaged()


@pytest.mark.parametrize(
    ("count", "code"),
    [
        (Count(10), "count"),
        (Count(12), "count"),
        (Count(12, -1), "count"),
        (Count(8, 3), "reason_missing"),
        (Count(8, 3, "because"), "reason_missing"),
    ],
)
def test_accepted_and_rejected_make_what_was_shipped(week, count, code):
    week.receive(11)
    shipment = week.ship(11)
    with pytest.raises(Refused) as refused:
        week.confirm(shipment, count)
    assert refused.value.code == code
    assert week.in_ledger(f"school:{week.school.uai}") == 0


def test_a_second_confirmation_is_the_first_and_another_is_refused(week):
    week.receive(11)
    shipment = week.ship(11)
    first = week.confirm(shipment, Count(10, 1, "damaged"))
    assert week.confirm(shipment, Count(10, 1, "damaged")) == first
    with pytest.raises(Refused) as refused:
        week.confirm(shipment, Count(11))
    assert refused.value.code == "already_confirmed"
    assert Receipt.objects.count() == 1 and week.in_ledger(f"school:{week.school.uai}") == 10


def test_who_may_receive_confirms_with_an_account(week):
    week.receive(4)
    shipment = week.ship(2)
    lines = {shipment.lines.get().public_id: Count(2)}
    _other, stranger = week.another_school()
    with pytest.raises(Refused) as refused:
        confirm_receipt(actor=stranger, shipment_id=shipment.public_id, name="", lines=lines)
    assert refused.value.code == "code"
    receipt = confirm_receipt(actor=week.head, shipment_id=shipment.public_id, name="", lines=lines)
    assert receipt.confirmed_by == week.head


def test_the_service_sees_and_does_not_receive(week):
    week.receive(2)
    shipment = week.ship(2)
    lines = {shipment.lines.get().public_id: Count(2)}
    for code in ("", "0" * 20):
        with pytest.raises(Refused) as refused:
            confirm_receipt(
                actor=week.service, code=code, shipment_id=shipment.public_id, name="", lines=lines
            )
        assert refused.value.code == "not_yours"
    with pytest.raises(Refused) as refused:
        confirm_receipt(shipment_id=shipment.public_id, name="Quelqu'un", lines=lines)
    assert refused.value.code == "code"


def test_a_shipment_called_back_says_why_and_its_goods_return(week):
    week.receive(11)
    plan = reserve(week, 11)
    shipment = week.ship(11, source=reserved(plan))
    with pytest.raises(Refused) as refused:
        cancel(actor=week.service, shipment_id=shipment.public_id, reason=" ")
    assert refused.value.code == "reason_missing"
    cancel(actor=week.service, shipment_id=shipment.public_id, reason="La tournée est reportée.")
    assert week.in_ledger(reserved(plan)) == 11
    assert shipment_of_code(receipt_code(shipment.public_id)) is None
    with pytest.raises(Refused):
        week.confirm(shipment)
    assert week.ship(11, source=reserved(plan)).number == "E-2020-00002"
    assert nothing_damaged()


def test_things_with_a_number_travel_with_their_counts(week, tablets):
    tablets("T1", "T2", "T3", "T4", "T5")
    shipment = week.ship(3, "tablet", "lent")
    here = AssetPlace.objects.filter(until=None, account__code=f"transit:{shipment.public_id}")
    assert sorted(here.values_list("asset__number", flat=True)) == ["T1", "T2", "T3"]
    week.confirm(shipment, Count(2, 1, "damaged"))
    school = AssetPlace.objects.filter(until=None, account__code=f"school:{week.school.uai}")
    assert sorted(school.values_list("asset__number", flat=True)) == ["T1", "T2"]
    assert nothing_damaged()


def test_what_an_exchange_left_behind_travels_too(week, tablets):
    tablets("S1", "S2"), tablets("S3", "S4"), week.agree()
    week.confirm(week.ship(1, "tablet", "lent"))
    week.lend(week.need("device"), "S3")
    week.confirm(week.ship(3, "tablet", "lent"))
    school = AssetPlace.objects.filter(until=None, account__code=f"school:{week.school.uai}")
    assert sorted(school.values_list("asset__number", flat=True)) == ["S1", "S2", "S4"]
    assert nothing_damaged()


def test_reserved_things_stand_in_the_depot(week, tablets):
    tablets("T1", "T2", "T3")
    plan = reserve(week, 2, "tablet", "lent")
    assert nothing_damaged()
    shipment = week.ship(2, "tablet", "lent", source=reserved(plan))
    assert nothing_damaged()
    cancel(actor=week.service, shipment_id=shipment.public_id, reason="Camion en panne")
    assert AssetPlace.objects.filter(until=None, account__code__startswith="depot:").count() == 3
    assert nothing_damaged()


def test_a_round_takes_as_many_queries_for_ten_schools_as_for_forty(week, django_assert_max_num_queries):
    week.receive(2000)
    for count in (10, 40):
        lines = [NewLine(factories.school().id, "sim", "given", 5) for _ in range(count)]
        week.service.__dict__.pop("scope", None)
        with django_assert_max_num_queries(40):
            prepare_many(
                actor=week.service,
                operation_id=week.operation.public_id,
                lines=lines,
                planned_on=date(2020, 4, 30),
            )


def test_each_sees_the_shipments_of_his_place(week):
    week.receive(20)
    place = factories.circonscription()
    ecole = factories.school("ecole", circonscription=place)
    mine, relayed = week.ship(2), week.ship(2, to=ecole, through_circonscription=True)
    seen = {
        "service": set(shipments_visible_to(week.service)),
        "head": set(shipments_visible_to(week.head)),
        "inspector": set(shipments_visible_to(factories.user("circonscription", place))),
        "director": set(shipments_visible_to(factories.user("head", ecole))),
        "prefecture": set(shipments_visible_to(factories.user("prefecture", factories.department()))),
        "giver": set(shipments_visible_to(factories.user("giver", factories.body("foundation")))),
        "elsewhere": set(shipments_visible_to(factories.user("head", factories.school()))),
    }
    assert seen == {
        "service": {mine, relayed},
        "head": {mine},
        "inspector": {relayed},
        "director": {relayed},
        "prefecture": set(),
        "giver": set(),
        "elsewhere": set(),
    }
