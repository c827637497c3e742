"""A picture of one operation: rows of figures for schools, communes and the whole. Plain data, no name of a child."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from cartable.monitoring.enums import Blank, Step


Number = int | Blank
# A sort of article and how it passes into hands: ("tablet", "lent").
Thing = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Children:
    """Children without a name: those met once as a number, those met several times by a keyed hash."""

    once: int = 0
    again: frozenset[str] = frozenset()

    @property
    def number(self) -> int:
        return self.once + len(self.again)

    def __add__(self, other: "Children") -> "Children":
        return Children(self.once + other.once, self.again | other.again)

    def less(self, other: "Children") -> "Children":
        """Leave out those who are in `other`: who was met once is never in two places."""
        return Children(self.once, self.again - other.again)

    def split(self, room: int) -> "tuple[Children, Children]":
        """Give the first `room` of them, and the rest."""
        once = min(self.once, room)
        again = frozenset(sorted(self.again)[: room - once])
        return Children(once, again), Children(self.once - once, self.again - again)


def together(groups: Iterable[Children]) -> Children:
    """Add up groups of children, each child once."""
    once = 0
    again: set[str] = set()
    for group in groups:
        once += group.once
        again |= group.again
    return Children(once, frozenset(again))


@dataclass(slots=True)
class Place:
    """What is known of one school, before it is added up: `received` articles, of which some `started` to be given."""

    id: int
    uai: str
    name: str
    commune_code: str
    commune: str
    asked: bool
    open: bool
    answered: bool = False
    nobody: bool = False
    entered_for: bool = False
    needed: dict[str, int] = field(default_factory=dict)
    inside: dict[str, Children] = field(default_factory=dict)
    beyond: dict[str, Children] = field(default_factory=dict)
    steps: Counter[tuple[Thing, str]] = field(default_factory=Counter)
    erased: Counter[str] = field(default_factory=Counter)
    received: bool = False
    started: bool = False


@dataclass(slots=True)
class Row:
    """The figures of one school, one commune, or all: pupils by kind of need, articles by thing and step.

    `code` is the UAI, INSEE's code of the commune, or the département's.
    `covered` are distinct pupils of the answers who have what they lacked; `beyond` those equipped who were not
    in the answers.
    """

    code: str
    label: str
    commune: str = ""
    commune_code: str = ""
    asked: int = 0
    answered: int = 0
    nobody: bool = False
    needed: dict[str, Number] = field(default_factory=dict)
    covered: dict[str, Number] = field(default_factory=dict)
    beyond: dict[str, Number] = field(default_factory=dict)
    things: dict[Thing, dict[str, Number]] = field(default_factory=dict)

    def rate(self, kind: str) -> float | Blank:
        """Give the part of the pupils lacking who are covered, in per cent, rounded down to a tenth."""
        needed, covered = self.needed[kind], self.covered[kind]
        if isinstance(needed, Blank):
            return needed
        if isinstance(covered, Blank):
            return covered
        return covered * 1000 // needed / 10 if needed else Blank.NOTHING

    def in_hands(self, thing: Thing) -> Number:
        return self.things[thing][Step.IN_HANDS]


@dataclass(frozen=True, slots=True)
class Picture:
    """An operation as one person may see it, with its date and its completeness.

    `kinds` and `things` are what the operation serves; `schools` is empty for who sees none, or did not ask.
    `masked`: counts under 11 are hidden, and those that would give them away. `whole`: no school is left out.
    `started` of the `served` schools have something in hands.
    """

    as_of: datetime
    total: Row
    communes: dict[str, Row]
    schools: dict[int, Row]
    kinds: list[str]
    things: list[Thing]
    whole: bool
    masked: bool
    gives: bool
    served: int
    started: int
    curves: dict[Thing, list[tuple[date, int]]]


def row_of(
    places: list[Place], kinds: Iterable[str], things: Iterable[Thing], *, code: str, label: str
) -> Row:
    """Add up schools: each child once, whatever the number of schools; unknown where none has answered."""
    row = Row(code=code, label=label)
    row.asked = sum(place.asked for place in places)
    row.answered = sum(place.asked and place.answered for place in places)
    answers = [place for place in places if place.answered]
    for kind in kinds:
        inside = together(place.inside[kind] for place in answers if kind in place.inside)
        beyond = together(place.beyond[kind] for place in places if kind in place.beyond)
        row.needed[kind] = sum(p.needed.get(kind, 0) for p in answers) if answers else Blank.UNKNOWN
        row.covered[kind] = inside.number if answers else Blank.UNKNOWN
        row.beyond[kind] = beyond.less(inside).number
    counts: dict[Thing, dict[str, int]] = {thing: dict.fromkeys(Step, 0) for thing in things}
    for place in places:
        for (thing, step), number in place.steps.items():
            counts[thing][step] += number
    row.things = {thing: {**steps} for thing, steps in counts.items()}
    return row
