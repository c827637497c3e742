"""Files of a simulation: the three that one brings, the plan and the archive that one takes away."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.documents.actions import open_document
from cartable.planning import actions, tagging
from cartable.planning.models import Scenario, ScenarioRun
from cartable.planning.queries import deciding_bodies, latest_run, reads_lines, scenarios_led_by
from cartable.web.answers import csv, xlsx
from cartable.web.scenarios import cells
from cartable.web.scenarios.forms import FilesForm
from cartable.web.show import show_form


def bring(request: HttpRequest) -> HttpResponse:
    """Make a simulation of three files."""
    bodies = list(deciding_bodies(request.user))
    if not bodies:
        raise Http404
    form = FilesForm(request.POST or None, request.FILES or None, bodies=bodies)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(_read, actor=request.user, data=form.cleaned_data):
            return redirect("scenario", scenario_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Simuler à partir de fichiers"),
        intro=_(
            "Les trois fichiers de « cartable allocate ». Une telle simulation se compare ; elle ne se retient pas."
        ),
        submit=_("Lire et calculer"),
        back=reverse("scenarios"),
        crumbs=[cells.home()],
    )


def _read(*, actor: Any, data: dict[str, Any]) -> Scenario:
    return actions.scenario_from_files(
        actor=actor,
        body_id=data["body"],
        name=data["name"],
        rule=data["rule"],
        deadline=data["deadline"],
        **{name: data[name].read() for name in ("needs", "sources", "funds")},
    )


def _run(request: HttpRequest, scenario_id: UUID) -> ScenarioRun:
    """Give the last run of a simulation whose lines the person reads."""
    found = get_object_or_404(scenarios_led_by(request.user), public_id=scenario_id)
    run = latest_run(found)
    if run is None or not reads_lines(request.user, found):
        raise Http404
    return run


def _plan(run: ScenarioRun) -> tuple[list[str], Iterable[tuple]]:
    from cartable.planning.archives import read
    from cartable.planning.tables import whole

    files = read(run)
    goods, funds = (files.rule.get("labels", {}).get(name, {}) for name in ("goods", "funds"))
    header = [_("établissement"), _("public"), _("article"), _("origine"), _("fonds"), _("quantité")]
    rows = (
        (
            school,
            tagging.in_words(tags),
            cells.item(item),
            goods.get(good, good),
            funds.get(whole(fund), fund),
            units,
        )
        for school, tags, item, good, fund, units in files.plan.iter_rows()
    )
    return header, rows


def plan_csv(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Give who gets what, as CSV."""
    return csv(*_plan(_run(request, scenario_id)), "simulation")


def plan_xlsx(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Give who gets what, as a workbook."""
    return xlsx(*_plan(_run(request, scenario_id)), "simulation")


def archive(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Give all that the run was made from and gave: anybody can run it again with `cartable allocate`."""
    content = open_document(_run(request, scenario_id).archive)
    headers = {"Content-Disposition": 'attachment; filename="simulation.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)
