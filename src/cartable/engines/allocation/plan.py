"""Plan several goods with several funds: check, find the fair levels, hand out whole packs, account for it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from cartable.engines.allocation import instance as instances
from cartable.engines.allocation import levels, money, packs
from cartable.engines.allocation.checking import Checked, check, check_sums
from cartable.engines.allocation.columns import RULES
from cartable.engines.allocation.instance import FREE, Floats, Instance, Ints
from cartable.engines.allocation.levels import Round
from cartable.engines.allocation.overrides import apply
from cartable.engines.allocation.packs import Whole
from cartable.engines.allocation.reading import Sheet, sheet
from cartable.engines.allocation.refused import AllocationRefused


HASHED_AT_ONCE = 8_192  # rows


@dataclass(frozen=True)
class Outcome:
    """Hold a plan and what explains it; `explain` and `summary` are made when first asked for.

    `plan` has the columns school, tags, item, source, fund, quantity. `level` is the level of each class under the
    rule (infinite: served whole), `rounds` how it was found, lowest first.
    """

    instance: Instance
    whole: Whole
    level: Floats
    rounds: list[Round]
    remarks: list[str]
    input_hash: str

    @cached_property
    def plan(self) -> pl.DataFrame:
        """Return the table of what goes where, sorted by all its columns."""
        return _plan(self.instance, self.whole)

    @cached_property
    def explain(self) -> pl.DataFrame:
        """Return one row per line and kind with a need, with a French sentence."""
        return pl.concat(self.explain_slices())

    def explain_slices(self) -> Iterator[pl.DataFrame]:
        """Give the same part by part, for who writes it."""
        from cartable.engines.allocation.explanation import explain_slices

        return explain_slices(self)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Return the totals: rounds, funds, sources, unmet needs, rounding, spare pieces, input hash."""
        from cartable.engines.allocation.summary import summary

        return summary(self)


def allocate(
    needs: pl.DataFrame,
    sources: pl.DataFrame,
    funds: pl.DataFrame,
    *,
    rule: str = "leximin",
    deadline: date | None = None,
    overrides: Mapping[str, int] | None = None,
) -> Outcome:
    """Plan from three tables with the columns of the files; raise AllocationRefused with every reason by row.

    `overrides` answers what-ifs: {"fund:CODE": cents, "source:CODE.price": cents, "source:CODE.stock": pieces}.
    """
    sheets = (sheet("needs", needs), sheet("sources", sources), sheet("funds", funds))
    return allocate_sheets(*sheets, rule=rule, deadline=deadline, changes=overrides or {})


def allocate_sheets(
    needs: Sheet,
    sources: Sheet,
    funds: Sheet,
    *,
    rule: str,
    deadline: date | None,
    changes: Mapping[str, int],
) -> Outcome:
    """Plan from three sheets as they were read."""
    if rule not in RULES:
        raise AllocationRefused("unknown_rule", f"Règle « {rule} » inconnue : choisir {', '.join(RULES)}.")
    checked = check(needs, sources, funds)
    tables = apply(checked.sources, checked.funds, changes)
    checked = Checked(checked.needs, tables["sources"], tables["funds"], checked.remarks)
    if changes:
        check_sums(checked, needs.name, sources.name, funds.name)
    remarks, input_hash = checked.remarks, _hash(checked, rule, deadline)
    instance = instances.build(checked.needs, checked.sources, checked.funds, rule=rule, deadline=deadline)
    del checked, tables  # a country's tables weigh more than its plan
    limits = levels.limits(instance)
    demand, rounds = levels.leximin(limits)
    level = np.full(instance.classes, np.inf)
    for stop in rounds:
        level[stop.frozen] = stop.level
    share = packs.shares(instance, level)
    whole = packs.whole(instance, share, money.cheapest(limits, demand))
    return Outcome(instance, whole, level, rounds, remarks, input_hash)


def _plan(instance: Instance, whole: Whole) -> pl.DataFrame:
    """Sum by unit and column, then sort by rank: the lines are in order already, the codes are few."""
    ways = max(1, len(instance.column_class))
    key, place = np.unique(whole.unit * ways + whole.column, return_inverse=True)
    quantity = np.zeros(len(key), np.int64)
    np.add.at(quantity, place, whole.pieces)
    line, column = instance.line[key // ways], key % ways
    source, fund = instance.column_source[column], instance.column_fund[column]
    items, sources, funds = (
        pl.Series([good.item for good in instance.sources], dtype=pl.String),
        pl.Series([good.code for good in instance.sources], dtype=pl.String),
        pl.Series([*(money.code for money in instance.funds), ""], dtype=pl.String),
    )
    fund = np.where(fund == FREE, len(instance.funds), fund)
    order = np.lexsort((_rank(funds)[fund], _rank(sources)[source], _rank(items)[source], line))
    return instance.names[line[order]].with_columns(
        item=items.gather(source[order]),
        source=sources.gather(source[order]),
        fund=funds.gather(fund[order]),
        quantity=pl.Series(quantity[order], dtype=pl.Int64),
    )


def _rank(codes: pl.Series) -> Ints:
    return codes.rank("dense").cast(pl.Int64).to_numpy()


def _hash(checked: Checked, rule: str, deadline: date | None) -> str:
    """Hash what the plan depends on, whatever the order of lines and columns."""
    digest = hashlib.sha256(json.dumps(["allocate", 1, rule, deadline and deadline.isoformat()]).encode())
    for table in (checked.needs, checked.sources.sort("source"), checked.funds.sort("fund")):
        for part in table.select(sorted(table.columns)).iter_slices(HASHED_AT_ONCE):
            digest.update(part.write_csv(include_header=False).encode())
    return digest.hexdigest()
