"""What every action in a school begins with: the school, locked, and the right to hand over in it.

Locks are taken in this order, by id within each: School → Need → thing (its open place) → account → journal.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cartable.equipment.models import Handover
from cartable.equipment.perms import may_hand_over
from cartable.foundation.refused import Refused
from cartable.operations.enums import OperationState
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to
from cartable.pupils.queries import schools_served_by
from cartable.territories.models import School


NOT_YOURS = "Vous n'avez pas le droit de remettre du matériel dans cet établissement."


def lock_school(actor: Any, school_id: UUID) -> School:
    """Fetch and lock a school in which `actor` may hand over, or refuse."""
    rows = schools_served_by(actor).select_for_update(of=("self",), no_key=True)
    school = rows.filter(public_id=school_id).first()
    if school is None or not may_hand_over(actor, school):
        raise Refused("not_yours", NOT_YOURS)
    return school


def open_operation(actor: Any, operation_id: UUID) -> Operation:
    """Fetch an operation that is open and that the actor sees, or refuse."""
    operation = operations_visible_to(actor).filter(public_id=operation_id).first()
    if operation is None:
        raise Refused("operation", _("Cette opération n'existe pas ou ne vous est pas ouverte."))
    if operation.state != OperationState.OPEN:
        raise Refused("operation_closed", _("Cette opération n'est pas ouverte : rien ne peut être remis."))
    return operation


def lock_handovers(actor: Any, handover_ids: Sequence[UUID]) -> list[Handover]:
    """Fetch and lock hand-overs of one school in which `actor` may hand over, in the order of ids, or refuse."""
    wanted = Handover.objects.filter(public_id__in=handover_ids)
    schools = list(wanted.order_by().values_list("school__public_id", flat=True).distinct()[:2])
    if len(schools) != 1:
        raise Refused("handover", _("Cette remise n'existe pas ou n'est pas de votre établissement."))
    school = lock_school(actor, schools[0])
    rows = wanted.select_related("asset__product", "operation__department", "loan", "transfer")
    found = list(rows.select_for_update(of=("self",)).order_by("id"))
    if len(found) != len(set(handover_ids)):
        raise Refused("handover", _("Cette remise n'existe pas ou n'est pas de votre établissement."))
    for handover in found:
        handover.school = school
    return found
