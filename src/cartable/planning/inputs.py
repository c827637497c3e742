"""From a scenario to the engine's tables and back: what it plans with, and what it gives, ready to be kept.

It loads polars and scipy: who only lists scenarios does not import it.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from cartable.documents.actions import open_document
from cartable.engines.allocation.columns import FUNDS, NEEDS, SOURCES
from cartable.engines.allocation.plan import Outcome, allocate_sheets
from cartable.engines.allocation.reading import read
from cartable.planning import archives, tagging
from cartable.planning.archives import Files
from cartable.planning.delivered import put_delivered
from cartable.planning.figures import Known, figures
from cartable.planning.models import Scenario
from cartable.planning.needs import Line, Needs, Question, needs_of
from cartable.planning.running import Tables, extras, within_limits
from cartable.planning.tables import Purse, funds_table, needs_table, purses, sources_table, tags_of, whom
from cartable.planning.weighing import Coefficients, coefficients_of, hardship, weight


COLUMNS = {"needs": tuple(NEEDS), "sources": tuple(SOURCES), "funds": tuple(FUNDS)}
HARDSHIP = {"school": pl.String, "tags": pl.String, "hardship": pl.Float64}


@dataclass(frozen=True)
class Planned:
    """What a scenario gives: the plan and its reasons, the figures of the pages, and the tables it was made from."""

    tables: Tables
    outcome: Outcome
    known: Known
    answered: int
    asked: int

    @property
    def figures(self) -> dict[str, Any]:
        """Give what the pages compare, with what a little more money would buy."""
        return figures(self.outcome, self.tables, self.known, extras(self.tables, self.outcome))

    @property
    def files(self) -> Files:
        """Give what is kept of it."""
        labels = {"funds": dict(self.known.funds), "goods": dict(self.known.goods)}
        return Files(
            self.tables.needs,
            self.tables.sources,
            self.tables.funds,
            self.outcome.plan,
            self.outcome.explain,
            self.known.hardship,
            rule_of(self.tables.rule, self.tables.deadline) | {"labels": labels},
        )


def planned(scenario: Scenario) -> Planned:
    """Plan a scenario from what is known now; raises AllocationRefused where its numbers cannot be planned with."""
    if scenario.archive:
        files = archives.unpack(open_document(scenario.archive))
        return planned_files(files, scenario.rule, scenario.deadline)
    question = _question(scenario)
    needs = needs_of(question)
    put_delivered(needs.lines, question.operations, needs.origin, scenario.corrects)
    return _Planner(scenario, needs).planned()


def _question(scenario: Scenario) -> Question:
    return Question(
        operations=list(scenario.operations.select_related("department").order_by("id")),
        until=scenario.needs_until,
        validated_only=scenario.validated_only,
        keep_reserve=scenario.keep_reserve,
        by_exam=bool(scenario.coefficient_exam) or _names_exam(scenario),
    )


def _names_exam(scenario: Scenario) -> bool:
    """Tell whether some goods or money are for an exam year: only then its needs are lines of their own."""
    named = [
        *scenario.goods.values_list("only_for", flat=True),
        *scenario.funds.values_list("only_for", flat=True),
    ]
    return any(tagging.EXAM in only_for.split(tagging.AND) for only_for in named)


class _Planner:
    """Holds what the tables are made of: a fund that is cut in two changes them all but the goods."""

    def __init__(self, scenario: Scenario, needs: Needs) -> None:
        self.scenario, self.needs = scenario, needs
        self.goods = list(scenario.goods.all())
        self.funds = list(scenario.funds.select_related("cite__department"))
        own = dict(scenario.own_weights.values_list("school_id", "weight"))
        coefficients = coefficients_of(scenario)
        self.weights = {
            id(line): own.get(line.school.id) or _weight(coefficients, line) for line in needs.lines
        }

    def planned(self) -> Planned:
        tables, outcome = within_limits(self.tables, purses(self.funds))
        known = Known(
            {fund.code: fund.label for fund in self.funds},
            {good.code: good.label for good in self.goods},
            self.hardship(tables),
        )
        return Planned(tables, outcome, known, self.needs.answered, self.needs.asked)

    def tables(self, funds: Sequence[Purse]) -> Tables:
        needs = needs_table(self.needs.lines, lambda line: self.weights[id(line)], self.restrictions, funds)
        tags, places = tags_of(needs), set(needs["department"])
        return Tables(
            needs,
            sources_table(self.goods, tags),
            funds_table(funds, tags, places),
            self.scenario.rule,
            self.scenario.deadline,
        )

    @property
    def restrictions(self) -> list[str]:
        return [whom(good) for good in self.goods]

    def hardship(self, tables: Tables) -> pl.DataFrame:
        """Place each line on the fixed scale; lines of a school that the tables join stand at the hardest of them."""
        wanted = [*self.restrictions, *tables.funds["only_for"].str.strip_prefix("tag:").to_list()]
        rows: dict[tuple[str, str], float] = {}
        for line in self.needs.lines:
            key = line.school.uai, tagging.carried(line.traits, wanted)
            rows[key] = max(rows.get(key, 0.0), hardship(line.traits, line.ips))
        return pl.DataFrame([(*key, value) for key, value in rows.items()], schema=HARDSHIP, orient="row")


def _weight(coefficients: Coefficients, line: Line) -> Decimal:
    return weight(coefficients, line.traits, line.ips)


def rule_of(rule: str, deadline: date | None) -> dict[str, Any]:
    """Say the rule as an archive keeps it."""
    return {"rule": rule, "deadline": deadline.isoformat() if deadline else None}


def brought(named: Mapping[str, bytes]) -> Files:
    """Read the three files that were brought (by name: needs, sources, funds), with every column of the contract.

    Raises AllocationRefused with every reason by file and line.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.csv" for name in COLUMNS}
        for name, path in paths.items():
            path.write_bytes(named[name])
        sheets = {name: read(path) for name, path in paths.items()}
    allocate_sheets(**sheets, rule="leximin", deadline=None, changes={})
    cells = {name: _complete(sheet.cells, COLUMNS[name]) for name, sheet in sheets.items()}
    nothing = pl.DataFrame()
    return Files(**cells, plan=nothing, explain=nothing, hardship=nothing, rule={})


def _complete(cells: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Give every column of the contract; an empty cell is its default."""
    absent = [pl.lit("").alias(column) for column in columns if column not in cells.columns]
    return cells.with_columns(absent).select(columns)


def planned_files(files: Files, rule: str, deadline: date | None) -> Planned:
    """Plan from files that were brought; how hard a place is, only their own weights tell."""
    tables = Tables(files.needs, files.sources, files.funds, rule, deadline)
    outcome = tables.allocate()
    return Planned(tables, outcome, Known({}, {}, _hard_by_weight(outcome)), 0, 0)


def _hard_by_weight(outcome: Outcome) -> pl.DataFrame:
    instance = outcome.instance
    table = instance.names[instance.line].with_columns(hardship=pl.Series(instance.weight) / 1_000_000 - 1)
    return table.unique(["school", "tags"], keep="first", maintain_order=True)
