"""Charts drawn here as SVG: no script, no inline style, the same numbers in a table underneath.

Widths are in per cent and texts in pixels, so that words stay readable on a telephone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cartable.web.table import Column, Table


Text = str | Promise
ROW = 48
CURVE_HEIGHT = 240


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `value` is None where nobody knows it; `of` is the whole that it is a part of, if there is one."""

    label: Text
    value: int | None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve."""

    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart of several: its name, and a value for each of the days of the chart."""

    label: Text
    values: Sequence[int]


def bars(
    *,
    key: str,
    title: Text,
    description: Text,
    items: Sequence[Bar],
    unit: Text,
    of_unit: Text = "",
    written: Callable[[int], str] = number_format,
    csv: str = "",
) -> SafeString:
    """Draw horizontal bars, the longest as wide as the page, with their table. `key` is unique on the page.

    `written` says a value in words and digits: money is not written as a count.
    """
    longest = max([1, *(max(item.value or 0, item.of or 0) for item in items)])
    rows = [_bar_row(rank, item, longest, written) for rank, item in enumerate(items)]
    columns = [
        Column(_("Intitulé"), lambda item: item.label, heads=True),
        Column(unit, lambda item: _known(item.value, written), numeric=True),
    ]
    if any(item.of is not None for item in items):
        columns.append(Column(of_unit or _("sur"), lambda item: _known(item.of, written), numeric=True))
    table = Table(title, columns, list(items), csv=csv)
    return _drawn("bars", key, title, description, table, height=ROW * len(items), rows=rows)


def _bar_row(rank: int, item: Bar, longest: int, written: Callable[[int], str]) -> dict[str, Any]:
    value = _known(item.value, written)
    return {
        "label": _cut(str(item.label)),
        "text": value if item.of is None else f"{value} / {_known(item.of, written)}",
        "text_y": rank * ROW + 18,
        "bar_y": rank * ROW + 25,
        "width": _per_cent(item.value or 0, longest),
        "of_width": _per_cent(item.of or 0, longest),
        "unknown": item.value is None,
    }


def curve(
    *, key: str, title: Text, description: Text, points: Sequence[Point], unit: Text, csv: str = ""
) -> SafeString:
    """Draw a curve over days, from zero up, with its table. Days without a point are drawn straight across."""
    top = _round_up(max([1, *(point.value for point in points)]))
    columns = [
        Column(_("Date"), lambda point: date_format(point.day), heads=True),
        Column(unit, lambda point: number_format(point.value), numeric=True),
    ]
    table = Table(title, columns, list(points), csv=csv)
    places = _places(points, top)
    return _drawn(
        "curve",
        key,
        title,
        description,
        table,
        height=CURVE_HEIGHT,
        line=_line(places),
        last=places[-1] if places else None,
        levels=[
            {"y": f"{100 - 100 * part / 4:.0f}%", "text": number_format(top * part // 4)} for part in range(5)
        ],
        ends=(points[0].day, points[-1].day) if points else None,
    )


def steps(
    *,
    key: str,
    title: Text,
    description: Text,
    days: Sequence[date],
    series: Sequence[Series],
    written: Callable[[int], str] = number_format,
    csv: str = "",
) -> SafeString:
    """Draw what stood at the end of each of `days`, one line a series: it holds until the day when it changes."""
    top = _round_up(max([1, *(value for one in series for value in one.values)]))
    columns = [Column(_("Date"), lambda row: date_format(row[0]), heads=True)]
    columns += [
        Column(one.label, lambda row, at=at: written(row[at]), numeric=True)
        for at, one in enumerate(series, start=1)
    ]
    table = Table(title, columns, list(zip(days, *(one.values for one in series), strict=True)), csv=csv)
    return _drawn(
        "steps",
        key,
        title,
        description,
        table,
        height=CURVE_HEIGHT,
        lines=[(rank, one.label, _stairs(days, one.values, top)) for rank, one in enumerate(series, start=1)],
        levels=[{"y": f"{100 - 100 * part / 4:.0f}%", "text": written(top * part // 4)} for part in range(5)],
        ends=(days[0], days[-1]) if days else None,
    )


def _stairs(days: Sequence[date], values: Sequence[int], top: int) -> str:
    places = _places([Point(day, value) for day, value in zip(days, values, strict=True)], top)
    corners = [(x, before[1]) for (x, _y), before in zip(places[1:], places, strict=False)]
    path = [point for pair in zip(corners, places[1:], strict=True) for point in pair]
    return _line([*places[:1], *path])


def _line(places: Sequence[tuple[float, float]]) -> str:
    """Write a line; a single day is drawn straight across, since one point alone would not be seen."""
    seen = [*places, (100.0, places[0][1])] if len(places) == 1 else places
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in seen)


def _places(points: Sequence[Point], top: int) -> list[tuple[float, float]]:
    """Place points in a square of 100 by 100, time to the right by whole days."""
    if not points:
        return []
    first, span = points[0].day, max((points[-1].day - points[0].day).days, 1)
    return [(100 * (p.day - first).days / span, 100 - 100 * p.value / top) for p in points]


def _round_up(value: int) -> int:
    """Give a round number at or above `value` that four divides."""
    step = 4
    while step * 10 < value:
        step *= 10
    return -(-value // step) * step


def _per_cent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%"


def _known(value: int | None, written: Callable[[int], str] = number_format) -> str:
    return _("inconnu") if value is None else written(value)


def _cut(label: str) -> str:
    return label if len(label) <= 32 else label[:31] + "…"


def _drawn(kind: str, key: str, title: Text, description: Text, table: Table, **drawing: Any) -> SafeString:
    context = {"key": key, "chart_title": title, "description": description, "table": table, **drawing}
    return render_to_string(f"components/chart_{kind}.html", context)
