"""Simulations side by side, and one of them under other numbers."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding.rules import show as euros
from cartable.planning.models import Scenario, ScenarioRun
from cartable.planning.queries import latest_run, reads_lines, scenarios_led_by, scenarios_visible_to
from cartable.web.scenarios import cells, drawings
from cartable.web.scenarios.drawings import Named
from cartable.web.scenarios.forms import WhatIfForm
from cartable.web.scenarios.reading import figures_for, without_small
from cartable.web.scenarios.views import fetch
from cartable.web.show import show
from cartable.web.table import Column, Table


MOST = 4
Figures = Mapping[str, Any]


def compare(request: HttpRequest) -> HttpResponse:
    """Put two to four simulations side by side."""
    runs = _chosen(request)
    read = [figures_for(request.user, run) for run in runs]
    named = [Named(run.scenario.name, figures) for run, figures in zip(runs, read, strict=True)]
    return show(
        request,
        "scenarios/compare.html",
        title=_("Comparer des simulations"),
        crumbs=[cells.home()],
        runs=runs,
        table=_side_by_side(request, runs, named) if runs else None,
        funds=_funds(named) if runs else None,
        curves=drawings.coverage_curves(named) if runs else "",
        bars=[(one.name, drawings.public_bars(one.figures, f"publics-{at}")) for at, one in enumerate(named)],
        maps=[(one.name, drawings.department_map(one, f"map-{at}")) for at, one in enumerate(named)],
    )


def _chosen(request: HttpRequest) -> list[ScenarioRun]:
    """Give the last runs of the simulations asked for, in the order of the address; at most four."""
    wanted = []
    for text in request.GET.getlist("s"):
        try:
            wanted.append(UUID(text))
        except ValueError:
            raise Http404 from None
    found = {one.public_id: one for one in scenarios_visible_to(request.user).filter(public_id__in=wanted)}
    if len(found) != len(set(wanted)):
        raise Http404
    scenarios: list[Scenario] = [found[one] for one in dict.fromkeys(wanted)][:MOST]
    return [run for scenario in scenarios if (run := latest_run(scenario))]


Row = tuple[str, Callable[[Figures], str]]


def _rows() -> list[Row]:
    return [
        (_("Établissements"), lambda f: cells.count(f["schools"])),
        *((_served_words(kind), _served_of(kind)) for kind in ("device", "computer", "connection")),
        (_("Couverture la plus basse"), lambda f: cells.per_cent(f["lowest"])),
        (_("Couverture médiane"), lambda f: cells.per_cent(f["median"])),
        (_("Quart des besoins les plus difficiles"), lambda f: cells.per_cent(f["quarter"]["neediest"])),
        (_("Les autres besoins"), lambda f: cells.per_cent(f["quarter"]["rest"])),
        (_("Écart entre les deux"), lambda f: cells.points(f["quarter"]["gap"])),
        (_("Argent dépensé"), lambda f: euros(f["spent_cents"])),
        (_("Argent qui reste"), lambda f: euros(f["left_cents"])),
        (_("Tout est livrable"), lambda f: cells.day(f["delivered_by"])),
        (_("Réserve (besoin estimé)"), lambda f: cells.count(f["estimated"]["kept"])),
        (_("10 000 € de plus achètent au mieux"), _best_extra),
    ]


def _served_words(kind: str) -> str:
    return _("Servis : %(kind)s") % {"kind": cells.kind(kind)}


def _served_of(kind: str) -> Callable[[Figures], str]:
    def said(figures: Figures) -> str:
        row = figures["kinds"][kind]
        return f"{cells.count(row['served'])} / {cells.count(row['need'])}" if row["need"] else "—"

    return said


def _best_extra(figures: Figures) -> str:
    """Say what the fund that buys most with 10,000 € more would buy."""
    found = max(figures["extra"], key=lambda row: sum(row["served"].values()), default=None)
    return f"{cells.bought(found['units'])} ({found['label']})" if found else "—"


def _side_by_side(request: HttpRequest, runs: Sequence[ScenarioRun], named: Sequence[Named]) -> Table:
    rows = [row for row in _rows() if any(row[1](one.figures) != "—" for one in named)]
    led = set(scenarios_led_by(request.user).values_list("pk", flat=True))
    if all(run.scenario_id in led and reads_lines(request.user, run.scenario) for run in runs):
        rows.append((_("L'unité suivante irait à"), _next))
    return Table(
        caption=_("Côte à côte"),
        columns=[
            Column(_("Ce qui change"), lambda row: row[0], heads=True),
            *(Column(one.name, lambda row, one=one: row[1](one.figures), numeric=True) for one in named),
        ],
        rows=rows,
    )


def _next(figures: Figures) -> str:
    return ", ".join(row["school"] for row in figures["next"]) or "—"


def _funds(named: Sequence[Named]) -> Table:
    """Put what each fund spends side by side; a fund that one does not have is a dash."""
    labels: dict[str, str] = {}
    for one in named:
        labels |= {row["code"]: row["label"] for row in one.figures["funds"] if row["spent"]}
    spent = [{row["code"]: row for row in one.figures["funds"]} for one in named]
    return Table(
        caption=_("Dépensé et reste, par fonds"),
        columns=[
            Column(_("Fonds"), lambda row: row[1], heads=True),
            *(
                Column(one.name, lambda row, at=at: _spent(spent[at].get(row[0])), numeric=True)
                for at, one in enumerate(named)
            ),
        ],
        rows=list(labels.items())[:50],
        empty=_("Aucun fonds n'est dépensé."),
    )


def _spent(row: dict[str, Any] | None) -> str:
    if row is None:
        return "—"
    return _("%(spent)s, reste %(left)s") % {"spent": euros(row["spent"]), "left": euros(row["left"])}


def what_if_page(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Answer other prices, gifts and budgets: a piece of the page where a script asks, a whole page otherwise."""
    found = fetch(request, scenario_id)
    run = latest_run(found)
    if run is None:
        raise Http404
    form = WhatIfForm(request.GET if request.GET else None)
    table, said = None, ""
    if form.is_valid():
        try:
            after = _answer(found, run, form.cleaned_data)
            reads = reads_lines(request.user, found)
            table = _differences(*(one if reads else without_small(one) for one in (run.figures, after)))
        except Refused as refused:
            said = refused.sentence
    piece = bool(request.headers.get("HX-Request"))
    return show(
        request,
        "scenarios/what_if_answer.html" if piece else "scenarios/what_if.html",
        title=_("Et si… : %(name)s") % {"name": found.name},
        crumbs=cells.crumbs(found),
        scenario=found,
        form=form if form.is_bound else WhatIfForm(),
        table=table,
        said=said,
    )


def _answer(found: Scenario, run: ScenarioRun, asked: Mapping[str, Decimal | None]) -> Figures:
    from cartable.planning.whatif import Change, what_if

    gifts = [good["code"] for good in run.figures["goods"] if good["price_cents"] == 0]
    factors = {name: (100 if asked[name] is None else asked[name]) / Decimal(100) for name in asked}  # type: ignore[operator]
    changes = [Change("price", "", factors["prices"]), Change("budget", "", factors["budget"])]
    changes += [Change("stock", code, factors["gifts"]) for code in gifts]
    return what_if(run, [change for change in changes if change.factor != 1])


def _differences(before: Figures, after: Figures) -> Table:
    rows = [
        *(
            (cells.kind(kind), cells.count(row["served"]), cells.count(after["kinds"][kind]["served"]))
            for kind, row in before["kinds"].items()
            if row["need"]
        ),
        *(
            (words, read(before), read(after))
            for words, read in (
                (_("Couverture la plus basse"), lambda f: cells.per_cent(f["lowest"])),
                (_("Couverture médiane"), lambda f: cells.per_cent(f["median"])),
                (
                    _("Écart entre le quart le plus difficile et le reste"),
                    lambda f: cells.points(f["quarter"]["gap"]),
                ),
                (_("Argent dépensé"), lambda f: euros(f["spent_cents"])),
                (_("Argent qui reste"), lambda f: euros(f["left_cents"])),
            )
        ),
    ]
    return Table(
        caption=_("Ce que cela changerait"),
        columns=[
            Column(_("Chiffre"), lambda row: row[0], heads=True),
            Column(_("Calculé"), lambda row: row[1], numeric=True),
            Column(_("Deviendrait"), lambda row: row[2], numeric=True),
        ],
        rows=rows,
    )
