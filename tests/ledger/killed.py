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


FIRST = UUID(int=1)
PLACES = ["outside:giver", "depot:a"]


def prepare() -> None:
    open_resource(code="sim", label="Carte SIM")


def _post_once() -> bool:
    if Transfer.objects.filter(public_id=FIRST).exists():
        return False
    post(
        actor=None,
        transfer_id=FIRST,
        resource="sim",
        source=PLACES[0],
        target=PLACES[1],
        amount=5,
        value_date=date(2020, 4, 27),
        reason="receipt",
    )
    return True


def _write_down() -> None:
    record(actor=None, verb="equipment.received", data={"amount": 5})


def act() -> None:
    with transaction.atomic():
        if _post_once():
            _write_down()


def careless_act() -> None:
    """What must be caught: two transactions where one is needed."""
    if _post_once():
        with transaction.atomic():
            _write_down()


def state() -> dict[str, object]:
    damages = [damage.code for damage in (*checks.damages(), *journal_damages())]
    return {
        **balances("sim", PLACES),
        "transfers": Transfer.objects.count(),
        "entries": Entry.objects.count(),
        "damages": damages,
    }
