"""Is every odd cell, file or option refused in one sentence, or read as it is meant, and is nothing left half done?"""

import datetime
import json
import signal
import subprocess
import sys

import polars as pl
import pytest

from cartable.engines.allocation import InputRefused, allocate
from tests.engines.test_allocate_command import FUNDS, NEEDS, SOURCES, folder, run


__all__ = ["folder"]
OUTPUTS = {"plan.csv", "explain.csv", "summary.json"}


def left(folder):
    return {path.name for path in folder.iterdir()} - {"needs.csv", "sources.csv", "funds.csv"}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("B,", "\n\nB,"),
        lambda text: text + "\n\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("C,,75", '"C","",75'),
        lambda text: text.replace("school,tags", '"school\n", tags '),
        lambda text: text.replace("A,qpv|lycee,93", " A , lycee | qpv,93").replace("CE,4", "CE, 004 "),
    ],
)
def test_other_ways_to_write_the_same_are_read_alike(folder, change):
    assert run(folder) == 0
    plain = (folder / "plan.csv").read_text(encoding="utf-8").replace("qpv|lycee", "TAGS")
    (folder / "needs.csv").write_bytes(change(NEEDS).encode())
    assert run(folder) == 0
    text = (folder / "plan.csv").read_text(encoding="utf-8")
    assert text.replace("qpv|lycee", "TAGS").replace("lycee | qpv", "TAGS") == plain


FOUR = "A,qpv|lycee,93,CE,4"


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "words"),
    [
        ("needs", FOUR, "A,qpv|lycee,93,CE,1e3", 2, "entier"),
        ("needs", FOUR, "A,qpv|lycee,93,CE,NaN", 2, "entier"),
        ("needs", FOUR, "A,qpv|lycee,93,CE,12.0", 2, "entier"),
        ("needs", FOUR, "A,qpv|lycee,93,CE,+3", 2, "entier"),
        ("needs", FOUR, "A,qpv|lycee,93,CE,٣", 2, "entier"),
        ("needs", "0,1.5", "0,inf", 2, "6 décimales"),
        ("needs", "0,1.5", "0,1.0000001", 2, "6 décimales"),
        ("needs", "0,1.5", "0,1e-3", 2, "6 décimales"),
        ("needs", "B,,93", "   \nB,,93", 3, "1 cellule au lieu de 9"),
        ("needs", "\nB,,93,,3", '\n"B\nb",,93,,3,9', 3, "10 cellules au lieu de 9"),
        ("needs", "B,,93", "B\0,,93", 0, "guillemets"),
        ("sources", "tag:qpv", "tag:", 4, "puis un code"),
        ("sources", "tag:qpv", "department:59", 4, "aucun fichier"),
        ("sources", "tag:qpv", "school:Z", 4, "aucun fichier"),
        ("funds", "tag:qpv", "fund:CE", 3, "tag:"),
    ],
)
def test_odd_cells_are_refused_by_line(folder, capsys, name, old, new, line, words):
    text = {"needs": NEEDS, "sources": SOURCES, "funds": FUNDS}[name]
    assert old in text
    (folder / f"{name}.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert run(folder, "--rejects", folder / "rejects.csv") == 1
    rows = pl.read_csv(folder / "rejects.csv", infer_schema=False).fill_null("").rows()
    found = [row for row in rows if row[1] == str(line) and words in row[4]]
    assert len(found) == len(rows) == 1, rows
    assert left(folder) == {"rejects.csv"}
    assert capsys.readouterr().out == ""


def test_semicolons_are_named_and_hide_the_other_reasons(folder, capsys):
    (folder / "needs.csv").write_text(NEEDS.replace(",", ";"), encoding="utf-8")
    assert run(folder) == 1
    told = capsys.readouterr().err
    assert "virgules" in told and "1 refus" in told


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("device", [float("inf"), 1.0, 2.0], "entier"),
        ("device", [1e300, 1.0, 2.0], "entier"),
        ("device", [float("nan"), 1.0, 2.0], "entier"),
        ("device", [1.5, 1.0, 2.0], "entier"),
        ("tags", [["qpv"], [], []], "liste"),
        ("tags", [b"qpv", b"", b""], "liste"),
    ],
)
def test_a_parquet_cell_is_never_altered_in_silence(column, values, words):
    needs = pl.read_csv(NEEDS.encode()).with_columns(pl.Series(column, values))
    with pytest.raises(InputRefused) as caught:
        allocate(needs, pl.read_csv(SOURCES.encode()), pl.read_csv(FUNDS.encode()))
    assert any(words in reject.reason for reject in caught.value.rejects)


def test_whole_floats_with_holes_days_and_yes_no_are_what_other_programs_write():
    needs, sources, funds = (pl.read_csv(text.encode()) for text in (NEEDS, SOURCES, FUNDS))
    plain = allocate(needs, sources, funds)
    day = pl.Series("available_on", [None, None, None, datetime.datetime(2020, 5, 4)])
    other = allocate(
        needs.with_columns(pl.col("device").cast(pl.Float64), pl.col("computer_only").cast(pl.Boolean)),
        sources.with_columns(day, pl.col("stock").cast(pl.Float64)),
        funds,
    )
    assert other.plan.equals(plain.plan) and other.input_hash == plain.input_hash


def test_columns_named_alike_are_refused():
    needs = pl.DataFrame({"school": ["A"], " school": ["B"]})
    with pytest.raises(InputRefused, match="deux fois"):
        allocate(needs, pl.read_csv(SOURCES.encode()), pl.read_csv(FUNDS.encode()))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (["fund:XX=3"], "fund:XX"),
        (["fund:FR=-1"], "fund:FR"),
        (["fund:FR=1000000000000001"], "fund:FR"),
        (["source:tab.price=1000000000000000", "source:tab.stock=1000000000000000"], "price_cents"),
    ],
)
def test_a_what_if_out_of_bounds_is_refused_like_a_cell(folder, changes, field):
    words = [word for change in changes for word in ("--set", change)]
    assert run(folder, *words, "--rejects", folder / "rejects.csv") == 1
    assert pl.read_csv(folder / "rejects.csv", infer_schema=False)["field"].to_list() == [field]
    assert left(folder) == {"rejects.csv"}


def test_a_what_if_is_the_plan_of_the_changed_file(folder, capsys):
    run(
        folder,
        "--json",
        "--set",
        "fund:FR=20000",
        "--set",
        "source:tab.price=15000",
        "--set",
        "source:don.stock=1",
    )
    asked, plan = json.loads(capsys.readouterr().out), (folder / "plan.csv").read_bytes()
    (folder / "funds.csv").write_text(FUNDS.replace("90000", "20000"), encoding="utf-8")
    changed = SOURCES.replace("tablet,20000", "tablet,15000").replace("don,sim,0,3", "don,sim,0,1")
    (folder / "sources.csv").write_text(changed, encoding="utf-8")
    run(folder, "--json")
    written = json.loads(capsys.readouterr().out)
    assert (folder / "plan.csv").read_bytes() == plan
    assert {name: asked[name] for name in asked if name not in ("seconds", "peak_memory")} == {
        name: written[name] for name in written if name not in ("seconds", "peak_memory")
    }


@pytest.mark.parametrize("option", ["--explain", "--summary", "--rejects"])
@pytest.mark.parametrize("taken", ["plan.csv", "needs.csv"])
def test_no_file_is_named_twice(folder, option, taken):
    assert run(folder, option, folder / taken) == 2
    assert (folder / "needs.csv").read_text(encoding="utf-8") == NEEDS
    assert left(folder) == set()


@pytest.mark.parametrize("point", ["_write", "_name", "replace"])
def test_a_killed_run_leaves_nothing(folder, point):
    """Killed while it writes, between files, and before the first takes its place."""
    code = f"""
import os, signal, sys
from pathlib import Path
from cartable.engines.allocation import command, writing
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if {point!r} == "replace":
    Path.replace = die
else:
    first = getattr(writing, {point!r})
    calls = []
    def second(*given):
        calls.append(1)
        return die() if len(calls) == 2 else first(*given)
    writing.{point} = second
sys.exit(command.main(sys.argv[1:]))
"""
    words = [
        word for name in ("needs", "sources", "funds") for word in (f"--{name}", str(folder / f"{name}.csv"))
    ]
    outputs = ["--out", str(folder / "plan.csv"), "--explain", str(folder / "explain.csv")]
    done = subprocess.run([sys.executable, "-c", code, *words, *outputs], check=False)
    assert done.returncode == -signal.SIGKILL
    named = {"_write": set(), "_name": {".explain.csv"}, "replace": {".explain.csv", ".plan.csv"}}[point]
    assert {name.rsplit(".", 2)[0] for name in left(folder)} == named
    assert run(folder, "--explain", folder / "explain.csv", "--summary", folder / "summary.json") == 0
    assert left(folder) >= OUTPUTS


def test_where_files_need_a_name_the_same_is_written(folder, monkeypatch):
    assert run(folder) == 0
    plain = (folder / "plan.csv").read_bytes()
    monkeypatch.delattr("os.O_TMPFILE")
    assert run(folder, "--explain", folder / "explain.csv") == 0
    assert (folder / "plan.csv").read_bytes() == plain
    assert left(folder) == {"plan.csv", "explain.csv"}
