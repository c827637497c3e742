"""How many are really in hands: coverage counts distinct pupils, the chain counts articles. No name, ever.

Not answered is never zero: a school that has not answered has no need and no rate, only its silence.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models import FilteredRelation as Joined
from django.db.models.functions import Coalesce, TruncDate

from cartable.accounts.enums import Role
from cartable.census.enums import ANSWERED
from cartable.census.models import Campaign, Return
from cartable.equipment.enums import HandoverState, ShipmentState
from cartable.equipment.models import Handover, Lot, ShipmentLine
from cartable.foundation import clock
from cartable.monitoring.enums import OF_THE_WHOLE, Blank, Step
from cartable.monitoring.masking import mask, shown
from cartable.monitoring.perms import Sight, sight_of
from cartable.monitoring.picture import Picture, Place, Row, Thing, row_of
from cartable.operations.enums import SERVES, Good
from cartable.operations.models import Operation, Pool
from cartable.operations.queries import operations_visible_to, schools_asked
from cartable.planning.enums import PlanState
from cartable.planning.models import Allocation
from cartable.pupils.models import Cover
from cartable.territories.models import School


COUNTED = tuple(dict.fromkeys(kind.value for kind in SERVES.values()))
LEFT_THE_DEPOT = (ShipmentState.SENT, ShipmentState.RECEIVED)
NONE_ERASED = Value(0, IntegerField())


class StepCount(NamedTuple):
    """So many articles of a thing at one step, in one school (0: of no school); `erased` of them name nobody now."""

    step: str
    school_id: int
    good: str
    mode: str
    number: int
    erased: int

    @property
    def thing(self) -> Thing:
        return self.good, self.mode


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
    places, steps = _places(operation, sight), _steps(operation, sight)
    things = sorted({count.thing for count in steps}, key=_thing_order)
    kinds = list(dict.fromkeys(SERVES[Good(good)].value for good, _mode in things))
    _count_steps(places, steps)
    if not sight.gives:
        _count_answers(operation, sight, places)
        _count_covered(operation, sight, places)
    made = Picture(
        as_of=clock.now(),
        total=row_of(
            list(places.values()),
            kinds,
            things,
            code=operation.department.code,
            label=operation.department.name,
        ),
        communes=_communes(places.values(), kinds, things),
        schools=_schools(places, kinds, things) if by_school and not sight.gives else {},
        kinds=kinds,
        things=things,
        whole=sight.whole,
        masked=not all(place.open for place in places.values()),
        gives=sight.gives,
        served=sum(place.received for place in places.values()),
        started=sum(place.received and place.started for place in places.values()),
        curves=_curves(operation, sight, things) if by_day else {},
    )
    _count_whole(made.total, steps)
    if made.masked:
        mask(made, places)
    return made


def _thing_order(thing: Thing) -> tuple[int, str]:
    return list(Good.values).index(thing[0]), thing[1]


def _places(operation: Operation, sight: Sight) -> dict[int, Place]:
    """Give the schools in sight that are asked, or that take part without being asked any more (they closed)."""
    part = [
        Return.objects.filter(campaign__operation=operation),
        Handover.objects.filter(operation=operation),
    ]
    took_part = Q(id__in=part[0].values("school_id")) | Q(id__in=part[1].values("school_id"))
    rows = (
        School.objects.filter(sight.schools(), department_id=operation.department_id)
        .annotate(asked=Q(id__in=schools_asked(operation).values("id")))
        .filter(Q(asked=True) | took_part)
        .order_by("commune__name", "name", "id")
        .values_list("id", "uai", "name", "commune__code", "commune__name", "asked", "circonscription_id")
    )
    return {
        own: Place(own, uai, name, code or "", commune or "", asked, sight.serves(own, led))
        for own, uai, name, code, commune, asked, led in rows
    }


def _count_answers(operation: Operation, sight: Sight, places: dict[int, Place]) -> None:
    sums = {f"of_{kind}": Sum("lines__pupils", filter=Q(lines__kind=kind), default=0) for kind in COUNTED}
    answers = Return.objects.filter(
        sight.schools("school__"), campaign__operation=operation, state__in=ANSWERED
    )
    columns = ("school_id", "nobody", "entered_for_by_id")
    for school_id, nobody, entered_for, *numbers in (
        answers.values_list(*columns).annotate(**sums).order_by("school_id")
    ):
        if place := places.get(school_id):
            place.answered, place.nobody, place.entered_for = True, nobody, entered_for is not None
            place.needed = dict(zip(COUNTED, numbers, strict=True))


def _count_covered(operation: Operation, sight: Sight, places: dict[int, Place]) -> None:
    """Put each child who has something of the operation in hands in its school, in the answers or beyond them."""
    found: dict[tuple[int, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for school_id, kind, counted, child in _children_covered(operation, sight):
        found[school_id, kind][not counted].add(child)
    for place in places.values():
        for kind in COUNTED:
            inside, beyond = found.get((place.id, kind), (set(), set()))
            _sort_out(place, kind, inside, beyond - inside)


def _sort_out(place: Place, kind: str, inside: set[str], beyond: set[str]) -> None:
    """Keep no more children in the answers than the school counted there.

    What a circonscription entered by telephone names nobody: whoever is served there was counted. The same for
    a hand-over whose pupil's row was erased since: it stands for one child.
    """
    erased = {f"{place.id}:{kind}:{rank}" for rank in range(place.erased[kind])}
    room = place.needed.get(kind, 0) if place.answered else 0
    ordered = [*sorted(inside), *(sorted(beyond) if place.entered_for else ()), *sorted(erased)]
    place.inside[kind] = set(ordered[:room])
    place.beyond[kind] = (inside | beyond | erased) - place.inside[kind]


def _children_covered(operation: Operation, sight: Sight) -> QuerySet[Cover, tuple[int, str, bool, str]]:
    """Give (school, kind, was counted in its answer, child) for each need that the operation meets now.

    A pupil was counted where the need was marked when the answer left, and nothing met it at that moment.
    """
    over = Cover.objects.filter(ends_at__isnull=False)
    met_then = over.filter(
        need=OuterRef("need"),
        starts_at__lte=OuterRef("answer__submitted_at"),
        ends_at__gt=OuterRef("answer__submitted_at"),
    )
    # Few needs were ever met by something else: the set of them is read once, then each of them is looked at.
    met_before = Q(need__in=over.values("need")) & Q(Exists(met_then))
    counted = Q(starts_at__gt=F("answer__submitted_at"), need__marked_at__lte=F("answer__submitted_at"))
    answer = Q(
        need__school__returns__campaign=_campaign(operation), need__school__returns__state__in=ANSWERED
    )
    return (
        Cover.objects.filter(
            sight.schools("need__school__"),
            Exists(_in_hands(operation).filter(public_id=OuterRef("source"))),
            ends_at=None,
            kind__in=COUNTED,
            need__of_pupils__isnull=False,
        )
        .annotate(answer=Joined("need__school__returns", condition=answer))
        .annotate(inside=Case(When(counted & ~met_before, then=Value(1)), default=Value(0)))
        .values_list("need__school_id", "kind", "inside", "need__of_pupils__pupil__match_key")
        .order_by()
    )


def _campaign(operation: Operation) -> Campaign | None:
    return getattr(operation, "campaign", None)


def _in_hands(operation: Operation) -> QuerySet[Handover]:
    return Handover.objects.filter(operation=operation, state=HandoverState.DONE)


def _steps(operation: Operation, sight: Sight) -> list[StepCount]:
    """Count articles, all steps in one query."""
    of_plan = Allocation.objects.filter(plan__pool__operation=operation, plan__state=PlanState.APPROVED)
    lines = ShipmentLine.objects.filter(shipment__operation=operation, shipment__state__in=LEFT_THE_DEPOT)
    lots = Lot.objects.filter(operation=operation)
    hands = _in_hands(operation)
    here, at_school = sight.schools("school__"), F("school_id")
    pool, lot, product = "plan__pool__", "lot__product__", "product__"
    declared = lots.filter(sight.schools("held_by__"), held_by__isnull=False)
    pools = Pool.objects.filter(operation=operation)
    if not sight.whole:
        pools = pools.filter(serves__in=School.objects.filter(sight.schools()).values("kind"))
    parts = [
        _part(pools, Step.ANNOUNCED, Value(0), "", Sum("quantity")),
        _part(lots.filter(depot__isnull=False), Step.RECEIVED, Value(0), product, Sum("quantity")),
        _part(declared, Step.DECLARED, F("held_by_id"), product, Sum("quantity")),
        _part(of_plan.filter(here), Step.ALLOCATED, at_school, pool, Sum("quantity")),
        _part(lines.filter(here), Step.SHIPPED, at_school, lot, Sum("quantity")),
        _part(lines.filter(here), Step.ACCEPTED, at_school, lot, Sum("received__accepted", default=0)),
        _part(
            hands.filter(here),
            Step.IN_HANDS,
            at_school,
            product,
            Count("id"),
            Count("id", filter=Q(need=None)),
        ),
    ]
    return [StepCount(*row) for row in parts[0].union(*parts[1:], all=True)]


def _part(
    rows: QuerySet, step: str, place: Any, path: str, number: Any, erased: Any = NONE_ERASED
) -> QuerySet:
    grouped = rows.annotate(
        step=Value(step), place=place, its_good=F(f"{path}good"), its_mode=F(f"{path}mode")
    )
    groups = grouped.order_by().values("step", "place", "its_good", "its_mode")
    counted = groups.annotate(number=number, erased=erased)
    return counted.values_list("step", "place", "its_good", "its_mode", "number", "erased")


def _count_steps(places: dict[int, Place], steps: Iterable[StepCount]) -> None:
    for count in steps:
        if place := places.get(count.school_id):
            place.steps[count.thing, count.step] += count.number
            place.erased[SERVES[Good(count.good)]] += count.erased


def _count_whole(total: Row, steps: Iterable[StepCount]) -> None:
    """Put in the total the steps that are of no school."""
    for step in OF_THE_WHOLE:
        sums = Counter(dict.fromkeys(total.things, 0))
        for count in steps:
            sums[count.thing] += count.number if count.step == step else 0
        for thing, number in sums.items():
            total.things[thing][step] = number


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


def _curves(operation: Operation, sight: Sight, things: list[Thing]) -> dict[Thing, list[tuple[date, int]]]:
    """Give, for each thing, how many were in hands at the end of each day when that changed (one query).

    What came back, was lost or swapped counts until the day it ended; what was entered by mistake never did.
    """
    zone = clock.zone(operation.department.time_zone)
    real = Handover.objects.filter(sight.schools("school__"), operation=operation)
    real = real.exclude(state=HandoverState.CANCELLED)
    ended = real.exclude(state=HandoverState.DONE)
    # Loans know the day they came back; reading it from the moment is slow on SQLite, and rarely needed.
    out = Coalesce("loan__returned_on", TruncDate(Coalesce("ended_at", "handed_at"), tzinfo=zone))
    parts = [
        real.annotate(day=F("transfer__value_date"), way=Value(1, IntegerField())),
        ended.annotate(
            day=Case(When(pk__isnull=False, then=out), output_field=DateField()),
            way=Value(-1, IntegerField()),
        ),
    ]
    columns = ("day", "way", "product__good", "mode")
    counted = [
        part.order_by().values(*columns).annotate(number=Count("id")).values_list(*columns, "number")
        for part in parts
    ]
    changes: dict[Thing, dict[date, int]] = {thing: defaultdict(int) for thing in things}
    for day, way, good, mode, number in counted[0].union(counted[1], all=True):
        changes[good, mode][day] += way * number
    return {thing: _running(by_day) for thing, by_day in changes.items() if by_day}


def _running(by_day: dict[date, int]) -> list[tuple[date, int]]:
    points, held = [], 0
    for day in sorted(by_day):
        held += by_day[day]
        points.append((day, held))
    return points


def given_by(user: Any) -> list[tuple[Operation, int | Blank]]:
    """Give the operations to which `user`'s bodies gave, with how many articles are in hands (two queries)."""
    bodies = [held.body_id for held in user.held if held.role == Role.GIVER]
    operations = (
        list(operations_visible_to(user).filter(givers__body_id__in=bodies).distinct()) if bodies else []
    )
    rows = Handover.objects.filter(operation__in=operations, state=HandoverState.DONE)
    counts = dict(rows.values_list("operation_id").annotate(Count("id")).order_by())
    return [(operation, shown(counts.get(operation.id, 0))) for operation in operations]
