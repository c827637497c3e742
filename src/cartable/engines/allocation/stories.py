"""What holds for every unit of a class: what binds it, what one more piece costs, why nothing can be added."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cartable.engines.allocation.french import number
from cartable.engines.allocation.instance import FREE, Instance, Ints
from cartable.engines.allocation.levels import PRICED, Cut, Round


if TYPE_CHECKING:
    from cartable.engines.allocation.plan import Outcome


SAME_LEVEL = 1e-9


@dataclass(frozen=True)
class ClassStory:
    """What holds for every unit of a class: what binds, what the next piece costs, why nothing more can be added."""

    binding: str
    next_cost: int | None
    why: str


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
            f"{instance.funds[at].code} » (reste {euros(outcome.whole.budget_left[at])}" for at in payers
        ]
        verb = "ne peut plus payer" if len(payers) == 1 else "ne peuvent plus payer"
        reasons.append(f"{_list(money, end=')')} {verb} un lot de ce qui reste")
    return " ; ".join(reasons)


def _list(names: list[str], end: str = " »") -> str:
    """Write « a », « b » et « c »; with another end the name closes its own quotes."""
    quoted = [f"« {name}{end}" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} et {quoted[-1]}"


def euros(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{number(whole)},{rest:02d}\u202f€"
