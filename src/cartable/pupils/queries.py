"""Reads about pupils. Names only for who serves the school; above it, counts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)

from cartable.pupils.enums import EXAM_LEVELS, NeedKind
from cartable.pupils.models import Cover, Guardian, Home, Need, NeedPupil, Pupil, PupilHome
from cartable.pupils.ordering import Waiting
from cartable.pupils.rules import SHARED_IN_A_HOUSEHOLD, good_for, level_order
from cartable.territories.models import School
from cartable.territories.rules import fold


RUNNING = Cover.objects.filter(ends_at=None)


def _served(user: Any, path: str) -> Q:
    """Filter on the schools that `user` serves; the command line (None) holds the machine and sees all."""
    return Q() if user is None else user.scope.served_schools(path)


def schools_served_by(user: Any) -> QuerySet[School]:
    """Give the schools whose children `user` may see by name."""
    return School.objects.filter(_served(user, "")).select_related("department")


def pupils_visible_to(user: Any) -> QuerySet[Pupil]:
    """Give the pupils of the schools that `user` serves, those who left included."""
    return Pupil.objects.filter(_served(user, "school__")).select_related("school", "school__department")


def homes_visible_to(user: Any) -> QuerySet[Home]:
    """Give the homes of the schools that `user` serves."""
    return Home.objects.filter(_served(user, "school__")).select_related("school")


def guardians_visible_to(user: Any) -> QuerySet[Guardian]:
    """Give the guardians of the schools that `user` serves."""
    return Guardian.objects.filter(_served(user, "home__school__")).select_related("home")


def needs_visible_to(user: Any) -> QuerySet[Need]:
    """Give the needs of the schools that `user` serves, closed ones included."""
    return Need.objects.filter(_served(user, "school__")).select_related("school")


def uncovered(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Keep the open needs that nothing meets now."""
    return needs.filter(closed_at=None).exclude(Exists(RUNNING.filter(need=OuterRef("pk"))))


def needs_in_order(user: Any, school: School, kind: str = "") -> QuerySet[Need]:
    """Give the school's open needs that nothing meets, in the order that the school chose."""
    first = NeedPupil.objects.filter(open=True).select_related("pupil").order_by("rank", "id")
    needs = uncovered(needs_visible_to(user)).filter(school=school, **({"kind": kind} if kind else {}))
    ranked = needs.annotate(place=_first_rank()).order_by("place", "id")
    return ranked.prefetch_related(Prefetch("of_pupils", queryset=first))


def waiting_of(need: Need) -> Waiting:
    """Describe a need of `needs_in_order` for the rules of order."""
    pupils = [row.pupil for row in need.of_pupils.all()]
    exam = any(pupil.level in EXAM_LEVELS for pupil in pupils)
    return Waiting(need.public_id, exam, len(pupils), need.shared_device)


def _first_rank() -> Subquery:
    rows = NeedPupil.objects.filter(need=OuterRef("pk"), open=True).order_by("rank")
    return Subquery(rows.values("rank")[:1])


def add_needs(pupils: list[Pupil]) -> list[Pupil]:
    """Add to each pupil `open_needs` (rows with their need) and to each need `running_covers`: two queries."""
    covers = Prefetch("need__covers", queryset=RUNNING.all(), to_attr="running_covers")
    rows = NeedPupil.objects.filter(open=True).select_related("need").prefetch_related(covers)
    prefetch_related_objects(pupils, Prefetch("in_needs", queryset=rows, to_attr="open_needs"))
    return pupils


def with_homes(pupils: QuerySet[Pupil]) -> QuerySet[Pupil]:
    """Add to each pupil its homes in their order (`in_homes`), each with its guardians."""
    rows = PupilHome.objects.select_related("home").order_by("rank", "id")
    guardians = Prefetch("home__guardians", queryset=Guardian.objects.order_by("rank", "id"))
    return pupils.prefetch_related(Prefetch("in_homes", queryset=rows.prefetch_related(guardians)))


def by_name(pupils: Iterable[Pupil]) -> list[Pupil]:
    """Sort the pupils of one school as people do: without accents; names are opened here, one school at a time."""
    return sorted(pupils, key=lambda pupil: (fold(pupil.shown_name), pupil.pk))


def by_class(pupils: Iterable[Pupil]) -> list[Pupil]:
    """Sort by level in school order, then class, then name."""
    return sorted(by_name(pupils), key=lambda pupil: (level_order(pupil.level), pupil.class_label))


def find(
    user: Any, school: School, *, words: str = "", class_label: str = "", lacking: str = ""
) -> list[Pupil]:
    """Give the present pupils of a school by class and name, cut to a search (one query); `lacks` says who needs.

    `words` must each begin a word of the name; `lacking` is a kind of need, "any", or "none".
    """
    pupils = pupils_visible_to(user).filter(school=school, left_on=None)
    if class_label:
        pupils = pupils.filter(class_label=class_label)
    opened = NeedPupil.objects.filter(pupil=OuterRef("pk"), open=True)
    pupils = pupils.annotate(lacks=Exists(opened))
    if lacking in ("any", "none"):
        pupils = pupils.filter(lacks=lacking == "any")
    elif lacking:
        pupils = pupils.filter(Exists(opened.filter(kind=lacking)))
    return by_class(pupil for pupil in pupils if _has_words(pupil, fold(words).split()))


def _has_words(pupil: Pupil, words: list[str]) -> bool:
    if not words:
        return True
    name = fold(f"{pupil.last_name} {pupil.usage_name} {pupil.first_name}").split()
    return all(any(part.startswith(word) for part in name) for word in words)


def classes_of(user: Any, school: School) -> list[str]:
    """List the classes of a school that have present pupils, in school order."""
    rows = pupils_visible_to(user).filter(school=school, left_on=None).exclude(class_label="")
    found = set(rows.order_by().values_list("level", "class_label"))
    order = {label: min(level_order(level) for level, name in found if name == label) for _, label in found}
    return sorted(order, key=lambda label: (order[label], label))


@dataclass(frozen=True, slots=True)
class LevelLine:
    """So many pupils of a level lack a kind of thing, which makes so many units of a good ("" where it is open).

    Of which `qpv_pupils` and `qpv_units` live in a QPV, as far as the school said.
    """

    level: str
    kind: str
    good: str
    pupils: int
    units: int
    qpv_pupils: int = 0
    qpv_units: int = 0


def open_needs_by_level(school_id: UUID, *, one_per_household: bool) -> list[LevelLine]:
    """Count what lacks in a school by level, without names (two queries at most).

    Pupils present whose need nothing meets. A need that several share makes one unit; with `one_per_household`
    so do all the needs of a device, or of a connection, in one first home; the unit counts at the level and for
    the good of the first pupil of it. So units never pass pupils, and may be zero on a line. A pupil is of a QPV
    where the first home is said to be; a unit, where the pupil at whom it counts is.
    """
    rows = NeedPupil.objects.filter(open=True, pupil__left_on=None, need__school__public_id=school_id)
    rows = rows.exclude(Exists(RUNNING.filter(need=OuterRef("need")))).order_by("pupil_id", "id")
    rows = rows.annotate(in_qpv=Subquery(_homes_of("pupil").values("home__in_priority_area")[:1]))
    columns = ("need_id", "pupil_id", "kind", "need__takes_sim", "pupil__level", "in_qpv")
    found = list(rows.values_list(*columns))
    homes = first_homes({pupil for _, pupil, *_ in found}) if one_per_household else {}
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    seen: set[tuple[Any, ...]] = set()
    for need, pupil, kind, takes_sim, level, in_qpv in found:
        line = (level, kind, good_for(kind, takes_sim))
        home = homes.get(pupil) if kind in SHARED_IN_A_HOUSEHOLD else None
        unit = {("need", need), ("home", kind, home) if home else ("need", need)}
        first, inside = not (unit & seen), bool(in_qpv)
        added = (True, first, inside, first and inside)
        counts[line] = [known + more for known, more in zip(counts[line], added, strict=True)]
        seen |= unit
    lines = sorted(counts, key=lambda line: (level_order(line[0]), line))
    return [LevelLine(*line, *counts[line]) for line in lines]


def _homes_of(pupil: str) -> QuerySet[PupilHome]:
    """Give the homes of the pupil of an outer row, the first one first."""
    return PupilHome.objects.filter(pupil=OuterRef(pupil)).order_by("rank", "id")


def lacking_pupils(user: Any, school: School) -> QuerySet[Pupil]:
    """Give the present pupils of a school who lack something that nothing meets."""
    waiting = NeedPupil.objects.filter(pupil=OuterRef("pk"), open=True)
    waiting = waiting.exclude(Exists(RUNNING.filter(need=OuterRef("need"))))
    return pupils_visible_to(user).filter(Exists(waiting), school=school, left_on=None)


def not_placed(user: Any, school: School) -> int:
    """Count the pupils who lack something and of whom nobody said whether they live in a QPV (one query)."""
    said = Subquery(_homes_of("pk").values("home__in_priority_area")[:1])
    return lacking_pupils(user, school).annotate(said=said).filter(said=None).count()


def first_homes(pupil_ids: Iterable[int]) -> dict[int, int]:
    """Give pupil → first home, for the pupils that have one (one query)."""
    rows = PupilHome.objects.filter(pupil__in=list(pupil_ids)).order_by("-rank", "-id")
    return dict(rows.values_list("pupil_id", "home_id"))


def needs_of_household(need: Need) -> QuerySet[Need]:
    """Give the open needs of the same kind in the same first homes, `need` included: met by one thing for all."""
    pupils = NeedPupil.objects.filter(need=need, open=True).values_list("pupil_id", flat=True)
    homes = set(first_homes(pupils).values())
    neighbours = PupilHome.objects.filter(home__in=homes).values_list("pupil_id", flat=True)
    inside = [pupil for pupil, home in first_homes(neighbours).items() if home in homes]
    together = NeedPupil.objects.filter(pupil__in=inside, kind=need.kind, open=True)
    return Need.objects.filter(Q(pk=need.pk) | Q(pk__in=together.values("need")), closed_at=None)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Distinct pupils of a school who lack a kind of thing, and those among them to whom it is met now."""

    school_id: int
    kind: str
    pupils: int
    covered: int


def _lacking(schools: QuerySet[School]) -> QuerySet[NeedPupil]:
    """Rows of present pupils with an open need: the store keeps one for each pupil and kind."""
    rows = NeedPupil.objects.filter(open=True, pupil__left_on=None, pupil__school__in=schools)
    return rows.annotate(met=Exists(RUNNING.filter(need=OuterRef("need"))))


def coverage_counts(schools: QuerySet[School]) -> list[Coverage]:
    """Count pupils and covered pupils by school and kind (one query); a school without a need has no row."""
    counts = _lacking(schools).values("pupil__school_id", "kind").order_by("pupil__school_id", "kind")
    counts = counts.annotate(pupils=Count("pk"), covered=Count("pk", filter=Q(met=True)))
    return [Coverage(row["pupil__school_id"], row["kind"], row["pupils"], row["covered"]) for row in counts]


def coverage_totals(schools: QuerySet[School]) -> dict[str, tuple[int, int]]:
    """Give kind → (pupils, covered) over several schools, a child enrolled in two counted once (one query)."""
    counts = _lacking(schools).values("kind").order_by("kind")
    counts = counts.annotate(
        children=Count("pupil__match_key", distinct=True),
        covered=Count("pupil__match_key", distinct=True, filter=Q(met=True)),
    )
    found = {row["kind"]: (row["children"], row["covered"]) for row in counts}
    return {kind: found.get(kind, (0, 0)) for kind in NeedKind.values}


def enrolled_twice(schools: QuerySet[School]) -> int:
    """Count the children who are present in several of these schools (one query)."""
    pupils = Pupil.objects.filter(left_on=None, school__in=schools)
    return pupils.values("match_key").annotate(times=Count("pk")).filter(times__gt=1).order_by().count()
