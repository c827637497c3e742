"""What a result looks like: bars by kind and by public, curves of coverage laid over each other, a map in squares."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cartable.web.charts import Bar, bars
from cartable.web.scenarios.cells import count, kind, per_cent
from cartable.web.table import Column, Table


Figures = Mapping[str, Any]
TILES = Path(__file__).parent / "data" / "tiles.csv"
# Five steps of coverage, from none to all; the word of each square says it, the colour only helps.
STEPS = (0.2, 0.4, 0.6, 0.8)
SAMPLES = (0, 10, 25, 50, 75, 90, 100)


@dataclass(frozen=True, slots=True)
class Named:
    """The figures of one simulation, under its name."""

    name: str
    figures: Figures


def kind_bars(figures: Figures, key: str = "kinds") -> SafeString:
    """Draw what is served of each kind of need."""
    rows = [(name, row) for name, row in figures["kinds"].items() if row["need"]]
    return bars(
        key=key,
        title=_("Besoins servis"),
        description=_("Une barre par sorte de besoin : ce qui est servi, sur ce qui est demandé."),
        items=[Bar(kind(name), row["served"], row["need"]) for name, row in rows],
        unit=_("servis"),
        of_unit=_("demandés"),
    )


def public_bars(figures: Figures, key: str = "publics") -> SafeString:
    """Draw what is served of each public."""
    return bars(
        key=key,
        title=_("Besoins servis, par public"),
        description=_("Une barre par public : un même besoin compte dans chacun de ceux qui le concernent."),
        items=[Bar(_(row["label"]), row["served"], row["need"]) for row in figures["publics"]],
        unit=_("servis"),
        of_unit=_("demandés"),
    )


def coverage_curves(named: Sequence[Named], key: str = "curves") -> SafeString:
    """Draw the coverage of the needs from the least to the best covered, one line for each simulation."""
    rows = [(share, [_at(one.figures["curve"], share / 100) for one in named]) for share in SAMPLES]
    table = Table(
        _("Couverture, des besoins les moins couverts aux mieux couverts"),
        [
            Column(_("Part des besoins"), lambda row: f"{row[0]}\u202f%", heads=True),
            *(
                Column(one.name, lambda row, at=at: per_cent(row[1][at]), numeric=True)
                for at, one in enumerate(named)
            ),
        ],
        rows,
    )
    lines = [
        (
            rank,
            one.name,
            " ".join(f"{100 * x:.2f},{100 - 100 * y:.2f}" for x, y in _stairs(one.figures["curve"])),
        )
        for rank, one in enumerate(named, start=1)
    ]
    context = {
        "key": key,
        "chart_title": _("Couverture des besoins"),
        "description": _(
            "De gauche à droite, des besoins les moins couverts aux mieux couverts ; en hauteur, la couverture."
        ),
        "table": table,
        "height": 240,
        "lines": lines,
        "levels": [{"y": f"{100 - 25 * part}%", "text": f"{25 * part}\u202f%"} for part in range(5)],
        "first": _("les moins couverts"),
        "last": _("les mieux couverts"),
    }
    return render_to_string("components/chart_lines.html", context)


def _stairs(points: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Turn (share of needs, coverage) into a path that starts at the left edge."""
    if not points:
        return []
    return [(0.0, points[0][1]), *((x, y) for x, y in points)]


def _at(points: Sequence[Sequence[float]], share: float) -> float | None:
    """Give the coverage below which that share of the needs stands."""
    return next((y for x, y in points if x >= share - 1e-9), None)


@cache
def tiles() -> dict[str, tuple[int, int]]:
    """Give the column and row of each département on the grid."""
    with TILES.open(encoding="utf-8", newline="") as file:
        return {row["department"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}


def department_map(one: Named, key: str) -> SafeString:
    """Draw a square for each département, darker the better it is covered, with the table of all."""
    rows = [
        {**row, "share": row["served"] / row["need"] if row["need"] else None}
        for row in one.figures["departments"]
    ]
    table = Table(
        _("Couverture par département : %(name)s") % {"name": one.name},
        [
            Column(_("Département"), lambda row: row["code"] or _("non précisé"), heads=True),
            Column(_("Demandés"), lambda row: count(row["need"]), numeric=True),
            Column(_("Servis"), lambda row: count(row["served"]), numeric=True),
            Column(_("Couverture"), lambda row: per_cent(row["share"]), numeric=True),
        ],
        rows,
    )
    found = {row["code"]: row["share"] for row in rows}
    return render_to_string(
        "components/chart_map.html",
        {
            "key": key,
            "chart_title": _("Couverture par département : %(name)s") % {"name": one.name},
            "description": _("Un carré par département, à peu près à sa place ; outre-mer à gauche."),
            "table": table,
            "squares": [_square(code, place, found.get(code)) for code, place in tiles().items()],
            "steps": _legend(),
        },
    )


def _square(code: str, place: tuple[int, int], share: float | None) -> dict[str, Any]:
    column, row = place
    return {
        "code": code,
        "x": column * 10,
        "y": row * 10,
        "step": _step(share),
        "said": f"{code} : {per_cent(share)}"
        if share is not None
        else _("%(code)s : pas de besoin") % {"code": code},
    }


def _step(share: float | None) -> int:
    """Number the step of a coverage from 1; 0 is nothing to cover."""
    return 0 if share is None else 1 + sum(share >= step for step in STEPS)


def _legend() -> list[tuple[int, str]]:
    edges = [0, *(round(100 * step) for step in STEPS), 100]
    return [
        (0, _("pas de besoin")),
        *((rank, f"{low} à {high}\u202f%") for rank, (low, high) in enumerate(pairwise(edges), 1)),
    ]
