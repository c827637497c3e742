"""Does `cartable allocate` keep its contract on files: formats, statuses, refusals by line, nothing half done?"""

import json
import random

import polars as pl
import pytest

from cartable.engines.allocation import command, simulate


NEEDS = """school,tags,department,cite_educative,device_and_connection,device,connection,computer_only,weight
A,qpv|lycee,93,CE,4,2,1,0,1.5
B,,93,,3,0,0,1,1
C,,75,nulle-part,2,2,2,0,1
"""
SOURCES = """source,item,price_cents,stock,pack,only_for,available_on
don,sim,0,3,1,,
tab,tablet,20000,,2,,
pc,computer,40000,5,1,tag:qpv,
pc2,computer,45000,,1,,2020-05-04
"""
FUNDS = """fund,kind,departments,budget_cents,only_for
CE,cite_educative,93,50000,
D93,department,93,100000,tag:qpv
FR,national,,90000,
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (("needs", NEEDS), ("sources", SOURCES), ("funds", FUNDS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def run(folder, *more, out="plan.csv", ending="csv"):
    inputs = [
        word
        for name in ("needs", "sources", "funds")
        for word in (f"--{name}", str(folder / f"{name}.{ending}"))
    ]
    return command.main([*inputs, "--out", str(folder / out), *map(str, more)])


def rewrite(folder, name, old, new):
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_plan_its_explanation_and_its_summary_are_written(folder, capsys):
    status = run(folder, "--explain", folder / "explain.csv", "--summary", folder / "summary.json", "--json")
    assert status == 0
    plan = pl.read_csv(folder / "plan.csv", infer_schema=False)
    assert plan.columns == ["school", "tags", "item", "source", "fund", "quantity"]
    free = plan.filter(pl.col("source") == "don")
    assert free["fund"].null_count() == len(free) > 0
    explain = pl.read_csv(folder / "explain.csv")
    assert explain.columns == [
        *("school", "tags", "kind", "need", "served", "coverage", "weight", "fair_level", "level"),
        *("round", "binding", "next_unit_cost_cents", "ahead_of", "sentence"),
    ]
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert printed == json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert any("nulle-part" in remark for remark in printed["remarks"])
    assert printed["peak_memory"] > 0 and printed["seconds"] >= 0
    assert {path.name for path in folder.iterdir()} == {
        "needs.csv", "sources.csv", "funds.csv", "plan.csv", "explain.csv", "summary.json"
    }  # fmt: skip


def test_parquet_says_the_same_as_csv(folder):
    assert run(folder) == 0
    for name in ("needs", "sources", "funds"):
        pl.read_csv(folder / f"{name}.csv").write_parquet(folder / f"{name}.parquet")
    assert run(folder, out="plan.parquet", ending="parquet") == 0
    assert pl.read_parquet(folder / "plan.parquet").with_columns(pl.col(pl.String).replace("", None)).equals(
        pl.read_csv(folder / "plan.csv", schema_overrides={"tags": pl.String, "fund": pl.String})
    )  # fmt: skip


def test_the_same_bytes_whatever_the_order(folder):
    assert run(folder, "--explain", folder / "explain.csv") == 0
    first = (folder / "plan.csv").read_bytes(), (folder / "explain.csv").read_bytes()
    chance = random.Random(7)
    for name in ("needs", "sources", "funds"):
        table = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
        mixed = table.select(chance.sample(table.columns, table.width)).sample(
            fraction=1, shuffle=True, seed=3
        )
        mixed.write_csv(folder / f"{name}.csv")
    assert run(folder, "--explain", folder / "explain.csv") == 0
    assert ((folder / "plan.csv").read_bytes(), (folder / "explain.csv").read_bytes()) == first


def test_a_what_if_and_a_deadline_change_the_plan(folder, capsys):
    run(folder, "--json")
    base = json.loads(capsys.readouterr().out)
    run(folder, "--json", "--set", "fund:FR=0", "--set", "source:don.stock=1")
    poorer = json.loads(capsys.readouterr().out)
    assert sum(poorer["served"].values()) < sum(base["served"].values())
    assert poorer["input_hash"] != base["input_hash"]
    run(folder, "--json", "--deadline", "2020-05-03")
    assert [row["source"] for row in json.loads(capsys.readouterr().out)["sources"]] == ["don", "tab", "pc"]


REFUSALS = [
    ("needs", "A,qpv|lycee,93,CE,4", "A,qpv|lycee,93,CE,-4", 2, "device_and_connection", "négatif"),
    ("needs", "A,qpv|lycee,93,CE,4", "A,qpv|lycee,93,CE,4.0", 2, "device_and_connection", "entier"),
    ("needs", "A,qpv|lycee,93,CE,4", ",qpv|lycee,93,CE,4", 2, "school", "remplie"),
    ("needs", "C,,75", "B,,75", 4, "school", "répète"),
    ("needs", "C,,75", "A,lycee| qpv,75", 4, "school", "répète"),
    ("needs", "0,1.5", "0,0", 2, "weight", "plus grand que zéro"),
    ("needs", "0,1.5", "0,1.1234567", 2, "weight", "6 décimales"),
    ("needs", "0,1.5", '0,"1,5"', 2, "weight", "6 décimales"),
    ("needs", "1,1\n", "2,1\n", 3, "computer_only", "valeurs possibles"),
    ("needs", "3,0,0,1,1", "3,0,0,1", 3, "", "8 cellules au lieu de 9"),
    ("needs", "4,2,1", "9999999999999999999,2,1", 2, "device_and_connection", "trop grand"),
    ("needs", "school,tags", "ecole,tags", 1, "school", "colonne manque"),
    ("needs", "school,tags", "school,school", 1, "school", "figure deux fois"),
    ("sources", "don,sim", "don,phone", 2, "item", "valeurs possibles"),
    ("sources", "tab,tablet,20000,,2", "tab,tablet,,,2", 3, "price_cents", "remplie"),
    ("sources", "tab,tablet,20000,,2", "tab,tablet,20000,,0", 3, "pack", "au moins 1"),
    ("sources", "tab,tablet", "don,tablet", 3, "source", "répète"),
    ("sources", "tag:qpv", "tag:rep", 4, "only_for", "connu d’aucun fichier"),
    ("sources", "tag:qpv", "fund:X", 4, "only_for", "connu d’aucun fichier"),
    ("sources", "tag:qpv", "qpv", 4, "only_for", "puis un code"),
    ("sources", "2020-05-04", "04/05/2020", 5, "available_on", "date"),
    ("funds", "D93,department,93", "D93,department,59", 3, "departments", "aucun besoin"),
    ("funds", "D93,department,93", "D93,department,93|75", 3, "departments", "un seul"),
    ("funds", "FR,national,", "FR,national,93", 4, "departments", "n’en nomme aucun"),
    ("funds", "FR,national,,90000", "FR,national,,1000000000000001", 4, "budget_cents", "10^15"),
    ("funds", "FR,national", "CE,national", 4, "fund", "répète"),
    ("funds", "FR,national", "FR,commune", 4, "kind", "valeurs possibles"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "line", "field", "words"), REFUSALS)
def test_bad_input_is_refused_by_line_and_nothing_is_written(
    folder, capsys, name, old, new, line, field, words
):
    rewrite(folder, name, old, new)
    assert run(folder, "--rejects", folder / "rejects.csv") == 1
    assert not (folder / "plan.csv").exists()
    rejects = pl.read_csv(folder / "rejects.csv", infer_schema=False).fill_null("").rows()
    found = [row for row in rejects if row[:3] == (f"{name}.csv", str(line), field) and words in row[4]]
    assert len(found) == 1, rejects
    captured = capsys.readouterr()
    assert captured.out == "" and words in captured.err


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", "school\nécole\n".encode("latin-1"), b'school\n"A\n', b"PK\x03\x04", b"\n\n"],
)
def test_an_unreadable_file_is_refused(folder, capsys, content):
    (folder / "needs.csv").write_bytes(content)
    assert run(folder) == 1
    assert not (folder / "plan.csv").exists()
    assert "needs.csv" in capsys.readouterr().err


def test_a_missing_file_and_a_missing_folder_are_refused(folder, capsys):
    assert run(folder, out="nowhere/plan.csv") == 1
    (folder / "funds.csv").unlink()
    assert run(folder) == 1
    assert "funds.csv" in capsys.readouterr().err
    assert not list(folder.glob("*plan*"))


def test_sums_beyond_64_bits_are_refused(folder, capsys):
    rewrite(folder, "sources", "tab,tablet,20000,,2", "tab,tablet,900000000000000,900000000000000,1")
    assert run(folder) == 1
    assert "2^63" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--rule", "luck"],
        ["--set", "FR=3"],
        ["--set", "source:tab.colour=3"],
        ["--deadline", "4/5/2020"],
        ["--nonsense"],
    ],
)
def test_wrong_usage_is_status_2(folder, words, capsys):
    assert run(folder, *words) == 2
    assert not (folder / "plan.csv").exists()


def test_what_if_on_an_unknown_code_is_refused(folder, capsys):
    assert run(folder, "--set", "fund:XX=3") == 1
    assert "fund:XX" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["needs", "sources", "funds"])
def test_no_needs_or_no_goods_is_an_empty_plan(folder, name):
    path = folder / f"{name}.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
    if name == "funds":
        rewrite(folder, "sources", "don,sim,0,3,1,,\n", "")
    assert run(folder, "--explain", folder / "explain.csv", "--summary", folder / "summary.json") == 0
    assert (folder / "plan.csv").read_text(encoding="utf-8") == "school,tags,item,source,fund,quantity\n"


def test_one_school_with_half_of_all_needs(folder):
    rewrite(folder, "needs", "A,qpv|lycee,93,CE,4", "A,qpv|lycee,93,CE,4000000000")
    assert run(folder, "--summary", folder / "summary.json") == 0
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["unmet"]["device"] > 3_999_999_000


def test_a_simulated_country_is_the_same_for_the_same_seed_and_can_be_planned(tmp_path):
    for folder, seed in ((tmp_path / "one", 3), (tmp_path / "two", 3), (tmp_path / "other", 4)):
        assert simulate.main(["--schools", "300", "--seed", str(seed), "--out", str(folder)]) == 0
    one, two, other = ((tmp_path / name / "needs.csv").read_bytes() for name in ("one", "two", "other"))
    assert one == two != other
    assert run(tmp_path / "one", "--summary", tmp_path / "summary.json") == 0
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["sources"]) == 9
    assert summary["remarks"] == []
    levels = [entry["level"] for entry in summary["rounds"]]
    assert levels == sorted(levels) and 0 < levels[0] < 1
    assert simulate.main(["--schools", "0", "--out", str(tmp_path / "none")]) == 0
    assert run(tmp_path / "none") == 0
