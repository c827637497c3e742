"""Actions on goods with fixed ids, to be killed at every statement."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from cartable.accounts.models import User
from cartable.equipment.actions import hand_over, swap
from cartable.equipment.checks import damages
from cartable.equipment.imports import import_stock
from cartable.equipment.models import Asset, Handover, Lot
from cartable.foundation import clock
from cartable.journal.checks import damages as journal_damages
from cartable.journal.models import Entry
from cartable.ledger import checks as ledger_checks
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
        operation, school, need = Operation.objects.get(), School.objects.get(), Need.objects.get()
        hand_over(
            actor=_who(HEAD), key=FIRST, school_id=school.public_id, operation_id=operation.public_id,
            need_id=need.public_id, good="sim", number=iccid(1), receiver="legal_guardian", proof="certificate",
        )  # fmt: skip


def prepare_handed() -> None:
    prepare()
    hand()


def change() -> None:
    with clock.at(NINE):
        swap(actor=_who(HEAD), key=SECOND, handover_id=FIRST, new_number=iccid(2))


def import_file() -> None:
    path = Path(settings.VAR_DIR) / "tablettes.csv"
    path.write_text("article;numéro de série\nTablette;T1\nTablette;T2\n", encoding="utf-8")
    with clock.at(NINE):
        import_stock(actor=_who(SERVICE), operation_id=Operation.objects.get().public_id, path=path)


def state() -> dict[str, Any]:
    found = [*damages(), *ledger_checks.damages(), *journal_damages()]
    return {
        "handed": sorted(Handover.objects.values_list("state", flat=True)),
        "covers": [Cover.objects.count(), Cover.objects.filter(ends_at=None).count()],
        "things": [Asset.objects.count(), Lot.objects.count()],
        "entries": Entry.objects.filter(verb__in=("equipment.handed_over", "equipment.swapped")).count(),
        "damages": [damage.code for damage in found],
    }
