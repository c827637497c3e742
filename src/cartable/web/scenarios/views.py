"""Pages of simulations: the list, one with its result, its lines; computed, copied, put away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding.rules import show as euros
from cartable.planning import actions
from cartable.planning.enums import ScenarioState
from cartable.planning.models import Scenario, ScenarioRun
from cartable.planning.papers import RULES
from cartable.planning.queries import (
    deciding_bodies,
    latest_run,
    reads_lines,
    scenarios_led_by,
    scenarios_visible_to,
    usable_operations,
    with_latest_run,
)
from cartable.planning.queries.agreements import must_ask
from cartable.territories.models import School
from cartable.web.forms import words_asked
from cartable.web.scenarios import cells, drawings
from cartable.web.scenarios.forms import NameForm, NewForm, WhatIfForm
from cartable.web.scenarios.reading import figures_for
from cartable.web.scenarios.tables import (
    extras_table,
    funds_of,
    funds_table,
    goods_of,
    goods_table,
    kinds_table,
    lines_table,
    next_table,
)
from cartable.web.show import moment, paged, show, show_form
from cartable.web.table import Column, Table, link


def index(request: HttpRequest) -> HttpResponse:
    """List the simulations that the person sees, with what each gives."""
    rows = scenarios_visible_to(request.user).exclude(state=ScenarioState.DROPPED)
    page = paged(request, with_latest_run(rows))
    may_make = deciding_bodies(request.user).exists()
    table = Table(
        caption=_("Simulations"),
        columns=[
            Column(_("Nom"), lambda s: link(s.name, reverse("scenario", args=[s.public_id])), heads=True),
            Column(_("Organisme"), lambda s: s.body.name),
            Column(_("État"), cells.badge),
            Column(_("Calculée le"), lambda s: _made_on(_last(s))),
            Column(_("Besoins servis"), lambda s: _served(_last(s)), numeric=True),
        ],
        rows=page,
        empty=_("Aucune simulation pour l'instant."),
    )
    compared = [one for one in page if _last(one)]
    return show(
        request,
        "scenarios/list.html",
        title=_("Simulations"),
        table=table,
        may_make=may_make,
        compared=compared if len(compared) > 1 else [],
    )


def _last(scenario: Scenario) -> ScenarioRun | None:
    """Give the last of the runs that were fetched with the list."""
    return next(iter(scenario.last_runs), None)  # type: ignore[attr-defined]


def _made_on(run: ScenarioRun | None) -> str:
    return date_format(run.made_at, "j F Y") if run else "—"


def _served(run: ScenarioRun | None) -> str:
    if run is None:
        return "—"
    kinds = run.figures["kinds"].values()
    need = sum(row["need"] for row in kinds)
    return cells.per_cent(sum(row["served"] for row in kinds) / need if need else None)


def new(request: HttpRequest) -> HttpResponse:
    """Begin a simulation."""
    bodies, operations = list(deciding_bodies(request.user)), list(usable_operations(request.user))
    if not bodies:
        raise Http404
    form = NewForm(request.POST or None, bodies=bodies, operations=operations)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = {"body_id": data["body"], "name": data["name"], "operation_ids": data["operations"]}
        if form.carries_out(actions.create_scenario, actor=request.user, **asked):
            return redirect("scenario", scenario_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Nouvelle simulation"),
        intro=_("Une simulation ne réserve rien : on peut en faire autant qu'on veut, puis les comparer."),
        submit=_("Commencer"),
        back=reverse("scenarios"),
        crumbs=[cells.home()],
    )


def scenario(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Show a simulation: what it is made of, what it gives, what would change it."""
    found = fetch(request, scenario_id)
    run = latest_run(found)
    leads = scenarios_led_by(request.user).filter(pk=found.pk).exists()
    return show(
        request,
        "scenarios/scenario.html",
        title=found.name,
        crumbs=[cells.home()],
        scenario=found,
        badge=cells.badge(found),
        leads=leads,
        draft=leads and found.state == ScenarioState.DRAFT,
        must_ask=leads and found.state == ScenarioState.DRAFT and must_ask(found),
        rule=_(RULES[found.rule]),
        weights=_weights(found),
        operations=found.operations.select_related("department").order_by("name"),
        goods=goods_of(found),
        funds=funds_of(found),
        run=run,
        result=_result(request, found, run, leads) if run else None,
    )


def fetch(request: HttpRequest, scenario_id: UUID) -> Scenario:
    """Give a simulation that the person sees, or 404."""
    return get_object_or_404(scenarios_visible_to(request.user), public_id=scenario_id)


def _weights(found: Scenario) -> str:
    from cartable.planning.weighing import coefficients_of, rule_of_weights

    if found.archive_id:
        return _("Les poids sont ceux du fichier des besoins.")
    return rule_of_weights(coefficients_of(found), found.own_weights.exists())


def _result(request: HttpRequest, found: Scenario, run: ScenarioRun, leads: bool) -> dict[str, Any]:
    figures = figures_for(request.user, run)
    zone = found.body.department.time_zone if found.body.department else "Europe/Paris"
    return {
        "made_at": moment(run.made_at, zone),
        "answered": run.answered,
        "asked": run.asked,
        "hash": run.input_hash[:12],
        "kinds": kinds_table(figures),
        "kind_bars": drawings.kind_bars(figures),
        "public_bars": drawings.public_bars(figures),
        "curve": drawings.coverage_curves([drawings.Named(found.name, figures)]),
        "map": drawings.department_map(drawings.Named(found.name, figures), "map")
        if len(figures["departments"]) > 1
        else "",
        "lowest": cells.per_cent(figures["lowest"]),
        "median": cells.per_cent(figures["median"]),
        "gap": cells.points(figures["quarter"]["gap"]),
        "neediest": cells.per_cent(figures["quarter"]["neediest"]),
        "rest": cells.per_cent(figures["quarter"]["rest"]),
        "spent": euros(figures["spent_cents"]),
        "left": euros(figures["left_cents"]),
        "delivered_by": cells.day(figures["delivered_by"]),
        "estimated": figures["estimated"],
        "funds": funds_table(figures),
        "goods": goods_table(figures),
        "extras": extras_table(figures) if figures["extra"] else None,
        "next": next_table(figures)
        if leads and reads_lines(request.user, found) and figures["next"]
        else None,
        "reads_lines": leads and reads_lines(request.user, found),
        "what_if": WhatIfForm(),
    }


def compute_now(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Compute a simulation from what is known now."""
    found = fetch(request, scenario_id)
    try:
        actions.compute(actor=request.user, scenario_id=found.public_id)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("La simulation est calculée. Rien n'est réservé."))
    return redirect("scenario", scenario_id=scenario_id)


def copy(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Copy a simulation under another name."""
    found = fetch(request, scenario_id)
    form = NameForm(request.POST or None, initial={"name": _("%(name)s, copie") % {"name": found.name[:70]}})
    if request.method == "POST" and form.is_valid():
        asked = {"scenario_id": scenario_id, "name": form.cleaned_data["name"]}
        if form.carries_out(actions.copy_scenario, actor=request.user, **asked):
            return redirect("scenario", scenario_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Copier : %(name)s") % {"name": found.name},
        submit=_("Copier"),
        back=reverse("scenario", args=[scenario_id]),
        crumbs=cells.crumbs(found),
    )


def drop(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Put a draft away."""
    found = fetch(request, scenario_id)
    try:
        actions.drop_scenario(actor=request.user, scenario_id=scenario_id)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("scenario", scenario_id=scenario_id)
    messages.success(request, _("La simulation « %(name)s » est abandonnée.") % {"name": found.name})
    return redirect("scenarios")


def lines(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """List what each line receives and why: for who reads small counts."""
    from cartable.planning.archives import read

    found = get_object_or_404(scenarios_led_by(request.user), public_id=scenario_id)
    run = latest_run(found)
    if run is None or not reads_lines(request.user, found):
        raise Http404
    explain = read(run).explain
    words = words_asked(request.GET).upper()
    if words:
        explain = explain.filter(explain["school"].str.to_uppercase().str.contains(words, literal=True))
    page = paged(request, _Rows(explain))
    names = dict(School.objects.filter(uai__in=[row["school"] for row in page]).values_list("uai", "name"))
    return show(
        request,
        "scenarios/lines.html",
        title=_("Ligne par ligne : %(name)s") % {"name": found.name},
        crumbs=cells.crumbs(found),
        scenario=found,
        words=words,
        table=lines_table(page, names),
    )


class _Rows:
    """The rows of a table, cut where a page asks for them."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, rows: slice) -> list[dict[str, Any]]:
        return list(self.table[rows].iter_rows(named=True))
