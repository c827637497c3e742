"""Does a damaged thing go to repair and end, and does what was missing come into stock, and is nothing lost?"""

from uuid import uuid4

import pytest

from cartable.equipment.actions import (
    Count,
    NewLine,
    end_repair,
    prepare_many,
    return_loan,
    send_to_repair,
    swap,
    take_found,
)
from cartable.equipment.models import Asset, AssetPlace, Finding, Incident, Repair
from cartable.equipment.queries import find_number
from cartable.equipment.queries.repairs import gaps_open_to, repairs_visible_to
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from tests import factories
from tests.equipment.stage import iccid, nothing_damaged


pytestmark = pytest.mark.store


def refusal(action, **arguments) -> Refused:
    with pytest.raises(Refused) as caught:
        action(**arguments)
    return caught.value


@pytest.fixture
def damaged(week):
    """A lent tablet that came back damaged: it stands in the school's stock."""
    week.declare(5), week.agree()
    loan = week.lend(week.need("device"), "TAB-1").handover
    return_loan(actor=week.head, loan_id=loan.public_id, condition="damaged")
    return loan.asset


def place_of(asset: Asset) -> str:
    return AssetPlace.objects.get(asset=asset, until=None).account.code


def test_a_damaged_tablet_is_repaired_and_stands_in_its_school_again(week, damaged):
    repair = send_to_repair(actor=week.head, key=uuid4(), asset_id=damaged.public_id)
    assert place_of(damaged).startswith("repair:") and repair.incident.kind == "broken"
    assert week.in_ledger(f"school:{week.school.uai}", "tablet", "lent") == 4
    done = end_repair(actor=week.service, repair_id=repair.public_id, outcome="repaired")
    assert place_of(damaged) == f"school:{week.school.uai}" and done.ended_at is not None
    assert Asset.objects.get(pk=damaged.pk).condition == "good"
    assert nothing_damaged()
    week.lend(week.need("device"), "TAB-1")


def test_what_cannot_be_repaired_is_written_off(week, damaged):
    repair = send_to_repair(actor=week.service, key=uuid4(), asset_id=damaged.public_id)
    end_repair(actor=week.service, repair_id=repair.public_id, outcome="written_off")
    end_repair(actor=week.service, repair_id=repair.public_id, outcome="written_off")
    assert place_of(damaged) == "outside:dead" and Asset.objects.get(pk=damaged.pk).condition == "dead"
    assert (
        refusal(end_repair, actor=week.service, repair_id=repair.public_id, outcome="repaired").code
        == "move_forbidden"
    )
    assert Entry.objects.filter(verb="equipment.repair_ended").count() == 1
    assert nothing_damaged()


def test_what_was_swapped_as_broken_is_repaired_under_its_incident(week):
    week.declare(5), week.agree()
    old = week.lend(week.need("device"), "TAB-1").handover
    swap(actor=week.head, key=uuid4(), handover_id=old.public_id, new_number="TAB-2", incident="broken")
    repair = send_to_repair(actor=week.head, key=uuid4(), asset_id=old.asset.public_id)
    assert repair.incident == Incident.objects.get() and repair.school == week.school
    end_repair(actor=week.service, repair_id=repair.public_id, outcome="repaired")
    assert place_of(old.asset) == f"school:{week.school.uai}"
    assert nothing_damaged()


def test_a_tablet_of_the_depot_goes_back_to_the_depot(week, tablets):
    tablets("DEP-1", "DEP-2")
    asset = Asset.objects.get(number="DEP-1")
    repair = send_to_repair(actor=week.service, key=uuid4(), asset_id=asset.public_id)
    line = NewLine(week.school.id, "tablet", "lent", 2)
    both = {"operation_id": week.operation.public_id, "lines": [line], "planned_on": week.operation.opens_on}
    assert refusal(prepare_many, actor=week.service, **both).code == "not_enough"
    end_repair(actor=week.service, repair_id=repair.public_id, outcome="repaired")
    prepare_many(actor=week.service, **both)
    assert nothing_damaged()


def test_repeating_a_key_sends_once(week, damaged):
    key = uuid4()
    for _ in range(2):
        send_to_repair(actor=week.head, key=key, asset_id=damaged.public_id)
    assert Repair.objects.count() == 1
    code = refusal(send_to_repair, actor=week.head, key=uuid4(), asset_id=damaged.public_id).code
    assert code == "not_here"


def test_what_is_in_hands_is_taken_back_first(week):
    week.declare(5), week.agree()
    row = week.lend(week.need("device"), "TAB-1").handover
    assert (
        refusal(send_to_repair, actor=week.head, key=uuid4(), asset_id=row.asset.public_id).code == "not_here"
    )
    assert not Repair.objects.exists() and nothing_damaged()


def test_a_card_is_swapped_not_repaired(week):
    week.stock(4)
    row = week.hand(week.need(), iccid(1)).handover
    swap(actor=week.head, key=uuid4(), handover_id=row.public_id, new_number=iccid(2))
    assert refusal(send_to_repair, actor=week.head, key=uuid4(), asset_id=row.asset.public_id).code == "sim"


def test_each_sees_and_ends_what_is_theirs(week, damaged):
    repair = send_to_repair(actor=week.head, key=uuid4(), asset_id=damaged.public_id)
    _school, stranger = week.another_school()
    assert refusal(send_to_repair, actor=stranger, key=uuid4(), asset_id=damaged.public_id).code == "asset"
    assert (
        refusal(end_repair, actor=week.head, repair_id=repair.public_id, outcome="repaired").code == "repair"
    )
    assert list(repairs_visible_to(week.head)) == list(repairs_visible_to(week.service)) == [repair]
    assert list(repairs_visible_to(stranger)) == []
    assert find_number(week.head, "TAB-1").asset == damaged


def missing(week, count: int = 2, good: str = "sim", mode: str = "given"):
    """Ship four and confirm that so many are missing; give the line."""
    shipment = week.ship(4, good, mode)
    week.confirm(shipment, Count(4 - count, count, "missing"))
    return shipment.lines.get()


def test_what_was_missing_comes_into_the_school(week):
    week.receive(10)
    line = missing(week)
    take_found(actor=week.head, key=uuid4(), line_id=line.public_id, quantity=1)
    assert week.in_ledger(f"school:{week.school.uai}") == 3 and week.in_ledger("outside:missing") == 1
    assert gaps_open_to(week.head).get().missing == 1
    take_found(actor=week.service, key=uuid4(), line_id=line.public_id, quantity=1)
    assert not gaps_open_to(week.service).exists()
    assert nothing_damaged()


def test_what_turns_up_in_the_depot_can_be_shipped(week):
    week.receive(4)
    line = missing(week)
    take_found(actor=week.service, key=uuid4(), line_id=line.public_id, quantity=2, in_depot=True)
    week.confirm(week.ship(2))
    assert week.in_ledger(f"school:{week.school.uai}") == 4
    assert nothing_damaged()


def test_no_more_is_found_than_was_missing_and_a_key_counts_once(week):
    week.receive(10)
    line, key = missing(week), uuid4()
    for _ in range(2):
        take_found(actor=week.head, key=key, line_id=line.public_id, quantity=1)
    for quantity in (0, 2):
        said = refusal(take_found, actor=week.head, key=uuid4(), line_id=line.public_id, quantity=quantity)
        assert said.code == "quantity" and "1" in said.sentence
    assert Finding.objects.get().quantity == 1 and nothing_damaged()


def test_of_things_with_numbers_one_says_which(week, tablets):
    tablets("N-1", "N-2", "N-3", "N-4")
    line = missing(week, 2, "tablet", "lent")
    given = {"actor": week.head, "line_id": line.public_id, "quantity": 1}
    assert refusal(take_found, key=uuid4(), **given).code == "numbers"
    assert refusal(take_found, key=uuid4(), numbers=["N-1"], **given).code == "numbers"
    take_found(key=uuid4(), numbers=["n-4"], **given)
    assert place_of(Asset.objects.get(number="N-4")) == f"school:{week.school.uai}"
    assert place_of(Asset.objects.get(number="N-3")) == "outside:missing"
    take_found(key=uuid4(), **given)
    assert nothing_damaged()


def test_what_was_turned_away_for_another_reason_is_no_gap(week):
    week.receive(10)
    shipment = week.ship(4)
    week.confirm(shipment, Count(3, 1, "damaged"))
    line = shipment.lines.get()
    assert refusal(take_found, actor=week.head, key=uuid4(), line_id=line.public_id, quantity=1).code == "gap"


def test_nobody_finds_for_another_school_or_in_another_depot(week):
    week.receive(10)
    line = missing(week)
    _school, stranger = week.another_school()
    given = {"line_id": line.public_id, "quantity": 1}
    assert refusal(take_found, actor=stranger, key=uuid4(), **given).code == "gap"
    assert refusal(take_found, actor=week.head, key=uuid4(), in_depot=True, **given).code == "not_yours"
    prefect = factories.user("prefecture", factories.department())
    assert refusal(take_found, actor=prefect, key=uuid4(), **given).code == "gap"


def test_the_relay_finds_what_it_relays(week):
    office = factories.circonscription()
    ecole = factories.school("ecole", circonscription=office)
    week.receive(10)
    shipment = week.ship(4, to=ecole, through_circonscription=True)
    week.confirm(shipment, Count(3, 1, "missing"))
    inspector = factories.user("circonscription", office)
    take_found(actor=inspector, key=uuid4(), line_id=shipment.lines.get().public_id, quantity=1)
    assert week.in_ledger(f"school:{ecole.uai}") == 4


def test_check_notices_a_repair_without_its_thing_and_too_much_found(week, damaged):
    from cartable.equipment.checks import damages

    repair = send_to_repair(actor=week.head, key=uuid4(), asset_id=damaged.public_id)
    week.receive(10)
    line = missing(week)
    take_found(actor=week.head, key=uuid4(), line_id=line.public_id, quantity=1)
    Finding.objects.update(quantity=9)
    Repair.objects.filter(pk=repair.pk).update(state="repaired", ended_at=repair.sent_at)
    assert {damage.code for damage in damages()} == {"repair_place", "found_too_many"}
