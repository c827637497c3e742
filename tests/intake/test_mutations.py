"""Does any damaged file make the reader fail otherwise than by its sentence?"""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartable.foundation.refused import Refused
from cartable.intake.contracts import Table
from cartable.intake.reading import read_siecle_pupils, read_table
from tests.intake.files import LINE, PUPILS, csv_bytes, ods_bytes, siecle_bytes, xlsx_bytes, zip_bytes


SEEDS = {
    "csv": csv_bytes(*[LINE] * 5),
    "csv in latin": csv_bytes(LINE, '"DU""RAND\r\nX";Zoé;;', encoding="cp1252"),
    "utf-16": csv_bytes(encoding="utf-16"),
    "xlsx": xlsx_bytes(),
    "ods": ods_bytes(),
    "zip": zip_bytes({"a.csv": csv_bytes()}),
    "xml": siecle_bytes(),
    "xml zipped": zip_bytes({"a.xml": siecle_bytes()}),
}
NASTY = [
    b"\0",
    b'"',
    b";",
    b"\n",
    b"\xff",
    b"<",
    b"&",
    b"=",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"PK\x03\x04",
    b"9" * 40,
]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give a seed with one to six bytes changed, cut out, doubled or put in."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    data = bytearray(SEEDS[name])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 4)):
            case 0:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del data[at : at + draw(st.integers(1, 50))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 200))]
            case 3:
                data[at:at] = draw(st.sampled_from(NASTY))
            case _:
                del data[at:]
    return name, bytes(data)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_damaged_files_are_read_or_refused(case: tuple[str, bytes]) -> None:
    check(*case)


def check(name: str, data: bytes) -> None:
    """Read bytes as the seed that they come from; whatever is read is clean."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        try:
            table = read_siecle_pupils(file.name) if "xml" in name else read_table(file.name, PUPILS)
        except Refused as refused:
            assert refused.code != "unreadable", refused
            return
    assert isinstance(table, Table)
    assert all(text.isprintable() for row in table.rows for text in row.cells.values())


@pytest.mark.soak
def test_ten_thousand_damaged_files() -> None:
    dice = random.Random(24_042_020)
    for _ in range(10_000):
        name = dice.choice(sorted(SEEDS))
        data = bytearray(SEEDS[name])
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(data))
            data[at : at + dice.choice((0, 1, 1, 20))] = dice.choice(
                [*NASTY, bytes([dice.randrange(256)]), b""]
            )
            data = data or bytearray(b"\0")
        check(name, bytes(data))
