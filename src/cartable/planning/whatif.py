"""What if prices rose, half of the gift came, the budget doubled: a run's figures under other numbers, not kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from cartable.engines.allocation.refused import AllocationRefused
from cartable.foundation.refused import Refused
from cartable.planning import archives
from cartable.planning.figures import Known, figures
from cartable.planning.models import ScenarioRun
from cartable.planning.running import Tables
from cartable.planning.tables import whole


@dataclass(frozen=True, slots=True)
class Change:
    """Multiply the price or the stock of a good, or the budget of a fund; an empty code means all of them."""

    what: Literal["price", "stock", "budget"]
    code: str
    factor: Decimal


def what_if(run: ScenarioRun, changes: Sequence[Change]) -> dict[str, Any]:
    """Give the figures that the run would have with some numbers changed; nothing is kept.

    A price and a budget are rounded to the cent, a stock down to the piece. The limit for private schools grows and
    shrinks with its fund.
    """
    files = archives.read(run)
    tables = tables_of(files)
    try:
        outcome = tables.allocate(_overrides(tables, changes))
    except AllocationRefused as refused:
        raise Refused(
            "what_if", _("Le calcul refuse ces données. %(why)s") % {"why": refused.sentence}
        ) from refused
    return figures(outcome, tables, known_of(files), ())


def tables_of(files: archives.Files) -> Tables:
    """Give the inputs of a run as the engine takes them."""
    deadline = files.rule.get("deadline")
    return Tables(
        files.needs,
        files.sources,
        files.funds,
        files.rule["rule"],
        date.fromisoformat(deadline) if deadline else None,
    )


def known_of(files: archives.Files) -> Known:
    """Give the names of a run's codes and how hard its places were when it was computed."""
    labels: Mapping[str, Mapping[str, str]] = files.rule.get("labels", {})
    return Known(labels.get("funds", {}), labels.get("goods", {}), files.hardship)


def _overrides(tables: Tables, changes: Iterable[Change]) -> dict[str, int]:
    """Say the changes as the engine's `--set`; several on one number multiply."""
    factors: dict[tuple[str, str], Decimal] = {}
    for change in changes:
        for target in _targets(tables, change):
            factors[target] = factors.get(target, Decimal(1)) * change.factor
    return {
        _name(what, code): _times(what, _now(tables, what, code), factor)
        for (what, code), factor in factors.items()
    }


def _targets(tables: Tables, change: Change) -> list[tuple[str, str]]:
    if change.what == "budget":
        return [(change.what, code) for code in tables.funds["fund"] if change.code in ("", whole(code))]
    known = tables.sources if change.what == "price" else tables.sources.filter(tables.sources["stock"] != "")
    return [(change.what, code) for code in known["source"] if change.code in ("", code)]


def _name(what: str, code: str) -> str:
    return f"fund:{code}" if what == "budget" else f"source:{code}.{what}"


def _now(tables: Tables, what: str, code: str) -> int:
    if what == "budget":
        return int(tables.funds.filter(tables.funds["fund"] == code)["budget_cents"][0])
    column = "price_cents" if what == "price" else "stock"
    return int(tables.sources.filter(tables.sources["source"] == code)[column][0])


def _times(what: str, value: int, factor: Decimal) -> int:
    rounding = ROUND_FLOOR if what == "stock" else ROUND_HALF_UP
    return int((value * factor).to_integral_value(rounding))
