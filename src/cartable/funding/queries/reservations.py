"""Reads on money that is set aside: for what, how much of it is left, and with whose envelopes one may plan."""

from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from cartable.accounts.enums import Role
from cartable.accounts.queries import scope_as
from cartable.funding import perms
from cartable.funding.models import CommitmentPart, Envelope, Reservation, ReservationRelease


def envelopes_usable_by(user: Any) -> QuerySet[Envelope]:
    """Give the envelopes that a deciding body may plan with: its own, and the State's on its territory.

    To plan with another's envelope takes nothing from it: its holder is asked before anything is reserved.
    """
    joined = Envelope.objects.select_related("line__programme", "holder", "region", "department__region")
    here = scope_as(user, (Role.EQUIPMENT, Role.PREFECTURE, Role.REGION)).department_ids
    near = Q(level="department", department__in=here) | Q(level="region", region__departments__in=here)
    pks = Envelope.objects.filter(perms.seen_by(user) | near).order_by().values("pk")
    return joined.filter(pk__in=pks).order_by("line_id", "year", "id")


def reservations_of(envelopes: QuerySet[Envelope], at: date | None = None) -> QuerySet:
    """Give what is set aside on some envelopes, each with what is `left` of it now or at a day."""
    rows = Reservation.objects.filter(envelope__in=envelopes.order_by().values("pk"))
    rows = rows.filter(on__lte=at) if at else rows
    left = with_left(rows, at).filter(left__gt=0)
    return left.select_related("envelope__holder", "envelope__line").order_by("-on", "-id")


def reservations_on(envelope: Envelope) -> QuerySet:
    """Give what is set aside on one envelope that the caller has read, each with what is `left` of it."""
    return reservations_of(Envelope.objects.filter(pk=envelope.pk))


def with_left(rows: QuerySet[Reservation], at: date | None = None) -> QuerySet:
    """Give reservations with what is `left` of each in cents: neither drawn by a commitment nor given back."""
    drawn = CommitmentPart.objects.filter(reservation=OuterRef("pk"))
    back = ReservationRelease.objects.filter(reservation=OuterRef("pk"))
    if at:
        drawn, back = drawn.filter(transfer__value_date__lte=at), back.filter(on__lte=at)
    return rows.annotate(left=F("amount_cents") - _sum(drawn) - _sum(back))


def _sum(rows: QuerySet) -> Coalesce:
    grouped = rows.order_by().values("reservation").annotate(cents=Sum("amount_cents")).values("cents")
    return Coalesce(Subquery(grouped), 0)


def left_of(reservation: Reservation) -> int:
    """Give what is left of one reservation, in cents."""
    found: int = with_left(Reservation.objects.filter(pk=reservation.pk)).values_list("left", flat=True)[0]
    return found


def reserved_for(reference: str) -> QuerySet:
    """Give the reservations made for something, each with what is left of it; the caller has read that something."""
    return (
        with_left(Reservation.objects.filter(reference=reference)).select_related("envelope").order_by("id")
    )
