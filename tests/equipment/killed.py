"""Actions on goods with fixed ids, to be killed at every statement."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from cartable.accounts.models import User
from cartable.equipment import places
from cartable.equipment.actions import (
    Count,
    NewLine,
    cancel_handover,
    confirm_receipt,
    give_back,
    hand_over,
    prepare_many,
    receive_lot,
    swap,
)
from cartable.equipment.checks import damages
from cartable.equipment.imports import import_stock
from cartable.equipment.models import Asset, Handover, Lot, Product, Shipment
from cartable.equipment.rules import receipt_code
from cartable.foundation import clock
from cartable.journal.checks import damages as journal_damages
from cartable.journal.models import Entry
from cartable.ledger import checks as ledger_checks
from cartable.ledger.queries import balances
from cartable.operations.models import Operation
from cartable.pupils.models import Cover, Need
from cartable.territories.models import School
from tests.equipment.stage import iccid, stage


NINE = datetime(2020, 4, 27, 7, tzinfo=UTC)
FIRST, SECOND = UUID(int=11), UUID(int=12)
HEAD, SERVICE = "tete@example.test", "service@example.test"


def prepare() -> None:
    with clock.at(NINE):
        week = stage()
        User.objects.filter(pk=week.head.pk).update(identifier=HEAD)
        User.objects.filter(pk=week.service.pk).update(identifier=SERVICE)
        week.stock(4)
        week.need()


def _who(identifier: str) -> User:
    return User.objects.get(identifier=identifier)


def hand() -> None:
    with clock.at(NINE):
        _hand(iccid(1))


def _hand(number: str) -> None:
    operation, school, need = Operation.objects.get(), School.objects.get(), Need.objects.get()
    hand_over(
        actor=_who(HEAD), key=FIRST, school_id=school.public_id, operation_id=operation.public_id,
        need_id=need.public_id, good="sim", number=number, receiver="legal_guardian", proof="certificate",
    )  # fmt: skip


def hand_another() -> None:
    """Ask for another card under the same key."""
    with clock.at(NINE):
        _hand(iccid(3))


def prepare_handed() -> None:
    prepare()
    hand()


def change() -> None:
    with clock.at(NINE):
        swap(actor=_who(HEAD), key=SECOND, handover_id=FIRST, new_number=iccid(2))


def change_for_another() -> None:
    """Ask for a third card under the key of the swap."""
    with clock.at(NINE):
        swap(actor=_who(HEAD), key=SECOND, handover_id=FIRST, new_number=iccid(3))


def take_back() -> None:
    with clock.at(NINE):
        give_back(actor=_who(HEAD), handover_id=FIRST)


def undo() -> None:
    with clock.at(NINE):
        cancel_handover(actor=_who(HEAD), handover_id=FIRST, reason="Erreur de saisie")


def receive() -> None:
    _receive(2)


def receive_more() -> None:
    """Note another number of pieces under the same key."""
    _receive(3)


def _receive(quantity: int) -> None:
    with clock.at(NINE):
        operation = Operation.objects.get()
        receive_lot(
            actor=_who(SERVICE), key=SECOND, operation_id=operation.public_id, good="sim", mode="given",
            quantity=quantity,
        )  # fmt: skip


def prepare_sent() -> None:
    """Let three cards be on their way."""
    prepare()
    with clock.at(NINE):
        operation, school = Operation.objects.get(), School.objects.get()
        receive()
        line = NewLine(school.id, "sim", "given", 2)
        prepare_many(
            actor=_who(SERVICE), operation_id=operation.public_id, lines=[line], planned_on=NINE.date()
        )


def confirm() -> None:
    _confirm(Count(1, 1, "damaged"))


def confirm_otherwise() -> None:
    """Say other numbers of what was confirmed."""
    _confirm(Count(2))


def _confirm(count: Count) -> None:
    shipment = Shipment.objects.latest("id")
    with clock.at(NINE):
        lines = {line.public_id: count for line in shipment.lines.all()}
        confirm_receipt(code=receipt_code(shipment.public_id), name="Mme Exemple", lines=lines)


def import_file() -> None:
    path = Path(settings.VAR_DIR) / f"tablettes-{os.getpid()}.csv"  # two may be at it at once
    path.write_text("article;numéro de série\nTablette;T1\nTablette;T2\n", encoding="utf-8")
    with clock.at(NINE):
        import_stock(actor=_who(SERVICE), operation_id=Operation.objects.get().public_id, path=path)


def state() -> dict[str, Any]:
    entries = Entry.objects.filter(verb__startswith="equipment.")
    found = [*damages(), *ledger_checks.damages(), *journal_damages()]
    return {
        "handed": sorted(Handover.objects.values_list("state", flat=True)),
        "covers": [Cover.objects.count(), Cover.objects.filter(ends_at=None).count()],
        "things": [Asset.objects.count(), Lot.objects.count()],
        "shipments": sorted(Shipment.objects.values_list("state", flat=True)),
        "at_school": balances(Product.objects.get(good="sim").code, [places.school(School.objects.get())]),
        # A file that is imported again is told again, with nothing created.
        "entries": sum(entry.data.get("created") != 0 for entry in entries),
        "damages": [damage.code for damage in found],
    }
