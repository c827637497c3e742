"""How many are really in hands: coverage counts distinct pupils, the chain counts articles. No name, ever.

Not answered is never zero: a school that has not answered has no need and no rate, only its silence.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet

from cartable.accounts.enums import Role
from cartable.equipment.enums import HandoverState
from cartable.equipment.models import Handover
from cartable.foundation import clock
from cartable.monitoring.counting import (
    KIND_OF,
    StepCount,
    count_held,
    count_steps,
    count_whole,
    curves_of,
    held_of,
    places_of,
    steps_of,
)
from cartable.monitoring.enums import Blank
from cartable.monitoring.masking import mask, shown
from cartable.monitoring.perms import Sight, sight_of
from cartable.monitoring.picture import Picture, Place, Row, Thing, row_of
from cartable.operations.enums import Good
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to


def operations_seen_by(user: Any) -> QuerySet[Operation]:
    """Give the operations whose figures may concern `user`, with their census."""
    return operations_visible_to(user).select_related("campaign")


def picture(
    operation: Operation, user: Any, *, by_school: bool = False, by_day: bool = False
) -> Picture | None:
    """Give the figures of an operation as `user` may see them; None for who has no part in it.

    Four queries, and one more for the curves (`by_day`), whatever the number of schools.
    """
    sight = sight_of(user, operation)
    return _picture(operation, sight, by_school, by_day) if sight else None


def coverage(operation: Operation) -> dict[str, tuple[int, int]]:
    """Give kind → (pupils lacking in the answers, those of them covered), over the whole operation, unmasked."""
    total = _picture(operation, Sight(whole=True, serves_all=True)).total
    known = {kind: (total.needed[kind], total.covered[kind]) for kind in total.needed}
    return {kind: (n, c) for kind, (n, c) in known.items() if isinstance(n, int) and isinstance(c, int)}


def _picture(operation: Operation, sight: Sight, by_school: bool = False, by_day: bool = False) -> Picture:
    places, steps = places_of(operation, sight), steps_of(operation, sight)
    count_steps(places, steps)
    count_held(places, held_of(operation, sight))
    things = _things(places, steps)
    kinds = list(dict.fromkeys(KIND_OF[good] for good, _mode in things))
    department = operation.department
    made = Picture(
        as_of=clock.now(),
        total=row_of(list(places.values()), kinds, things, code=department.code, label=department.name),
        communes=_communes(places.values(), kinds, things),
        schools=_schools(places, kinds, things) if by_school and not sight.gives else {},
        kinds=kinds,
        things=things,
        whole=sight.whole,
        masked=not all(place.open for place in places.values()),
        gives=sight.gives,
        served=sum(place.received for place in places.values()),
        started=sum(place.received and place.started for place in places.values()),
        curves=curves_of(operation, sight, things) if by_day else {},
    )
    count_whole(made.total, steps)
    if made.masked:
        mask(made, places)
    return made


def _things(places: dict[int, Place], steps: list[StepCount]) -> list[Thing]:
    """List what is announced, on its way or in hands, in a fixed order."""
    found = {count.thing for count in steps}
    found |= {thing for place in places.values() for thing, _step in place.steps}
    order = list(Good.values)
    return sorted(found, key=lambda thing: (order.index(thing[0]), thing[1]))


def _communes(places: Iterable[Place], kinds: list[str], things: list[Thing]) -> dict[str, Row]:
    groups: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        groups[place.commune_code].append(place)
    return {
        code: row_of(group, kinds, things, code=code, label=group[0].commune)
        for code, group in groups.items()
    }


def _schools(places: dict[int, Place], kinds: list[str], things: list[Thing]) -> dict[int, Row]:
    rows = {}
    for place in places.values():
        row = rows[place.id] = row_of([place], kinds, things, code=place.uai, label=place.name)
        row.commune, row.commune_code, row.nobody = place.commune, place.commune_code, place.nobody
    return rows


def given_by(user: Any) -> list[tuple[Operation, int | Blank]]:
    """Give the operations to which `user`'s bodies gave, with how many articles are in hands (two queries)."""
    bodies = [held.body_id for held in user.held if held.role == Role.GIVER]
    operations = (
        list(operations_visible_to(user).filter(givers__body_id__in=bodies).distinct()) if bodies else []
    )
    rows = Handover.objects.filter(operation__in=operations, state=HandoverState.DONE)
    counts = dict(rows.values_list("operation_id").annotate(Count("id")).order_by())
    return [(operation, shown(counts.get(operation.id, 0))) for operation in operations]
