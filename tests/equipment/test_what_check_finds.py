"""Does `check` find each kind of damage that somebody could do to the goods, and nothing in a sound store?"""

import inspect
import re
from uuid import uuid4

import pytest
from django.db import connection

from cartable.equipment import checks
from cartable.equipment.actions import Count, send_to_repair, take_found
from cartable.equipment.checks import damages
from cartable.equipment.models import (
    Asset,
    AssetPlace,
    Finding,
    Handover,
    Loan,
    Lot,
    Movement,
    NumberRange,
    ReceiptLine,
    Repair,
)
from cartable.foundation import store_rules
from cartable.ledger.models import Account, Transfer
from cartable.pupils.models import Cover
from tests.equipment.stage import iccid, nothing_damaged


pytestmark = pytest.mark.store


@pytest.fixture
def store(week, tablets):
    """A sound store with a bit of everything, its rules taken off."""
    week.stock(6, ranges=[(iccid(0), iccid(5))]), week.declare(4), week.agree()
    week.receive(4, ranges=[(iccid(10), iccid(13))])
    tablets("S1", "S2")
    for n in range(2):
        week.hand(week.need(), iccid(n)), week.lend(week.need("device"), f"T{n}")
    mended(week)
    assert nothing_damaged()
    store_rules.remove()
    return week


def mended(week):
    """Let a card be missing and turn up, and a tablet be away for repair."""
    shipment = week.ship(2)
    week.confirm(shipment, Count(1, 1, "missing"))
    line = shipment.lines.get()
    take_found(actor=week.head, key=uuid4(), line_id=line.public_id, quantity=1)
    tablet = Asset.objects.get(number="S1")
    send_to_repair(actor=week.service, key=uuid4(), asset_id=tablet.public_id)


def place(**more):
    return AssetPlace.objects.filter(until=None, **more).order_by("id")


def in_two_places():
    connection.cursor().execute("DROP INDEX one_open_place_of_an_asset")
    first = place().first()
    AssetPlace.objects.create(asset=first.asset, account=Account.objects.first(), since=first.since)


def moved_by_hand():
    depot = place(account__code__startswith="depot:").first()
    elsewhere = Account.objects.filter(code__startswith="on_loan:", resource=depot.account.resource).first()
    AssetPlace.objects.filter(pk=depot.pk).update(account=elsewhere)


def another_article():
    mine = Movement.objects.order_by("id").last()
    Movement.objects.filter(pk=mine.pk).update(
        asset=Asset.objects.exclude(product=mine.asset.product).order_by("id").first()
    )


def voided_in_hands():
    Asset.objects.filter(number="T0").update(voided_at="2020-04-27T10:00Z")
    place(asset__number="T0").delete()


def wrong_transfer():
    first = Handover.objects.filter(mode="given").order_by("id").first()
    spare = Lot.objects.order_by("id").first()
    Handover.objects.filter(pk=first.pk).update(transfer=Transfer.objects.get(public_id=spare.public_id))


def overlapping():
    row = NumberRange.objects.order_by("first").last()
    NumberRange.objects.filter(pk=row.pk).update(first=iccid(3)[:-1])


FAULTS = {
    "asset_place": [in_two_places, lambda: place().first().delete()],
    "place_count": [
        moved_by_hand,
        voided_in_hands,
    ],
    "movement_count": [lambda: Movement.objects.order_by("id").last().delete()],
    "movement_article": [another_article],
    "handover_transfer": [wrong_transfer],
    "handover_place": [lambda: place(account__code__startswith="given:").first().delete()],
    "handover_cover": [
        lambda: Cover.objects.all().delete(),
        lambda: Cover.objects.filter(pk=Cover.objects.first().pk).update(ends_at="2020-05-01T10:00Z"),
    ],
    "cover_of_nothing": [lambda: Handover.objects.filter(mode="given").update(state="given_back")],
    "loan_state": [lambda: Handover.objects.filter(mode="lent").update(state="given_back")],
    "loan_missing": [lambda: Loan.objects.first().delete()],
    "loan_count": [lambda: Loan.objects.update(state="lost")],
    "repair_place": [
        lambda: Repair.objects.update(state="repaired", ended_at="2020-05-01T10:00Z"),
        lambda: place(account__code__startswith="repair:").delete(),
    ],
    "found_too_many": [
        lambda: Finding.objects.update(quantity=2),
        lambda: ReceiptLine.objects.filter(rejected=1).update(reason="damaged"),
    ],
    "range_overlap": [overlapping],
    "lot_total": [lambda: Lot.objects.filter(held_by__isnull=False).update(quantity=3)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "fault"), [(code, fault) for code, faults in FAULTS.items() for fault in faults]
)
def test_a_seeded_fault_is_found(store, code, fault):
    fault()
    found = {damage.code for damage in damages()}
    assert code in found


def test_every_damage_is_seeded_here():

    assert set(re.findall(r'Damage\(\s*"(\w+)"', inspect.getsource(checks))) == set(FAULTS)
