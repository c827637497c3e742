"""Commitments brought as a file, and lists of them that go out."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.foundation import clock
from cartable.funding.exports import write_commitments
from cartable.funding.imports import CommitmentReport, import_commitments
from cartable.funding.queries import parts_of, stages_of
from cartable.funding.rules import show as euros
from cartable.intake.contracts import WEB, Reject
from cartable.intake.exporting import write_rejects
from cartable.web.answers import XLSX_TYPE
from cartable.web.forms import Form, UploadField
from cartable.web.funding.reach import fetch_envelope, money_crumbs, posted
from cartable.web.proof import ask_within, confirmed
from cartable.web.show import show
from cartable.web.table import Column, Table


SHOWN = 50
COLUMNS = gettext_lazy(
    "référence, ligne (son code), exercice, territoire (59, R32), SIRET ou RNA du porteur, objet, montant HT, date ; "
    "et si besoin : nature, taux de TVA, public servi, à justifier avant"
)


class CommitmentsForm(Form):
    """A file of commitments; it is read by a limited child process."""

    file = UploadField(
        label=gettext_lazy("Fichier"),
        suffixes=(".csv", ".gz", ".xlsx", ".ods"),
        max_bytes=settings.UPLOAD_MAX_BYTES,
    )

    def path(self) -> Path:
        """Give where the upload stands for the time of the request."""
        return Path(self.cleaned_data["file"].temporary_file_path())


def bring(request: HttpRequest) -> HttpResponse:
    """Commit the lines of a file, and say what became of each; a file is an amount without a bound: it takes proof."""
    form = CommitmentsForm(posted(request), request.FILES or None)
    report = None
    if request.method != "POST":
        ask_within(request, form)
    elif form.is_valid() and confirmed(request, form):
        if form.carries_out(import_commitments, actor=request.user, path=form.path(), limits=WEB):
            report, form = form.result, CommitmentsForm()
    return show(
        request,
        "funding/import.html",
        title=_("Importer des engagements"),
        crumbs=money_crumbs(),
        form=form,
        most=WEB.max_rows,
        columns=COLUMNS,
        year=clock.today().year,
        report=report,
        facts=_facts(report) if report else [],
        rejects=_rejects_table(report.rejects) if report and report.rejects else None,
        file=_as_link(report.rejects) if report and report.rejects else "",
    )


def _facts(report: CommitmentReport) -> list[tuple[Any, Any]]:
    return [
        (_("Lignes lues"), report.lines),
        (_("Engagées ou réservées"), report.created),
        (_("dont en attente d'une seconde personne"), report.proposed),
        (_("Déjà connues"), report.unchanged),
        (_("Rejetées"), report.rejected),
        (_("Montant"), euros(report.cents)),
    ]


def _rejects_table(rejects: list[Reject]) -> Table:
    return Table(
        caption=_("Lignes qui n'ont pas été reprises"),
        columns=[
            Column(_("Ligne"), lambda one: one.line, numeric=True),
            Column(_("Champ"), lambda one: one.column or "—"),
            Column(_("Valeur"), lambda one: one.value or "—"),
            Column(_("Motif"), lambda one: one.reason, heads=True),
        ],
        rows=rejects[:SHOWN],
    )


def _as_link(rejects: list[Reject]) -> str:
    """Put the rejects in the page itself: nothing of them is kept on the server."""
    file = BytesIO()
    write_rejects(file, rejects)
    return "data:text/csv;charset=utf-8;base64," + b64encode(file.getvalue()).decode("ascii")


def commitments_csv(request: HttpRequest, envelope_id: UUID) -> HttpResponse:
    """Give the commitments of an envelope as CSV."""
    return _list(request, envelope_id, "csv", "text/csv; charset=utf-8")


def commitments_xlsx(request: HttpRequest, envelope_id: UUID) -> HttpResponse:
    """Give the commitments of an envelope as a workbook."""
    return _list(request, envelope_id, "xlsx", XLSX_TYPE)


def _list(request: HttpRequest, envelope_id: UUID, sort: str, content_type: str) -> HttpResponse:
    parts = list(parts_of(fetch_envelope(request, envelope_id)))
    content = BytesIO()
    write_commitments(content, parts, stages_of(parts), sort=sort)
    headers = {"Content-Disposition": f'attachment; filename="engagements.{sort}"'}
    return HttpResponse(content.getvalue(), content_type=content_type, headers=headers)
