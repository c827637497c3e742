"""Families come one after the other, in the school's order, as far as its stock goes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.equipment import places
from cartable.equipment.actions.shared import lock_school, open_operation
from cartable.equipment.enums import AppointmentState
from cartable.equipment.models import Appointment
from cartable.equipment.queries.gate import needs_waiting
from cartable.equipment.queries.stock import products_of, standing
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.operations.enums import Good
from cartable.operations.models import Operation
from cartable.pupils.models import Need
from cartable.territories.models import School


BETWEEN = timedelta(minutes=10)


@transaction.atomic
def schedule(
    *,
    actor: Any,
    school_id: UUID,
    operation_id: UUID,
    starts_at: datetime,
    minutes_each: int,
    good: str,
    ends_at: datetime | None = None,
) -> list[Appointment]:
    """Give an appointment to each family that waits for `good`, one after the other from `starts_at` on.

    In the school's order, until the stock that nobody waits for already or `ends_at` is reached; who has an
    appointment keeps it. Refuses `moment`, `minutes`, `nothing_left`, `nobody_waits`.
    """
    school = lock_school(actor, school_id)
    operation = open_operation(actor, operation_id)
    if good not in Good.values or not 1 <= minutes_each <= 120:
        raise Refused("minutes", _("Comptez entre 1 et 120 minutes pour chaque famille."), "minutes_each")
    if starts_at < clock.now():
        raise Refused("moment", _("Choisissez un moment à venir."), "starts_at")
    waiting, free = needs_waiting(actor, school, operation, good), free_stock(school, operation, good)
    if not waiting:
        raise Refused("nobody_waits", _("Aucune famille n'attend cet article sans rendez-vous."), "good")
    if free < 1:
        raise Refused("nothing_left", _("Il n'y a pas de stock libre pour d'autres rendez-vous."), "good")
    slots = [
        starts_at + number * timedelta(minutes=minutes_each) for number in range(min(len(waiting), free))
    ]
    rows = [
        _planned(operation, school, need, good, slot)
        for need, slot in zip(waiting, slots, strict=False)
        if ends_at is None or slot < ends_at
    ]
    made = Appointment.objects.bulk_create(rows)
    data = {"uai": school.uai, "operation": operation_id, "good": good, "count": len(made)}
    record(actor=actor, verb="equipment.appointments_made", target=str(school_id), data=data)
    return made


def _planned(operation: Operation, school: School, need: Need, good: str, at: datetime) -> Appointment:
    return Appointment(operation=operation, school=school, need=need, good=good, starts_at=at)


def free_stock(school: School, operation: Operation, good: str) -> int:
    """Count what stands in a school of a sort and that no planned appointment waits for."""
    here = sum(row.quantity for row in standing(products_of(operation, good), [places.school(school)]))
    planned = Appointment.objects.filter(
        operation=operation, school=school, good=good, state=AppointmentState.PLANNED
    )
    return here - planned.count()


@transaction.atomic
def mark_absent(
    *, actor: Any, appointment_id: UUID, then: str = "stock", starts_at: datetime | None = None
) -> Appointment | None:
    """Note that a family did not come: its thing goes back to stock, or (`then="next"`) to the next one in order.

    Gives the appointment of the next family, at `starts_at` or after the last one planned; None where there is
    none. Repeating it changes nothing.
    """
    known = Appointment.objects.filter(public_id=appointment_id).select_related(
        "school", "operation__department"
    )
    row = known.first()
    if row is None:
        raise Refused("appointment", _("Ce rendez-vous n'existe pas ou n'est pas de votre établissement."))
    school = lock_school(actor, row.school.public_id)
    row = known.select_for_update(of=("self",)).get()
    if row.state == AppointmentState.ABSENT:
        return None
    if row.state != AppointmentState.PLANNED:
        raise Refused("appointment_over", _("Ce rendez-vous n'est plus prévu ; rechargez la page."))
    row.state = AppointmentState.ABSENT
    row.save(update_fields=["state"])
    following = _next(actor, row, school, starts_at) if then == "next" else None
    data = {"uai": school.uai, "then": then, "next": following and following.public_id}
    record(actor=actor, verb="equipment.absent", target=str(appointment_id), data=data)
    return following


def _next(actor: Any, row: Appointment, school: School, starts_at: datetime | None) -> Appointment | None:
    waiting = needs_waiting(actor, school, row.operation, row.good)
    if not waiting or free_stock(school, row.operation, row.good) < 1:
        return None
    last = Appointment.objects.filter(
        school=school, operation=row.operation, state=AppointmentState.PLANNED
    ).order_by("-starts_at")
    after = max([clock.now(), *(planned.starts_at for planned in last[:1])]) + BETWEEN
    return Appointment.objects.create(
        operation=row.operation, school=school, need=waiting[0], good=row.good, starts_at=starts_at or after
    )


@transaction.atomic
def cancel_appointment(*, actor: Any, appointment_id: UUID) -> Appointment:
    """Withdraw a planned appointment: the family waits again in its place."""
    row = Appointment.objects.filter(public_id=appointment_id).select_related("school").first()
    if row is None:
        raise Refused("appointment", _("Ce rendez-vous n'existe pas ou n'est pas de votre établissement."))
    lock_school(actor, row.school.public_id)
    changed = Appointment.objects.filter(pk=row.pk, state=AppointmentState.PLANNED).update(
        state=AppointmentState.CANCELLED
    )
    row.refresh_from_db(fields=["state"])
    if changed:
        record(actor=actor, verb="equipment.appointment_cancelled", target=str(appointment_id))
    return row
