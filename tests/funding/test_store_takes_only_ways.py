"""Does the store refuse money that goes where no act sends it: between strangers, past its commitment, twice?"""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from cartable.foundation import clock
from cartable.funding import actions, checks
from cartable.funding.models import CommitmentPart
from cartable.ledger.actions import open_account
from cartable.ledger.models import Account, Resource, Transfer
from tests.funding import stage
from tests.funding.stage import DAY


pytestmark = [pytest.mark.store, pytest.mark.django_db]
LATER = date(2020, 6, 2)


@pytest.fixture
def lived(country):
    """Credits in the Nord and in another région, a part that is paid in part, another one, a reservation."""
    country.fill(100_000_00)
    stage.down(country.nation, country.other_region, 20_000_00)
    part = stage.commit(country, 20_000_00).parts.get()
    stage.commit(country, 5_000_00)
    actions.pay(actor=None, part_id=part.public_id, cents=10_000_00, on=LATER)
    actions.justify(actor=None, part_id=part.public_id, cents=4_000_00, on=LATER)
    actions.reserve(
        actor=None, envelope_id=country.nord.public_id, cents=3_000_00, purpose="Plan", reference="x", on=DAY
    )
    return country


def insert(source: str, target: str, cents: int = 100, credit: str = "ae", **more: object) -> Transfer:
    """Write a transfer as somebody would by hand, without an action; accounts are opened where they lack."""
    for code in (source, target):
        open_account(resource=credit, code=code, floor=None if code.startswith("outside:") else 0)
    accounts = {row.code: row for row in Account.objects.filter(resource__code=credit)}
    given = {"amount": cents, "value_date": LATER, "reason_code": "raw", "recorded_at": clock.now(), **more}
    return Transfer.objects.create(
        public_id=uuid4(),
        resource=Resource.objects.get(code=credit),
        source=accounts[source],
        target=accounts[target],
        **given,
    )


def at(country, place: str) -> str:
    """Write "nord:envelope" or "first:committed" as the code of an account."""
    owner, stage_ = place.split(":")
    parts = list(CommitmentPart.objects.order_by("id"))
    owners = {"first": parts[0], "second": parts[1], "line": country.line}
    found = owners.get(owner) or getattr(country, owner)
    return f"{'outside:voted' if stage_ == 'voted' else stage_}:{found.public_id.hex}"


STRAYS = {
    "to another région's département": ("ae", "nord:envelope", "rhone:envelope"),
    "to an envelope two floors up": ("ae", "nord:envelope", "nation:envelope"),
    "payment credits to another département": ("cp", "nord:envelope", "rhone:envelope"),
    "opened below the nation": ("ae", "line:voted", "nord:envelope"),
    "given back to what was voted": ("ae", "nation:envelope", "line:voted"),
    "set aside elsewhere": ("ae", "nord:envelope", "pas:reserved"),
    "asked elsewhere": ("ae", "nord:envelope", "pas:asked"),
    "more for a part that has its amount": ("ae", "nord:envelope", "first:committed"),
    "from another envelope to a part": ("ae", "region:envelope", "first:committed"),
    "straight to paid": ("ae", "nord:envelope", "first:settled"),
    "straight to justified": ("ae", "first:committed", "first:justified"),
    "from one part to another": ("ae", "first:committed", "second:committed"),
    "paid by another part": ("ae", "first:committed", "second:settled"),
    "left to another envelope": ("ae", "first:committed", "pas:envelope"),
    "recovered for another envelope": ("ae", "first:settled", "pas:envelope"),
    "a reservation of another envelope": ("ae", "nord:reserved", "pas:asked"),
    "paid without a commitment": ("cp", "nord:envelope", "nord:paid"),
    "paid for another": ("cp", "nord:envelope", "pas:paid"),
    "justified without a report": ("cp", "nord:paid", "nord:justified"),
    "paid back without a claim": ("cp", "nord:paid", "nord:returned"),
    "paid credits back without a note": ("cp", "nord:paid", "nord:envelope"),
    "from credits to justified": ("cp", "nord:envelope", "nord:justified"),
    "out of the house": ("ae", "nord:envelope", "line:pocket"),
}


@pytest.mark.parametrize("stray", STRAYS)
def test_money_goes_only_where_an_act_sends_it(lived, stray):
    credit, source, target = STRAYS[stray]
    with pytest.raises(IntegrityError, match="funding:way"), transaction.atomic():
        insert(at(lived, source), at(lived, target), credit=credit)
    assert checks.damages() == []


def paid(part: CommitmentPart, credit: str) -> Transfer:
    return Transfer.objects.get(reason_code="funding_payment", resource__code=credit)


SECOND_CREDITS: dict[str, Callable[[Transfer], dict]] = {
    "the same again": lambda first: {"cents": first.amount},
    "a cent more": lambda first: {"cents": first.amount + 1},
    "another day": lambda first: {"cents": first.amount, "value_date": DAY},
    "another commitment": lambda first: {"cents": first.amount, "reference": str(uuid4())},
}


@pytest.mark.parametrize("change", SECOND_CREDITS)
def test_credits_are_paid_once_for_each_payment_of_a_part(lived, change):
    """A payment of the ledger has taken its credits: no second transfer leans on it."""
    first = paid(lived, "cp")
    given = {"reference": first.reference, **SECOND_CREDITS[change](first)}
    with pytest.raises(IntegrityError, match="funding:way"), transaction.atomic():
        insert(first.source.code, first.target.code, credit="cp", **given)


def test_what_was_undone_in_the_ledger_keeps_its_pair(lived):
    """Every way back is taken by an action: a note, a release, a receipt, each undone; `check` agrees."""
    part = CommitmentPart.objects.order_by("id").first()
    given = {"actor": None, "part_id": part.public_id, "cents": 1_000_00, "on": LATER}
    claim = actions.claim(**given, due_on=LATER, reason="Rendu", reestablish=True)
    other = actions.claim(**given, due_on=LATER, reason="Rendu")
    done = [
        actions.credit_note(**given, reason="Avoir"),
        actions.release(**given, reason="Rien de plus"),
        actions.justify(**given),
    ]
    for one in (claim, other):
        actions.receive(actor=None, recovery_id=one.public_id, on=LATER)
        done.append(one.receipts.get())
    for movement in reversed(done):
        actions.undo(actor=None, movement_id=movement.public_id, reason="Erreur")
    assert checks.damages() == []


def test_a_transfer_along_a_way_that_no_act_tells_of_is_found(lived):
    insert(at(lived, "nord:envelope"), at(lived, "region:envelope"), credit="cp")
    assert {one.code for one in checks.damages()} == {"money_orphan", "money_balance"}
