"""Tell families by e-mail when they are expected; the others are called."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.equipment.actions.shared import lock_school, open_operation
from cartable.equipment.copies import Case, cases_of_appointments, local, reached_by_mail
from cartable.equipment.enums import AppointmentState
from cartable.equipment.queries import appointments_visible_to
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.messages.actions import queue
from cartable.messages.texts import appointment as words
from cartable.pupils.models import Guardian
from cartable.territories.models import School


@dataclass(frozen=True, slots=True)
class Told:
    """How many families are written to, and how many are to be called."""

    written: int
    to_call: int


@transaction.atomic
def tell_families(*, actor: Any, school_id: UUID, operation_id: UUID, place: str, bring: str = "") -> Told:
    """Queue one message an address for each appointment to come; again is nothing. Names nobody.

    Refuses `not_yours`, `operation`, `operation_closed`, `place`, `nobody`.
    """
    school = lock_school(actor, school_id)
    operation = open_operation(actor, operation_id)
    if not place.strip():
        raise Refused("place", _("Dites où les familles sont attendues."), "place")
    rows = appointments_visible_to(actor).filter(school=school, operation=operation)
    cases = cases_of_appointments(
        actor, rows.filter(state=AppointmentState.PLANNED, starts_at__gt=clock.now())
    )
    if not cases:
        raise Refused("nobody", _("Aucun rendez-vous à venir : planifiez-les d'abord."))
    told = sum(_write(actor, school, case, place.strip(), bring.strip()) for case in cases)
    data = {"uai": school.uai, "operation": operation_id, "families": told}
    record(actor=actor, verb="equipment.families_told", target=str(school_id), data=data)
    return Told(told, len(cases) - told)


def _write(actor: Any, school: School, case: Case, place: str, bring: str) -> bool:
    """Write to each address of a family; tell whether one was good."""
    assert case.appointment is not None
    text = words(
        school=school.name,
        at=local(case.appointment.starts_at, school),
        place=place,
        bring=bring,
        contact=school.phone or school.email,
    )
    by_address: dict[str, Guardian] = {one.email.lower(): one for one in reached_by_mail(case)}
    written = 0
    for guardian in by_address.values():
        key = f"appointment:{case.appointment.public_id}:{guardian.public_id}"
        with suppress(Refused):  # an address that is none: the family is called
            queue(actor=actor, to=guardian.email, subject=text.subject, body=text.body, dedup_key=key)
            written += 1
    return written > 0
