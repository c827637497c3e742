"""The three tables of the engine, made of a scenario: needs, sources (goods) and funds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from cartable.engines.allocation.columns import FUNDS, NEEDS, SOURCES
from cartable.operations.enums import SERVES, Good
from cartable.planning import tagging
from cartable.planning.enums import FundKind
from cartable.planning.models import ScenarioFund, ScenarioGood
from cartable.planning.needs import Line
from cartable.pupils.enums import NeedKind


# A fund with a limit for private schools is two funds once the limit binds: money for each, on whom it may serve.
HALVES = {"@public": tagging.PUBLIC, "@private": tagging.PRIVATE}


@dataclass(frozen=True, slots=True)
class Purse:
    """A fund as the planner takes it; `limit` is the most for private schools (None: no limit)."""

    code: str
    kind: str
    departments: tuple[str, ...]
    cents: int
    only_for: str
    cite: str
    limit: int | None

    @property
    def halves(self) -> tuple["Purse", "Purse"]:
        """Cut it in two, the limit for private schools and the rest for public ones."""
        private = min(self.limit or 0, self.cents)
        return (self._half("@public", self.cents - private), self._half("@private", private))

    def _half(self, name: str, cents: int) -> "Purse":
        only_for = tagging.restriction(f"{self.only_for}+{HALVES[name]}")
        return replace(self, code=self.code + name, cents=cents, only_for=only_for)


def whole(code: str) -> str:
    """Give the code of the fund of which `code` may be a half."""
    name, at, half = code.rpartition("@")
    return name if at and f"@{half}" in HALVES else code


def purses(funds: Iterable[ScenarioFund]) -> list[Purse]:
    """Take the funds of a scenario in the order of their codes."""
    return [
        Purse(
            code=fund.code,
            kind=fund.kind,
            departments=tuple(filter(None, fund.departments.split("|"))),
            cents=fund.budget_cents,
            only_for=fund.only_for,
            cite=fund.cite.code if fund.cite else "",
            limit=fund.private_limit_cents,
        )
        for fund in sorted(funds, key=lambda fund: fund.code)
    ]


def needs_table(
    lines: Sequence[Line],
    weigh: Callable[[Line], Decimal],
    restrictions: Iterable[str],
    funds: Sequence[Purse],
) -> pl.DataFrame:
    """Make the table of needs: one row per school and set of tags, lines of the same tags added up."""
    wanted = {*restrictions, *(fund.only_for for fund in cite_funds(funds))}
    nearest = _nearest(funds)
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for line in lines:
        key = line.school.uai, tagging.carried(line.traits, wanted)
        row = rows.setdefault(key, _row(line, key, weigh(line), nearest))
        for kind, name, came in (
            (NeedKind.DEVICE, "device", "delivered_devices"),
            (NeedKind.CONNECTION, "connection", "delivered_connections"),
        ):
            row[name] += line.units[kind]  # type: ignore[operator]
            row[came] += line.delivered[kind]  # type: ignore[operator]
    return pl.DataFrame(list(rows.values()), schema=_schema(NEEDS, "weight")).sort("school", "tags")


def _row(
    line: Line, key: tuple[str, str], weight: Decimal, nearest: Mapping[tuple[str, str], str]
) -> dict[str, object]:
    sector = tagging.PRIVATE if tagging.PRIVATE in line.traits else tagging.PUBLIC
    cites = (nearest[cite, sector] for cite in line.cites if (cite, sector) in nearest)
    empty: dict[str, object] = dict.fromkeys(NEEDS, 0)
    return empty | {
        "school": key[0],
        "tags": key[1],
        "department": line.school.department.code,
        "cite_educative": next(cites, ""),
        "weight": str(weight),
    }


def cite_funds(funds: Sequence[Purse]) -> list[Purse]:
    """Give the funds as the engine takes them: a line names one cité's fund, so a second one serves by its tag."""
    seen: set[tuple[str, str]] = set()
    found = []
    for fund in funds:
        places = {(fund.cite, sector) for sector in _sectors(fund)}
        if fund.kind != FundKind.CITE_EDUCATIVE or not places & seen:
            found.append(fund)
        else:
            found.append(_by_tag(fund))
        seen |= places if fund.kind == FundKind.CITE_EDUCATIVE else set()
    return found


def _by_tag(fund: Purse) -> Purse:
    only_for = tagging.restriction(f"{fund.only_for}+cite:{fund.cite}")
    return replace(fund, kind=FundKind.DEPARTMENT, only_for=only_for)


def _sectors(fund: Purse) -> Sequence[str]:
    """Give the sectors that a fund serves: one for a half, both otherwise."""
    named = set(fund.only_for.split(tagging.AND)) & set(HALVES.values())
    return sorted(named) or sorted(HALVES.values())


def _nearest(funds: Sequence[Purse]) -> dict[tuple[str, str], str]:
    return {
        (fund.cite, sector): fund.code
        for fund in reversed(cite_funds(funds))
        if fund.kind == FundKind.CITE_EDUCATIVE
        for sector in _sectors(fund)
    }


def whom(good: ScenarioGood) -> str:
    """Give whom goods serve: what was chosen, and a connection only who asked for that sort.

    A home whose devices take no SIM card can do nothing with one; the school says it in its answer.
    """
    if SERVES[Good(good.good)] != NeedKind.CONNECTION:
        return good.only_for
    return tagging.restriction(f"{good.only_for}{tagging.AND}{good.good}")


def sources_table(goods: Iterable[ScenarioGood], tags: set[str]) -> pl.DataFrame:
    """Make the table of goods; one for a public that no need carries is left out, for the engine knows it not."""
    rows = [
        {
            "source": good.code,
            "item": good.good,
            "price_cents": str(good.price_cents),
            "stock": "" if good.stock is None else str(good.stock),
            "pack": str(good.pack),
            "only_for": f"tag:{whom(good)}" if whom(good) else "",
            "available_on": good.available_on.isoformat() if good.available_on else "",
        }
        for good in sorted(goods, key=lambda good: good.code)
        if not whom(good) or whom(good) in tags
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(SOURCES, pl.String))


def funds_table(funds: Sequence[Purse], tags: set[str], departments: set[str]) -> pl.DataFrame:
    """Make the table of funds; of each only the départements with needs, and none that could serve nobody."""
    rows = []
    for fund in cite_funds(funds):
        places = [code for code in fund.departments if code in departments]
        national = fund.kind == FundKind.NATIONAL
        if (places or national) and (not fund.only_for or fund.only_for in tags):
            rows.append(
                {
                    "fund": fund.code,
                    "kind": fund.kind,
                    "departments": "" if national else tagging.BAR.join(places),
                    "budget_cents": str(fund.cents),
                    "only_for": f"tag:{fund.only_for}" if fund.only_for else "",
                }
            )
    return pl.DataFrame(rows, schema=dict.fromkeys(FUNDS, pl.String))


def tags_of(needs: pl.DataFrame) -> set[str]:
    """Give every tag that some line carries."""
    return set(needs["tags"].str.split(tagging.BAR).explode().drop_nulls().to_list()) - {""}


def _schema(columns: Iterable[str], *more: str) -> dict[str, pl.DataType]:
    texts = {"school", "tags", "department", "cite_educative", *more}
    return {name: pl.String() if name in texts else pl.Int64() for name in columns}
