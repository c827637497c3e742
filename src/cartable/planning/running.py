"""Run a scenario on its tables: the plan, within the limits for private schools, and what a little more would buy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from cartable.engines.allocation.columns import KINDS
from cartable.engines.allocation.plan import Outcome, allocate
from cartable.planning import tagging
from cartable.planning.tables import Purse, whole


EXTRA_CENTS = 1_000_000
# How many funds are tried with a little more money: all of a département's, the widest of a country's.
TRIED, TRIED_AT_LARGE, LARGE = 12, 2, 5_000


@dataclass(frozen=True)
class Tables:
    """The inputs of the engine, as its files have them."""

    needs: pl.DataFrame
    sources: pl.DataFrame
    funds: pl.DataFrame
    rule: str
    deadline: date | None

    def allocate(self, changes: Mapping[str, int] | None = None) -> Outcome:
        """Plan, with other budgets, prices or stocks where `changes` says so."""
        return allocate(
            self.needs, self.sources, self.funds, rule=self.rule, deadline=self.deadline, overrides=changes
        )


@dataclass(frozen=True)
class Extra:
    """What a little more money on one fund would buy."""

    fund: str
    spent: int
    units: dict[str, int]
    served: dict[str, int]


def within_limits(
    make: Callable[[Sequence[Purse]], Tables], purses: Sequence[Purse]
) -> tuple[Tables, Outcome]:
    """Plan so that no fund gives private schools more than its limit.

    A fund is cut in two only once its limit binds: until then, one budget serves all. What its private half leaves
    (a pack too dear, a need served whole) goes back to the public half.
    """
    cut: dict[str, tuple[Purse, Purse]] = {}
    while True:
        tables = make([half for purse in purses for half in cut.get(purse.code, (purse,))])
        outcome = tables.allocate()
        spent = _spent_on_private(outcome, tables)
        over = [
            p for p in purses if p.limit is not None and p.code not in cut and spent.get(p.code, 0) > p.limit
        ]
        if not over:
            break
        cut |= {purse.code: purse.halves for purse in over}
    left = {code: halves[1].cents - spent.get(code, 0) for code, halves in cut.items()}
    if not any(left.values()):
        return tables, outcome
    cut = {code: _moved(halves, left[code]) for code, halves in cut.items()}
    tables = make([half for purse in purses for half in cut.get(purse.code, (purse,))])
    return tables, tables.allocate()


def _moved(halves: tuple[Purse, Purse], cents: int) -> tuple[Purse, Purse]:
    public, private = halves
    return replace(public, cents=public.cents + cents), replace(private, cents=private.cents - cents)


def _spent_on_private(outcome: Outcome, tables: Tables) -> dict[str, int]:
    """Sum in cents what each fund pays for private schools, its halves together."""
    prices = tables.sources.select("source", pl.col("price_cents").cast(pl.Int64))
    private = pl.col("tags").str.split(tagging.BAR).list.contains(tagging.PRIVATE)
    paid = outcome.plan.filter(private & (pl.col("fund") != "")).join(prices, on="source")
    rows = paid.group_by("fund").agg((pl.col("quantity") * pl.col("price_cents")).sum()).iter_rows()
    sums: dict[str, int] = {}
    for fund, cents in rows:
        sums[whole(fund)] = sums.get(whole(fund), 0) + cents
    return sums


def extras(tables: Tables, outcome: Outcome) -> list[Extra]:
    """Try each fund with 10,000 € more, the widest first; none where everything is served or money is left over."""
    if not (outcome.whole.covered(outcome.instance) < outcome.instance.need).any():
        return []
    most = TRIED if len(tables.needs) <= LARGE else TRIED_AT_LARGE
    funds = list(reversed(outcome.instance.funds))[:most]
    return [
        _difference(outcome, tables.allocate({f"fund:{fund.code}": fund.budget + EXTRA_CENTS}), fund.code)
        for fund in funds
    ]


def _difference(before: Outcome, after: Outcome, fund: str) -> Extra:
    units = {item: _units(after).get(item, 0) - _units(before).get(item, 0) for item in _units(after)}
    served = _covered(after) - _covered(before)
    return Extra(
        fund=fund,
        spent=_spent(after) - _spent(before),
        units={item: count for item, count in sorted(units.items()) if count},
        served={kind: int(count) for kind, count in zip(KINDS, served, strict=True) if count},
    )


def _units(outcome: Outcome) -> dict[str, int]:
    pieces = outcome.plan.group_by("item").agg(pl.col("quantity").sum())
    return dict(pieces.iter_rows())


def _covered(outcome: Outcome) -> np.ndarray:
    covered = outcome.whole.covered(outcome.instance)
    return np.bincount(outcome.instance.kind, weights=covered, minlength=len(KINDS)).astype(np.int64)


def _spent(outcome: Outcome) -> int:
    budgets = sum(fund.budget for fund in outcome.instance.funds)
    return budgets - sum(outcome.whole.budget_left)
