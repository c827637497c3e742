"""Lists that go out: CSV, XLSX, ODS. No cell may become a formula in the spreadsheet that opens it."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from cartable.intake.contracts import Reject


FORMULA_SIGNS = frozenset("=+-@|%")
INVISIBLE = {"Cf", "Zs", "Zl", "Zp"}
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REJECT_HEADER = ("ligne", "champ", "valeur", "motif")
Rows = Iterable[Sequence[Any]]
Target = str | Path | BinaryIO


def neutral(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run as a formula; other values pass as they are.

    Full-width signs (＝ ＋ － ＠), control characters, and signs behind spaces or invisible ones count too.
    """
    if not isinstance(value, str) or not value:
        return value
    folded = unicodedata.normalize("NFKC", value)
    seen = next((c for c in folded if unicodedata.category(c) not in INVISIBLE), "")
    return f"'{value}" if seen in FORMULA_SIGNS or unicodedata.category(seen or "a") == "Cc" else value


def write_csv(target: Target, header: Sequence[str], rows: Rows) -> None:
    """Write a CSV that French spreadsheets open at once: UTF-8 with its mark, `;`."""
    with _opened(target) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow([neutral(title) for title in header])
        writer.writerows([neutral(value) for value in row] for row in rows)
        text.flush()
        text.detach()


def write_rejects(target: Target, rejects: Iterable[Reject]) -> None:
    """Write the lines that were not taken: `ligne;champ;valeur;motif`."""
    write_csv(target, REJECT_HEADER, ((r.line, r.column, r.value, r.reason) for r in rejects))


def write_xlsx(target: Target, header: Sequence[str], rows: Rows, *, title: str = "Feuille") -> None:
    """Write a workbook of one sheet; texts stay texts."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in (header, *rows):
        sheet.append([_sheet_cell(sheet, value) for value in row])
    with _opened(target) as file:
        book.save(file)


def _sheet_cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, _in_xml(neutral(value)))
    cell.data_type, cell.number_format = "s", "@"
    return cell


def write_ods(target: Target, header: Sequence[str], rows: Rows, *, title: str = "Feuille") -> None:
    """Write an OpenDocument sheet; texts stay texts."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableRow

    book = OpenDocumentSpreadsheet()
    table = Table(name=title)
    for row in (header, *rows):
        line = TableRow()
        for value in row:
            line.addElement(_ods_cell(value))
        table.addElement(line)
    book.spreadsheet.addElement(table)
    with _opened(target) as file:
        book.save(file)


def _ods_cell(value: Any) -> Any:
    from odf.table import TableCell
    from odf.text import P

    if value is None or value == "":
        return TableCell()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return TableCell(valuetype="float", value=str(value))
    cell = TableCell(valuetype="string")
    for line in _in_xml(str(neutral(value))).split("\n"):
        cell.addElement(P(text=line))
    return cell


def _in_xml(text: str) -> str:
    """Drop the characters that XML 1.0 cannot hold."""
    return NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _opened(target: Target) -> AbstractContextManager[BinaryIO]:
    return open(target, "wb") if isinstance(target, str | Path) else nullcontext(target)
