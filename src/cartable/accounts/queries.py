"""Reads on people and rights; `resolve_scope` is the one place that turns rights into sets of ids."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet

from cartable.accounts.enums import Right, Role, ScopeKind
from cartable.accounts.models import (
    ACCOUNT_KEPT,
    Assignment,
    Invitation,
    RightDelegation,
    SecondFactor,
    User,
)
from cartable.accounts.places import MODEL_OF
from cartable.accounts.secrets import token_hash
from cartable.bodies.models import Body
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
PLACES = tuple(kind.value for kind in MODEL_OF)


def valid_on(day: date) -> Q:
    """Filter on assignments and delegations that hold on `day`."""
    return Q(valid_from__lte=day) & (Q(valid_until=None) | Q(valid_until__gte=day))


def held_by(user: User) -> list[Assignment]:
    """Give the roles that `user` holds today, without joining their places: every page asks for this."""
    held = Assignment.objects.filter(valid_on(clock.today()), user=user)
    return list(held.order_by("id"))


def lent_to(user: User) -> QuerySet[RightDelegation]:
    """Give the rights of heads that are lent to `user` today."""
    lent = RightDelegation.objects.filter(valid_on(clock.today()), given_to=user, revoked_at=None)
    return lent.order_by("id")


def resolve_scope(user: User) -> Scope:
    """Resolve a user's assignments and delegations into a `Scope`: at most four queries.

    Who holds only lent rights is the school's staff, without an assignment of his own.
    """
    return _scope(user.held, user.lent) if user.is_active else NOBODY


def scope_as(user: User, roles: Collection[str]) -> Scope:
    """Resolve what `user` may reach by these roles alone: a place held in another role adds nothing."""
    held = [right for right in user.held if right.role in roles]
    lent = user.lent if Role.SCHOOL_STAFF in roles else []
    if (held, lent) == (user.held, user.lent):
        return user.scope
    return _scope(held, lent) if user.is_active else NOBODY


def _scope(held: list[Assignment], lent: list[RightDelegation]) -> Scope:
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
        if assignment.role == Role.HEAD and assignment.school_id:
            for right in Right:
                found[right.value].add(assignment.school_id)
    for delegation in lent:
        found[delegation.right].add(delegation.school_id)
    return {right: frozenset(ids) for right, ids in found.items()}


def _departments(held: list[Assignment]) -> frozenset[int]:
    """Resolve régions and académies to départements, and an equipment service to the one it equips."""
    direct = {a.department_id for a in held if a.department_id and a.role in TERRITORY_ROLES}
    if services := [a.body_id for a in held if a.role == Role.EQUIPMENT and a.body_id]:
        equipped = Body.objects.filter(id__in=services, department__isnull=False)
        direct |= set(equipped.values_list("department_id", flat=True))
    regions = {a.region_id for a in held if a.region_id}
    academies = {a.academy_id for a in held if a.academy_id}
    if regions or academies:
        wider = Department.objects.filter(Q(region_id__in=regions) | Q(academy_id__in=academies))
        direct |= set(wider.values_list("id", flat=True))
    return frozenset(direct)


def places_of(user: User) -> list[str]:
    """Name the places that `user` acts for, for the top of a page: one query for each kind of place."""
    ids = {kind: {getattr(right, f"{kind.value}_id") for right in user.held} - {None} for kind in MODEL_OF}
    ids[ScopeKind.SCHOOL] |= {delegation.school_id for delegation in user.lent}
    names = [
        str(place)
        for kind, wanted in ids.items()
        if wanted
        for place in MODEL_OF[kind]._default_manager.filter(id__in=wanted)
    ]
    return names or [str(right.get_role_display()) for right in user.held]


def departments_as(user: User, role: Role) -> Q:
    """Filter on the départements where `user` holds `role` itself: another role elsewhere adds nothing."""
    if is_everywhere(user, role):
        return Q(id__isnull=False)  # not Q(): joined by "or" to another filter, an empty one vanishes
    return Q(id__in=_departments([a for a in user.held if a.role == role]))


def regions_as(user: User, role: Role) -> frozenset[int]:
    """Give the ids of the régions where `user` holds `role` for the whole région."""
    return frozenset(held.region_id for held in user.held if held.role == role and held.region_id)


def bodies_as(user: User, role: Role) -> frozenset[int]:
    """Give the ids of the bodies that `user` acts for *in this role*: a right never borrows another's place."""
    return frozenset(held.body_id for held in user.held if held.role == role and held.body_id)


def is_everywhere(user: User, role: Role) -> bool:
    """Tell whether `user` holds `role` for the whole country."""
    return any(a.role == role and a.scope_kind == ScopeKind.EVERYWHERE for a in user.held)


def visible_to(user: User) -> QuerySet[User]:
    """Give the accounts that `user` may see.

    Of the place for an administrator; of the school for a head; of heads and inspectors that she lets in, for
    an equipment service; of the directors of her écoles for an inspector.
    """
    if is_everywhere(user, Role.ADMINISTRATOR):
        return User.objects.all()
    seen = Q(id=user.id) | _colleagues(user)
    if Role.ADMINISTRATOR in user.scope.roles:
        seen |= _within(Department.objects.filter(departments_as(user, Role.ADMINISTRATOR)))
    if Role.EQUIPMENT in user.scope.roles:
        served = Department.objects.filter(departments_as(user, Role.EQUIPMENT))
        let_in = Q(role=Role.HEAD, school__department__in=served)
        let_in |= Q(role=Role.CIRCONSCRIPTION, circonscription__department__in=served)
        seen |= _holding(let_in)
    if user.scope.circonscription_ids:
        seen |= _holding(Q(role=Role.HEAD, school__circonscription__in=user.scope.circonscription_ids))
    return User.objects.filter(seen)


def accounts_for(actor: User | None) -> QuerySet[User]:
    """Give the accounts that `actor` may see; the command line (None) sees all."""
    return User.objects.all() if actor is None else visible_to(actor)


def _colleagues(user: User) -> Q:
    led = user.scope.schools_with.get(Right.HEAD, frozenset())
    lent = RightDelegation.objects.filter(school_id__in=led)
    return _holding(Q(school_id__in=led)) | Q(id__in=lent.values("given_to"))


def _within(departments: QuerySet[Department]) -> Q:
    """Filter on the accounts of these départements, those that hold lent rights there included."""
    places = Q(department__in=departments) | Q(school__department__in=departments)
    places |= Q(circonscription__department__in=departments) | Q(body__department__in=departments)
    lent = RightDelegation.objects.filter(school__department__in=departments)
    return _holding(places) | Q(id__in=lent.values("given_to"))


def _holding(assignments: Q) -> Q:
    return Q(id__in=Assignment.objects.filter(assignments).values("user"))


def assignments_held_by(user: User) -> QuerySet[Assignment]:
    """Give the rights that hold today for `user`, each with its place."""
    return (
        Assignment.objects.filter(valid_on(clock.today()), user=user).select_related(*PLACES).order_by("id")
    )


def assignments_visible_to(user: User) -> QuerySet[Assignment]:
    """Give the rights of the accounts that `user` may see, each with its place."""
    return Assignment.objects.filter(user__in=visible_to(user)).select_related("user", *PLACES)


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


def letters_to_print(user: User) -> QuerySet[Invitation]:
    """Give the letters whose codes are still kept, for accounts that `user` may let in and that nobody uses yet.

    The code of an account in use opens onto children's names: nobody prints it for somebody else.
    """
    others = visible_to(user).exclude(id=user.id).filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    kept = open_invitations().filter(user__in=others, channel="letter").exclude(letter_code="")
    return kept.select_related("user").order_by("user__identifier")


def way_in_by_link(token: str) -> Invitation | None:
    """Find what a link opens, without using it: a page fetched ahead must not burn it."""
    link = open_invitations().filter(secret_hash=token_hash(token), channel="email", user__is_active=True)
    return link.select_related("user").first()


def active_account(public_id: UUID) -> User | None:
    """Give the open account of that id: for the second step of a sign-in, before anybody is signed in."""
    return User.objects.filter(public_id=public_id, is_active=True).first()


def administrators() -> QuerySet[User]:
    """Give the open accounts that administer the whole country today."""
    held = Assignment.objects.filter(
        valid_on(clock.today()), role=Role.ADMINISTRATOR, scope_kind=ScopeKind.EVERYWHERE
    )
    return User.objects.filter(is_active=True, id__in=held.values("user"))


def factor_of(user: User) -> SecondFactor | None:
    """Give the second factor that `user` has in use."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def uses_factor(user: User) -> bool:
    """Tell whether `user` has a second factor in use, without opening its key."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def pending_factor_of(user: User) -> SecondFactor | None:
    """Give the key that was shown to `user` and that no code has confirmed yet."""
    return SecondFactor.objects.filter(user=user, confirmed_at=None).first()


def demo_factor(identifier: str) -> SecondFactor | None:
    """Give the second factor of a demo account, in use or only shown; of nobody else."""
    of_demo = SecondFactor.objects.filter(user__demo=True, user__identifier=identifier.strip().lower())
    return of_demo.first()


def recovery_codes_left(factor: SecondFactor) -> int:
    """Count the recovery codes that can still serve."""
    return factor.recovery_codes.filter(used_at=None).count()


# What the identifier of an account begins with once its person was forgotten.
ERASED = "efface-"


def past_their_time(day: date) -> QuerySet[User]:
    """Give the accounts that no right has kept since the time that `ACCOUNT_KEPT` says."""
    limit = day - timedelta(days=ACCOUNT_KEPT.days)
    lasting = Q(valid_until=None) | Q(valid_until__gte=limit)
    held = Assignment.objects.filter(lasting).values("user")
    lent = RightDelegation.objects.filter(valid_until__gte=limit).values("given_to")
    idle = User.objects.filter(created_at__date__lt=limit).exclude(identifier__startswith=ERASED)
    return idle.exclude(id__in=held).exclude(id__in=lent).order_by("id")
