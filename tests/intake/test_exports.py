"""Can a list that goes out run a formula in the spreadsheet that opens it?"""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartable.intake.contracts import Column, Contract, Reject
from cartable.intake.exporting import neutral, write_csv, write_ods, write_rejects, write_xlsx
from cartable.intake.reading import read_table


PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://x";"y")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "   @A1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u00a0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "|cmd",
    "%0A=1",
    "=cmd|' /C calc'!A0",
]
HARMLESS = ["", "DURAND", "Zoé = Lou", "a-b", "'déjà", 12, -3, 1.5, None, True]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_formulas_are_neutralised(payload: str) -> None:
    assert neutral(payload) == "'" + payload


@pytest.mark.parametrize("value", HARMLESS)
def test_other_values_pass(value: object) -> None:
    assert neutral(value) is value


@given(st.text(alphabet="=+-@\t\r\n ＝＋\ufeff\u200b\u00a0ab1", max_size=6))
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert (
        not str(neutral(text))
        .lstrip("\ufeff\u200b\u00a0 ")
        .startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋"))
    )


def test_csv(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ["=titre", "b"], [[payload, 1] for payload in PAYLOADS])
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf'=titre;b\r\n")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["'" + payload for payload in PAYLOADS]


def test_xlsx_reopens_as_text(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", ["titre"], [[payload] for payload in PAYLOADS], title="Élèves")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Élèves"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert all(cell.value.startswith("'") for [cell] in sheet.iter_rows(min_row=2))


def test_ods_holds_no_formula(tmp_path: Path) -> None:
    from odf import teletype
    from odf.opendocument import load
    from odf.table import TableCell

    write_ods(tmp_path / "a.ods", ["titre"], [[payload] for payload in PAYLOADS])
    cells = load(tmp_path / "a.ods").getElementsByType(TableCell)
    assert len(cells) == len(PAYLOADS) + 1
    assert not any(cell.getAttribute("formula") for cell in cells)
    assert all(teletype.extractText(cell).startswith("'") for cell in cells[1:])


@pytest.mark.parametrize("write", [write_csv, write_xlsx, write_ods])
def test_what_is_written_is_read_again(write, tmp_path: Path) -> None:
    contract = Contract("le modèle", (Column("name", ("Nom",), required=True), Column("n", ("Nombre",))))
    file = io.BytesIO()
    write(file, ["Nom", "Nombre"], [["Zoé", 12], ["LEBŒUF", None]])
    path = tmp_path / "a"
    path.write_bytes(file.getvalue())
    assert [list(row.cells.values()) for row in read_table(path, contract).rows] == [
        ["Zoé", "12"],
        ["LEBŒUF", ""],
    ]


def test_characters_that_xml_cannot_hold_are_left_out(tmp_path: Path) -> None:
    contract = Contract("le modèle", (Column("name", ("Nom",), required=True),))
    for number, write in enumerate((write_xlsx, write_ods)):
        write(tmp_path / str(number), ["Nom"], [["a\x00\x0b\ud800\r\nb\uffff"]])
        assert read_table(tmp_path / str(number), contract).rows[0].cells == {"name": "a b"}


def test_rejects(tmp_path: Path) -> None:
    write_rejects(tmp_path / "a.csv", [Reject(12, "uai", "=1", "UAI 0930001X : la lettre attendue est W")])
    assert (tmp_path / "a.csv").read_text("utf-8-sig").splitlines() == [
        "ligne;champ;valeur;motif",
        "12;uai;'=1;UAI 0930001X : la lettre attendue est W",
    ]
