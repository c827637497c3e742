"""What schools hold already: a count for each is enough, the numbers come at the hand-over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.equipment import custody, places
from cartable.equipment.actions.articles import article_of
from cartable.equipment.models import Lot, Product
from cartable.equipment.perms import may_declare
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer, post_many
from cartable.ledger.queries import balances
from cartable.operations.enums import Mode
from cartable.operations.models import Operation
from cartable.operations.perms import may_lead
from cartable.operations.queries import lent_goods, operations_visible_to
from cartable.territories.models import School


Step = tuple[Lot, int]


@dataclass(frozen=True, slots=True)
class Declared:
    """How many schools' counts were new, changed, or the same as before, and the total now held."""

    created: int
    changed: int
    unchanged: int
    total: int


@transaction.atomic
def declare_held(
    *,
    actor: Any,
    operation_id: UUID,
    good: str,
    mode: str,
    counts: Mapping[UUID, int],
    name: str = "",
    received_on: date | None = None,
) -> Declared:
    """Say how many of an article each school (by public id) holds in all: few queries whatever their number.

    The service that leads the operation declares for every school of its département, a head for his own. Saying
    it again changes the count; it cannot fall below what was already handed over. Refuses `operation`, `school`,
    `quantity`, `not_lent`, `below_handed_over`.
    """
    operation = operations_visible_to(actor).filter(public_id=operation_id).first()
    if operation is None:
        raise Refused("operation", _("Cette opération n'existe pas ou ne vous est pas ouverte."))
    schools = _schools(actor, operation, counts)
    _refuse_not_lent(actor, operation, schools, good, mode)
    product = article_of(operation.owner, good, mode, name)
    day = received_on or clock.today(operation.department.time_zone)
    lots = _lots(operation, product, schools, day)
    steps = [(lot, counts[_school(lot).public_id] - lot.quantity) for lot in lots]
    moved = [(lot, step) for lot, step in steps if step]
    _refuse_below(product, moved)
    report = Declared(
        created=sum(lot.pk is None for lot, _step in moved),
        changed=sum(lot.pk is not None for lot, _step in moved),
        unchanged=len(lots) - len(moved),
        total=sum(counts.values()),
    )
    _write(actor, moved, day)
    data = {"operation": operation_id, "article": product.code, "total": report.total, "schools": len(lots)}
    record(actor=actor, verb="equipment.declared", target=product.code, data=data)
    return report


def _refuse_not_lent(actor: Any, operation: Operation, schools: list[School], good: str, mode: str) -> None:
    """Let a head declare only what the operation lends to schools like his; the service knows what it does."""
    if may_lead(actor, operation):
        return
    if mode != Mode.LENT or any(good not in lent_goods(operation, school.kind) for school in schools):
        raise Refused("not_lent", _("Cette opération ne prête pas cet article aux établissements."), "good")


def _schools(actor: Any, operation: Operation, counts: Mapping[UUID, int]) -> list[School]:
    """Lock the schools in their order: two who declare for one school take turns."""
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in counts.values()):
        raise Refused(
            "quantity", _("Indiquez pour chaque établissement un nombre entier, zéro compris."), "counts"
        )
    asked = School.objects.visible_to(actor).filter(department_id=operation.department_id)
    rows = asked.select_for_update(of=("self",), no_key=True).order_by("id")
    schools = [school for part in custody.batches(counts) for school in rows.filter(public_id__in=part)]
    allowed = [school for school in schools if may_declare(actor, operation, school)]
    if len(allowed) != len(counts):
        raise Refused(
            "school", _("Un établissement n'est pas de cette opération ou de votre ressort."), "counts"
        )
    return allowed


def _lots(operation: Operation, product: Product, schools: list[School], day: date) -> list[Lot]:
    """Give each school's declared lot, a new and empty one where there is none yet."""
    known = Lot.objects.filter(operation=operation, product=product, held_by__isnull=False)
    found = {lot.held_by_id: lot for lot in known.select_related("held_by")}
    return [
        found.get(school.id)
        or Lot(operation=operation, product=product, held_by=school, quantity=0, received_on=day)
        for school in schools
    ]


def _school(lot: Lot) -> School:
    return cast(School, lot.held_by)


def _refuse_below(product: Product, moved: list[Step]) -> None:
    """Refuse to take away things that left the stock, or that stand there with a number of their own."""
    fewer = [(places.school(lot.held_by), lot, step) for lot, step in moved if step < 0]
    codes = [code for code, _lot, _step in fewer]
    held, numbered = balances(product.code, codes), custody.numbered([product.id], codes)
    for code, lot, step in fewer:
        free = held[code] - numbered.get((product.id, code), 0)
        if free + step < 0:
            sentence = _("%(school)s : %(out)s sont déjà remis ou numérotés, déclarez au moins ce nombre.")
            said = {"school": _school(lot).name, "out": lot.quantity - free}
            raise Refused("below_handed_over", sentence % said, "counts")


def _write(actor: Any, moved: list[Step], day: date) -> None:
    transfers = [_transfer(lot, step, day) for lot, step in moved]
    for lot, step in moved:
        lot.quantity += step
    known = [lot for lot, _step in moved if lot.pk]
    Lot.objects.bulk_create([lot for lot, _step in moved if not lot.pk])
    Lot.objects.bulk_update(known, ["quantity"])
    post_many(actor=actor, transfers=transfers)


def _transfer(lot: Lot, step: int, day: date) -> NewTransfer:
    outside, school = places.declared(lot.held_by), places.school(lot.held_by)
    return NewTransfer(
        transfer_id=uuid4() if lot.pk else lot.public_id,
        resource=lot.product.code,
        source=outside if step > 0 else school,
        target=school if step > 0 else outside,
        amount=abs(step),
        value_date=day,
        reason="lot_declared" if step > 0 else "lot_declared_less",
        reference=str(lot.public_id),
    )
