"""Lists of pupils and guardians, brought by the school."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cartable.intake.contracts import WEB
from cartable.intake.exporting import write_rejects
from cartable.pupils.imports import ImportReport, import_pupils, pupil_template
from cartable.web.pupils.forms import ListsForm
from cartable.web.pupils.reach import fetch_school, school_crumbs
from cartable.web.show import show
from cartable.web.table import Column, Table


SHOWN = 50
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


def bring(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Import one list or two, and say what became of each line."""
    school = fetch_school(request, school_id)
    form = ListsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = [form.cleaned_data[name] for name in ("first", "second") if form.cleaned_data[name]]
        paths = [Path(file.temporary_file_path()) for file in files]
        if form.carries_out(
            import_pupils, actor=request.user, school_id=school.public_id, paths=paths, limits=WEB
        ):
            return _report(request, form.result, school)
    return show(
        request,
        "pupils/import.html",
        title=_("Importer une liste"),
        crumbs=school_crumbs(school),
        form=form,
        school=school,
        formats=list(TYPES),
    )


def _report(request: HttpRequest, report: ImportReport, school: object) -> HttpResponse:
    return show(
        request,
        "pupils/report.html",
        title=_("Liste importée") if report.lines > report.rejected else _("Aucune ligne n'a été reprise"),
        crumbs=school_crumbs(school),
        school=school,
        report=report,
        table=_rejects_table(report),
        rejects=_as_link(report) if report.rejects else "",
        shown=min(SHOWN, len(report.rejects)),
    )


def _rejects_table(report: ImportReport) -> Table:
    return Table(
        caption=_("Lignes qui n'ont pas été reprises"),
        columns=[
            Column(_("Ligne"), lambda reject: reject.line, numeric=True),
            Column(_("Champ"), lambda reject: reject.column or "—"),
            Column(_("Valeur"), lambda reject: reject.value or "—"),
            Column(_("Motif"), lambda reject: reject.reason, heads=True),
        ],
        rows=report.rejects[:SHOWN],
        empty=_("Toutes les lignes ont été reprises."),
    )


def _as_link(report: ImportReport) -> str:
    """Put the rejects in the page itself: they may hold names, so nothing of them is kept on the server."""
    file = BytesIO()
    write_rejects(file, report.rejects)
    return "data:text/csv;charset=utf-8;base64," + b64encode(file.getvalue()).decode("ascii")


def template(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Give the empty list to fill in, in the format asked for."""
    fetch_school(request, school_id)
    format = request.GET.get("format", "")
    format = format if format in TYPES else "csv"
    return HttpResponse(
        pupil_template(format),
        content_type=TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="modele-eleves.{format}"'},
    )
