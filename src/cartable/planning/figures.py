"""What the pages compare of a run: plain counts, levels and dates, without any school's line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cartable.engines.allocation.columns import KINDS
from cartable.engines.allocation.plan import Outcome
from cartable.planning import tagging
from cartable.planning.running import EXTRA_CENTS, Extra, Tables
from cartable.planning.tables import whole


CURVE_POINTS = 100
QUARTER = 0.25
NEXT = 3
PUBLICS = (
    "ecole",
    "college",
    "lycee",
    "other",
    "qpv",
    "rep",
    "rep_plus",
    "isole",
    "examen",
    "public",
    "prive",
)


@dataclass(frozen=True)
class Known:
    """What the tables do not say: names for codes, and how hard things are at each line (school, tags, hardship)."""

    funds: Mapping[str, str]
    goods: Mapping[str, str]
    hardship: pl.DataFrame


def figures(outcome: Outcome, tables: Tables, known: Known, more: Iterable[Extra]) -> dict[str, Any]:
    """Give the figures of a run, ready to be written as JSON; `tables` are those the outcome was made from."""
    units = _units(outcome, tables.needs, known)
    return {
        "lines": len(outcome.instance.names),
        "schools": outcome.instance.names["school"].n_unique(),
        "kinds": {kind: _kind(units.filter(pl.col("kind") == kind)) for kind in KINDS},
        "publics": _publics(units),
        **_levels(units),
        "quarter": _quarter(units),
        **_money(outcome, known),
        **_goods(outcome, tables, known),
        "estimated": _estimated(units),
        "departments": _departments(units),
        "rounds": _rounds(outcome),
        "curve": _curve(units),
        "next": _next(outcome),
        "extra": [_extra(one, known) for one in more],
    }


def _units(outcome: Outcome, needs: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Give one row per line and kind with a need: what is needed, covered, and where it stands."""
    instance = outcome.instance
    places = needs.select("school", "tags", department=pl.col("department").fill_null(""))
    table = instance.names[instance.line].with_columns(
        kind=pl.Series(KINDS).gather(instance.kind.tolist()),
        need=pl.Series(instance.need),
        delivered=pl.Series(instance.delivered),
        covered=pl.Series(outcome.whole.covered(instance)),
    )
    table = table.join(places, on=["school", "tags"], how="left", maintain_order="left")
    table = table.join(known.hardship, on=["school", "tags"], how="left", maintain_order="left")
    return table.with_columns(pl.col("hardship").fill_null(0.0), coverage=pl.col("covered") / pl.col("need"))


def _kind(units: pl.DataFrame) -> dict[str, Any]:
    need, covered, delivered = (int(units[name].sum()) for name in ("need", "covered", "delivered"))
    return {
        "need": need,
        "served": covered,
        "delivered": delivered,
        "allocated": covered - delivered,
        "unmet": need - covered,
        "coverage": _ratio(covered, need),
        **_levels(units),
    }


def _levels(units: pl.DataFrame) -> dict[str, float | None]:
    """Give the lowest coverage of a line, and the one that half of the needs are below."""
    if units.is_empty():
        return {"lowest": None, "median": None}
    ranked = units.select("coverage", "need").sort("coverage")
    half = ranked.filter(pl.col("need").cum_sum() * 2 >= ranked["need"].sum())
    return {"lowest": _round(ranked["coverage"][0]), "median": _round(half["coverage"][0])}


def _publics(units: pl.DataFrame) -> list[dict[str, Any]]:
    tags = units["tags"].str.split(tagging.BAR)
    found = []
    for tag in PUBLICS:
        rows = units.filter(tags.list.contains(tag))
        if len(rows):
            sums = {"need": int(rows["need"].sum()), "served": int(rows["covered"].sum())}
            found.append({"tag": tag, "label": tagging.NAMES[tag], **sums})
    return found


def _quarter(units: pl.DataFrame) -> dict[str, float | None]:
    """Compare the quarter of the needs in the hardest places with the others; nothing where all are alike."""
    if units.is_empty() or units["hardship"].n_unique() < 2:
        return {"neediest": None, "rest": None, "gap": None}
    ranked = units.sort("hardship", "school", "tags", "kind", descending=[True, False, False, False])
    before = ranked["need"].cum_sum() - ranked["need"]
    hardest = before < QUARTER * int(ranked["need"].sum())
    neediest, rest = (_coverage(ranked.filter(which)) for which in (hardest, ~hardest))
    gap = None if neediest is None or rest is None else _round(neediest - rest)
    return {"neediest": neediest, "rest": rest, "gap": gap}


def _coverage(units: pl.DataFrame) -> float | None:
    return _ratio(int(units["covered"].sum()), int(units["need"].sum()))


def _money(outcome: Outcome, known: Known) -> dict[str, Any]:
    sums: dict[str, dict[str, Any]] = {}
    for fund, left in zip(outcome.instance.funds, outcome.whole.budget_left, strict=True):
        code = whole(fund.code)
        row = sums.setdefault(
            code, {"code": code, "label": known.funds.get(code, code), "budget": 0, "spent": 0, "left": 0}
        )
        row["budget"] += fund.budget
        row["spent"] += fund.budget - left
        row["left"] += left
    rows = [sums[code] for code in sorted(sums)]
    return {
        "funds": rows,
        "spent_cents": sum(row["spent"] for row in rows),
        "left_cents": sum(row["left"] for row in rows),
    }


def _goods(outcome: Outcome, tables: Tables, known: Known) -> dict[str, Any]:
    instance, whole_plan = outcome.instance, outcome.whole
    used = np.bincount(
        instance.column_source[whole_plan.column], weights=whole_plan.pieces, minlength=len(instance.sources)
    )
    spare = _spare(outcome)
    days = dict(tables.sources.select("source", "available_on").iter_rows())
    rows = [
        {
            "code": good.code,
            "label": known.goods.get(good.code, good.code),
            "item": good.item,
            "used": int(count),
            "left": left,
            "price_cents": good.price,
            "spare": int(spare[at]),
            "available_on": _iso(days.get(good.code)),
        }
        for at, (good, count, left) in enumerate(
            zip(instance.sources, used, whole_plan.stock_left, strict=True)
        )
    ]
    dates = [row["available_on"] for row in rows if row["used"] and row["available_on"]]
    return {"goods": sorted(rows, key=lambda row: row["code"]), "delivered_by": max(dates, default=None)}


def _spare(outcome: Outcome) -> NDArray[np.float64]:
    """Count the pieces beyond the needs by source: those of the unit's last pack."""
    instance, whole_plan = outcome.instance, outcome.whole
    over = np.maximum(whole_plan.given - instance.missing, 0)
    spare = np.zeros(len(instance.sources))
    last: dict[int, int] = {}
    for unit, column in zip(whole_plan.unit.tolist(), whole_plan.column.tolist(), strict=True):
        if over[unit]:
            last[unit] = column
    for unit, column in last.items():
        spare[instance.column_source[column]] += over[unit]
    return spare


def _iso(day: date | str | None) -> str | None:
    return str(day) if day else None


def _estimated(units: pl.DataFrame) -> dict[str, int]:
    silent = units.filter(units["tags"].str.split(tagging.BAR).list.contains(tagging.ESTIMATED))
    return {
        "schools": silent["school"].n_unique(),
        "need": int(silent["need"].sum()),
        "kept": int(silent["covered"].sum()),
    }


def _departments(units: pl.DataFrame) -> list[dict[str, Any]]:
    sums = units.group_by("department").agg(pl.col("need").sum(), pl.col("covered").sum()).sort("department")
    return [{"code": code, "need": need, "served": covered} for code, need, covered in sums.iter_rows()]


def _rounds(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {"level": one["level"], "binding": sorted({_bare(name) for name in one["binding"]})}
        for one in outcome.summary["rounds"]
    ]


def _bare(name: str) -> str:
    return f"fund:{whole(name.removeprefix('fund:'))}" if name.startswith("fund:") else name


def _curve(units: pl.DataFrame) -> list[list[float]]:
    """Give the coverage of the lines from the lowest, by the share of all needs that stand at or below it."""
    if units.is_empty():
        return []
    ranked = units.select("coverage", "need").sort("coverage")
    share = (ranked["need"].cum_sum() / ranked["need"].sum()).to_numpy()
    coverage = ranked["coverage"].to_numpy()
    places = np.unique(np.searchsorted(share, np.linspace(0, 1, CURVE_POINTS + 1)).clip(0, len(share) - 1))
    return [[_round(share[at]), _round(coverage[at])] for at in places.tolist()]


def _next(outcome: Outcome) -> list[dict[str, str]]:
    """Give the first lines that more goods or money would serve: the lowest levels, as the engine orders them."""
    instance, whole_plan = outcome.instance, outcome.whole
    level = (instance.offset + whole_plan.given) / np.maximum(instance.slope, 1)
    cut = np.round(whole_plan.share - whole_plan.given, 6)
    waiting = np.flatnonzero(whole_plan.covered(instance) < instance.need)
    queue = waiting[np.lexsort((waiting, -cut[waiting], level[waiting]))][:NEXT]
    names: Sequence[dict[str, str]] = instance.names[instance.line[queue]].rows(named=True)
    return [
        name | {"kind": KINDS[kind]} for name, kind in zip(names, instance.kind[queue].tolist(), strict=True)
    ]


def _extra(one: Extra, known: Known) -> dict[str, Any]:
    code = whole(one.fund)
    return {
        "fund": code,
        "label": known.funds.get(code, code),
        "cents": EXTRA_CENTS,
        "spent": one.spent,
        "units": one.units,
        "served": one.served,
    }


def _ratio(part: int, all_of_it: int) -> float | None:
    return _round(part / all_of_it) if all_of_it else None


def _round(value: float) -> float:
    return round(float(value), 6)
