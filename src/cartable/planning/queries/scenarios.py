"""Reads on scenarios: who decides for which body, what may be planned with, what a run gave."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as, departments_as, is_everywhere, regions_as
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.census.queries import reads_small_counts
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to
from cartable.planning.enums import ScenarioState
from cartable.planning.models import FundAgreement, Scenario, ScenarioRun
from cartable.planning.queries.agreements import answered_by
from cartable.territories.models import Department


# Roles that read the scenarios of their territory without deciding: a control.
CONTROLS = Role.AUDITOR


def deciding_bodies(user: Any) -> QuerySet[Body]:
    """Give the bodies for which the user may prepare and choose scenarios.

    A collectivité by its service, a département's or a région's prefect, the ministry: each on its own goods and
    money (code de l'éducation, L. 213-2 and L. 214-6; décret 2004-374, articles 10 and 20).
    """
    mine = Q(id__in=bodies_as(user, Role.EQUIPMENT), kind=BodyKind.LOCAL_AUTHORITY)
    departments = Department.objects.filter(departments_as(user, Role.PREFECTURE))
    mine |= Q(kind=BodyKind.PREFECTURE, department__in=departments.order_by().values("id"))
    mine |= Q(kind=BodyKind.REGION_PREFECTURE, region__in=regions_as(user, Role.REGION))
    if is_everywhere(user, Role.NATIONAL):
        mine |= Q(kind=BodyKind.MINISTRY)
    return Body.objects.filter(mine).order_by("name", "id")


def usable_operations(user: Any) -> QuerySet[Operation]:
    """Give the operations whose answers a deciding user may plan for: those he sees on his territory."""
    return operations_visible_to(user, (Role.EQUIPMENT, Role.PREFECTURE, Role.REGION, Role.NATIONAL))


def scenarios_led_by(user: Any) -> QuerySet[Scenario]:
    """Give the scenarios that the user may change, compute and choose."""
    return _joined(Scenario.objects.filter(body__in=deciding_bodies(user).order_by()))


def scenarios_visible_to(user: Any) -> QuerySet[Scenario]:
    """Give the scenarios of the user's bodies, those that ask his agreement, and to a control all of its territory."""
    seen = Q(body__in=deciding_bodies(user).order_by()) | _asked_of(user) | _controlled_by(user)
    return _joined(Scenario.objects.filter(seen))


def _joined(rows: QuerySet[Scenario]) -> QuerySet[Scenario]:
    return rows.select_related("body__department", "body__region", "corrects").order_by("-made_at", "-id")


def _asked_of(user: Any) -> Q:
    """Filter on scenarios that ask or asked the user's agreement."""
    return Q(Exists(FundAgreement.objects.filter(answered_by(user), fund__scenario=OuterRef("pk"))))


def _controlled_by(user: Any) -> Q:
    """Filter on what a control of the country or of a département reads: what was decided, not what is prepared."""
    decided = Q(state__in=(ScenarioState.CHOSEN, ScenarioState.REPLACED))
    if is_everywhere(user, CONTROLS):
        return decided
    departments = Department.objects.filter(departments_as(user, CONTROLS)).order_by().values("id")
    return decided & Q(body__department__in=departments)


def runs_visible_to(user: Any) -> QuerySet[ScenarioRun]:
    """Give the runs of the scenarios that the user sees, the newest first."""
    return (
        ScenarioRun.objects.filter(scenario__in=scenarios_visible_to(user).order_by())
        .select_related("scenario__body", "archive", "made_by")
        .order_by("-made_at", "-id")
    )


def with_latest_run(rows: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """Give scenarios with their last run alone in `last_runs` (one more query)."""
    newer = ScenarioRun.objects.filter(scenario=OuterRef("scenario"), pk__gt=OuterRef("pk"))
    return rows.prefetch_related(
        Prefetch("runs", queryset=ScenarioRun.objects.filter(~Exists(newer)), to_attr="last_runs")
    )


def latest_run(scenario: Scenario) -> ScenarioRun | None:
    """Give the last run of a scenario that the caller has read, or None where it was never computed."""
    return scenario.runs.select_related("archive", "scenario").first()


def reads_lines(user: Any, scenario: Scenario) -> bool:
    """Tell whether the user may see a scenario line by line: only who reads small counts of every operation in it.

    What was read from files is the business of the body that brought them.
    """
    if scenario.archive_id:
        return deciding_bodies(user).filter(id=scenario.body_id).exists()
    operations = scenario.operations.select_related("department")
    return all(reads_small_counts(user, operation) for operation in operations)
