"""What does a list give, in whatever encoding, separator and shape schools send it?"""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from cartable.foundation.refused import Refused
from cartable.intake.contracts import WEB, Column, Contract, Group, Table
from cartable.intake.reading import read_table
from tests.intake.files import HEADER, LINE, PUPILS, csv_bytes, put, zip_bytes


FIRST = {"last_name": "DURAND", "first_name": "Zoé", "birth_date": "17/08/2012", "class_label": "CE1"}


@pytest.fixture
def read(tmp_path: Path):
    def reader(data: bytes | str, contract: Contract = PUPILS, **limits: int) -> Table:
        raw = data.encode() if isinstance(data, str) else data
        return read_table(put(tmp_path / "liste.csv", raw), contract, limits=replace(WEB, **limits))

    return reader


def cells(table: Table) -> list[dict[str, str]]:
    return [row.cells for row in table.rows]


ENCODINGS = {
    "utf-8": csv_bytes(),
    "utf-8 with mark": csv_bytes(encoding="utf-8-sig"),
    "utf-16 with mark": csv_bytes(encoding="utf-16"),
    "utf-16 without mark": csv_bytes(encoding="utf-16-le"),
    "utf-16 big end": csv_bytes(encoding="utf-16-be"),
    "windows-1252": csv_bytes(encoding="cp1252"),
    "iso-8859-15": csv_bytes(encoding="iso-8859-15"),
    "decomposed": csv_bytes("DURAND;Zoe\u0301;17/08/2012;CE1"),
    "gzip": gzip.compress(csv_bytes()),
    "zip": zip_bytes({"élèves.csv": csv_bytes()}),
    "line feed": csv_bytes(end="\n"),
    "carriage return": csv_bytes(end="\r"),
    "comma": csv_bytes().replace(b";", b","),
    "tab": csv_bytes().replace(b";", b"\t"),
    "bar": csv_bytes().replace(b";", b"|"),
    "sep line": b"sep=;\r\n" + csv_bytes(),
    "quoted": csv_bytes('"DURAND";"Zoé";"17/08/2012";"CE1"'),
    "accents broken before": csv_bytes().decode().encode().decode("cp1252").encode(),
}


@pytest.mark.parametrize("data", ENCODINGS.values(), ids=ENCODINGS)
def test_the_same_list_is_read_the_same(read, data: bytes) -> None:
    table = read(data)
    assert cells(table) == [FIRST] and table.rejects == []
    assert table.columns_found == tuple(FIRST)


def test_each_one_byte_encoding_keeps_its_own_signs(read) -> None:
    assert cells(read(csv_bytes("LEBŒUF;Zoé;;CE1", encoding="iso-8859-15")))[0]["last_name"] == "LEBŒUF"
    assert cells(read(csv_bytes("LEBŒUF;L’Aîné;;CE1", encoding="cp1252")))[0]["last_name"] == "LEBŒUF"


def test_mixed_encodings_are_read_line_by_line_and_said(read) -> None:
    data = csv_bytes() + "NOËL;Loïc;;CP\r\n".encode("cp1252") + "ÉTÉ;Chloé;;CP\r\n".encode()
    table = read(data)
    assert [row["last_name"] for row in cells(table)] == ["DURAND", "NOËL", "ÉTÉ"]
    assert len(table.notes) == 1 and "(3)" in table.notes[0]


def test_broken_accents_are_mended_and_said(read) -> None:
    assert read(ENCODINGS["accents broken before"]).notes


def test_invisible_and_turning_characters_are_taken_away(read) -> None:
    table = read(
        csv_bytes("\u202eDUR\u200bAND\u202c\ufeff;\u00a0Zoé  \u2066Lou\u00ad\x07;17/08/2012;\u2060CE1")
    )
    assert cells(table) == [{**FIRST, "first_name": "Zoé Lou"}]


def test_what_looks_like_a_formula_is_text(read) -> None:
    table = read(csv_bytes("=1+1;+33 6;-2;@SUM(A1)", '"=HYPERLINK(""http://x"";""y"")";1e308;NaN;-1'))
    assert list(table.rows[0].cells.values()) == ["=1+1", "+33 6", "-2", "@SUM(A1)"]
    assert table.rows[1].cells["last_name"] == '=HYPERLINK("http://x";"y")'
    assert table.rows[1].cells["first_name"] == "1e308"


def test_lines_around_the_list_are_left_out_and_said(read) -> None:
    table = read(
        csv_bytes(
            LINE,
            "",
            ";;;",
            HEADER,
            "Total;;;",
            "TOTAL;Hugo;01/01/2012;CP",
            "Total : 2 élèves",
            "Fin de l’export;12",
        )
    )
    assert [(row.line, row.cells["last_name"]) for row in table.rows] == [(2, "DURAND"), (7, "TOTAL")]
    assert table.rejects == [] and table.lines == 2
    assert [("5" in note) for note in table.notes] == [True, False] and "3 ligne(s) (6, 8, 9)" in table.notes[
        1
    ]


def test_titles_before_the_header_are_passed_over(read) -> None:
    table = read("École Jean Moulin;;\r\nListe du 12/03/2020\r\n\r\n" + csv_bytes().decode())
    assert cells(table) == [FIRST] and table.rows[0].line == 5


def test_headers_are_compared_without_accents_case_spaces_or_order(read) -> None:
    assert cells(
        read(" PRENOM_ELEVE ;ignoré;  nom  Élève;DATE  NAISSANCE\r\nZoé;x;DURAND;17/08/2012\r\n")
    ) == [{**FIRST, "class_label": ""}]


def test_the_best_alias_wins(read) -> None:
    contract = Contract("la liste", (Column("name", ("Libellé classe", "Classe"), required=True),))
    assert cells(read("Classe;Libellé classe\r\n999;CE1\r\n", contract)) == [{"name": "CE1"}]


def test_ragged_lines(read) -> None:
    table = read(
        csv_bytes("DURAND;Zoé", "DURAND", "DURAND;Zoé;17/08/2012;CE1;;;", "DURAND;Zoé;17/08/2012;CE1;de trop")
    )
    assert [(row.line, row.cells["class_label"]) for row in table.rows] == [(2, ""), (4, "CE1")]
    assert [(reject.line, reject.reason.split(" :")[0]) for reject in table.rejects] == [
        (3, "ligne incomplète"),
        (5, "trop de cellules"),
    ]
    strict = replace(PUPILS, pad_short=False)
    assert [reject.line for reject in read(csv_bytes("DURAND;Zoé", LINE), strict).rejects] == [2]


def test_a_cell_on_several_lines_keeps_the_line_numbers(read) -> None:
    table = read(csv_bytes('"DURAND\r\nMARTIN";Zoé;17/08/2012;CE1', LINE))
    assert [(row.line, row.cells["last_name"]) for row in table.rows] == [(2, "DURAND MARTIN"), (4, "DURAND")]


@pytest.mark.parametrize("lines", [3, 60])
def test_a_quote_never_closed_costs_one_line(read, lines: int) -> None:
    table = read(csv_bytes('"DURAND;Zoé;17/08/2012;CE1', *[LINE] * lines))
    assert [reject.line for reject in table.rejects] == [2] and "guillemet" in table.rejects[0].reason
    assert [row.line for row in table.rows] == list(range(3, 3 + lines))


def test_two_stray_quotes_lose_no_line(read) -> None:
    table = read(csv_bytes(LINE, '"DURAND;Zoé;17/08/2012;CE1', LINE, '"MARTIN;Zoé;17/08/2012;CE1', LINE))
    assert [row.line for row in table.rows] == [2, 4, 6] and [reject.line for reject in table.rejects] == [
        3,
        5,
    ]


def test_a_stray_quote_inside_a_cell_is_a_character(read) -> None:
    assert (
        cells(read(csv_bytes('DURAND;Zoé;17/08/2012;salle 12" B', LINE)))[0]["class_label"] == 'salle 12" B'
    )


def test_a_cell_too_long_is_rejected_without_being_repeated(read) -> None:
    [reject] = read(csv_bytes("D" * 5_000 + ";Zoé;;")).rejects
    assert (reject.line, reject.field, reject.value) == (2, "last_name", "")


def test_the_contract_may_lower_the_row_limit(read) -> None:
    with pytest.raises(Refused, match="3 lignes"):
        read(csv_bytes(*[LINE] * 4), replace(PUPILS, max_rows=3))
    assert len(read(csv_bytes(*[LINE] * 3), replace(PUPILS, max_rows=3)).rows) == 3


CHILDREN = Contract(
    "la liste des responsables",
    (Column("name", ("Nom",), required=True),),
    group=Group(
        "children", (Column("last", ("Nom enfant",)), Column("first", ("Prénom enfant",))), max_repeats=4
    ),
)


@pytest.mark.parametrize("repeats", [1, 2, 3])
def test_groups_repeat_to_the_right_even_past_the_header(read, repeats: int) -> None:
    header = "Nom;" + ";".join(["Nom enfant;Prénom enfant"] * repeats)
    table = read(f"{header}\nDURAND;D1;Zoé\nMARTIN;M1;Lou;;;M2;Noé;M3;Ava\nX;1;2;3;4;5;6;7;8;9\n", CHILDREN)
    assert table.rows[0].groups == ({"last": "D1", "first": "Zoé"},)
    assert [group["first"] for group in table.rows[1].groups] == ["Lou", "Noé", "Ava"]
    assert [reject.line for reject in table.rejects] == [4]


def test_the_hash_is_that_of_the_file(read) -> None:
    import hashlib

    assert read(csv_bytes()).sha256 == hashlib.sha256(csv_bytes()).hexdigest()
