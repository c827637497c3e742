"""How many are really in hands: coverage counts distinct pupils, hand-overs count things. No name, ever.

Not answered is never zero: a school that has not answered has no need and no rate here, only its silence.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from cartable.accounts.enums import Role
from cartable.census.enums import ANSWERED
from cartable.census.models import Return, ReturnLine
from cartable.engines.disclosure import Hidden, hide
from cartable.equipment.enums import HandoverState
from cartable.equipment.models import Handover
from cartable.foundation import clock
from cartable.operations.models import Operation
from cartable.operations.queries import schools_asked
from cartable.pupils.enums import NeedKind
from cartable.pupils.models import NeedPupil
from cartable.territories.models import School


# They act for the children of the schools in their reach, so they see small counts; the others do not.
SERVES_SCHOOLS = {Role.EQUIPMENT, Role.ACADEMY, Role.CIRCONSCRIPTION, Role.HEAD, Role.SCHOOL_STAFF}
READS_SCHOOLS = SERVES_SCHOOLS | {Role.NATIONAL, Role.REGION, Role.PREFECTURE, Role.AUDITOR}
COUNTED = (NeedKind.DEVICE, NeedKind.CONNECTION)


@dataclass(slots=True)
class Row:
    """One school, or one commune: pupils lacking, pupils reached, things in hands, by kind of need or sort of good.

    `needed` is None where no school answered; a value is None where it is hidden because it is small.
    """

    key: int | str
    label: str
    commune: str
    asked: int = 1
    answered: int = 0
    needed: dict[str, int | None] = field(default_factory=dict)
    covered: dict[str, int | None] = field(default_factory=dict)
    in_hands: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """Coverage of one operation as one person may see it, with its date and its completeness."""

    as_of: datetime
    asked: int
    answered: int
    total: Row
    communes: list[Row]
    schools: list[Row]
    masked: bool


def picture(operation: Operation, user: Any) -> Picture:
    """Count needs, pupils covered and things in hands over the schools of the user's reach (five queries)."""
    schools = list(
        _schools(operation, user).select_related("commune").order_by("commune__name", "name", "id")
    )
    rows = {school.id: _row(school) for school in schools}
    _fill_needs(operation, rows)
    _fill_covered(operation, rows)
    _fill_hands(operation, rows)
    communes = _by_commune(rows.values())
    total = _sum(rows.values(), key="total", label=operation.department.name)
    masked = not user.scope.roles & SERVES_SCHOOLS
    if masked:
        _mask(rows, communes, total)
    return Picture(
        as_of=clock.now(),
        asked=len(rows),
        answered=total.answered,
        total=total,
        communes=list(communes.values()),
        schools=list(rows.values()) if user.scope.roles & READS_SCHOOLS else [],
        masked=masked,
    )


def _schools(operation: Operation, user: Any) -> QuerySet[School]:
    """Give the schools asked in reach; a giver looks at the whole operation, by commune."""
    asked = schools_asked(operation)
    if user.scope.roles & READS_SCHOOLS:
        return asked.visible_to(user)
    return asked if Role.GIVER in user.scope.roles else asked.none()


def _row(school: School) -> Row:
    return Row(key=school.id, label=school.name, commune=school.commune.name if school.commune else "")


def _fill_needs(operation: Operation, rows: dict[int, Row]) -> None:
    answers = Return.objects.filter(campaign__operation=operation, state__in=ANSWERED)
    for school_id in answers.values_list("school_id", flat=True):
        if school_id in rows:
            rows[school_id].answered = 1
            rows[school_id].needed = dict.fromkeys(COUNTED, 0)
    lines = ReturnLine.objects.filter(of_return__in=answers, kind__in=COUNTED)
    sums = lines.values("of_return__school_id", "kind").annotate(total=Sum("pupils")).order_by()
    for line in sums:
        if row := rows.get(line["of_return__school_id"]):
            row.needed[line["kind"]] = line["total"]


def _fill_covered(operation: Operation, rows: dict[int, Row]) -> None:
    """Count distinct pupils whose need is covered now by a hand-over of this operation."""
    now_covered = NeedPupil.objects.filter(
        kind__in=COUNTED,
        need__covers__ends_at=None,
        need__covers__isnull=False,
        need__covers__source__in=_hands(operation).values("public_id"),
    )
    counts = (
        now_covered.values("need__school_id", "kind")
        .annotate(pupils=Count("pupil", distinct=True))
        .order_by()
    )
    for row in rows.values():
        row.covered = dict.fromkeys(COUNTED, 0)
    for found in counts:
        if row := rows.get(found["need__school_id"]):
            row.covered[found["kind"]] = found["pupils"]


def _hands(operation: Operation) -> QuerySet[Handover]:
    return Handover.objects.filter(operation=operation, state=HandoverState.DONE)


def _fill_hands(operation: Operation, rows: dict[int, Row]) -> None:
    counts = _hands(operation).values("school_id", "product__good").annotate(things=Count("id")).order_by()
    for found in counts:
        if row := rows.get(found["school_id"]):
            row.in_hands[found["product__good"]] = found["things"]


def _by_commune(rows: Iterable[Row]) -> dict[str, Row]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.commune].append(row)
    return {name: _sum(group, key=name, label=name) for name, group in sorted(groups.items())}


def _sum(rows: Iterable[Row], *, key: str, label: str) -> Row:
    total = Row(key=key, label=label, commune=label, asked=0)
    for row in rows:
        total.asked += row.asked
        total.answered += row.answered
        for mine, theirs in (
            (total.needed, row.needed),
            (total.covered, row.covered),
            (total.in_hands, row.in_hands),
        ):
            for name, count in theirs.items():
                mine[name] = (mine.get(name) or 0) + (count or 0)
    return total


def _mask(rows: dict[int, Row], communes: dict[str, Row], total: Row) -> None:
    """Hide small counts, and what would give them away; needs and covers of a place are hidden together."""
    for table in ("needed", "covered", "in_hands"):
        names = {name for row in rows.values() for name in getattr(row, table)}
        for name in sorted(names):
            counts = {key: getattr(row, table).get(name) or 0 for key, row in rows.items()}
            hidden = hide(counts, {key: row.commune for key, row in rows.items()})
            _hide(table, name, hidden, rows, communes, total)


def _hide(
    table: str, name: str, hidden: Hidden, rows: dict[int, Row], communes: dict[str, Row], total: Row
) -> None:
    for key in hidden.places:
        getattr(rows[key], table)[name] = None
    for key in hidden.areas:
        getattr(communes[key], table)[name] = None
    if hidden.total:
        getattr(total, table)[name] = None


def curve(operation: Operation) -> list[tuple[date, dict[str, int]]]:
    """Give, for each day with a hand-over, the running total of things in hands by sort of good (one query)."""
    zone = ZoneInfo(operation.department.time_zone)
    days = (
        _hands(operation)
        .annotate(day=TruncDate("handed_at", tzinfo=zone))
        .values("day", "product__good")
        .annotate(things=Count("id"))
        .order_by("day")
    )
    running: dict[str, int] = defaultdict(int)
    points: dict[date, dict[str, int]] = {}
    for found in days:
        running[found["product__good"]] += found["things"]
        points[found["day"]] = dict(running)
    return sorted(points.items())
