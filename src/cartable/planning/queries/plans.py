"""Reads on plans: shares with their sentences, totals by commune. No child is here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from cartable.accounts.queries import scope_as
from cartable.census.queries import SERVING
from cartable.documents.models import StoredDocument
from cartable.documents.queries import about
from cartable.equipment.enums import ShipmentState
from cartable.equipment.places import reserved
from cartable.ledger.models import Account, Transfer
from cartable.operations.queries import operations_led_by, operations_visible_to
from cartable.planning.enums import PlanState
from cartable.planning.models import Allocation, AllocationShipment, Plan, ReserveLine


@dataclass(frozen=True, slots=True)
class Reserved:
    """So many of an article still reserved by a plan, and the depot that they were taken from."""

    resource: str
    depot: str
    quantity: int


def reserved_by(plan_id: UUID) -> list[Reserved]:
    """Give what still stands in a plan's reservation, by article, with the depot it came from (two queries)."""
    place = reserved(plan_id)
    rows = (
        Account.objects.filter(code=place, balance__gt=0).select_related("resource").order_by("resource_id")
    )
    came = Transfer.objects.filter(target__in=rows, reason_code="plan_approved").select_related("source")
    depots = {transfer.resource_id: transfer.source.code for transfer in came.order_by("id")}
    return [Reserved(row.resource.code, depots[row.resource_id], row.balance) for row in rows]


def plans_visible_to(user: Any) -> QuerySet[Plan]:
    """Give the plans of the operations the user leads, and the approved ones of those he sees."""
    led = Q(pool__operation__in=operations_led_by(user))
    seen = Q(pool__operation__in=operations_visible_to(user), state=PlanState.APPROVED)
    return (
        Plan.objects.filter(led | seen)
        .select_related("pool__operation__owner", "pool__operation__department", "made_by", "approved_by")
        .order_by("-made_at", "-id")
    )


def plans_led_by(user: Any) -> QuerySet[Plan]:
    """Give the plans that the user may change or approve."""
    return plans_visible_to(user).filter(pool__operation__in=operations_led_by(user))


def allocations_visible_to(user: Any) -> QuerySet[Allocation]:
    """Give the shares of the plans the user sees, in the schools that he serves: never one school to another."""
    led = Q(plan__pool__operation__in=operations_led_by(user))
    reached = scope_as(user, SERVING).schools("school__") & Q(plan__in=plans_visible_to(user))
    return (
        Allocation.objects.filter(led | reached)
        .select_related("school__commune", "plan__pool__operation")
        .order_by("school__commune__name", "school__name", "id")
    )


def reserve_lines(plan: Plan) -> QuerySet[ReserveLine]:
    """Give what is kept for each silent school, largest first."""
    return plan.reserve_lines.select_related("school__commune").order_by("-kept", "school__uai")


def totals(plan: Plan) -> dict[str, int]:
    """Give need, computed and final units of a plan, and how many schools receive some (one query)."""
    return plan.allocations.aggregate(
        served=Count("id", filter=Q(quantity__gt=0)),  # before the sum takes the name of the column
        schools=Count("id"),
        need=Sum("need", default=0),
        computed=Sum("computed", default=0),
        quantity=Sum("quantity", default=0),
    )


def by_commune(plan: Plan) -> QuerySet:
    """Give for each commune the schools, need and units of a plan (one query): the vice-president's page."""
    return (
        plan.allocations.values("school__commune__name")
        .annotate(schools=Count("id"), needed=Sum("need"), given=Sum("quantity"))
        .order_by("school__commune__name")
    )


def sheet_of(plan: Plan) -> str:
    """Name what the kept page of a plan belongs to."""
    return f"plan:{plan.public_id}"


def kept_sheet(plan: Plan) -> StoredDocument | None:
    """Give the page that was kept when a plan was approved: what came since does not change it."""
    return about([sheet_of(plan)]).order_by("id").first()


def already_promised(pool_id: int) -> dict[int, int]:
    """Give, for each school, the units of a pool that approved plans already gave it (one query)."""
    rows = (
        Allocation.objects.filter(plan__pool_id=pool_id, plan__state=PlanState.APPROVED)
        .values("school_id")
        .annotate(units=Sum("quantity"))
    )
    return {row["school_id"]: row["units"] for row in rows.order_by("school_id")}


def committed(pool_id: int) -> int:
    """Give how many units of a pool the approved plans take (reserves included) and the replaced ones took."""
    approved = Plan.objects.filter(pool_id=pool_id, state=PlanState.APPROVED)
    shares = Allocation.objects.filter(plan__in=approved).aggregate(units=Sum("quantity", default=0))["units"]
    return shares + approved.aggregate(units=Sum("reserve", default=0))["units"] + _left_for_replaced(pool_id)


def _left_for_replaced(pool_id: int) -> int:
    """Count what left the depot for plans that others have replaced since."""
    rows = AllocationShipment.objects.filter(
        allocation__plan__pool_id=pool_id, allocation__plan__state=PlanState.REPLACED
    ).exclude(line__shipment__state=ShipmentState.CANCELLED)
    found: int = rows.aggregate(units=Sum("line__quantity", default=0))["units"]
    return found
