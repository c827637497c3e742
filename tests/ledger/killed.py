"""One action that posts and journals, to be killed at every statement; and the same without its transaction."""

from datetime import date
from uuid import UUID

from django.db import transaction

from cartable.journal.actions import record
from cartable.journal.checks import damages as journal_damages
from cartable.journal.models import Entry
from cartable.ledger import checks
from cartable.ledger.actions import open_resource, post
from cartable.ledger.models import Transfer
from cartable.ledger.queries import balances


FIRST, SECOND = UUID(int=1), UUID(int=2)
PLACES = ["outside:giver", "depot:a", "school:b"]


def prepare() -> None:
    open_resource(code="sim", label="Carte SIM")


def _both() -> None:
    day = date(2020, 4, 27)
    if Transfer.objects.filter(public_id=FIRST).exists():
        return
    post(
        actor=None, transfer_id=FIRST, resource="sim", source=PLACES[0], target=PLACES[1], amount=5,
        value_date=day, reason="receipt",
    )  # fmt: skip
    post(
        actor=None, transfer_id=SECOND, resource="sim", source=PLACES[1], target=PLACES[2], amount=3,
        value_date=day, reason="shipment",
    )  # fmt: skip
    record(actor=None, verb="equipment.sent", data={"amount": 3})


def act() -> None:
    with transaction.atomic():
        _both()


def careless_act() -> None:
    """What must be caught: two transactions where one is needed."""
    day = date(2020, 4, 27)
    if Transfer.objects.filter(public_id=FIRST).exists():
        return
    post(
        actor=None, transfer_id=FIRST, resource="sim", source=PLACES[0], target=PLACES[1], amount=5,
        value_date=day, reason="receipt",
    )  # fmt: skip
    with transaction.atomic():
        record(actor=None, verb="equipment.sent", data={"amount": 3})


def state() -> dict[str, object]:
    damages = [damage.code for damage in (*checks.damages(), *journal_damages())]
    return {
        **balances("sim", PLACES),
        "transfers": Transfer.objects.count(),
        "entries": Entry.objects.count(),
        "damages": damages,
    }
