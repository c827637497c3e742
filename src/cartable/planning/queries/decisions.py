"""Reads on what was chosen: each school's share in three numbers, why, and what it contests."""

from typing import Any, NamedTuple

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from cartable.accounts.queries import scope_as
from cartable.census.queries import SERVING
from cartable.equipment.enums import ShipmentState
from cartable.foundation import clock
from cartable.planning.enums import PlanState, ScenarioState
from cartable.planning.models import Allocation, AllocationShipment, Contest, Explanation, Plan, Scenario
from cartable.planning.queries.scenarios import scenarios_led_by
from cartable.territories.models import School


DECIDED = (ScenarioState.CHOSEN, ScenarioState.REPLACED)


def shares_of_schools(schools: QuerySet[School]) -> QuerySet:
    """Give the shares of some schools in chosen scenarios, each with what may leave now and what was received.

    `available` counts pieces that stand in the depot for it or have left; `received` those in received shipments. The
    caller has cut `schools` to those whose counts the user reads (`schools_served_by`).
    """
    rows = Allocation.objects.filter(school__in=schools.order_by(), plan__scenario__state__in=DECIDED)
    return (
        in_three_numbers(rows)
        .filter(plan__state__in=(PlanState.APPROVED, PlanState.REPLACED), allocated__gt=0)
        .select_related("plan__scenario__body", "plan__good", "school")
        .order_by("-plan__approved_at", "school__uai", "id")
    )


def in_three_numbers(rows: QuerySet[Allocation]) -> QuerySet:
    """Add to shares what is `allocated`, what may leave now (`available`) and what was `received`.

    Of a plan that another replaced, what had left stays allocated.
    """
    lines = AllocationShipment.objects.filter(allocation=OuterRef("pk")).order_by().values("allocation")
    left = lines.exclude(line__shipment__state=ShipmentState.CANCELLED)
    rows = rows.annotate(
        left=_units(left), received=_units(lines.filter(line__shipment__state=ShipmentState.RECEIVED))
    )
    replaced = Q(plan__state=PlanState.REPLACED)
    return rows.annotate(
        allocated=Case(When(replaced, then=F("left")), default=F("quantity")),
        available=Case(
            When(replaced, then=F("left")), When(plan__in_hand=True, then=F("quantity")), default=Value(0)
        ),
    )


class Three(NamedTuple):
    """Units of a plan: allocated, its reserve included; what may leave now; what was received."""

    allocated: int
    available: int
    received: int


def three_numbers(plan: Plan) -> Three:
    """Give the three numbers of a plan, added up by the store (one query)."""
    names = ("allocated", "available", "received")
    sums = in_three_numbers(plan.allocations.all()).aggregate(
        **{f"{name}_sum": Sum(name, default=0) for name in names}
    )
    kept = plan.reserve if plan.state == PlanState.APPROVED else 0
    return Three(sums["allocated_sum"] + kept, sums["available_sum"], sums["received_sum"])


def _units(lines: QuerySet) -> Coalesce:
    return Coalesce(Subquery(lines.annotate(units=Sum("line__quantity")).values("units")), 0)


def schools_served_by(user: Any) -> QuerySet[School]:
    """Give the schools whose own counts the user reads."""
    return School.objects.filter(scope_as(user, SERVING).schools()).select_related("commune", "department")


def explanations_of(schools: QuerySet[School], scenario: Scenario | None = None) -> QuerySet[Explanation]:
    """Give why some schools receive what they do, as chosen scenarios (or one of them) said it."""
    rows = Explanation.objects.filter(school__in=schools.order_by(), scenario__state__in=DECIDED)
    rows = rows.filter(scenario=scenario) if scenario else rows
    return rows.select_related("school", "scenario__body").order_by(
        "-scenario__chosen_at", "school__uai", "tags"
    )


def decided_for(schools: QuerySet[School]) -> QuerySet[Scenario]:
    """Give the chosen scenarios that concern some schools, for their published rule."""
    concerned = explanations_of(schools).order_by().values("scenario")
    return Scenario.objects.filter(pk__in=concerned).select_related("body").order_by("-chosen_at", "id")


def plans_of(scenario: Scenario) -> QuerySet[Plan]:
    """Give the plans of a chosen scenario that the caller has read."""
    rows = scenario.plans.select_related("pool__operation__department", "good")
    return rows.order_by("pool__operation__department__code", "pool__name", "id")


def contests_of(scenario: Scenario) -> QuerySet[Contest]:
    """Give what schools contest of a scenario that the caller leads."""
    return scenario.contests.select_related("school__commune", "made_by", "answered_by")


def contests_led_by(user: Any) -> QuerySet[Contest]:
    """Give the contests that the user may answer."""
    rows = Contest.objects.filter(scenario__in=scenarios_led_by(user).order_by())
    return rows.select_related("school", "scenario__body").order_by("-made_at", "-id")


def contests_of_schools(schools: QuerySet[School]) -> QuerySet[Contest]:
    """Give what some schools contested, with the answer; the caller has cut the schools to the user's."""
    rows = Contest.objects.filter(school__in=schools.order_by())
    return rows.select_related("school", "scenario__body").order_by("-made_at", "-id")


def contestable_by(user: Any, school: School) -> QuerySet[Scenario]:
    """Give the scenarios whose share the school may still contest today, by the clock of its département."""
    today = clock.today(school.department.time_zone)
    concerned = Q(explanations__school=school) | Q(plans__allocations__school=school)
    rows = Scenario.objects.filter(concerned, state=ScenarioState.CHOSEN, contest_until__gte=today)
    served = schools_served_by(user).filter(pk=school.pk).exists()
    return rows.distinct().order_by("-chosen_at", "id") if served else rows.none()
