"""Rights: given and ended by the administration, lent and taken back by heads."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from cartable.accounts import queries
from cartable.accounts.actions.basics import checked_email, locked_account, open_account
from cartable.accounts.actions.invitations import invite
from cartable.accounts.enums import DELEGABLE, Right, Role, ScopeKind
from cartable.accounts.models import Assignment, RightDelegation, User
from cartable.accounts.perms import may_delegate, may_grant, reaches_beyond
from cartable.accounts.places import find_place
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.territories.models import School


LONGEST_DELEGATION = timedelta(days=366)
BEYOND = ("not_allowed", "Ce droit dépasse votre périmètre d'administration.")


def grant(
    *,
    actor: User | None,
    user_id: UUID,
    role: Role,
    scope_kind: ScopeKind,
    place: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Assignment:
    """Give `role` on the place named by `place` (its code, UAI, SIRET or public id) from a day until a day.

    The same right given twice is one right, with the new end. Refuses who may not ("not_allowed"), a place that
    does not fit the role and days in the wrong order.
    """
    with transaction.atomic():
        user = locked_account(actor, user_id)
        return give_right(actor, user, role, scope_kind, place, valid_from, valid_until)


def give_right(
    actor: User | None,
    user: User,
    role: Role,
    scope_kind: ScopeKind,
    place: str,
    valid_from: date | None,
    valid_until: date | None,
) -> Assignment:
    """Write a right inside the action around it; the rules are those of `grant`."""
    if role == Role.SCHOOL_STAFF:
        raise Refused(
            "staff_by_delegation", "Ce rôle se donne par délégation du chef d'établissement.", field="role"
        )
    start = valid_from or clock.today()
    if valid_until is not None and valid_until < start:
        raise Refused("days_wrong", "La date de fin précède la date de début.", field="valid_until")
    where = find_place(role, scope_kind, place)
    if not may_grant(actor, role, where):
        raise Refused(*BEYOND)
    named = {"role": role, "scope_kind": scope_kind, **({scope_kind.value: where} if where else {})}
    same = user.assignments.filter(queries.valid_on(start), **named).first()
    given = same or Assignment(user=user, valid_from=start, **named)
    given.valid_until = valid_until
    given.save()
    data = {"role": role.value, "place": _code(where), "right": given.public_id, "until": valid_until}
    record(actor=actor, verb="right.given", target=str(user.public_id), data=data)
    return given


def _code(place: object) -> str:
    return str(getattr(place, "uai", None) or getattr(place, "code", None) or getattr(place, "public_id", ""))


def end_assignment(*, actor: User | None, assignment_id: UUID) -> Assignment:
    """End a right as of yesterday: it no longer holds from the next page on."""
    with transaction.atomic():
        held = Assignment.objects.filter(user__in=queries.accounts_for(actor))
        given = held.select_for_update(of=("self",)).filter(public_id=assignment_id).first()
        if given is None or reaches_beyond(actor, given):
            raise Refused(*BEYOND)
        yesterday = clock.today() - timedelta(days=1)
        given.valid_from = min(given.valid_from, yesterday)
        given.valid_until = yesterday
        given.save(update_fields=["valid_from", "valid_until"])
        record(actor=actor, verb="right.ended", target=str(given.public_id))
    return given


def delegate(
    *,
    actor: User,
    school_id: UUID,
    identifier: str,
    display_name: str,
    rights: Iterable[Right],
    until: date,
) -> list[RightDelegation]:
    """Lend `rights` of a head to a named colleague until a day (included); a right lent again takes the new end.

    `identifier` is the colleague's e-mail address; where there is no account yet one is opened and invited.
    Refuses who does not lead the school ("not_allowed"), an end in the past or over a year away ("until_wrong"),
    no right chosen ("rights_missing") and lending to oneself ("own_account").
    """
    chosen = [right for right in DELEGABLE if right in set(rights)]
    _check_delegation(chosen, until)
    with transaction.atomic():
        school = School.objects.visible_to(actor).filter(public_id=school_id).first()
        if school is None or not may_delegate(actor, school):
            raise Refused("not_allowed", "Seul le chef d'établissement ou le directeur délègue ses droits.")
        colleague = _colleague(actor, identifier, display_name)
        _open(school, colleague).filter(right__in=chosen).update(revoked_at=clock.now())
        lent = [
            RightDelegation(
                school=school,
                given_by=actor,
                given_to=colleague,
                right=right,
                valid_from=clock.today(),
                valid_until=until,
            )
            for right in chosen
        ]
        for delegation in lent:
            delegation.save()
        data = {"to": colleague.public_id, "rights": [r.value for r in chosen], "until": until}
        record(actor=actor, verb="right.lent", target=school.uai, data=data)
    return lent


def _check_delegation(chosen: list[Right], until: date) -> None:
    if not chosen:
        raise Refused("rights_missing", "Choisissez au moins un droit à déléguer.", field="rights")
    if not clock.today() <= until <= clock.today() + LONGEST_DELEGATION:
        raise Refused(
            "until_wrong", "Choisissez une date de fin entre aujourd'hui et dans un an.", field="until"
        )


def _colleague(actor: User, identifier: str, display_name: str) -> User:
    """Find the colleague's account, or open one and invite: the address is where the link goes."""
    address = checked_email(identifier)
    if not address:
        raise Refused(
            "email_missing", "Indiquez l'adresse électronique de votre collègue.", field="identifier"
        )
    known = User.objects.select_for_update(of=("self",)).filter(identifier=address).first()
    if known is not None and known.pk == actor.pk:
        raise Refused("own_account", "Vous avez déjà ces droits : indiquez un collègue.", field="identifier")
    if known is not None:
        return known
    if not display_name.strip():
        raise Refused("name_missing", "Indiquez le nom de votre collègue.", field="display_name")
    user = open_account(identifier=address, display_name=display_name, email=address)
    invite(actor=actor, user=user)
    return user


def _open(school: School, colleague: User) -> QuerySet[RightDelegation]:
    return RightDelegation.objects.filter(school=school, given_to=colleague, revoked_at=None)


def revoke_delegation(*, actor: User, delegation_id: UUID) -> RightDelegation:
    """Take a lent right back at once."""
    with transaction.atomic():
        seen = queries.delegations_visible_to(actor).select_for_update(of=("self",))
        lent = seen.filter(public_id=delegation_id).first()
        if lent is None or not may_delegate(actor, lent.school):
            raise Refused(
                "not_allowed", "Seul le chef d'établissement ou le directeur reprend une délégation."
            )
        if lent.revoked_at is None:
            lent.revoked_at = clock.now()
            lent.save(update_fields=["revoked_at"])
            record(
                actor=actor, verb="right.taken_back", target=str(lent.public_id), data={"right": lent.right}
            )
    return lent
