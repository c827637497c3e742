"""Is every hostile file refused with one sentence, quickly, with nothing read of it?"""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cartable.foundation.refused import Refused
from cartable.intake import reading
from cartable.intake.contracts import COMMAND, MEGABYTE, WEB
from cartable.intake.reading import read_siecle_pupils, read_table
from cartable.intake.sentences import SENTENCES
from tests.intake import files
from tests.intake.files import PUPILS, csv_bytes, ods_bytes, put, siecle_bytes, xlsx_bytes, zip_bytes


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
OUTSIDE = '<!DOCTYPE a SYSTEM "file:///etc/passwd">'
BILLIONS = 4_000_000_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def million_rows(text: str) -> str:
    return files.TITLES + "".join(
        f'<row r="{i}"><c r="A{i}" s="1"/>{text}</row>' for i in range(2, 1_048_577)
    )


TABLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zip bomb, one line": ("long_line", lambda: zip_bytes({"a.csv": csv_bytes() + b" " * 60_000_000})),
    "zip bomb, in a workbook": ("bomb", lambda: xlsx_bytes(xl__big="x" * 60_000_000)),
    "gzip bomb with a lying size": ("long_line", lambda: files.gzip_bomb(60_000_000)),
    "too many entries": ("bomb", lambda: zip_bytes({f"{i}.csv": b"" for i in range(1_000)})),
    "zip in a zip": ("nested", lambda: zip_bytes({"a.csv": zip_bytes({"b.csv": csv_bytes()})})),
    "gzip in a zip": ("nested", lambda: zip_bytes({"a.csv": b"\x1f\x8b\x08" + b"\0" * 20})),
    "zip in a workbook": ("nested", lambda: xlsx_bytes(**{"xl/a.bin": zip_bytes({"b": b"c"})})),
    "two lists in a zip": ("several_files", lambda: zip_bytes({"a.csv": csv_bytes(), "b.csv": csv_bytes()})),
    "climbing name": ("bad_names", lambda: zip_bytes({"../../a.csv": csv_bytes()})),
    "absolute name": ("bad_names", lambda: zip_bytes({"/etc/a.csv": csv_bytes()})),
    "drive name": ("bad_names", lambda: zip_bytes({"C:\\a.csv": csv_bytes()})),
    "entity bomb in a sheet": ("dtd", lambda: xlsx_bytes(doctype=ENTITIES)),
    "outside entity in a sheet": ("dtd", lambda: xlsx_bytes(doctype=OUTSIDE)),
    "macros": ("macros", lambda: xlsx_bytes(**{"xl/vbaProject.bin": b"Attribut"})),
    "macros by type": (
        "macros",
        lambda: xlsx_bytes(
            **{"[Content_Types].xml": files.CONTENT_TYPES.replace("sheet.main", "sheet.macroEnabled.main")}
        ),
    ),
    "macros in ods": ("macros", lambda: ods_bytes(**{"Basic/Standard/Module1.xml": "<a/>"})),
    "polyglot: pdf then zip": ("wrong_type", lambda: b"%PDF-1.4\n" + xlsx_bytes()),
    "polyglot: zip then workbook": ("damaged", lambda: zip_bytes({"a.csv": csv_bytes()}) + xlsx_bytes()),
    "picture named csv": ("wrong_type", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50),
    "web page": ("wrong_type", lambda: b"<!DOCTYPE html><html><table><tr><td>Nom</td></tr></table></html>"),
    "xml for a list": ("wrong_type", siecle_bytes),
    "old workbook": ("wrong_type", lambda: OLE + b"Workbook"),
    "workbook with a password": ("encrypted", lambda: OLE + "EncryptedPackage".encode("utf-16-le")),
    "ods with a password": ("encrypted", lambda: ods_bytes(entry="<m:encryption-data/>")),
    "zero byte": ("nul", lambda: csv_bytes("DURAND\0;Zoé;17/08/2012;CE1")),
    "broken utf-16": ("damaged", lambda: b"\xff\xfe" + csv_bytes(encoding="utf-16-le") + b"\x00\xd8\x41"),
    "endless line": ("long_line", lambda: csv_bytes("x" * 2_000_000)),
    "empty": ("empty", lambda: b""),
    "blank": ("empty", lambda: b"\r\n \r\n\r\n"),
    "header alone": ("no_rows", files.HEADER.encode),
    "no header": ("no_header", lambda: b"DURAND;Zo\xc3\xa9\r\nMARTIN;Hugo\r\n"),
    "a column missing": ("missing_columns", lambda: b"Nom;Classe\r\nDURAND;CE1\r\n"),
    "cut workbook": ("damaged", lambda: xlsx_bytes()[:-300]),
    "cut gzip": ("damaged", lambda: files.gzip_bomb(100)[:-30]),
    "too many rows": ("too_many_rows", lambda: csv_bytes(*[files.LINE] * 10_001)),
    "too many columns": (
        "too_many_columns",
        (files.HEADER + ";x" * 500 + "\n" + files.LINE).encode,
    ),
    "a million rows, xlsx": ("too_many_rows", lambda: xlsx_bytes(million_rows("<c><v>1</v></c>"))),
    "a cell at the end of the world": (
        "too_costly",
        lambda: xlsx_bytes(files.TITLES + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    ),
    "billions of repeated cells, ods": (
        "damaged",
        lambda: ods_bytes(
            files.ODS_TITLES + files.ods_row(files.ods_cell("x", times=BILLIONS), times=BILLIONS)
        ),
    ),
}
EXPORTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "entity bomb": ("dtd", lambda: siecle_bytes(ENTITIES)),
    "outside entity": (
        "dtd",
        lambda: siecle_bytes('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
    ),
    "outside definition": ("dtd", lambda: siecle_bytes(OUTSIDE)),
    "a deep tree": ("xml_depth", lambda: siecle_bytes(pupils="<A>" * 100_000)),
    "broken": ("xml_broken", lambda: siecle_bytes()[:-40]),
    "zip bomb": ("bomb", lambda: zip_bytes({"a.xml": siecle_bytes(pupils=" " * 60_000_000)})),
    "zip in a zip": ("nested", lambda: zip_bytes({"a.xml": zip_bytes({"a.xml": siecle_bytes()})})),
    "a list": ("not_xml", csv_bytes),
    "the other export": ("wrong_xml", lambda: b"<BEE_RESPONSABLES/>"),
    "any xml": ("wrong_xml", lambda: b"<rss/>"),
    "no pupil": ("no_rows", lambda: siecle_bytes(pupils="")),
}


@pytest.mark.parametrize(("code", "make"), TABLES.values(), ids=TABLES)
def test_hostile_list_is_refused(code: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    assert refusal_of(lambda: read_table(put(tmp_path / "liste.csv", make()), PUPILS)).code == code


@pytest.mark.parametrize(("code", "make"), EXPORTS.values(), ids=EXPORTS)
def test_hostile_export_is_refused(code: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    assert refusal_of(lambda: read_siecle_pupils(put(tmp_path / "liste.xml", make()))).code == code


def refusal_of(read: Callable[[], object]) -> Refused:
    """Read, and give the refusal: one short French sentence; its code says too where time or memory ran out."""
    with pytest.raises(Refused) as caught:
        read()
    sentence = caught.value.sentence
    assert sentence.endswith(".") and ("\n" not in sentence) and "%(" not in sentence and len(sentence) < 300
    return caught.value


@pytest.mark.parametrize("limits", [WEB, COMMAND], ids=["web", "command"])
def test_200_megabytes_are_refused_by_size_or_by_the_first_bytes(limits, tmp_path: Path) -> None:
    path = tmp_path / "creux.csv"
    with path.open("wb") as file:
        file.truncate(200 * MEGABYTE)
    assert refusal_of(lambda: read_table(path, PUPILS, limits=limits)).code in {"too_large", "nul"}


@pytest.mark.parametrize("path", ["absent.csv", ".", "/dev/zero"])
def test_what_is_not_a_file_is_refused(path: str, tmp_path: Path) -> None:
    assert refusal_of(lambda: read_table(tmp_path / path, PUPILS)).code == "no_file"


def test_a_zip_with_a_false_size_is_measured_by_what_comes_out(tmp_path: Path) -> None:
    data = bytearray(zip_bytes({"a.csv": csv_bytes() + b" " * 60_000_000}))
    with zipfile.ZipFile(put(tmp_path / "a.zip", bytes(data))) as archive:
        size = archive.infolist()[0].file_size.to_bytes(4, "little")
    lied = bytes(data).replace(size, (50).to_bytes(4, "little"))
    assert refusal_of(lambda: read_table(put(tmp_path / "b.zip", lied), PUPILS)).code in {"bomb", "damaged"}


def test_memory_is_limited(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", xlsx_bytes(million_rows("<c><v>1</v></c>")))
    assert refusal_of(lambda: read_table(path, PUPILS)).code == "too_many_rows"
    tight = replace(WEB, memory=60 * MEGABYTE)
    assert refusal_of(lambda: read_table(path, PUPILS, limits=tight)).code == "too_costly"


@pytest.mark.parametrize(("blank", "refused"), [(2_000, False), (2_001, True)])
def test_empty_rows_are_passed_over_up_to_a_limit(blank: int, refused: bool, tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", csv_bytes(*[";;;"] * blank, files.LINE))
    limits = replace(WEB, max_blank=2_000)
    if refused:
        assert refusal_of(lambda: read_table(path, PUPILS, limits=limits)).code == "too_many_rows"
    else:
        assert [row.line for row in read_table(path, PUPILS, limits=limits).rows][-1] == blank + 2


def test_time_is_limited(tmp_path: Path) -> None:
    lines = csv_bytes(*[files.LINE] * 400_000)
    limits = replace(COMMAND, cpu_seconds=1)
    assert (
        refusal_of(lambda: read_table(put(tmp_path / "a.csv", lines), PUPILS, limits=limits)).code
        == "too_costly"
    )


def test_the_child_is_confined_and_light() -> None:
    told = subprocess.run(
        [
            *reading.COMMAND_LINE[:-2],
            "-c",
            "import resource, sys; from cartable.intake import child, contracts; child.confine(contracts.WEB);"
            "print([resource.getrlimit(r)[0] for r in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE,"
            "resource.RLIMIT_CORE)], sorted({'django', 'polars', 'openpyxl', 'phonenumbers'} & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.split() == f"[{600 * MEGABYTE}, {WEB.cpu_seconds}, 0, 0] []".split()


def test_only_listed_columns_leave_the_child_and_no_name_is_in_the_process_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["CANARI;x;;;SECRET", "CANARI;x;;;SECRET;SECRET", '"CANARI;SECRET']
    path = put(tmp_path / "CANARI.csv", (files.HEADER + ";Allergies\n" + "\n".join(lines)).encode())
    started = []

    class Spy(subprocess.Popen):
        def __init__(self, command, **options):
            started.append((command, options["env"]))
            super().__init__(command, **options)

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", Spy)
        table = read_table(path, PUPILS)
    [(command, environment)] = started
    with path.open("rb") as file:
        heard = subprocess.run(command, stdin=file, capture_output=True, text=True, check=True)
    assert [row.line for row in table.rows] == [2] and [reject.line for reject in table.rejects] == [3, 4]
    assert "CANARI" in heard.stdout and "SECRET" not in heard.stdout + heard.stderr + str(table)
    assert "CANARI" not in str(command) and environment == {}


def test_a_headless_list_is_not_quoted(tmp_path: Path) -> None:
    refused = refusal_of(lambda: read_table(put(tmp_path / "a.csv", b"CANARI;Hugo\nMARTIN;Lou\n"), PUPILS))
    assert "CANARI" not in refused.sentence and "Nom, Prénom" in refused.sentence


def test_a_missing_column_is_named_with_those_seen(tmp_path: Path) -> None:
    refused = refusal_of(lambda: read_table(put(tmp_path / "a.csv", b"Nom;Classe\nDURAND;CE1\n"), PUPILS))
    assert "Prénom" in refused.sentence and "Nom, Classe" in refused.sentence


def test_a_failure_of_the_reader_itself_says_nothing_of_the_file(tmp_path, monkeypatch, caplog) -> None:
    monkeypatch.setattr(reading, "COMMAND_LINE", [sys.executable, "-c", "import os; os._exit(3)"])
    assert refusal_of(lambda: read_table(put(tmp_path / "a.csv", csv_bytes()), PUPILS)).code == "unreadable"
    assert not caplog.records


def test_every_code_has_its_sentence() -> None:
    source = Path(reading.__file__).parent
    codes = {
        code
        for path in source.glob("*.py")
        for code in re.findall(r"(?:Stop|refusal)\(\s*\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 15 and codes <= SENTENCES.keys()


def test_no_file_stays_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for data in (csv_bytes(), b"", OLE):
        try:
            read_table(put(tmp_path / "a.csv", data), PUPILS)
        except Refused:
            pass
    assert len(os.listdir("/proc/self/fd")) == before
