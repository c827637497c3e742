"""Reads on people and rights; `resolve_scope` is the one place that turns rights into sets of ids."""

from collections import defaultdict
from datetime import date

from django.db.models import Q, QuerySet

from cartable.accounts.enums import Right, Role, ScopeKind
from cartable.accounts.models import Assignment, Invitation, RightDelegation, User
from cartable.foundation import clock
from cartable.territories.models import Department, School
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
PLACES = ("region", "academy", "department", "circonscription", "school", "body")


def valid_on(day: date) -> Q:
    """Filter on assignments and delegations that hold on `day`."""
    return Q(valid_from__lte=day) & (Q(valid_until=None) | Q(valid_until__gte=day))


def held_by(user: User) -> list[Assignment]:
    """Give the roles that `user` holds today, each with its place: one query."""
    held = Assignment.objects.filter(valid_on(clock.today()), user=user)
    return list(held.select_related(*PLACES).order_by("id"))


def lent_to(user: User) -> QuerySet[RightDelegation]:
    """Give the rights of heads that are lent to `user` today."""
    lent = RightDelegation.objects.filter(valid_on(clock.today()), given_to=user, revoked_at=None)
    return lent.select_related("school").order_by("id")


def resolve_scope(user: User) -> Scope:
    """Resolve a user's assignments and delegations into a `Scope`: at most three queries.

    Who holds only lent rights is the school's staff, without an assignment of his own.
    """
    if not user.is_active:
        return NOBODY
    held, lent = user.held, user.lent
    schools_with = _schools_with(held, lent)
    return Scope(
        roles=frozenset({a.role for a in held} | ({Role.SCHOOL_STAFF.value} if lent else set())),
        everywhere=any(a.scope_kind == ScopeKind.EVERYWHERE for a in held),
        department_ids=_departments(held),
        circonscription_ids=frozenset(a.circonscription_id for a in held if a.circonscription_id),
        school_ids=frozenset().union(*schools_with.values()),
        body_ids=frozenset(a.body_id for a in held if a.body_id),
        schools_with=schools_with,
    )


def _schools_with(held: list[Assignment], lent: list[RightDelegation]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for assignment in held:
        if assignment.role == Role.HEAD:
            for right in Right:
                found[right.value].add(assignment.school_id)
    for delegation in lent:
        found[delegation.right].add(delegation.school_id)
    return {right: frozenset(ids) for right, ids in found.items()}


def _departments(held: list[Assignment]) -> frozenset[int]:
    """Resolve régions and académies to départements, and an equipment service to the one it equips."""
    direct = {a.department_id for a in held if a.department_id and a.role in TERRITORY_ROLES}
    direct |= {a.body.department_id for a in held if a.role == Role.EQUIPMENT and a.body.department_id}
    regions = {a.region_id for a in held if a.region_id}
    academies = {a.academy_id for a in held if a.academy_id}
    if regions or academies:
        wider = Department.objects.filter(Q(region_id__in=regions) | Q(academy_id__in=academies))
        direct |= set(wider.values_list("id", flat=True))
    return frozenset(direct)


def places_of(user: User) -> list[str]:
    """Name the places that `user` acts for, for the top of a page: no query beyond those of the scope."""
    held = [str(assignment.place or assignment.get_role_display()) for assignment in user.held]
    return list(dict.fromkeys(held + [str(delegation.school) for delegation in user.lent]))


def departments_as(user: User, role: Role) -> Q:
    """Filter on the départements where `user` holds `role` itself: another role elsewhere adds nothing."""
    held = [a for a in user.held if a.role == role]
    if any(a.scope_kind == ScopeKind.EVERYWHERE for a in held):
        return Q()
    return Q(id__in=_departments(held))


def visible_to(user: User) -> QuerySet[User]:
    """Give the accounts that `user` may see: those of the place for an administrator, colleagues for a head."""
    led = user.scope.schools_with.get(Right.HEAD, frozenset())
    colleagues = RightDelegation.objects.filter(school_id__in=led)
    staff = Assignment.objects.filter(school_id__in=led)
    seen = Q(id=user.id) | Q(id__in=colleagues.values("given_to")) | Q(id__in=staff.values("user"))
    if Role.ADMINISTRATOR in user.scope.roles:
        seen |= _accounts_within(Department.objects.filter(departments_as(user, Role.ADMINISTRATOR)), user)
    return User.objects.filter(seen)


def _accounts_within(departments: QuerySet[Department], user: User) -> Q:
    """Filter on accounts of these départements; an administrator of the whole country sees the others too."""
    if user.scope.everywhere and any(
        a.role == Role.ADMINISTRATOR and a.scope_kind == ScopeKind.EVERYWHERE for a in user.held
    ):
        return Q(id__isnull=False)
    within = (
        Q(department__in=departments)
        | Q(school__department__in=departments)
        | Q(circonscription__department__in=departments)
        | Q(body__department__in=departments)
    )
    lent = RightDelegation.objects.filter(school__department__in=departments)
    return Q(id__in=Assignment.objects.filter(within).values("user")) | Q(id__in=lent.values("given_to"))


def search(accounts: QuerySet[User], words: str) -> QuerySet[User]:
    """Keep the accounts that hold every word in their name or identifier."""
    for word in words.split():
        accounts = accounts.filter(Q(display_name__icontains=word) | Q(identifier__icontains=word))
    return accounts


def delegations_visible_to(user: User) -> QuerySet[RightDelegation]:
    """Give the delegations of the schools that `user` leads, and those made to him."""
    led = user.scope.schools_with.get(Right.HEAD, frozenset())
    seen = RightDelegation.objects.filter(Q(school_id__in=led) | Q(given_to=user))
    return seen.select_related("school", "given_to", "given_by")


def schools_led_by(user: User) -> QuerySet[School]:
    """Give the schools whose head `user` is."""
    return School.objects.filter(id__in=user.scope.schools_with.get(Right.HEAD, frozenset()))


def open_invitations() -> QuerySet[Invitation]:
    """Give the invitations that can still be used."""
    return Invitation.objects.filter(used_at=None, expires_at__gt=clock.now())


def demo_accounts_exist() -> bool:
    """Tell whether this store holds demo accounts: such a store must never be served to a network."""
    return User.objects.filter(demo=True).exists()
