"""Turn checked tables into arrays: unit groups, classes of groups that may use the same goods, and resources.

A *unit* is a line and a kind with a need. A *class* gathers the units of one kind that may use the same sources
and funds: whole-number rounding apart, only the sum over a class matters, which keeps the linear programme small.
A *column* is one way to serve a class: a source, paid by a fund (or by nobody when it is free).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cartable.engines.allocation.columns import FUND_KINDS, KINDS, SERVES


Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FREE = -1
MILLION = 1_000_000


@dataclass(frozen=True)
class Source:
    """Goods on offer: price in cents a piece, stock in pieces (None: unlimited), handed out in packs."""

    code: str
    item: str
    price: int
    stock: int | None
    pack: int
    only_for: str


@dataclass(frozen=True)
class Fund:
    """Money for the lines of its départements that carry its tag (any if empty); budget in cents."""

    code: str
    kind: str
    departments: frozenset[str]
    budget: int
    tag: str


@dataclass(frozen=True)
class Instance:
    """Hold everything to decide on; units are in the order school, tags, kind.

    Per unit: `line` (row of `names`, the school and tags of each line), `kind` (index in KINDS), `need`,
    `delivered` (≤ need), `weight` in millionths, `group` (index of its class). The level of a unit under the rule
    is `(offset + received) / slope`, with a whole `offset` and a `slope` in whole millionths. Per column:
    `column_class`, `column_source`, `column_fund` (FREE: none); the columns of a class follow each other in the
    order of preference.
    """

    rule: str
    names: pl.DataFrame
    sources: list[Source]
    funds: list[Fund]
    line: Ints
    kind: Ints
    need: Ints
    delivered: Ints
    weight: Ints
    group: Ints
    offset: Ints
    slope: Ints
    column_class: Ints
    column_source: Ints
    column_fund: Ints
    classes: int

    @property
    def missing(self) -> Ints:
        """Count what each unit still lacks."""
        return self.need - self.delivered

    @property
    def tops(self) -> Floats:
        """Return the level at which each unit is served whole."""
        return (self.offset + self.missing) * float(MILLION) / np.maximum(self.slope, 1)

    @property
    def column_price(self) -> Ints:
        """Return the price in cents of one piece through each column."""
        return np.array([source.price for source in self.sources], np.int64)[self.column_source]

    @property
    def column_pack(self) -> Ints:
        """Return the pieces of one pack through each column."""
        return np.array([source.pack for source in self.sources], np.int64)[self.column_source]


def build(
    needs: pl.DataFrame, sources: pl.DataFrame, funds: pl.DataFrame, *, rule: str, deadline: date | None
) -> Instance:
    """Build the instance from checked tables; goods that come after the deadline are left out."""
    goods = _sources(sources, deadline)
    money = _funds(funds)
    line, kind, need, delivered = _units(needs)
    shape = _shapes(needs, goods, money)
    group, columns = _classes(shape[line], kind, _ways(needs, shape, goods, money))
    weight = needs["weight"].to_numpy()[line]
    offset, slope = _scale(rule, need, delivered, weight)
    sizes = [len(ways) for ways in columns]
    flat = np.array([way for ways in columns for way in ways], np.int64).reshape(-1, 2)
    return Instance(
        rule=rule, names=needs.select("school", "tags"), sources=goods, funds=money, line=line, kind=kind,
        need=need, delivered=delivered,
        weight=weight, group=group, offset=offset, slope=slope,
        column_class=np.repeat(np.arange(len(columns)), sizes), column_source=flat[:, 0], column_fund=flat[:, 1],
        classes=len(columns),
    )  # fmt: skip


def _sources(table: pl.DataFrame, deadline: date | None) -> list[Source]:
    """List the goods in the order of preference: tablet before computer, reserved before open, then code."""
    if deadline is not None:
        table = table.filter(pl.col("available_on").is_null() | (pl.col("available_on") <= deadline))
    rows = table.select("source", "item", "price_cents", "stock", "pack", "only_for").iter_rows()
    return sorted(
        (Source(*row) for row in rows),
        key=lambda source: (source.item == "computer", not source.only_for, source.code),
    )


def _funds(table: pl.DataFrame) -> list[Fund]:
    """List the funds from the nearest to the farthest, then by code."""
    rows = table.select("fund", "kind", "departments", "budget_cents", "only_for").iter_rows()
    funds = [
        Fund(code, kind, frozenset(filter(None, departments.split("|"))), budget, tag.removeprefix("tag:"))
        for code, kind, departments, budget, tag in rows
    ]
    return sorted(funds, key=lambda fund: (FUND_KINDS.index(fund.kind), fund.code))


def _units(needs: pl.DataFrame) -> tuple[Ints, Ints, Ints, Ints]:
    """List the units with a need, by line then kind in the alphabetical order of the kinds' names."""
    on_computer = needs["computer_only"].to_numpy() == 1
    devices, connections = (needs[name].to_numpy() for name in ("need_devices", "need_connections"))
    per_kind = {
        "device": devices * ~on_computer,
        "computer": devices * on_computer,
        "connection": connections,
    }
    order = sorted(KINDS)
    table = np.stack([per_kind[kind] for kind in order], axis=1)
    line, place = np.nonzero(table)
    need = table[line, place]
    given = {"connection": needs["delivered_connections"].to_numpy()}
    delivered = np.stack([given.get(kind, needs["delivered_devices"].to_numpy()) for kind in order], axis=1)
    kind = np.array([KINDS.index(name) for name in order], np.int64)[place]
    return line, kind, need, np.minimum(need, delivered[line, place])


def _shapes(needs: pl.DataFrame, goods: list[Source], money: list[Fund]) -> Ints:
    """Number the lines by what decides which goods and funds they may use."""
    rules = [source.only_for.split(":", 1) for source in goods if source.only_for]
    tags = {fund.tag for fund in money if fund.tag} | {code for kind, code in rules if kind == "tag"}
    schools = [code for kind, code in rules if kind == "school"]
    known = pl.col("tags").str.split("|").list.eval(pl.element().str.strip_chars())
    keys = needs.select(
        "department",
        "cite_educative",
        pl.when(pl.col("school").is_in(schools)).then("school").otherwise(pl.lit("")),
        *(known.list.contains(tag).alias(f"tag:{tag}") for tag in sorted(tags)),
    )
    numbers = keys.unique().sort(keys.columns).with_columns(shape=pl.int_range(pl.len(), dtype=pl.Int64))
    return keys.join(numbers, on=keys.columns, how="left", maintain_order="left")["shape"].to_numpy()


def _ways(
    needs: pl.DataFrame, shape: Ints, goods: list[Source], money: list[Fund]
) -> list[list[tuple[tuple[int, int], ...]]]:
    """List, for each shape and kind, the (source, fund) pairs in the order of preference."""
    firsts = np.unique(shape, return_index=True)[1]
    rows = needs[firsts].select("school", "tags", "department", "cite_educative").iter_rows()
    ways = []
    for school, tags, department, cite in rows:
        traits = {f"tag:{tag.strip()}" for tag in tags.split("|")}
        traits |= {f"school:{school}", f"department:{department}"}
        payers = [at for at, fund in enumerate(money) if _may_use(fund, department, cite, traits)]
        ways.append([_ways_of_kind(kind, traits, goods, money, payers) for kind in KINDS])
    return ways


def _may_use(fund: Fund, department: str, cite: str, traits: set[str]) -> bool:
    if fund.tag and f"tag:{fund.tag}" not in traits:
        return False
    if fund.kind == "cite_educative":
        return fund.code == cite
    return fund.kind == "national" or department in fund.departments


def _ways_of_kind(
    kind: str, traits: set[str], goods: list[Source], money: list[Fund], payers: list[int]
) -> tuple[tuple[int, int], ...]:
    ways: list[tuple[int, int]] = []
    for at, source in enumerate(goods):
        if source.item not in SERVES[kind]:
            continue
        of_fund = source.only_for.startswith("fund:")
        if source.only_for and not of_fund and source.only_for not in traits:
            continue
        able = [payer for payer in payers if not of_fund or source.only_for == f"fund:{money[payer].code}"]
        if source.price:
            ways += [(at, payer) for payer in able]
        elif able or not of_fund:
            ways.append((at, FREE))
    return tuple(ways)


def _classes(
    shape: Ints, kind: Ints, ways: list[list[tuple[tuple[int, int], ...]]]
) -> tuple[Ints, list[tuple[tuple[int, int], ...]]]:
    """Number the classes: units of one kind with the same columns; the numbers depend on the input only."""
    numbers: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
    table = np.full((len(ways), len(KINDS)), -1, np.int64)
    for cell in np.unique(shape * len(KINDS) + kind):
        at, of_kind = divmod(int(cell), len(KINDS))
        table[at, of_kind] = numbers.setdefault((of_kind, ways[at][of_kind]), len(numbers))
    return table[shape, kind], [columns for _, columns in numbers]


def _scale(rule: str, need: Ints, delivered: Ints, weight: Ints) -> tuple[Ints, Ints]:
    """Return the whole offset of the level, and its slope in millionths, under the rule."""
    if rule == "equal":
        return np.zeros_like(need), np.full_like(need, MILLION)
    if rule == "proportional":
        return np.zeros_like(need), weight * np.maximum(1, need - delivered)
    return delivered, weight * need
