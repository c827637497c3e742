"""The gate of one school: who waits for what, in the school's order. Names, so only for who serves the school."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from cartable.equipment.enums import AppointmentState, HandoverState
from cartable.equipment.models import Appointment, Handover, Loan
from cartable.operations.enums import SERVES, Good
from cartable.operations.models import Operation, Pool
from cartable.pupils.models import Home, Need, Pupil, PupilHome
from cartable.pupils.queries import needs_in_order
from cartable.pupils.rules import good_for
from cartable.territories.models import School


@dataclass(slots=True)
class GateRow:
    """One need at the gate: its pupils, their homes, the sorts that answer it, and where it stands."""

    need: Need
    rank: int
    pupils: list[Pupil]
    homes: list[Home] = field(default_factory=list)
    goods: list[str] = field(default_factory=list)
    appointment: Appointment | None = None
    handover: Handover | None = None

    @property
    def pupil(self) -> Pupil:
        return self.pupils[0]

    @property
    def served(self) -> bool:
        return self.handover is not None


def fits(need: Need, good: str) -> bool:
    """Tell whether a sort of thing answers a need."""
    return need.kind == SERVES[Good(good)] and good_for(need.kind, need.takes_sim) in ("", good)


def needs_waiting(user: Any, school: School, operation: Operation, good: str) -> list[Need]:
    """Give the needs that wait for `good` without an appointment, in the school's order; who was absent comes last.

    Where the operation gives one thing to a household, one need stands for all of it.
    """
    needs = [need for need in needs_in_order(user, school, SERVES[Good(good)]) if fits(need, good)]
    states = dict(
        Appointment.objects.filter(need__in=needs, operation=operation)
        .exclude(state=AppointmentState.CANCELLED)
        .order_by("id")
        .values_list("need_id", "state")
    )
    planned = {need for need, state in states.items() if state == AppointmentState.PLANNED}
    first = (
        _first_of_households(needs, planned) if operation.one_per_household else {need.pk for need in needs}
    )
    waiting = [need for need in needs if need.pk in first and need.pk not in planned]
    return sorted(waiting, key=lambda need: states.get(need.pk) == AppointmentState.ABSENT)


def _first_of_households(needs: list[Need], planned: set[int]) -> set[int]:
    """Keep one need of each household; none where another of the household has its appointment."""
    homes = _homes(row.pupil_id for need in needs for row in need.of_pupils.all())
    seen: set[int] = set()
    first: set[int] = set()
    for need in sorted(needs, key=lambda need: need.pk not in planned):
        its = {homes[row.pupil_id][0].pk for row in need.of_pupils.all() if homes[row.pupil_id]}
        if not its & seen:
            first.add(need.pk)
        seen |= its
    return first


def _homes(pupil_ids: Iterable[int]) -> dict[int, list[Home]]:
    found: dict[int, list[Home]] = defaultdict(list)
    rows = PupilHome.objects.filter(pupil__in=set(pupil_ids)).select_related("home")
    for row in rows.order_by("rank", "id"):
        found[row.pupil_id].append(row.home)
    return found


def gate_list(user: Any, school: School, operation: Operation) -> list[GateRow]:
    """Give every need of a school that an operation may answer, served ones last, in the school's order.

    A fixed number of queries. Empty for who does not serve the school.
    """
    if school.id not in user.scope.school_ids:
        return []
    goods = list(Pool.objects.filter(operation=operation, serves=school.kind).values_list("good", flat=True))
    kinds = {SERVES[Good(good)] for good in goods}
    waiting = [_row(need) for need in needs_in_order(user, school) if need.kind in kinds]
    served = [_served(row) for row in handed_in(school, operation)]
    rows = [row for row in [*waiting, *served] if row.pupils]
    homes = _homes(pupil.pk for row in rows for pupil in row.pupils)
    planned = _planned(school, operation)
    for row in rows:
        row.homes = list(dict.fromkeys(home for pupil in row.pupils for home in homes[pupil.pk]))
        row.goods = [good for good in dict.fromkeys(goods) if fits(row.need, good)]
        row.appointment = planned.get(row.need.pk)
    return rows


def _row(need: Need) -> GateRow:
    links = list(need.of_pupils.all())
    return GateRow(need, min((link.rank for link in links), default=0), [link.pupil for link in links])


def _served(handover: Handover) -> GateRow:
    row = _row(cast(Need, handover.need))
    row.handover = handover
    return row


def handed_in(school: School, operation: Operation) -> list[Handover]:
    """Give the hand-overs of a school that hold, with need and pupils, the last one first."""
    rows = Handover.objects.filter(school=school, operation=operation, state=HandoverState.DONE)
    rows = rows.exclude(need=None).select_related("need", "pupil", "asset", "product", "loan")
    return list(rows.prefetch_related("need__of_pupils__pupil").order_by("-handed_at", "-id"))


def _planned(school: School, operation: Operation) -> dict[int, Appointment]:
    rows = Appointment.objects.filter(school=school, operation=operation, state=AppointmentState.PLANNED)
    return {row.need_id: row for row in rows}


def appointments_visible_to(user: Any) -> Any:
    """Give the appointments of the schools that the user serves, in their order."""
    rows = Appointment.objects.filter(user.scope.served_schools("school__"))
    return rows.select_related("school", "operation", "need").order_by("starts_at", "id")


def open_loans_of(user: Any, school: School) -> Any:
    """Give the open loans of a school with pupil and number, the first due first; for who serves it."""
    rows = Loan.objects.filter(user.scope.served_schools("school__"), school=school, state="open")
    return rows.select_related("asset__product", "handover__pupil", "handover__home").order_by("due_on", "id")
