"""Reads on people and rights; `resolve_scope` is the one place that turns rights into sets of ids."""

from collections import defaultdict
from datetime import date

from django.db.models import Q, QuerySet

from cartable.accounts.enums import Right, Role, ScopeKind
from cartable.accounts.models import Assignment, RightDelegation, User
from cartable.foundation import clock
from cartable.territories.models import Department
from cartable.territories.scope import NOBODY, Scope


# These roles see territory figures; the giver, the association and the equipment service reach through a body.
TERRITORY_ROLES = {
    Role.NATIONAL,
    Role.REGION,
    Role.PREFECTURE,
    Role.ACADEMY,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
}


def valid_on(day: date) -> Q:
    """Filter on assignments and delegations that hold on `day`."""
    return Q(valid_from__lte=day) & (Q(valid_until=None) | Q(valid_until__gte=day))


def resolve_scope(user: User) -> Scope:
    """Resolve a user's assignments and delegations into a `Scope`: at most three queries."""
    if not user.is_active:
        return NOBODY
    day = clock.today()
    held = list(Assignment.objects.filter(valid_on(day), user=user).select_related("body"))
    lent = list(RightDelegation.objects.filter(valid_on(day), given_to=user, revoked_at=None))
    schools_with: dict[str, set[int]] = defaultdict(set)
    for assignment in held:
        if assignment.role == Role.HEAD:
            for right in Right:
                schools_with[right.value].add(assignment.school_id)
    for delegation in lent:
        schools_with[delegation.right].add(delegation.school_id)
    return Scope(
        roles=frozenset(assignment.role for assignment in held),
        everywhere=any(a.scope_kind == ScopeKind.EVERYWHERE for a in held),
        department_ids=_departments(held),
        circonscription_ids=frozenset(a.circonscription_id for a in held if a.circonscription_id),
        school_ids=frozenset().union(*schools_with.values()) if schools_with else frozenset(),
        body_ids=frozenset(a.body_id for a in held if a.body_id),
        schools_with={right: frozenset(ids) for right, ids in schools_with.items()},
    )


def _departments(held: list[Assignment]) -> frozenset[int]:
    """Resolve régions and académies to départements, and an equipment service to the one it equips."""
    direct = {a.department_id for a in held if a.department_id and a.role in TERRITORY_ROLES}
    direct |= {
        a.body.department_id for a in held if a.role == Role.EQUIPMENT and a.body and a.body.department_id
    }
    regions = {a.region_id for a in held if a.region_id}
    academies = {a.academy_id for a in held if a.academy_id}
    if regions or academies:
        wider = Department.objects.filter(Q(region_id__in=regions) | Q(academy_id__in=academies))
        direct |= set(wider.values_list("id", flat=True))
    return frozenset(direct)


def visible_to(user: User) -> QuerySet[User]:
    """Give the accounts that `user` may see: all for an administrator of the place, colleagues for a head."""
    scope = user.scope
    if Role.ADMINISTRATOR in scope.roles:
        if scope.everywhere:
            return User.objects.all()
        return User.objects.filter(id__in=_accounts_within(scope))
    colleagues = RightDelegation.objects.filter(school_id__in=scope.schools_with.get(Right.HEAD, ()))
    staff = Assignment.objects.filter(school_id__in=scope.schools_with.get(Right.HEAD, ()))
    return User.objects.filter(
        Q(id=user.id) | Q(id__in=colleagues.values("given_to")) | Q(id__in=staff.values("user"))
    )


def _accounts_within(scope: Scope) -> QuerySet:
    within = (
        Q(department_id__in=scope.department_ids)
        | Q(school__department_id__in=scope.department_ids)
        | Q(circonscription__department_id__in=scope.department_ids)
        | Q(body__department_id__in=scope.department_ids)
    )
    return Assignment.objects.filter(within).values("user")


def delegations_visible_to(user: User) -> QuerySet[RightDelegation]:
    """Give the delegations of the schools that `user` leads, and those made to him."""
    led = user.scope.schools_with.get(Right.HEAD, frozenset())
    return RightDelegation.objects.filter(Q(school_id__in=led) | Q(given_to=user)).select_related(
        "school", "given_to", "given_by"
    )
