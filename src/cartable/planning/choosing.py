"""What a run gives, ready to be decided: the share of each school in each good, what is kept for the silent, why."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from cartable.planning import tagging
from cartable.planning.archives import Files
from cartable.planning.tables import whole


# A code that a sentence of the engine quotes, with its quotes.
QUOTED = re.compile(r"« [^»]+ »")


@dataclass(slots=True)
class Given:
    """So many of one good for one school: by the tags of its lines and the fund that pays (empty: nobody)."""

    school: str
    good: str
    estimated: bool
    parts: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        return sum(units for _tags, _fund, units in self.parts)


@dataclass(frozen=True, slots=True)
class Why:
    """What a run says of one line and kind of need."""

    school: str
    tags: str
    kind: str
    estimated: bool
    need: int
    served: int
    weight: str
    fair_level: float
    level: float
    binding: str
    next_unit_cost_cents: int | None
    ahead_of: str
    sentence: str


def given(files: Files) -> list[Given]:
    """Give what each school receives of each good, what is kept for the silent apart; in the order of the plan."""
    found: dict[tuple[str, str, bool], Given] = {}
    sums = files.plan.group_by("school", "tags", "source", "fund", maintain_order=True).agg(
        pl.col("quantity").sum()
    )
    for school, tags, good, fund, units in sums.iter_rows():
        silent = tagging.ESTIMATED in tags.split(tagging.BAR)
        one = found.setdefault((school, good, silent), Given(school, good, silent))
        one.parts.append((tags, fund, units))
    return [_joined(one) for one in found.values()]


def _joined(one: Given) -> Given:
    """Add up the two halves of a fund: to the school they are one."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for tags, fund, units in one.parts:
        sums[tags, whole(fund)] += units
    one.parts = [(tags, fund, units) for (tags, fund), units in sums.items()]
    return one


def spent(files: Files) -> dict[str, int]:
    """Give what each fund pays, in cents, its halves together; only funds that pay something."""
    prices = dict(files.sources.select("source", pl.col("price_cents").cast(pl.Int64)).iter_rows())
    sums: dict[str, int] = defaultdict(int)
    for good, fund, units in files.plan.select("source", "fund", "quantity").iter_rows():
        if fund:
            sums[whole(fund)] += prices[good] * units
    return dict(sorted(sums.items()))


def reasons(files: Files) -> Iterator[Why]:
    """Give what the run says of every line, with goods and funds by their names."""
    names = {f"« {code} »": f"« {name} »" for code, name in _names(files).items()}
    for row in files.explain.iter_rows(named=True):
        yield Why(
            school=row["school"],
            tags=row["tags"],
            kind=row["kind"],
            estimated=tagging.ESTIMATED in row["tags"].split(tagging.BAR),
            need=row["need"],
            served=row["served"],
            weight=str(row["weight"]),
            fair_level=float(row["fair_level"]),
            level=float(row["level"]),
            binding=row["binding"],
            next_unit_cost_cents=row["next_unit_cost_cents"],
            ahead_of=row["ahead_of"],
            sentence=in_names(row["sentence"], names),
        )


def _names(files: Files) -> dict[str, str]:
    """Give the name of each code that a sentence may quote, the halves of a fund with whom they serve."""
    labels = files.rule.get("labels", {})
    names: dict[str, str] = {**labels.get("goods", {})}
    for code, label in labels.get("funds", {}).items():
        names[code] = label
        names[f"{code}@public"] = f"{label}, part du public"
        names[f"{code}@private"] = f"{label}, part du privé"
    return names


def in_names(sentence: str, names: Mapping[str, str]) -> str:
    """Put names in the place of the codes that a sentence quotes; each is whole between its quotes."""
    return QUOTED.sub(lambda found: names.get(found[0], found[0]), sentence)
