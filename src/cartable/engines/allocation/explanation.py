"""Say for every line and kind what it receives, what stops it, who comes first, and why, in French."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cartable.engines.allocation.columns import KINDS
from cartable.engines.allocation.french import decimal, number, of, percent
from cartable.engines.allocation.instance import FREE, MILLION, Instance, Ints
from cartable.engines.allocation.levels import PRICED, Cut, Round


if TYPE_CHECKING:
    from cartable.engines.allocation.plan import Outcome


AHEAD = 3
SAME_LEVEL = 1e-9
NOUNS = {"device": "appareils", "computer": "ordinateurs", "connection": "connexions"}


@dataclass(frozen=True)
class ClassStory:
    """What holds for every unit of a class: what binds, what the next piece costs, why nothing more can be added."""

    binding: str
    next_cost: int | None
    why: str


def explain(outcome: "Outcome") -> pl.DataFrame:
    """Return the explanation table, in the order school, tags, kind."""
    instance, whole = outcome.instance, outcome.whole
    covered = whole.covered(instance)
    stories = class_stories(outcome)
    full = whole.share >= instance.missing - SAME_LEVEL
    scale = instance.weight * instance.need / MILLION
    story_of = [stories[at] for at in instance.group.tolist()]
    open_need = (covered < instance.need).tolist()
    table = (
        instance.needs[instance.line]
        .select("school", "tags")
        .with_columns(
            kind=pl.Series([KINDS[at] for at in instance.kind.tolist()], dtype=pl.String),
            need=instance.need,
            served=covered,
            coverage=np.round(covered / instance.need, 9),
            weight=instance.weight / MILLION,
            fair_level=np.round((instance.delivered + whole.share) / scale, 9),
            level=np.round(covered / scale, 9),
            round=_round_of_units(outcome, full),
            binding=pl.Series(
                [
                    "need" if done else story.binding
                    for done, story in zip(full.tolist(), story_of, strict=True)
                ],
                dtype=pl.String,
            ),
            next_unit_cost_cents=pl.Series(
                [story.next_cost if more else None for more, story in zip(open_need, story_of, strict=True)],
                dtype=pl.Int64,
            ),
            ahead_of=pl.Series(_ahead(outcome, covered), dtype=pl.String),
        )
    )
    return table.with_columns(sentence=pl.Series(_sentences(outcome, covered, story_of), dtype=pl.String))


def numbered(rounds: list[Round]) -> list[int]:
    """Number the rounds from 1; rounds at the same level share one number."""
    numbers: list[int] = []
    for at, stop in enumerate(rounds):
        again = at > 0 and stop.level <= rounds[at - 1].level + SAME_LEVEL
        numbers.append(numbers[-1] + (not again) if numbers else 1)
    return numbers


def binding(instance: Instance, rounds: list[Round]) -> list[set[str]]:
    """Name what stops each round: the sources and funds priced in its cuts that no lower level had used up."""
    names, used, at_level = [], set[str](), set[str]()
    for at, stop in enumerate(rounds):
        if at and stop.level > rounds[at - 1].level + SAME_LEVEL:
            used |= at_level
            at_level = set()
        priced = set().union(*(_priced(instance, cut) for cut in stop.cuts))
        names.append((priced - used) or priced)
        at_level |= priced
    return names


def _priced(instance: Instance, cut: Cut) -> set[str]:
    sources, funds = np.flatnonzero(cut.source_price > PRICED), np.flatnonzero(cut.fund_price > PRICED)
    names = {f"source:{instance.sources[at].code}" for at in sources.tolist()}
    return names | {f"fund:{instance.funds[at].code}" for at in funds.tolist()}


def _names_of(instance: Instance, columns: Ints) -> set[str]:
    names = {f"source:{instance.sources[at].code}" for at in instance.column_source[columns].tolist()}
    funds = instance.column_fund[columns]
    return names | {f"fund:{instance.funds[at].code}" for at in funds[funds != FREE].tolist()}


def class_stories(outcome: "Outcome") -> list[ClassStory]:
    """Tell, class by class, what binds it and what is left for it."""
    instance = outcome.instance
    stops = zip(outcome.rounds, binding(instance, outcome.rounds), strict=True)
    bound = {int(at): names for stop, names in stops for at in stop.frozen}
    bounds = np.searchsorted(instance.column_class, np.arange(instance.classes + 1))
    stories = []
    for at in range(instance.classes):
        columns = np.arange(bounds[at], bounds[at + 1])
        names = sorted(bound.get(at, set()) & _names_of(instance, columns))
        stories.append(ClassStory("|".join(names), _next_cost(outcome, columns), _why(outcome, columns)))
    return stories


def _has_stock(outcome: "Outcome", source: int) -> bool:
    left = outcome.whole.stock_left[source]
    return left is None or left >= outcome.instance.sources[source].pack


def _next_cost(outcome: "Outcome", columns: Ints) -> int | None:
    instance = outcome.instance
    sources = {int(at) for at in instance.column_source[columns]}
    return min((instance.sources[at].price for at in sources if _has_stock(outcome, at)), default=None)


def _why(outcome: "Outcome", columns: Ints) -> str:
    """Say why no pack can be added to a class; true because the plan leaves nothing that can be added."""
    instance = outcome.instance
    if not len(columns):
        return "aucune source ou aucun fonds ne peut servir cette ligne"
    sources = sorted({int(at) for at in instance.column_source[columns]})
    spent = [instance.sources[at].code for at in sources if not _has_stock(outcome, at)]
    payers = sorted(
        {
            int(instance.column_fund[at])
            for at in columns.tolist()
            if instance.column_fund[at] != FREE and _has_stock(outcome, int(instance.column_source[at]))
        }
    )
    reasons = (
        [f"{_list(spent)} {'ne suffit plus' if len(spent) == 1 else 'ne suffisent plus'}"] if spent else []
    )
    if payers:
        money = [
            f"{instance.funds[at].code} » (reste {_euros(outcome.whole.budget_left[at])}" for at in payers
        ]
        verb = "ne peut plus payer" if len(payers) == 1 else "ne peuvent plus payer"
        reasons.append(f"{_list(money, end=')')} {verb} un lot de ce qui reste")
    return " ; ".join(reasons)


def _list(names: list[str], end: str = " »") -> str:
    """Write « a », « b » et « c »; with another end the name closes its own quotes."""
    quoted = [f"« {name}{end}" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} et {quoted[-1]}"


def _euros(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{number(whole)},{rest:02d}\u202f€"


def _round_of_units(outcome: "Outcome", full: np.ndarray) -> Ints:
    """Number the round that stopped each unit; a unit served whole was stopped by its own need on the way there."""
    instance, numbers = outcome.instance, numbered(outcome.rounds)
    last = numbers[-1] if numbers else 0
    of_class = np.full(instance.classes, last + 1)
    for value, stop in zip(numbers, outcome.rounds, strict=True):
        of_class[stop.frozen] = value
    tops = np.array([stop.level for stop in outcome.rounds])
    ends = (instance.offset + instance.missing) * MILLION / np.maximum(instance.slope, 1)
    reached = np.searchsorted(tops, ends - SAME_LEVEL)
    by_need = np.array([*numbers, last + 1])[reached]
    return np.where(full, by_need, of_class[instance.group]).astype(np.int64)


def _ahead(outcome: "Outcome", covered: Ints) -> list[str]:
    """Name, for each unit, the first lines that come before it for what its class shares."""
    instance, whole = outcome.instance, outcome.whole
    level = (instance.offset + whole.given) / np.maximum(instance.slope, 1)
    cut = np.round(whole.share - whole.given, 6)
    waiting = np.flatnonzero(covered < instance.need)
    queue = waiting[np.lexsort((waiting, -cut[waiting], level[waiting]))]
    rank = np.full(len(level), len(level) + 1)
    rank[queue] = np.arange(len(queue))
    firsts = _first_units(outcome, queue)
    names = _line_names(instance)
    common = [_first_lines(names[other] for other in units) for units in firsts]
    answers = []
    for unit, group in enumerate(instance.group.tolist()):
        units = firsts[group]
        if units and rank[unit] > rank[units[-1]] and names[unit] not in common[group]:
            answers.append("|".join(common[group]))
            continue
        before = (names[other] for other in units if rank[other] < rank[unit] and names[other] != names[unit])
        answers.append("|".join(_first_lines(before)))
    return answers


def _first_lines(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))[:AHEAD]


def _first_units(outcome: "Outcome", queue: Ints) -> list[list[int]]:
    """List, for each class, the first waiting units of the classes that share a binding source or fund with it."""
    instance = outcome.instance
    shared = _shared(outcome)
    heads: dict[int, list[int]] = {}
    for unit in queue.tolist():
        head = heads.setdefault(int(instance.group[unit]), [])
        if len(head) < 2 * AHEAD + 2:
            head.append(unit)
    place = {unit: at for at, unit in enumerate(queue.tolist())}
    of_resource: dict[int, list[int]] = {}
    for group, resources in enumerate(shared):
        for resource in resources:
            of_resource.setdefault(resource, []).extend(heads.get(group, []))
    best = {key: sorted(units, key=place.__getitem__)[: 2 * AHEAD + 2] for key, units in of_resource.items()}
    return [
        sorted({unit for resource in resources for unit in best.get(resource, [])}, key=place.__getitem__)
        for resources in shared
    ]


def _shared(outcome: "Outcome") -> list[set[int]]:
    """Number, for each class, the sources (from 0) and funds (below 0) that it may use."""
    instance = outcome.instance
    shared: list[set[int]] = [set() for _ in range(instance.classes)]
    rows = zip(
        instance.column_class.tolist(),
        instance.column_source.tolist(),
        instance.column_fund.tolist(),
        strict=True,
    )
    for group, source, fund in rows:
        if instance.sources[source].stock is not None:
            shared[group].add(source)
        if fund != FREE:
            shared[group].add(-1 - fund)
    return shared


def _line_names(instance: Instance) -> list[str]:
    rows = instance.needs.select("school", "tags").iter_rows()
    lines = [f"{school} ({tags.replace('|', '+')})" if tags else school for school, tags in rows]
    return [lines[at] for at in instance.line.tolist()]


def _sentences(outcome: "Outcome", covered: Ints, stories: list[ClassStory]) -> list[str]:
    instance, whole = outcome.instance, outcome.whole
    rows = zip(
        instance.kind.tolist(), instance.need.tolist(), instance.delivered.tolist(), instance.weight.tolist(),
        whole.given.tolist(), covered.tolist(), whole.share.tolist(), stories, strict=True,
    )  # fmt: skip
    return [_sentence(*row) for row in rows]


def _sentence(
    kind: int,
    need: int,
    delivered: int,
    weight: int,
    given: int,
    covered: int,
    share: float,
    story: ClassStory,
) -> str:
    before = f", dont {number(delivered)} déjà livrés" if delivered else ""
    start = (
        f"Besoin de {number(need)} {NOUNS[KINDS[kind]]}{before} ; part de {number(given)}, "
        f"soit {number(covered)} sur {number(need)} ({percent(Fraction(covered, need))})."
    )
    if covered == need:
        spare = given - (need - delivered)
        more = f" ; {number(spare)} de plus que le besoin, car un lot ne se partage pas" if spare > 0 else ""
        return f"{start} Pas davantage : le besoin est entièrement couvert{more}."
    heavy = f" (poids {decimal(weight / MILLION, 6)})" if weight != MILLION else ""
    cost = f" Un de plus coûterait au moins {_euros(story.next_cost)}." if story.next_cost else ""
    rounding = (
        ""
        if math.isclose(share, given, abs_tol=0.005)
        else f" La part exacte est {of('environ ' + decimal(share))}{heavy}."
    )
    return f"{start} Pas davantage : {story.why}.{rounding}{cost}"
