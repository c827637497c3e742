"""The needs that a scenario plans for: what schools answered, and an estimate for those that are silent."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cartable.census.enums import ANSWERED, ReturnState
from cartable.census.models import Return
from cartable.census.queries import lines_answered, returns_answered
from cartable.operations.models import Operation
from cartable.operations.queries import schools_asked
from cartable.planning import tagging
from cartable.planning.rules import Answered, Estimator
from cartable.pupils.enums import EXAM_LEVELS, NeedKind
from cartable.territories.enums import Priority, Sector
from cartable.territories.isolation import isolated
from cartable.territories.models import CiteEducative, School, SocialIndex


KINDS = (NeedKind.DEVICE, NeedKind.CONNECTION)
PRIORITY_TAGS = {Priority.REP: tagging.REP, Priority.REP_PLUS: tagging.REP_PLUS}


@dataclass(frozen=True, slots=True)
class Part:
    """Which needs of a school go together: in a QPV or not, of an exam year or not, the connection asked."""

    qpv: bool = False
    exam: bool = False
    asked: str = ""

    @property
    def traits(self) -> set[str]:
        """Give the tags that this part adds to those of the school."""
        found = {tagging.QPV} if self.qpv else set()
        return found | ({tagging.EXAM} if self.exam else set()) | ({self.asked} if self.asked else set())


@dataclass(slots=True)
class Line:
    """Units that some pupils of one school need, with every trait that a rule may look at."""

    school: School
    traits: frozenset[str]
    ips: Decimal | None
    cites: tuple[str, ...]
    units: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)

    @property
    def estimated(self) -> bool:
        return tagging.ESTIMATED in self.traits


@dataclass(frozen=True, slots=True)
class Needs:
    """The lines of a scenario, how many schools answered of those asked, and which operation each need comes from."""

    lines: list[Line]
    answered: int
    asked: int
    origin: Mapping[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class Question:
    """Which answers count: of which operations, until which day, validated ones only or not."""

    operations: Collection[Operation]
    until: date | None = None
    validated_only: bool = False
    keep_reserve: bool = True
    by_exam: bool = False


def needs_of(question: Question) -> Needs:
    """Read the needs; a school that answered twice counts by its last answer (ten queries, whatever the size)."""
    schools = _asked(question.operations)
    states = (ReturnState.VALIDATED,) if question.validated_only else ANSWERED
    returns = [
        row
        for row in returns_answered(question.operations, states=states, until=question.until)
        if row.school_id in schools
    ]
    counts, origin = _counts(question, returns)
    known = {row.school_id for row in returns}
    described = _Described(schools.values())
    lines = [described.line(schools[school], part.traits, units) for (school, part), units in counts.items()]
    if question.keep_reserve:
        silent = [school for school in schools.values() if school.id not in known]
        lines += _reserve(described, [schools[one] for one in sorted(known)], silent, counts)
    lines.sort(key=lambda line: (line.school.uai, sorted(line.traits)))
    return Needs(lines, len(known), len(schools), origin)


def _asked(operations: Iterable[Operation]) -> dict[int, School]:
    """Give the schools that the operations ask, by id."""
    return {
        school.id: school
        for operation in operations
        for school in schools_asked(operation).select_related("department", "commune", "circonscription")
    }


Counts = dict[tuple[int, Part], Counter[str]]


def _counts(question: Question, returns: list[Return]) -> tuple[Counts, dict[tuple[int, str], int]]:
    """Sum the units by school and part; of two answers to the same question the later one counts."""
    last = {row.school_id: row for row in sorted(returns, key=lambda row: (row.submitted_at, row.id))}
    kept = {row.id for row in last.values()}
    origin: dict[tuple[int, str], int] = {
        (row.school_id, kind): row.campaign.operation_id for row in last.values() for kind in KINDS
    }
    counts: Counts = defaultdict(Counter)
    for line in lines_answered(question.operations, kept, KINDS):
        exam = question.by_exam and line.level in EXAM_LEVELS
        asked = line.good if line.kind == NeedKind.CONNECTION else ""
        for qpv, units in ((True, line.qpv_units), (False, line.units - line.qpv_units)):
            if units:
                counts[line.of_return.school_id, Part(qpv, exam, asked)][line.kind] += units
    return counts, origin


class _Described:
    """What is known of each school: its own tags, its social position index, its cités éducatives (three queries)."""

    def __init__(self, schools: Iterable[School]) -> None:
        found = list(schools)
        alone = isolated((s.id, s.kind, s.latitude, s.longitude) for s in _neighbours(found))
        self.tags = {s.id: frozenset(_own_tags(s, s.id in alone)) for s in found}
        departments = {s.department_id for s in found}
        indexes = SocialIndex.objects.filter(school__department_id__in=departments).order_by("school_year")
        self.ips = dict(indexes.values_list("school_id", "value"))
        self.cites: dict[int, list[str]] = defaultdict(list)
        members = CiteEducative.objects.filter(schools__department_id__in=departments).order_by("code")
        for school, code in members.values_list("schools", "code"):
            self.cites[school].append(code)

    def line(self, school: School, traits: Iterable[str], units: Mapping[str, int]) -> Line:
        """Make a line of a school's needs with all its tags."""
        return Line(
            school=school,
            traits=self.tags[school.id] | frozenset(traits) | frozenset(self._places(school)),
            ips=self.ips.get(school.id),
            cites=tuple(self.cites.get(school.id, ())),
            units=Counter(units),
        )

    def _places(self, school: School) -> Iterator[str]:
        yield f"school:{school.uai}"
        if school.commune:
            yield f"commune:{school.commune.code}"
        if school.circonscription and school.circonscription.code:
            yield f"circo:{school.circonscription.code}"
        yield from (f"cite:{code}" for code in self.cites.get(school.id, ()))


def _neighbours(schools: list[School]) -> Iterable[School]:
    """Give the open schools of the same départements, asked or not: any of them ends an isolation."""
    departments = {school.department_id for school in schools}
    return School.objects.filter(department_id__in=departments, closed=False).only(
        "id", "kind", "latitude", "longitude"
    )


def _own_tags(school: School, alone: bool) -> Iterator[str]:
    yield str(school.kind)
    yield tagging.PRIVATE if school.sector == Sector.PRIVATE else tagging.PUBLIC
    if school.priority in PRIORITY_TAGS:
        yield PRIORITY_TAGS[Priority(school.priority)]
    if alone:
        yield tagging.ISOLATED


def _reserve(
    described: _Described, known: list[School], silent: list[School], counts: Counts
) -> Iterator[Line]:
    """Estimate what silent schools need from those of their kind that answered, part by part."""
    parts = sorted({part for _, part in counts}, key=lambda part: (part.qpv, part.exam, part.asked))
    estimators = {
        (kind, part, need): Estimator(
            Answered(s.priority, s.pupils_count, counts[s.id, part][need] if (s.id, part) in counts else 0)
            for s in known
            if s.kind == kind
        )
        for kind in sorted({school.kind for school in silent})
        for part in parts
        for need in KINDS
    }
    for school in silent:
        for part in parts:
            found: dict[str, int] = {
                need: estimators[school.kind, part, need].of(school.priority, school.pupils_count).need
                for need in KINDS
            }
            if any(found.values()):
                yield described.line(school, part.traits | {tagging.ESTIMATED}, found)
