"""What do XLSX and ODS sheets give: dates, numbers, formulas, several sheets?"""

import datetime
from pathlib import Path

import openpyxl
import pytest

from cartable.intake.contracts import Column, Contract, Table
from cartable.intake.reading import kind_of, read_table
from tests.intake import files
from tests.intake.files import PUPILS, ods_bytes, ods_cell, ods_row, put, xlsx_bytes


STOCK = Contract(
    "le stock",
    (Column("serial", ("Série",), required=True), Column("on", ("Date",)), Column("n", ("Nombre",))),
)
TITLES = (
    '<row r="1">'
    + "".join(files.cell(f"{c}1", t) for c, t in zip("ABC", ("Série", "Date", "Nombre"), strict=True))
    + "</row>"
)
ODS_TITLES = ods_row(ods_cell("Série"), ods_cell("Date"), ods_cell("Nombre"))


@pytest.fixture
def read(tmp_path: Path):
    return lambda data, contract=STOCK: read_table(put(tmp_path / "liste", data), contract)


def values(table: Table) -> list[list[str]]:
    return [list(row.cells.values()) for row in table.rows]


@pytest.mark.parametrize("data", [xlsx_bytes(), ods_bytes()], ids=["xlsx", "ods"])
def test_a_sheet_gives_what_a_csv_gives(read, data: bytes) -> None:
    table = read(data, PUPILS)
    assert values(table) == [["DURAND", "Zoé", "17/08/2012", "CE1"]] and table.rows[0].line == 2


def test_real_dates_numbers_and_truths(read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Mode d’emploi"
    book.active.append(["Remplissez la feuille suivante"])
    book.create_sheet("cachée").append(["Série"])
    book["cachée"].append(["CACHÉ"])
    book["cachée"].sheet_state = "hidden"
    sheet = book.create_sheet("Liste")
    for row in (
        [],
        [None, "Série", "Date", "Nombre"],
        [None, 1000, datetime.date(2020, 4, 24), 12.5],
        [None, "A1", datetime.datetime(2020, 4, 24, 9, 30), True],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    table = read((tmp_path / "a.xlsx").read_bytes())
    assert values(table) == [["1000", "2020-04-24", "12.5"], ["A1", "2020-04-24 09:30", "oui"]]
    assert [row.line for row in table.rows] == [3, 4] and table.notes == ["Feuille lue : « Liste »."]


def test_a_number_rounded_by_the_sheet_is_rejected(read) -> None:
    [reject] = read(xlsx_bytes(TITLES + '<row r="2"><c r="A2"><v>8933012345678901234</v></c></row>')).rejects
    assert (reject.line, reject.field) == (2, "serial") and "arrondi" in reject.reason


def test_formulas_give_their_value_or_a_reject(read) -> None:
    rows = "".join(
        (
            '<row r="2"><c r="A2" t="str"><f>"A"&amp;1</f><v>A1</v></c></row>',
            '<row r="3"><c r="A3"><f>1+1</f></c></row>',
            '<row r="4"><c r="A4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>',
            f'<row r="5">{files.cell("A5", "A5")}<c r="Z5" t="e"><v>#N/A</v></c></row>',
        )
    )
    table = read(xlsx_bytes(TITLES + rows))
    assert [(row.line, row.cells["serial"]) for row in table.rows] == [(2, "A1"), (5, "A5")]
    assert [(reject.line, reject.field) for reject in table.rejects] == [(3, "serial"), (4, "serial")]


def test_formulas_of_ods(read) -> None:
    formula = '<table:table-cell table:formula="of:=1+1"%s/>'
    rows = (
        ods_row(formula % ' office:value-type="float" office:value="2"')
        + ods_row(*[ods_cell("x")] * 3, times=2)
        + ods_row(formula % "")
        + ods_row(formula % ' office:value-type="string" office:string-value="" calcext:value-type="error"')
    )
    data = files.ODS_CONTENT.replace(
        "<office:document-content", '<office:document-content xmlns:calcext="urn:x"'
    )
    table = read(ods_bytes(**{"content.xml": data % (ODS_TITLES + rows)}))
    assert [(row.line, row.cells["serial"]) for row in table.rows] == [(2, "2"), (3, "x"), (4, "x")]
    assert [(reject.line, "erreur" in reject.reason) for reject in table.rejects] == [(5, False), (6, True)]


def test_a_sheet_formatted_to_its_end_gives_its_few_rows(read) -> None:
    empty = "".join(f'<row r="{i}"><c r="A{i}" s="1"/></row>' for i in range(3, 1_048_577))
    assert len(read(xlsx_bytes(files.TITLES + files.PUPIL + empty), PUPILS).rows) == 1
    assert (
        len(
            read(
                ods_bytes(
                    files.ODS_TITLES + files.ODS_PUPIL + ods_row("<table:table-cell/>", times=1_048_574)
                ),
                PUPILS,
            ).rows
        )
        == 1
    )


def test_a_workbook_is_a_table(tmp_path: Path) -> None:
    assert kind_of(put(tmp_path / "a", xlsx_bytes())) == "table"
