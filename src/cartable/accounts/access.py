"""Who has a way in: reads for the page of invitations."""

from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cartable.accounts.enums import Audience, Role
from cartable.accounts.models import Assignment, User
from cartable.accounts.queries import departments_as, open_invitations, valid_on
from cartable.foundation import clock
from cartable.territories.enums import SchoolKind
from cartable.territories.models import Circonscription, Department, School


KINDS = {
    Audience.COLLEGES: SchoolKind.COLLEGE,
    Audience.LYCEES: SchoolKind.LYCEE,
    Audience.ECOLES: SchoolKind.ECOLE,
}


@dataclass(frozen=True, slots=True)
class AccessCount:
    """Of one audience: how many places, how many in use, invited and not yet in use, without a way in."""

    audience: Audience
    places: int
    in_use: int
    waiting: int

    @property
    def without(self) -> int:
        return self.places - self.in_use - self.waiting


def departments_to_invite(user: User) -> QuerySet[Department]:
    """Give the départements whose schools `user` may let in."""
    return Department.objects.filter(
        departments_as(user, Role.EQUIPMENT) | departments_as(user, Role.ADMINISTRATOR)
    )


def with_access(places: QuerySet) -> QuerySet:
    """Add to schools or circonscriptions whether somebody leads them here (`in_use`) or was asked to (`waiting`)."""
    column = "school" if places.model is School else "circonscription"
    role = Role.HEAD if places.model is School else Role.CIRCONSCRIPTION
    held = Assignment.objects.filter(
        valid_on(clock.today()), role=role, user__is_active=True, **{column: OuterRef("pk")}
    )
    used = held.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    invited = held.filter(user__in=open_invitations().values("user"))
    return places.annotate(in_use=Exists(used), waiting=Q(Exists(invited)) & ~Q(Exists(used)))


def places_of(department: Department, audience: Audience) -> QuerySet:
    """Give the places of one audience in a département."""
    if audience == Audience.CIRCONSCRIPTIONS:
        return Circonscription.objects.filter(department=department)
    return School.objects.filter(department=department, kind=KINDS[audience], closed=False)


def access_counts(department: Department) -> list[AccessCount]:
    """Count the ways in of a département, audience by audience: one query each."""
    return [_count(audience, places_of(department, audience)) for audience in Audience]


def ecole_count(circonscription: Circonscription) -> AccessCount:
    """Count the ways in of the écoles of a circonscription."""
    ecoles = School.objects.filter(circonscription=circonscription, kind=SchoolKind.ECOLE, closed=False)
    return _count(Audience.ECOLES, ecoles)


def _count(audience: Audience, places: QuerySet) -> AccessCount:
    count = with_access(places).aggregate(
        places=Count("pk"),
        used=Count("pk", filter=Q(in_use=True)),
        invited=Count("pk", filter=Q(waiting=True)),
    )
    return AccessCount(audience, count["places"], count["used"], count["invited"])
