"""What came already, by earlier plans or beside them, put on the lines of needs that it served."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from cartable.equipment.enums import ShipmentState
from cartable.equipment.models import ShipmentLine
from cartable.operations.enums import SERVES, Good
from cartable.operations.models import Operation
from cartable.planning.enums import PlanState
from cartable.planning.models import Allocation, AllocationShipment, ReserveLine, Scenario
from cartable.planning.needs import Line


@dataclass(frozen=True, slots=True)
class Came:
    """So many of a good for one school, for the line of these tags where it is known."""

    school: int
    operation: int
    good: str
    units: int
    tags: frozenset[str]


def put_delivered(
    lines: Iterable[Line],
    operations: Collection[Operation],
    origin: Mapping[tuple[int, str], int],
    corrects: Scenario | None,
) -> None:
    """Add to each line what earlier plans gave it, and what left a depot without a plan (five queries).

    Only what comes from the operation that asked counts: an answer to a later question knows what came before it.
    Of the scenario that this one corrects, what has left counts, the rest is planned anew.
    """
    by_school: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_school[line.school.id].append(line)
    given = (_promised, _kept, _left)
    for came in (one for read in given for one in read(operations, corrects)):
        kind = SERVES[Good(came.good)]
        asked_in = origin.get((came.school, kind))
        if asked_in in (None, came.operation):
            _put(by_school.get(came.school, []), kind, came)


def _promised(operations: Collection[Operation], corrects: Scenario | None) -> Iterable[Came]:
    """Give the shares of approved plans, line by line where their parts say so."""
    rows = Allocation.objects.filter(
        plan__state=PlanState.APPROVED, plan__pool__operation__in=operations, quantity__gt=0
    ).exclude(Q(plan__scenario=corrects) if corrects else Q(pk=None))
    for row in rows.select_related("plan__pool").prefetch_related("parts").order_by("id"):
        pool, left = row.plan.pool, row.quantity
        for part in sorted(row.parts.all(), key=lambda part: part.id):
            units = min(left, part.quantity)
            left -= units
            yield Came(row.school_id, pool.operation_id, pool.good, units, frozenset(part.tags.split("|")))
        yield Came(row.school_id, pool.operation_id, pool.good, left, frozenset())


def _kept(operations: Collection[Operation], corrects: Scenario | None) -> Iterable[Came]:
    """Give what approved plans keep for silent schools: it is not to be kept for them a second time."""
    rows = ReserveLine.objects.filter(
        plan__state=PlanState.APPROVED, plan__pool__operation__in=operations, kept__gt=0
    ).exclude(Q(plan__scenario=corrects) if corrects else Q(pk=None))
    found = rows.order_by("id").values_list(
        "school_id", "plan__pool__operation_id", "plan__pool__good", "kept"
    )
    for school, operation, good, units in found:
        yield Came(school, operation, good, units, frozenset())


def _left(operations: Collection[Operation], corrects: Scenario | None) -> Iterable[Came]:
    """Give what left a depot beside the plans, and what left for the scenario that is corrected."""
    counted = AllocationShipment.objects.filter(allocation__plan__state=PlanState.APPROVED)
    if corrects:
        counted = counted.exclude(allocation__plan__scenario=corrects)
    rows = ShipmentLine.objects.filter(shipment__operation__in=operations).exclude(
        Q(shipment__state=ShipmentState.CANCELLED) | Q(id__in=counted.values("line"))
    )
    found = rows.order_by("id").values_list(
        "school_id", "shipment__operation_id", "lot__product__good", "quantity"
    )
    for school, operation, good, units in found:
        yield Came(school, operation, good, units, frozenset())


def _put(lines: list[Line], kind: str, came: Came) -> None:
    """Fill the lines of a school, those of the same tags first, none above its need."""
    left = came.units
    for line in sorted(lines, key=lambda line: _distance(line, came)):
        units = min(left, max(0, line.units[kind] - line.delivered[kind]))
        line.delivered[kind] += units
        left -= units


def _distance(line: Line, came: Came) -> tuple[int, bool, list[str]]:
    """Order the lines from the nearest: the fewest tags that differ, then those that asked for this very good."""
    return len((line.traits ^ came.tags) & came.tags), came.good not in line.traits, sorted(line.traits)
