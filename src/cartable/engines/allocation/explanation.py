"""Say for every line and kind what it receives, what stops it, who comes first, and why, in French."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cartable.engines.allocation.ahead import Ahead, line_names
from cartable.engines.allocation.columns import KINDS
from cartable.engines.allocation.french import decimal, number, percent
from cartable.engines.allocation.instance import MILLION, Floats, Ints
from cartable.engines.allocation.stories import SAME_LEVEL, ClassStory, class_stories, euros, numbered


if TYPE_CHECKING:
    from cartable.engines.allocation.plan import Outcome


SLICE = 4_096  # units explained at once: the whole table of a country would weigh more than its plan
NOUNS = {"device": "appareils", "computer": "ordinateurs", "connection": "connexions"}


@dataclass(frozen=True)
class _Known:
    """What is found once for all units."""

    outcome: "Outcome"
    covered: Ints
    stories: list[ClassStory]
    full: np.ndarray
    round: Ints
    fair_level: Floats
    ahead: Ahead


def explain_slices(outcome: "Outcome") -> Iterator[pl.DataFrame]:
    """Give the explanation table part by part, in the order school, tags, kind; at least one part."""
    instance, whole = outcome.instance, outcome.whole
    covered = whole.covered(instance)
    full = whole.share >= instance.missing - SAME_LEVEL
    fair = (instance.delivered + whole.share) / (instance.weight * instance.need / MILLION)
    known = _Known(
        outcome, covered, class_stories(outcome), full, _round_of_units(outcome, full), fair, Ahead(outcome, covered)
    )  # fmt: skip
    for start in range(0, max(1, len(covered)), SLICE):
        yield _explained(known, np.arange(start, min(start + SLICE, len(covered))))


def _explained(known: _Known, units: Ints) -> pl.DataFrame:
    instance = known.outcome.instance
    need, covered, weight = instance.need[units], known.covered[units], instance.weight[units]
    stories = [known.stories[at] for at in instance.group[units].tolist()]
    names = line_names(instance, units)
    wanting = (covered < need).tolist()
    kinds, full = instance.kind[units].tolist(), known.full[units].tolist()
    binding = ["need" if done else story.binding for done, story in zip(full, stories, strict=True)]
    costs = [story.next_cost if more else None for more, story in zip(wanting, stories, strict=True)]
    ahead = [known.ahead.of(unit, name) for unit, name in zip(units.tolist(), names, strict=True)]
    return instance.names[instance.line[units]].with_columns(
        kind=pl.Series([KINDS[at] for at in kinds], dtype=pl.String),
        need=need,
        served=covered,
        coverage=np.round(covered / need, 9),
        weight=weight / MILLION,
        fair_level=np.round(known.fair_level[units], 9),
        level=np.round(covered / (weight * need / MILLION), 9),
        round=known.round[units],
        binding=pl.Series(binding, dtype=pl.String),
        next_unit_cost_cents=pl.Series(costs, dtype=pl.Int64),
        ahead_of=pl.Series(ahead, dtype=pl.String),
        sentence=pl.Series(_sentences(known, units, stories), dtype=pl.String),
    )


def _round_of_units(outcome: "Outcome", full: np.ndarray) -> Ints:
    """Number the round that stopped each unit; a unit served whole was stopped by its own need on the way there."""
    instance, numbers = outcome.instance, numbered(outcome.rounds)
    last = numbers[-1] if numbers else 0
    of_class = np.full(instance.classes, last + 1)
    for value, stop in zip(numbers, outcome.rounds, strict=True):
        of_class[stop.frozen] = value
    tops = np.array([stop.level for stop in outcome.rounds])
    reached = np.searchsorted(tops, instance.tops - SAME_LEVEL)
    by_need = np.array([*numbers, last + 1])[reached]
    return np.where(full, by_need, of_class[instance.group]).astype(np.int64)


def _sentences(known: _Known, units: Ints, stories: list[ClassStory]) -> list[str]:
    instance, whole = known.outcome.instance, known.outcome.whole
    columns = (
        *(instance.kind, instance.need, instance.delivered, instance.weight),
        *(whole.given, known.covered, whole.share, known.fair_level),
    )
    rows = zip(*(column[units].tolist() for column in columns), stories, strict=True)
    return [_sentence(*row) for row in rows]


def _sentence(
    kind: int,
    need: int,
    delivered: int,
    weight: int,
    given: int,
    covered: int,
    share: float,
    fair_level: float,
    story: ClassStory,
) -> str:
    """Explain one unit; it names no other line, so that a school may read it."""
    before = f", dont {number(delivered)} déjà livrés" if delivered else ""
    start = (
        f"Besoin de {number(need)} {NOUNS[KINDS[kind]]}{before} ; part de {number(given)}, "
        f"soit {number(covered)} sur {number(need)} ({percent(Fraction(covered, need))})."
    )
    if covered == need:
        spare = given - (need - delivered)
        more = f" ; {number(spare)} de plus que le besoin, car un lot ne se partage pas" if spare > 0 else ""
        return f"{start} Pas davantage : le besoin est entièrement couvert{more}."
    cost = f" Un de plus coûterait au moins {euros(story.next_cost)}." if story.next_cost else ""
    return f"{start} Pas davantage : {story.why}.{_level(weight, given, share, fair_level)}{cost}"


def _level(weight: int, given: int, share: float, fair_level: float) -> str:
    """Say the fair level and the exact share, where the count just given does not say them already."""
    whole = math.isclose(share, given, abs_tol=0.005)
    if whole and weight == MILLION:
        return ""
    meaning = (
        "du besoin" if weight == MILLION else f"(couverture ÷ poids, ici {decimal(weight / MILLION, 6)})"
    )
    part = "" if whole else f" : la part exacte est d’environ {decimal(share)}"
    return f" Le niveau juste est d’environ {decimal(100 * fair_level, 1)}\u202f% {meaning}{part}."
