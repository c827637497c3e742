"""Write to schools about their answer: it is missing, or it comes back. Never a child's name, never a count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cartable.bodies.rules import contact_of
from cartable.census.models import Return
from cartable.census.queries import schools_to_remind
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.messages import texts
from cartable.messages.actions import NewMessage, queue_many
from cartable.operations.enums import OperationState
from cartable.operations.models import Operation
from cartable.operations.perms import may_lead
from cartable.operations.queries import operations_visible_to
from cartable.operations.rules import deadline, is_late
from cartable.territories.models import Circonscription, School


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many schools are written to now, how many were today already, and how many have no address."""

    written: int
    before: int
    to_call: int


@dataclass(frozen=True, slots=True)
class _Writer:
    """Who signs a reminder."""

    issuer: str
    contact: str


@transaction.atomic
def remind(*, actor: Any, operation_id: UUID) -> Reminded:
    """Write to every silent school that the actor follows, at most once a day; journalled as counts.

    The service that leads writes to all, a circonscription to its own écoles. Refuses `operation`,
    `operation_closed`, `not_yours`, `nobody_silent`.
    """
    operation = operations_visible_to(actor).filter(public_id=operation_id).first()
    if operation is None:
        raise Refused("operation", _("Cette opération n'existe pas ou ne vous concerne pas."))
    if operation.state != OperationState.OPEN:
        raise Refused("operation_closed", _("Cette opération n'est pas ouverte : personne n'a à répondre."))
    schools = list(schools_to_remind(operation, actor))
    if not schools:
        raise Refused("nobody_silent", _("Tous les établissements que vous suivez ont répondu."))
    reached = [school for school in schools if school.email]
    writer = _writer(actor, operation)
    written = queue_many(actor=actor, messages=[_reminder(operation, school, writer) for school in reached])
    report = Reminded(written, len(reached) - written, len(schools) - len(reached))
    data = {"schools": report.written, "before": report.before, "to_call": report.to_call}
    record(actor=actor, verb="census.reminded", target=str(operation_id), data=data)
    return report


def _writer(actor: Any, operation: Operation) -> _Writer:
    """Sign with the service that leads, or with the circonscription that follows its écoles."""
    if not may_lead(actor, operation):
        led = Circonscription.objects.filter(id__in=actor.scope.circonscription_ids).order_by("id").first()
        if led is not None:
            return _Writer(led.name, led.email or led.phone)
    return _Writer(operation.owner.name, contact_of(operation.owner))


def _local(moment: datetime, operation: Operation) -> datetime:
    return moment.astimezone(ZoneInfo(operation.department.time_zone))


def _reminder(operation: Operation, school: School, writer: _Writer) -> NewMessage:
    text = texts.reminder(
        school=school.name,
        operation=operation.name,
        deadline=_local(deadline(operation), operation),
        late=is_late(operation),
        link=_answer_page(operation, school),
        issuer=writer.issuer,
        contact=writer.contact,
    )
    day = clock.today(operation.department.time_zone)
    key = f"reminder:{operation.public_id}:{school.uai}:{day}"
    return NewMessage(school.email, text.subject, text.body, key)


def _answer_page(operation: Operation, school: School) -> str:
    return f"{settings.PUBLIC_ADDRESS}/enquetes/{operation.public_id}/etablissement/{school.public_id}"


def _entering_page(operation: Operation, school: School) -> str:
    return f"{settings.PUBLIC_ADDRESS}/enquetes/{operation.public_id}/ecoles/{school.public_id}"


def tell_sent_back(*, actor: Any, answer: Return) -> int:
    """Write to the school, and to the circonscription that had entered for it; the reason stays behind the sign-in."""
    operation, school, office = answer.campaign.operation, answer.school, answer.entered_for_by
    told = [(school.email, _answer_page(operation, school))]
    if office is not None:
        told.append((office.email, _entering_page(operation, school)))
    messages = []
    for rank, (address, link) in enumerate(told):
        text = texts.sent_back(
            school=school.name,
            operation=operation.name,
            link=link,
            issuer=operation.owner.name,
            contact=contact_of(operation.owner),
        )
        key = f"sent_back:{answer.public_id}:{answer.submitted_at:%Y%m%d%H%M%S}:{rank}"
        messages.append(NewMessage(address, text.subject, text.body, key))
    return queue_many(actor=actor, messages=messages)
