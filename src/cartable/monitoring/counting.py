"""Read and add up what is known of the schools of one operation: a fixed number of queries, whatever their number."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models import FilteredRelation as Joined
from django.db.models.functions import Coalesce, TruncDate

from cartable.census.enums import ANSWERED
from cartable.census.models import Campaign, Return
from cartable.equipment.enums import HandoverState, ShipmentState
from cartable.equipment.models import Handover, Lot, ShipmentLine
from cartable.foundation import clock
from cartable.monitoring.enums import OF_THE_WHOLE, Step
from cartable.monitoring.perms import Sight
from cartable.monitoring.picture import Children, Place, Row, Thing
from cartable.operations.enums import SERVES
from cartable.operations.models import Operation, Pool
from cartable.operations.queries import schools_asked
from cartable.planning.enums import PlanState
from cartable.planning.models import Allocation
from cartable.pupils.models import Cover, NeedPupil, Pupil
from cartable.territories.models import School


KIND_OF = {good.value: kind.value for good, kind in SERVES.items()}
COUNTED = tuple(dict.fromkeys(KIND_OF.values()))
SCHOOL_COLUMNS = (
    "id", "uai", "name", "commune__code", "commune__name", "circonscription_id", "asked",
    "answer__id", "answer__nobody", "answer__entered_for_by_id",
)  # fmt: skip
# What came to a school, or was there already.
HERE = (Step.ACCEPTED, Step.DECLARED)
NOTHING = Value(0, IntegerField())
# SQLite takes so many values in one statement, whatever its build.
FEW = 900
LEFT_THE_DEPOT = (ShipmentState.SENT, ShipmentState.RECEIVED)


# School, kind of need, and 1 for who was counted in the answer.
Key = tuple[int, str, int]


class StepCount(NamedTuple):
    """So many articles of a thing at one step, in one school (0: of no school)."""

    step: str
    school_id: int
    good: str
    mode: str
    number: int

    @property
    def thing(self) -> Thing:
        return self.good, self.mode


class Held(NamedTuple):
    """Articles in hands in a school, and the pupils they serve: `what` is the article, or the need where it is shared.

    `inside`: 1 where the school's answer counted the pupils. A line of one `child`, by its keyed hash, tells again
    one who stands in the sums. `erased` articles name nobody any more.
    """

    school_id: int
    what: str
    mode: str
    inside: int
    child: str
    pupils: int
    things: int
    erased: int

    @property
    def kind(self) -> str:
        return KIND_OF.get(self.what, self.what)


def places_of(operation: Operation, sight: Sight) -> dict[int, Place]:
    """Read the schools in sight with their answers (one query).

    They are those asked, and those that take part without being asked any more (they closed).
    """
    answered = Return.objects.filter(campaign__operation=operation).values("school_id")
    handed_over = Handover.objects.filter(operation=operation).values("school_id")
    answer = Q(returns__campaign=_campaign(operation), returns__state__in=ANSWERED)
    pupils = {
        kind: Sum("answer__lines__pupils", filter=Q(answer__lines__kind=kind), default=0) for kind in COUNTED
    }
    rows = (
        School.objects.filter(sight.schools(), department_id=operation.department_id)
        .annotate(asked=Q(id__in=schools_asked(operation).values("id")))
        .filter(Q(asked=True) | Q(id__in=answered) | Q(id__in=handed_over))
        .annotate(answer=Joined("returns", condition=answer))
        .order_by("commune__name", "name", "id")
        .values(*SCHOOL_COLUMNS)
        .annotate(**pupils)
        .values_list(*SCHOOL_COLUMNS, *COUNTED)
    )
    return {row[0]: _place(sight, *row) for row in rows}


def _place(
    sight: Sight,
    own: int,
    uai: str,
    name: str,
    code: str | None,
    commune: str | None,
    led_by: int | None,
    asked: bool,
    answer: int | None,
    nobody: bool | None,
    entered_for: int | None,
    *pupils: int,
) -> Place:
    place = Place(own, uai, name, code or "", commune or "", bool(asked), sight.serves(own, led_by))
    if answer is not None and not sight.gives:
        place.answered, place.nobody, place.entered_for = True, bool(nobody), entered_for is not None
        place.needed = dict(zip(COUNTED, pupils, strict=True))
    return place


def count_held(found: dict[int, Place], rows: Iterable[Held]) -> None:
    """Put in each school the articles in hands, and the children who have them, in its answer or beyond it."""
    once: dict[Key, int] = Counter()
    again: dict[Key, set[str]] = defaultdict(set)
    for row in rows:
        key = row.school_id, row.kind, row.inside
        if row.child:
            once[key] -= row.pupils
            again[key].add(row.child)
            continue
        once[key] += row.pupils
        if row.things and (place := found.get(row.school_id)):
            place.steps[(row.what, row.mode), Step.IN_HANDS] += row.things
            place.erased[row.kind] += row.erased
            place.started = True
    for school_id, kind in {key[:2] for key in once}:
        if place := found.get(school_id):
            keys = (school_id, kind, 1), (school_id, kind, 0)
            inside, beyond = (Children(once.get(key, 0), frozenset(again.get(key, ()))) for key in keys)
            _sort_out(place, kind, inside, beyond.less(inside))


def _sort_out(place: Place, kind: str, inside: Children, beyond: Children) -> None:
    """Keep no more children in the answer than the school counted there.

    What a circonscription entered by telephone names nobody: whoever is served there was counted. The same for
    a hand-over whose pupil's row was erased since: it stands for one child.
    """
    room = place.needed.get(kind, 0) if place.answered else 0
    place.inside[kind], place.beyond[kind] = inside, beyond
    if inside.number <= room and not (place.entered_for or place.erased[kind]):
        return
    kept, left = inside.split(room)
    if place.entered_for:
        more, beyond = beyond.split(room - kept.number)
        kept += more
    erased, others = Children(place.erased[kind]).split(room - kept.number)
    place.inside[kind], place.beyond[kind] = kept + erased, beyond + left + others


def held_of(operation: Operation, sight: Sight) -> list[Held]:
    """Read what is in hands and whom it serves (two queries): added up by school, and one by one where it must be.

    A child in two schools, or enrolled again, has several rows: only these few are read one by one, by their keyed
    hash, to count the child once. A hand-over serves the pupils of its need, and those of the household whose needs
    it covers too.
    """
    several = Pupil.objects.values("match_key").annotate(times=Count("pk")).filter(times__gt=1).order_by()
    met_often = list(several.values_list("match_key", flat=True))
    own, shared = _own_needs(operation, sight), _shared_needs(operation, sight)
    all_pupils, gone = Sum("sharing", default=0), Count("id", filter=Q(need=None))
    parts = [
        _added_up(own, pupils=all_pupils, things=Count("id"), erased=gone),
        _added_up(shared, pupils=all_pupils, things=NOTHING, erased=NOTHING),
    ]
    if met_often:
        keys = met_often if len(met_often) <= FEW else several.values("match_key")
        parts += [_one_by_one(own, keys), _one_by_one(shared, keys)]
    return [Held(*row) for row in parts[0].union(*parts[1:], all=True)]


def _one_by_one(rows: QuerySet, children: Any) -> QuerySet:
    theirs = NeedPupil.objects.filter(pupil__match_key__in=children).values("need")
    child = F("need__of_pupils__pupil__match_key")
    told = rows.filter(need__in=theirs).annotate(
        child=child, pupils=Value(1, IntegerField()), things=NOTHING, erased=NOTHING
    )
    return told.values_list(*Held._fields)


def _added_up(rows: QuerySet, **numbers: Any) -> QuerySet:
    grouped = rows.annotate(child=Value("", CharField())).values(
        "school_id", "what", "mode", "inside", "child"
    )
    return grouped.annotate(**numbers).values_list(*Held._fields)


def _own_needs(operation: Operation, sight: Sight) -> QuerySet:
    """Give the hand-overs in hands, with what they are, and whether the school's answer counted the need."""
    answer = Q(school__returns__campaign=_campaign(operation), school__returns__state__in=ANSWERED)
    rows = Handover.objects.filter(sight.schools("school__"), operation=operation, state=HandoverState.DONE)
    rows = rows.annotate(answer=Joined("school__returns", condition=answer), what=F("product__good"))
    return rows.annotate(inside=_counted("handed_at"), sharing=_sharing()).order_by()


def _shared_needs(operation: Operation, sight: Sight) -> QuerySet:
    """Give the covers of needs that another need's hand-over meets, in the same shape."""
    done = Handover.objects.filter(state=HandoverState.DONE)
    answer = Q(
        need__school__returns__campaign=_campaign(operation), need__school__returns__state__in=ANSWERED
    )
    rows = Cover.objects.filter(
        sight.schools("need__school__"),
        ~Exists(done.filter(need=OuterRef("need"))),
        Exists(done.filter(public_id=OuterRef("source"), operation=operation)),
        ends_at=None,
        kind__in=COUNTED,
    )
    rows = rows.annotate(answer=Joined("need__school__returns", condition=answer), what=F("kind"))
    rows = rows.annotate(school_id=F("need__school_id"), mode=Value("", CharField()))
    return rows.annotate(inside=_counted("starts_at"), sharing=_sharing()).order_by()


def _sharing() -> Subquery:
    """Count the pupils who share a need."""
    rows = NeedPupil.objects.filter(need=OuterRef("need")).order_by().values("need")
    return Subquery(rows.annotate(number=Count("pk")).values("number"))


def _counted(served_at: str) -> Case:
    """Tell (1 or 0) whether a school's answer counted a need that was served at a moment.

    It was marked when the answer left, and nothing met it then: neither this nor what this replaced since.
    """
    sent = F("answer__submitted_at")
    over = Cover.objects.filter(ends_at__isnull=False)
    then = over.filter(
        need=OuterRef("need"),
        starts_at__lte=OuterRef("answer__submitted_at"),
        ends_at__gt=OuterRef("answer__submitted_at"),
    )
    # Few needs were ever met by something else: the set of them is read once, then each of them is looked at.
    met_then = Q(need__in=over.values("need")) & Q(Exists(then))
    lacked = Q(**{f"{served_at}__gt": sent}, need__marked_at__lte=sent) & ~met_then
    return Case(When(lacked, then=Value(1)), default=Value(0), output_field=IntegerField())


def _campaign(operation: Operation) -> Campaign | None:
    return getattr(operation, "campaign", None)


def steps_of(operation: Operation, sight: Sight) -> list[StepCount]:
    """Count articles, all steps in one query."""
    of_plan = Allocation.objects.filter(plan__pool__operation=operation, plan__state=PlanState.APPROVED)
    lines = ShipmentLine.objects.filter(shipment__operation=operation, shipment__state__in=LEFT_THE_DEPOT)
    lots = Lot.objects.filter(operation=operation)
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
    ]
    return [StepCount(*row) for row in parts[0].union(*parts[1:], all=True)]


def _part(rows: QuerySet, step: str, place: Any, path: str, number: Any) -> QuerySet:
    grouped = rows.annotate(
        step=Value(step), place=place, its_good=F(f"{path}good"), its_mode=F(f"{path}mode")
    )
    groups = grouped.order_by().values("step", "place", "its_good", "its_mode").annotate(number=number)
    return groups.values_list("step", "place", "its_good", "its_mode", "number")


def count_steps(found: dict[int, Place], steps: Iterable[StepCount]) -> None:
    for step, school_id, good, mode, number in steps:
        if place := found.get(school_id):
            place.steps[(good, mode), step] += number
            place.received |= step in HERE and number > 0


def count_whole(total: Row, steps: Iterable[StepCount]) -> None:
    """Put in the total the steps that are of no school."""
    sums: Counter[tuple[Thing, str]] = Counter()
    for count in steps:
        if count.step in OF_THE_WHOLE:
            sums[count.thing, count.step] += count.number
    for thing, held in total.things.items():
        held.update({step: sums[thing, step] for step in OF_THE_WHOLE})


def curves_of(operation: Operation, sight: Sight, things: list[Thing]) -> dict[Thing, list[tuple[date, int]]]:
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
