"""The official directory, brought as a file."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.models import User
from cartable.intake.contracts import WEB, Reject
from cartable.intake.exporting import write_rejects
from cartable.territories.imports import ImportReport, ImportStopped, import_schools
from cartable.web.geography.forms import DirectoryForm
from cartable.web.parts import crumb
from cartable.web.show import show
from cartable.web.table import Column, Table


SHOWN = 50


def bring(request: HttpRequest) -> HttpResponse:
    """Import one file of the directory, and say what became of each line."""
    form = DirectoryForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(_import, actor=request.user, path=form.path()):
            return _report(request, form.result)
    return show(
        request,
        "geography/import.html",
        title=_("Importer l'annuaire"),
        crumbs=_crumbs(),
        form=form,
        most=WEB.max_rows,
    )


def _import(*, actor: User, path: Path) -> ImportReport:
    """Import a file; what stops it is said without the name that the upload has for the time of the request."""
    try:
        return import_schools(actor=actor, paths=[path], limits=WEB)
    except ImportStopped as stopped:
        raise stopped.__cause__ or stopped from stopped


def _crumbs() -> list[dict]:
    return [crumb(_("Établissements"), reverse("schools"))]


def _report(request: HttpRequest, report: ImportReport) -> HttpResponse:
    return show(
        request,
        "geography/report.html",
        title=_("Annuaire importé") if report.lines > report.rejected else _("Aucune ligne n'a été reprise"),
        crumbs=_crumbs(),
        report=report,
        rejects=_faults_table(_("Lignes qui n'ont pas été reprises"), report.rejects),
        cells=_faults_table(_("Cellules illisibles, laissées de côté"), report.ill_read),
        file=_as_link(report.rejects) if report.rejects else "",
    )


def _faults_table(caption: str, faults: list[Reject]) -> Table | None:
    if not faults:
        return None
    return Table(
        caption=caption,
        columns=[
            Column(_("Ligne"), lambda fault: fault.line, numeric=True),
            Column(_("Champ"), lambda fault: fault.column or "—"),
            Column(_("Valeur"), lambda fault: fault.value or "—"),
            Column(_("Motif"), lambda fault: fault.reason, heads=True),
        ],
        rows=faults[:SHOWN],
    )


def _as_link(rejects: list[Reject]) -> str:
    """Put the rejects in the page itself: nothing of them is kept on the server."""
    file = BytesIO()
    write_rejects(file, rejects)
    return "data:text/csv;charset=utf-8;base64," + b64encode(file.getvalue()).decode("ascii")
