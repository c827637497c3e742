"""Accounts for a whole département in one step."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cartable.accounts.access import places_of
from cartable.accounts.actions.basics import open_account
from cartable.accounts.actions.invitations import invite
from cartable.accounts.enums import Audience, Role, ScopeKind
from cartable.accounts.models import Assignment, User
from cartable.accounts.perms import may_invite, may_invite_circonscription
from cartable.accounts.queries import open_invitations, valid_on
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.territories.enums import SchoolKind
from cartable.territories.models import Circonscription, Department, School


Place = School | Circonscription
Progress = Callable[[int, int], None]
USUAL = (Audience.COLLEGES, Audience.CIRCONSCRIPTIONS)
_KINDS = {
    Audience.COLLEGES: SchoolKind.COLLEGE,
    Audience.LYCEES: SchoolKind.LYCEE,
    Audience.ECOLES: SchoolKind.ECOLE,
}


@dataclass(frozen=True, slots=True)
class Invited:
    """What one run did: accounts opened, links queued, letters to print, places that had a way in already."""

    accounts: int
    links: int
    letters: int
    already: int


def invite_all(
    *,
    actor: User | None,
    department_id: UUID,
    audiences: Iterable[Audience] = USUAL,
    progress: Progress | None = None,
) -> Invited:
    """Open an account for each school and circonscription of the directory of a département, and its way in.

    A one-use link goes to the directory's address; a letter is to be printed where there is none. Run again, it
    invites only those without a way in. `progress` is called with (done, all).
    """
    department = Department.objects.filter(public_id=department_id).first()
    if department is None or not may_invite(actor, department):
        raise Refused("not_allowed", "Vous pouvez inviter les établissements de votre département seulement.")
    return _invite(actor, _places_of(department, set(audiences)), department.code, progress)


def invite_ecoles(*, actor: User, circonscription_id: UUID, progress: Progress | None = None) -> Invited:
    """Open an account for the director of each école of a circonscription, as `invite_all` does."""
    led = Circonscription.objects.filter(public_id=circonscription_id).first()
    if led is None or not may_invite_circonscription(actor, led):
        raise Refused("not_allowed", "Vous pouvez inviter les écoles de votre circonscription seulement.")
    ecoles = School.objects.filter(circonscription=led, kind=SchoolKind.ECOLE, closed=False)
    return _invite(actor, list(ecoles.order_by("uai")), led.code or str(led.public_id), progress)


def _places_of(department: Department, audiences: set[Audience]) -> list[Place]:
    return [
        place for audience in Audience if audience in audiences for place in places_of(department, audience)
    ]


def _invite(actor: User | None, places: list[Place], target: str, progress: Progress | None) -> Invited:
    with transaction.atomic():
        holders, waiting = _holders(places), set(open_invitations().values_list("user_id", flat=True))
        shared = _shared_addresses(places)
        counts: Counter[str] = Counter()
        for done, place in enumerate(places, start=1):
            counts.update(_let_in(actor, place, holders.get(_key(place), []), waiting, shared))
            if progress is not None:
                progress(done, len(places))
        result = Invited(counts["accounts"], counts["email"], counts["letter"], counts["already"])
        data = {"accounts": result.accounts, "links": result.links, "letters": result.letters}
        record(actor=actor, verb="accounts.invited", target=target, data=data)
    return result


def _let_in(
    actor: User | None, place: Place, holders: list[User], waiting: set[int], shared: set[str]
) -> list[str]:
    """Give what was done for one place, as words to count."""
    if any(user.has_usable_password() or user.pk in waiting for user in holders):
        return ["already"]
    if holders:
        return [invite(actor=actor, user=holders[0]).channel]
    return ["accounts", invite(actor=actor, user=_new_holder(place, shared)).channel]


def _new_holder(place: Place, shared: set[str]) -> User:
    """Open the account of a place: named by its address if that is its own alone, else by its code."""
    email = place.email.lower()
    code = (
        place.uai if isinstance(place, School) else place.code or f"circonscription-{place.public_id.hex[:8]}"
    )
    user = open_account(
        identifier=email if email and email not in shared else code,
        display_name=place.name[:120],
        email=email,
    )
    role, kind = _right_on(place)
    Assignment.objects.create(
        user=user, role=role, scope_kind=kind, valid_from=clock.today(), **{kind.value: place}
    )
    return user


def _right_on(place: Place) -> tuple[Role, ScopeKind]:
    if isinstance(place, School):
        return Role.HEAD, ScopeKind.SCHOOL
    return Role.CIRCONSCRIPTION, ScopeKind.CIRCONSCRIPTION


def _key(place: Place) -> tuple[ScopeKind, int]:
    return _right_on(place)[1], place.pk


def _holders(places: list[Place]) -> dict[tuple[ScopeKind, int], list[User]]:
    """Find who leads each place today, whatever the number of places: one query."""
    held = Assignment.objects.filter(valid_on(clock.today()), role__in=(Role.HEAD, Role.CIRCONSCRIPTION))
    found: dict[tuple[ScopeKind, int], list[User]] = {_key(place): [] for place in places}
    for right in held.filter(user__is_active=True).select_related("user"):
        kind = ScopeKind(right.scope_kind)
        found.get((kind, getattr(right, f"{kind.value}_id")), []).append(right.user)
    return found


def _shared_addresses(places: list[Place]) -> set[str]:
    """Find the addresses that cannot name one account: of several places here, or of an account that exists."""
    used = Counter(place.email.lower() for place in places if place.email)
    return {email for email, times in used.items() if times > 1} | set(
        User.objects.values_list("identifier", flat=True)
    )
