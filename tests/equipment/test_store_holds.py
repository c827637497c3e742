"""Does the store itself refuse what goes round the actions?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from cartable.equipment.models import (
    Agreement,
    AssetPlace,
    Handover,
    Loan,
    Lot,
    Movement,
    NumberRange,
    ReceiptLine,
)
from cartable.ledger.models import Account
from tests.equipment.stage import iccid, nothing_damaged


pytestmark = pytest.mark.store


@pytest.fixture
def store(week, tablets):
    week.stock(6, ranges=[(iccid(0), iccid(5))]), week.declare(4), week.agree()
    tablets("S1", "S2")
    week.hand(week.need(), iccid(0)), week.lend(week.need("device"), "T0")
    return week


def first(model, **more):
    return model.objects.filter(**more).order_by("id").first()


def again(row, **more):
    row.pk = None
    for name, value in more.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def movement_too_many():
    lot = first(Lot, product__good="sim")
    card = first(Handover, mode="given").asset
    transfer = first(Handover, mode="given").transfer
    other = type(card)(product=card.product, lot=lot, number_kind="iccid", number="x", number_key="x")
    other.save()
    Movement.objects.create(asset=other, transfer=transfer)


ATTEMPTS = {
    "a voted text": lambda: Agreement.objects.update(text="autre"),
    "a vote's day": lambda: Agreement.objects.update(deliberated_on="2020-01-01"),
    "an agreement away": lambda: Agreement.objects.all().delete(),
    "a second text of a version": lambda: again(first(Agreement)),
    "another place in the past": lambda: AssetPlace.objects.exclude(until=None).update(since=F("since")),
    "another place now": lambda: AssetPlace.objects.update(account=Account.objects.first()),
    "an earlier arrival": lambda: AssetPlace.objects.update(since=F("since") - timedelta(days=1)),
    "a place away": lambda: AssetPlace.objects.all().delete(),
    "a second open place": lambda: again(first(AssetPlace, until=None)),
    "a movement away": lambda: Movement.objects.all().delete(),
    "another thing in a movement": lambda: Movement.objects.update(asset=first(Handover).asset),
    "more things than pieces": movement_too_many,
    "a thing in a transfer of another article": lambda: Movement.objects.create(
        asset=first(Handover, mode="given").asset, transfer=first(Handover, mode="lent").transfer
    ),
    "an overlapping range": lambda: again(first(NumberRange), first=iccid(5)[:-1], last=iccid(9)[:-1]),
    "another range": lambda: NumberRange.objects.update(count=1),
    "a loan without agreement": lambda: Handover.objects.filter(mode="lent").update(agreement=None),
    "a gift under an agreement": lambda: Handover.objects.filter(mode="given").update(proof="agreement"),
    "a return without a day": lambda: Loan.objects.update(state="returned"),
    "a rejection without a reason": lambda: ReceiptLine.objects.update(accepted=5, rejected=1),
    "a count that does not add up": lambda: ReceiptLine.objects.update(accepted=5),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_the_store_refuses(store, attempt):
    if attempt is ATTEMPTS["another place in the past"]:
        place = first(AssetPlace, until=None)
        AssetPlace.objects.filter(pk=place.pk).update(until=place.since)
    with pytest.raises(IntegrityError), transaction.atomic():
        attempt()


def test_what_is_refused_leaves_nothing(store):
    for name, attempt in ATTEMPTS.items():
        if name != "another place in the past":
            with pytest.raises(IntegrityError), transaction.atomic():
                attempt()
    assert nothing_damaged()


def test_a_whole_table_is_not_emptied(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    for table in ("equipment_agreement", "equipment_movement", "equipment_assetplace"):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(f"TRUNCATE {table} CASCADE")
