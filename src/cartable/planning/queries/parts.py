"""Reads on what a choice gives each school, beside what it gave by the choice that this one corrects."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q, QuerySet

from cartable.planning.models import Allocation, Explanation, ReserveLine, Scenario
from cartable.planning.queries.decisions import in_three_numbers
from cartable.territories.models import School


class Thing(NamedTuple):
    """A sort of goods, given or lent."""

    good: str
    mode: str


@dataclass(slots=True)
class Units:
    """So many now, of which some are still to come, and so many before."""

    now: int = 0
    coming: int = 0
    before: int = 0


def _things() -> dict[Thing, Units]:
    return defaultdict(Units)


@dataclass(slots=True)
class Part:
    """What a school receives and what is kept for it; `covered` where earlier deliveries met all it needs."""

    given: dict[Thing, Units] = field(default_factory=_things)
    kept: dict[Thing, Units] = field(default_factory=_things)
    named: bool = False
    named_before: bool = False
    covered: bool = True
    silent: bool = False

    @property
    def changes(self) -> bool:
        units = (*self.given.values(), *self.kept.values())
        return (self.named and not self.named_before) or any(one.now != one.before for one in units)

    @property
    def why_nothing(self) -> str:
        """Say in a code why a school would receive nothing."""
        if not self.named:
            return "left_out"
        return "covered" if self.covered else "short"


def parts_told(scenario: Scenario, only: Q | None = None) -> dict[int, Part]:
    """Give the part of each school that a choice gives another than it had, by the id of the school (six queries).

    `only` cuts the schools ("school__…"). What had left by the corrected choice stays with the school.
    """
    only = Q() if only is None else only
    parts: dict[int, Part] = defaultdict(Part)
    _read_new(parts, scenario, only)
    if scenario.corrects_id:
        _read_before(parts, scenario.corrects_id, only)
    return {school: part for school, part in parts.items() if part.changes}


def _read_new(parts: dict[int, Part], scenario: Scenario, only: Q) -> None:
    shares = Allocation.objects.filter(only, plan__scenario=scenario)
    for school, good, mode, units, here in _rows(shares, "quantity", "plan__in_hand"):
        one = parts[school].given[Thing(good, mode)]
        one.now += units
        one.coming += 0 if here else units
    for school, good, mode, units in _rows(ReserveLine.objects.filter(only, plan__scenario=scenario), "kept"):
        parts[school].kept[Thing(good, mode)].now += units
    said = Explanation.objects.filter(only, scenario=scenario).order_by("id")
    for school, need, served, silent in said.values_list("school", "need", "served", "estimated"):
        part = parts[school]
        part.named = True
        part.covered &= served >= need
        part.silent |= silent


def _read_before(parts: dict[int, Part], corrected: int, only: Q) -> None:
    shares = in_three_numbers(Allocation.objects.filter(only, plan__scenario=corrected))
    for school, good, mode, units, left in _rows(shares, "quantity", "left"):
        one = parts[school].given[Thing(good, mode)]
        one.before += units
        one.now += left
    for school, good, mode, units in _rows(
        ReserveLine.objects.filter(only, plan__scenario=corrected), "kept"
    ):
        parts[school].kept[Thing(good, mode)].before += units
    named = Explanation.objects.filter(only, scenario=corrected).order_by()
    for school in named.values_list("school", flat=True):
        parts[school].named_before = True


def _rows(shares: QuerySet, *columns: str) -> Iterable[tuple]:
    return shares.order_by("plan__pool", "id").values_list(
        "school", "plan__pool__good", "plan__pool__mode", *columns
    )


def schools_concerned(scenario: Scenario) -> QuerySet[School]:
    """Give the schools that a chosen scenario, or the one that it corrects, names."""
    named = Explanation.objects.filter(scenario__in=[scenario.pk, scenario.corrects_id])
    return School.objects.filter(pk__in=named.order_by().values("school")).order_by("uai")


def schools_to_call(scenario: Scenario) -> QuerySet[School]:
    """Give the schools whose part a choice changes and that have no address to be written to."""
    parts = parts_told(scenario, Q(school__email=""))
    return School.objects.filter(pk__in=parts).select_related("commune").order_by("uai")
