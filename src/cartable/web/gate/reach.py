"""What a person may open at the gate: schools where he hands over, in operations that serve them."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.enums import Right
from cartable.accounts.models import User
from cartable.equipment.models import Handover
from cartable.equipment.perms import may_hand_over
from cartable.equipment.queries import handovers_visible_to
from cartable.operations.enums import OperationState
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to, schools_asked
from cartable.pupils.queries import schools_served_by
from cartable.territories.models import School
from cartable.web.parts import crumb


@dataclass(frozen=True, slots=True)
class Place:
    """One school in one operation."""

    operation: Operation
    school: School

    @property
    def ids(self) -> list[UUID]:
        return [self.operation.public_id, self.school.public_id]

    def url(self, name: str = "gate") -> str:
        """Give the address of one of its pages."""
        return reverse(name, args=self.ids)

    def crumbs(self) -> list[dict]:
        """Give the breadcrumb down to the gate."""
        return [crumb(_("Remises"), reverse("gates")), crumb(self.operation.name, self.url())]

    @property
    def open(self) -> bool:
        return self.operation.state == OperationState.OPEN


def hands_over_in(user: User) -> frozenset[int]:
    """Give the ids of the schools where the user hands over."""
    return user.scope.schools_with.get(Right.HAND_OVER.value, frozenset())


def places(user: User) -> list[Place]:
    """Give the schools of the user in each open operation that serves them."""
    ids = hands_over_in(user)
    if not ids:
        return []
    return [
        Place(operation, school)
        for operation in operations_visible_to(user).filter(state=OperationState.OPEN)
        for school in schools_asked(operation).filter(id__in=ids).select_related("department")
    ]


def fetch_school(request: HttpRequest, school_id: UUID) -> School:
    """Fetch a school where the user hands over, or 404."""
    school = get_object_or_404(schools_served_by(request.user), public_id=school_id)
    if not may_hand_over(request.user, school):
        raise Http404
    return school


def fetch_place(request: HttpRequest, operation_id: UUID, school_id: UUID) -> Place:
    """Fetch a school where the user hands over and an operation of its département, or 404."""
    school = fetch_school(request, school_id)
    operations = operations_visible_to(request.user).filter(department=school.department_id)
    return Place(get_object_or_404(operations, public_id=operation_id), school)


def fetch_handover(request: HttpRequest, handover_id: UUID) -> Handover:
    """Fetch a hand-over of a school where the user hands over, or 404."""
    rows = handovers_visible_to(request.user).filter(school__in=hands_over_in(request.user))
    more = (
        "school__department",
        "operation__owner",
        "operation__department",
        "handed_by",
        "agreement__owner",
    )
    rows = rows.select_related(*more, "asset__data_line").prefetch_related("need__of_pupils")
    return get_object_or_404(rows, public_id=handover_id)
