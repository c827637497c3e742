"""Files as answers: a PDF to look at, a CSV or a workbook to keep."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django.http import HttpResponse

from cartable.intake.exporting import write_csv, write_xlsx


XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def pdf(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF that the browser shows; `name` names nobody."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


def csv(header: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """Answer a CSV file to download, formulas neutralised."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
    write_csv(response, header, rows)
    return response


def xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """Answer a workbook to download, formulas neutralised."""
    response = HttpResponse(
        content_type=XLSX_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
    )
    content = BytesIO()
    write_xlsx(content, header, rows)
    response.write(content.getvalue())
    return response
