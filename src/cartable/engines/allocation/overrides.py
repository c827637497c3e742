"""What if: other budgets, prices and stocks than those of the tables."""

import re
from collections.abc import Mapping
from typing import Literal

import polars as pl

from cartable.engines.allocation.checking import LARGEST_BUDGET
from cartable.engines.allocation.refused import InputRefused, Reject


Tables = dict[Literal["sources", "funds"], pl.DataFrame]
COLUMNS = {"price": "price_cents", "stock": "stock"}


def parse(text: str) -> tuple[str, int]:
    """Read `fund:CODE=CENTS`, `source:CODE.price=CENTS` or `source:CODE.stock=N`; ValueError otherwise."""
    target, equals, value = text.rpartition("=")
    kind, _, code = target.partition(":")
    known = kind == "fund" or (kind == "source" and target.endswith((".price", ".stock")))
    if not (equals and code and known and re.fullmatch("-?[0-9]+", value)):
        raise ValueError(text)
    return target, int(value)


def apply(sources: pl.DataFrame, funds: pl.DataFrame, changes: Mapping[str, int]) -> Tables:
    """Return the tables with the changes made; refuse an unknown code or a value out of bounds."""
    for target, value in sorted(changes.items()):
        kind, _, code = target.partition(":")
        if not 0 <= value <= LARGEST_BUDGET:
            raise _refused(target, str(value), "une valeur de 0 à 10^15 est attendue")
        if kind == "fund":
            funds = _set(funds, "fund", code, "budget_cents", value, target)
        else:
            name, _, what = code.rpartition(".")
            sources = _set(sources, "source", name, COLUMNS[what], value, target)
    return {"sources": sources, "funds": funds}


def _set(table: pl.DataFrame, key: str, code: str, column: str, value: int, target: str) -> pl.DataFrame:
    if code not in table[key]:
        raise _refused(target, str(value), "ce code n’est dans aucune ligne")
    return table.with_columns(pl.when(pl.col(key) == code).then(value).otherwise(column).alias(column))


def _refused(target: str, value: str, reason: str) -> InputRefused:
    return InputRefused([Reject("--set", 0, target, value, reason)])
