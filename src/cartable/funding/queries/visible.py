"""Which rows of money a user may see; the money of another département is not there at all."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as, is_everywhere
from cartable.bodies.models import Body
from cartable.funding import perms
from cartable.funding.enums import CommitmentState
from cartable.funding.models import (
    AwaitedPart,
    Commitment,
    CommitmentPart,
    Delegation,
    Envelope,
    Line,
    Programme,
)


def envelopes_visible_to(user: Any) -> QuerySet[Envelope]:
    """Give the envelopes the user may read, with their line, holder and territory."""
    rows = Envelope.objects.select_related(
        "line__programme", "holder", "region", "department__region", "parent"
    )
    return rows.filter(perms.seen_by(user)).order_by("line_id", "year", "id")


def envelopes_run_by(user: Any) -> QuerySet[Envelope]:
    """Give the envelopes the user decides on: delegates from, commits and pays on."""
    rows = Envelope.objects.select_related(
        "line__programme", "holder", "region", "department__region", "parent"
    )
    return rows.filter(perms.run_by(user)).order_by("line_id", "year", "id")


def lines_visible_to(user: Any) -> QuerySet[Line]:
    """Give the lines of which the user sees an envelope; the ministry and a control of the country see them all."""
    rows = Line.objects.select_related("programme", "funder", "document").order_by("programme_id", "id")
    if any(is_everywhere(user, role) for role in (Role.NATIONAL, Role.AUDITOR)):
        return rows
    seen = Envelope.objects.filter(perms.seen_by(user), line=OuterRef("pk"))
    return rows.filter(Exists(seen) | Q(own_money=True, funder__in=bodies_as(user, Role.EQUIPMENT)))


def programmes_visible_to(user: Any) -> QuerySet[Programme]:
    """Give the programmes of the lines the user sees."""
    if any(is_everywhere(user, role) for role in (Role.NATIONAL, Role.AUDITOR)):
        return Programme.objects.all()
    return Programme.objects.filter(lines__in=lines_visible_to(user).order_by()).distinct()


def delegations_visible_to(user: Any) -> QuerySet[Delegation]:
    """Give the delegations that leave or reach an envelope the user sees, the newest first."""
    seen = Envelope.objects.filter(perms.seen_by(user)).order_by()
    rows = Delegation.objects.select_related(
        "source__holder", "target__holder", "target__line", "target__department", "target__region"
    )
    return rows.filter(Q(source__in=seen) | Q(target__in=seen)).order_by("-announced_on", "-id")


def commitments_visible_to(user: Any) -> QuerySet[Commitment]:
    """Give the commitments on an envelope the user sees, those he answers for as the bearer, those that await him."""
    seen = Envelope.objects.filter(perms.seen_by(user)).order_by()
    parts = CommitmentPart.objects.filter(commitment=OuterRef("pk"), envelope__in=seen)
    borne = Q(bearer__in=perms.bodies_borne_by(user))
    awaiting = Q(pk__in=_awaited_from(user).values("commitment"))
    return (
        Commitment.objects.select_related("bearer")
        .filter(Exists(parts) | borne | awaiting)
        .order_by("-decided_on", "-id")
    )


def parts_awaited_from(user: Any) -> QuerySet[AwaitedPart]:
    """Give what is still awaited from the bodies that the user decides for, the oldest proposal first."""
    rows = _awaited_from(user).filter(part=None, commitment__state=CommitmentState.PROPOSED)
    return rows.select_related("commitment__bearer", "body").order_by("commitment__decided_on", "id")


def _awaited_from(user: Any) -> QuerySet[AwaitedPart]:
    return AwaitedPart.objects.filter(
        body__in=Body.objects.filter(perms.funds_for(user)).order_by()
    ).order_by()
