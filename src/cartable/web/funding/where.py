"""Where the money is: by line and territory, at any day; as a page, day by day, as files."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.funding.enums import CeilingKind
from cartable.funding.models import Line, LineCeiling
from cartable.funding.queries import (
    Money,
    Row,
    Territory,
    by_department,
    by_line,
    by_region,
    ceilings,
    curve,
    kept,
    money,
    region_of,
    totals,
)
from cartable.funding.rules import show as euros
from cartable.funding.words import ceiling
from cartable.web.answers import csv, xlsx
from cartable.web.charts import Series, steps
from cartable.web.funding.awaited import awaited_table
from cartable.web.funding.reach import envelope_url
from cartable.web.funding.where_form import Asked, asked, asked_for_file, own_level
from cartable.web.funding.words import day
from cartable.web.parts import crumb
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, link


# Each figure with the word of its column, and the word by which `pieces` knows it.
FIGURES = {
    "delegated": "delegue",
    "committed": "engage",
    "reserved": "reserve",
    "asked": "en-attente",
    "paid": "paye",
    "justified": "justifie",
    "left_to_commit": "reste",
}


def figure_words() -> dict[str, str]:
    """Name each figure."""
    return {
        "delegated": _("Délégué"),
        "committed": _("Engagé"),
        "reserved": _("Réservé"),
        "asked": _("En attente"),
        "paid": _("Payé"),
        "justified": _("Justifié"),
        "left_to_commit": _("Reste à engager"),
    }


class Place(NamedTuple):
    """A line on a territory, with its figures and what bounds it there."""

    line: Line
    territory: str
    name: str
    money: Money
    bound: Line | LineCeiling | None


def where(request: HttpRequest) -> HttpResponse:
    """Show where the money is, line by line, then territory by territory."""
    question = asked(request)
    rows = rows_of(question)
    bounds = ceilings({row.envelope.line for row in rows})
    places = places_of(rows, bounds)
    answer = show(
        request,
        "funding/where.html",
        title=_("Où est l'argent"),
        form=question.form,
        asked=question,
        situation=day(question.at or clock.today()),
        cards=[_card(question, row, bounds) for row in _by_line(rows)],
        table=_table(request, question, places),
        awaited=awaited_table(request.user),
        downloads=[(kind, reverse(f"money-{kind}") + question.query()) for kind in ("csv", "xlsx")],
        days=reverse("money-days") + question.query(au=""),
    )
    if not question.ok:
        answer.status_code = 422
    return answer


def rows_of(question: Asked) -> list[Row]:
    """Read the figures of what was asked for."""
    rows = money(question.envelopes, at=question.at)
    return kept(rows) if question.kept else rows


def _by_line(rows: list[Row]) -> list[tuple[Line, list[Row], Money]]:
    """Gather the rows of each line with their total, in the order of programmes and lines."""
    found = totals(rows, by_line)
    lines = {row.envelope.line_id: row.envelope.line for row in rows}
    return [
        (line, [row for row in rows if row.envelope.line_id == pk], found[pk]) for pk, line in lines.items()
    ]


def _card(question: Asked, gathered: tuple[Line, list[Row], Money], bounds: Any) -> dict[str, Any]:
    line, rows, figures = gathered
    only = rows[0].envelope if len(rows) == 1 else None
    return {
        "line": line,
        "url": envelope_url(only) if only else reverse("money-line", args=[line.public_id]),
        "bounds": _bounds(line, rows, bounds),
        "figures": [
            (words, euros(getattr(figures, name)), pieces_url(question, name, line))
            for name, words in figure_words().items()
        ],
    }


def _bounds(line: Line, rows: list[Row], bounds: Any) -> list[dict[str, Any]]:
    """Give what bounds a line: for the country, and for the one région or département that is looked at."""
    found = [(_("France entière"), line)]
    regions = {region_of(row.envelope) for row in rows}
    departments = {row.envelope.department_id for row in rows}
    region = next(iter(regions)) if len(regions) == 1 else None
    department = next(iter(departments)) if len(departments) == 1 else None
    for key in dict.fromkeys([Territory(line.pk, region, None), Territory(line.pk, region, department)]):
        own = bounds.get(key)
        if isinstance(own, LineCeiling):
            found.append((str(own.department or own.region), own))
    return [_said(place, bound) for place, bound in found]


def _said(place: str, bound: Line | LineCeiling) -> dict[str, Any]:
    return {
        "place": place,
        "words": ceiling(bound),
        "is_amount": bound.kind == CeilingKind.EXACTLY,
        "basis": bound.basis,
        "document": bound.document,
    }


def pieces_url(question: Asked, figure: str, line: Line, territory: str | None = None) -> str:
    """Give the address of the documents behind a figure."""
    where_of = {} if territory is None else {"territoire": territory}
    query = question.query(ligne=str(line.public_id), chiffre=FIGURES[figure], **where_of)
    return reverse("money-pieces") + query


def places_of(rows: list[Row], bounds: Any) -> list[Place]:
    """Gather rows by line and région, or département where one région is looked at."""
    regions = {region_of(row.envelope) for row in rows}
    below = len(regions) == 1
    names = _names(rows)
    return [
        Place(names[found.line_id], *_code_and_name(found, names, below), figures, bounds.get(found))
        for found, figures in totals(rows, by_department if below else by_region).items()
    ]


def _names(rows: list[Row]) -> dict[Any, Any]:
    """Give the lines by key, régions and départements by ("r" or "d", key)."""
    names: dict[Any, Any] = {row.envelope.line_id: row.envelope.line for row in rows}
    for row in rows:
        envelope = row.envelope
        region = envelope.region or (envelope.department.region if envelope.department else None)
        names |= {
            ("r", envelope.region_id or (region and region.pk)): region,
            ("d", envelope.department_id): envelope.department,
        }
    return names


def _code_and_name(found: Territory, names: dict[Any, Any], below: bool) -> tuple[str, str]:
    """Name a territory; `below`: its départements have rows of their own."""
    if found.department_id:
        department = names["d", found.department_id]
        return f"d-{department.code}", department.name
    region = names["r", found.region_id] if found.region_id else None
    if region is None or below:
        return own_level(region)
    return f"r-{region.code}", region.name


def _table(request: HttpRequest, question: Asked, places: list[Place]) -> Table:
    columns = [
        Column(_("Territoire"), lambda one: _territory_cell(question, one), heads=True),
        Column(_("Ligne"), lambda one: one.line.name),
        Column(_("Plafond"), lambda one: ceiling(one.bound) if one.bound else "—"),
    ]
    columns += [_figure_column(question, name, words) for name, words in figure_words().items()]
    return Table(
        caption=_("Par territoire"),
        columns=columns,
        rows=paged(request, places, per_page=25),
        empty=_("Aucune enveloppe ne répond à cette demande."),
    )


def _territory_cell(question: Asked, one: Place) -> Any:
    if one.territory == question.given["territoire"]:
        return one.name
    return link(one.name, reverse("money") + question.query(territoire=one.territory))


def _figure_column(question: Asked, name: str, words: str) -> Column:
    def cell(one: Place) -> Any:
        cents = getattr(one.money, name)
        return link(euros(cents), pieces_url(question, name, one.line, one.territory)) if cents else euros(0)

    return Column(words, cell, numeric=True)


def days(request: HttpRequest) -> HttpResponse:
    """Show how the money went, day after day."""
    question = asked(request)
    points = curve(question.envelopes, kept=question.kept)
    series = [
        Series(words, [getattr(point, name) for point in points])
        for name, words in figure_words().items()
        if name not in ("reserved", "asked", "left_to_commit")
    ]
    drawn = steps(
        key="money",
        title=_("L'argent, jour après jour"),
        description=_(
            "Ce qui était délégué, engagé, payé et justifié au soir de chaque jour où quelque chose a bougé."
        ),
        days=[point.day for point in points],
        series=series,
        written=euros,
        csv=reverse("money-days-csv") + question.query(),
    )
    crumbs = [crumb(_("Crédits"), reverse("money") + question.query())]
    answer = show(
        request,
        "funding/days.html",
        title=_("Jour après jour"),
        crumbs=crumbs,
        form=question.form,
        drawn=drawn,
        points=points,
    )
    if not question.ok:
        answer.status_code = 422
    return answer


HEADER = (
    "au",
    "programme",
    "ligne",
    "financeur",
    "territoire",
    "nature_du_plafond",
    "plafond",
    "source_du_plafond",
    "delegue",
    "engage",
    "reserve",
    "en_attente",
    "paye",
    "justifie",
    "reverse",
    "reste_a_engager",
    "reste_a_payer",
)
IN_FILE = (
    "delegated",
    "committed",
    "reserved",
    "asked",
    "paid",
    "justified",
    "recovered",
    "left_to_commit",
    "left_to_pay",
)


def lines_of_file(question: Asked) -> Iterator[list[Any]]:
    """Give the lines of the file: one for each line and territory, amounts in euros."""
    rows = rows_of(question)
    bounds = ceilings({row.envelope.line for row in rows})
    at = (question.at or clock.today()).isoformat()
    for one in places_of(rows, bounds):
        bound = one.bound
        known = [bound.get_kind_display(), in_euros(bound.cents), bound.basis] if bound else ["", None, ""]
        line = [at, one.line.programme.name, one.line.name, one.line.funder.name, one.name, *known]
        yield [*line, *(in_euros(getattr(one.money, name)) for name in IN_FILE)]


def in_euros(cents: int | None) -> Decimal | None:
    """Give cents as euros, exactly; None where there is no amount."""
    return None if cents is None else Decimal(cents).scaleb(-2)


def for_csv(rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """Write amounts with the comma that French spreadsheets read."""
    for row in rows:
        yield [str(cell).replace(".", ",") if isinstance(cell, Decimal) else cell for cell in row]


def where_csv(request: HttpRequest) -> HttpResponse:
    """Give the figures as CSV."""
    return csv(HEADER, for_csv(lines_of_file(asked_for_file(request))), "credits")


def where_xlsx(request: HttpRequest) -> HttpResponse:
    """Give the figures as a workbook."""
    return xlsx(HEADER, lines_of_file(asked_for_file(request)), "credits")


def days_csv(request: HttpRequest) -> HttpResponse:
    """Give the figures of each day as CSV."""
    question = asked_for_file(request)
    names = ("delegated", "committed", "paid", "justified", "recovered")
    rows = (
        [point.day.isoformat(), *(in_euros(getattr(point, name)) for name in names)]
        for point in curve(question.envelopes, kept=question.kept)
    )
    return csv(
        ("jour", "delegue", "engage", "paye", "justifie", "reverse"), for_csv(rows), "credits-par-jour"
    )
