"""Reads on operations, each cut to what the user may see."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as, scope_as
from cartable.operations.enums import CRITERIA, Mode, OperationState
from cartable.operations.models import Operation, OperationGiver, Pool
from cartable.territories.models import Circonscription, School
from cartable.territories.querysets import SchoolQuerySet


def operations_visible_to(user: Any, roles: Collection[str] | None = None) -> QuerySet[Operation]:
    """Give the operations the user takes part in, by any of his roles or by `roles`; a draft is its owner's alone."""
    scope = user.scope if roles is None else scope_as(user, roles)
    operations = Operation.objects.select_related("owner", "department").order_by("-opens_on", "name", "id")
    owned = Q(owner_id__in=scope.body_ids)
    if scope.everywhere:
        return operations.filter(owned | ~Q(state=OperationState.DRAFT))
    given = Exists(OperationGiver.objects.filter(operation=OuterRef("pk"), body_id__in=scope.body_ids))
    schools = School.objects.filter(id__in=scope.school_ids)
    offices = Circonscription.objects.filter(id__in=scope.circonscription_ids)
    reached = (
        Q(department_id__in=scope.department_ids)
        | Q(department_id__in=schools.values("department_id"))
        | Q(department_id__in=offices.values("department_id"))
        | Q(given)
    )
    return operations.filter(owned | (reached & ~Q(state=OperationState.DRAFT)))


def operations_led_by(user: Any) -> QuerySet[Operation]:
    """Give the operations that the user may change: those of a body whose equipment service he is."""
    return operations_visible_to(user).filter(owner_id__in=bodies_as(user, Role.EQUIPMENT))


# A SEGPA has a UAI of its own and no head of its own: its collège answers for it.
SEGPA = "390"


def schools_asked(operation: Operation) -> SchoolQuerySet:
    """Give the schools that the operation asks: open ones of its département, of a sort that a pool serves."""
    kinds = operation.pools.values("serves")
    open_ones = School.objects.filter(department_id=operation.department_id, kind__in=kinds, closed=False)
    return open_ones.exclude(nature_code=SEGPA)


def criteria_for(user: Any, school: School) -> list[str]:
    """Give in which order families are proposed in a school: as the latest open operation that asks it says."""
    open_ones = operations_visible_to(user).filter(
        department_id=school.department_id, pools__serves=school.kind, state=OperationState.OPEN
    )
    found = open_ones.order_by("-opens_on", "-id").values_list("criteria", flat=True).first()
    return [code for code in (CRITERIA if found is None else found).split("|") if code]


def lent_goods(operation: Operation, kind: str) -> list[str]:
    """Give the sorts of goods that an operation lends to schools of a kind."""
    lent = operation.pools.filter(mode=Mode.LENT, serves=kind)
    return list(lent.order_by("good").values_list("good", flat=True))


def pools_visible_to(user: Any) -> QuerySet[Pool]:
    """Give the pools of the operations that the user sees."""
    return Pool.objects.filter(operation__in=operations_visible_to(user)).select_related("operation")
