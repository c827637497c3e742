"""Reads of hand-overs and loans: names where the school is served, pseudonyms for the auditor, else counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as, scope_as
from cartable.equipment import places
from cartable.equipment.enums import HandoverState
from cartable.equipment.models import Agreement, Handover, Loan
from cartable.equipment.queries.stock import products_of, standing
from cartable.foundation.keys import keyed_hash
from cartable.operations.models import Operation, OperationGiver
from cartable.operations.queries import operations_visible_to
from cartable.territories.models import School


def handovers_visible_to(user: Any) -> QuerySet[Handover]:
    """Give the hand-overs of the schools that the user serves: the only ones with names, the last one first."""
    rows = Handover.objects.filter(user.scope.served_schools("school__"))
    related = ("school", "operation", "pupil", "need", "home", "product", "asset", "agreement", "loan")
    return rows.select_related(*related).order_by("-handed_at", "-id")


def loans_visible_to(user: Any) -> QuerySet[Loan]:
    """Give the loans of the schools served and of the things that the user's body owns; these without the pupil."""
    owned = Q(asset__product__owner_id__in=bodies_as(user, Role.EQUIPMENT))
    rows = Loan.objects.filter(user.scope.served_schools("school__") | owned)
    return rows.select_related("asset__product", "school").order_by("due_on", "id")


def agreements_visible_to(user: Any) -> QuerySet[Agreement]:
    """Give the agreements of the owners whose operations the user sees, the newest version first."""
    owners = operations_visible_to(user).order_by().values("owner")
    seen = Agreement.objects.filter(Q(owner__in=owners) | Q(owner_id__in=user.scope.body_ids))
    return seen.select_related("owner").order_by("owner", "-version")


@dataclass(frozen=True, slots=True)
class Trace:
    """A hand-over as an auditor reads it: the pupil is a pseudonym, the same for each thing of one child."""

    handover: str
    pseudonym: str
    school: str
    article: str
    number: str
    mode: str
    state: str
    handed_at: datetime
    ended_at: datetime | None


def traces(user: Any, operation: Operation) -> list[Trace]:
    """Give an operation's hand-overs under pseudonyms, for an auditor in his territory; nothing for others."""
    audited = scope_as(user, {Role.AUDITOR}).schools("school__")
    rows = Handover.objects.filter(audited, operation=operation).order_by("id")
    columns = (
        "public_id",
        "pupil__public_id",
        "school__uai",
        "product__name",
        "asset__number",
        "mode",
        "state",
    )
    return [
        Trace(str(own), pseudonym(pupil), *rest)
        for own, pupil, *rest in rows.values_list(*columns, "handed_at", "ended_at")
    ]


def pseudonym(pupil_id: Any) -> str:
    """Give a child's pseudonym, that only who holds the keys can lead back; "" where the child was erased."""
    return keyed_hash("pseudonym", str(pupil_id))[:12] if pupil_id else ""


@dataclass(frozen=True, slots=True)
class InHands:
    """Counts of one school and sort: received stock still there, things in hands now, all ever handed over."""

    school: School
    good: str
    mode: str
    stock: int
    in_hands: int
    handed_over: int
    last_at: datetime | None


def in_hands(operation: Operation, schools: QuerySet[School]) -> list[InHands]:
    """Count by school and sort what an operation put in hands (five queries, whatever the number of schools).

    `schools` says how far: `School.objects.visible_to(user)` for who sees counts of a territory.
    """
    known = {school.id: school for school in schools.select_related("commune")}
    done = Handover.objects.filter(operation=operation, school__in=schools).exclude(
        state=HandoverState.CANCELLED
    )
    rows = (
        done.values("school_id", "product__good", "mode")
        .annotate(
            # What replaces another thing is not one more child reached.
            ever=Count("id", filter=Q(replaces=None)),
            held=Count("id", filter=Q(state=HandoverState.DONE)),
            last=Max("handed_at"),
        )
        .order_by("school_id", "product__good", "mode")
    )
    counts: dict[tuple[int, str, str], dict[str, Any]] = {
        (row["school_id"], row["product__good"], row["mode"]): dict(row) for row in rows
    }
    stock = _stock(operation, known.values())
    nothing: dict[str, Any] = {"held": 0, "ever": 0, "last": None}
    found = []
    for school_id, good, mode in sorted(counts.keys() | stock.keys()):
        row = counts.get((school_id, good, mode), nothing)
        here = stock.get((school_id, good, mode), 0)
        found.append(InHands(known[school_id], good, mode, here, row["held"], row["ever"], row["last"]))
    return found


def _stock(operation: Operation, schools: Iterable[School]) -> dict[tuple[int, str, str], int]:
    codes = {places.school(school): school.id for school in schools}
    found: dict[tuple[int, str, str], int] = {}
    for row in standing(products_of(operation), codes):
        key = (codes[row.place], row.good, row.mode)
        found[key] = found.get(key, 0) + row.quantity
    return found


def given_counts(user: Any, operation: Operation) -> dict[str, int]:
    """Give good → things in hands, for a giver of the operation: the whole operation and nothing smaller."""
    giver = OperationGiver.objects.filter(operation=OuterRef("pk"), body_id__in=bodies_as(user, Role.GIVER))
    if not Operation.objects.filter(Exists(giver), pk=operation.pk).exists():
        return {}
    rows = Handover.objects.filter(operation=operation, state=HandoverState.DONE).values_list("product__good")
    return dict(rows.annotate(Count("id")).order_by("product__good"))


def handed_by_day(operation: Operation, schools: QuerySet[School]) -> list[tuple[Any, str, int]]:
    """Give (day, good, number handed over) for the curve, days in the operation's own time (one query)."""
    zone = ZoneInfo(operation.department.time_zone)
    rows = Handover.objects.filter(operation=operation, school__in=schools, replaces=None)
    rows = rows.exclude(state=HandoverState.CANCELLED).annotate(day=TruncDate("handed_at", tzinfo=zone))
    counts = rows.values_list("day", "product__good").annotate(Count("id"))
    return list(counts.order_by("day", "product__good"))
