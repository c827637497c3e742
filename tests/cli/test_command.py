"""Does the `cartable` command keep its word: one JSON object, exit 0, 1 or 2, nothing half done?"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cartable.cli.main import main
from cartable.foundation.refused import Refused
from cartable.territories.actions import load_reference
from cartable.territories.models import School
from tests import factories as make


pytestmark = [pytest.mark.django_db, pytest.mark.store]
HEADER = (
    "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Code_departement;date_maj_ligne\n"
)


@pytest.fixture
def directory(tmp_path) -> Path:
    path = tmp_path / "annuaire.csv"
    lines = [f"{make.uai('93')};Collège {n};Collège;093;2026-01-0{n}\n" for n in range(1, 4)]
    path.write_text(
        HEADER + "".join(lines) + "0930001X;Collège faux;Collège;093;2026-01-01\n", encoding="utf-8"
    )
    load_reference()
    return path


def test_json_is_one_object_and_its_counts_add_up(directory, tmp_path, capsys):
    rejects = tmp_path / "refus.csv"
    assert main(["import", "schools", str(directory), "--json", "--rejects", str(rejects)]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["lines"], out["created"], out["rejected"]) == (4, 3, 1)
    assert out["created"] + out["changed"] + out["unchanged"] + out["rejected"] == out["lines"]
    assert "la lettre attendue" in rejects.read_text(encoding="utf-8-sig")


def test_a_second_run_changes_nothing(directory, capsys):
    main(["import", "schools", str(directory)])
    capsys.readouterr()
    assert main(["import", "schools", str(directory), "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["created"], out["changed"], out["unchanged"]) == (0, 0, 3)


def test_an_unreadable_file_exits_1_in_one_sentence_and_keeps_the_earlier_one(directory, tmp_path, capsys):
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\x00\x01\x02" * 50)
    assert main(["import", "schools", str(directory), str(broken), "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["created"] == 3 == School.objects.count()
    assert "broken.csv : " in captured.err and "Traceback" not in captured.err
    assert main(["import", "schools", str(broken), "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.strip()


@pytest.mark.parametrize("words", [[], ["import"], ["import", "schools"], ["scenario", "run"], ["unknown"]])
def test_wrong_usage_exits_2(words):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2


def test_an_unknown_school_or_scenario_exits_1(tmp_path, capsys):
    file = tmp_path / "eleves.csv"
    file.write_text("Nom;Prénom;Date de naissance\n", encoding="utf-8")
    assert main(["import", "pupils", "--school", "0930001W", str(file)]) == 1
    assert "annuaire" in capsys.readouterr().err
    assert main(["import", "pupils", "--school", "0930001X", str(file)]) == 1
    assert "la lettre attendue est W" in capsys.readouterr().err
    assert main(["scenario", "run", "nothing"]) == 1


def test_pupils_come_in_by_the_command(tmp_path, capsys):
    school = make.school("college")
    file = tmp_path / "eleves.csv"
    file.write_text("Nom;Prénom;Date de naissance;Classe\nEXEMPLE;Zoé;17/05/2010;5A\n", encoding="utf-8")
    assert main(["import", "pupils", "--school", school.uai, str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["created"] == 1
    pupil = school.pupils.get()
    assert main(["export-child", str(pupil.public_id)]) == 0
    assert "EXEMPLE" in capsys.readouterr().out
    assert main(["export-child", "not-an-id"]) == 1


def test_stock_comes_in_by_the_command(tmp_path, capsys):
    lead = make.equipment_user()
    make.operation(lead, make.pool(10, good="tablet", mode="lent"))
    file = tmp_path / "stock.csv"
    file.write_text(
        "numéro de série;article\nSN0001;Tablette\nSN0002;Tablette\nSN0001;Tablette\n", encoding="utf-8"
    )
    assert main(["import", "stock", str(file), "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["lines"], out["created"], out["created"] + out["unchanged"] + out["rejected"]) == (3, 2, 3)


def test_check_and_purge_speak_json(capsys):
    assert main(["check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "damages": []}
    assert main(["purge", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dry_run"] is True


def test_the_site_does_not_open_to_others_while_demo_accounts_exist():
    from cartable.cli.serving import _is_loopback, serve

    make.user("head", make.school(), demo=True)
    assert [_is_loopback(a) for a in ("127.0.0.1:8000", "[::1]:8000", "localhost:80")] == [True] * 3
    with pytest.raises(Refused, match="démonstration"):
        serve(type("Options", (), {"address": "0.0.0.0:8000", "workers": 1})())


def test_scenarios_are_listed(capsys):
    assert main(["scenario", "list", "--json"]) == 0
    assert "seine-saint-denis-2020" in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("words", [["check"], ["scenario", "run", "plan-2020"]])
def test_a_store_that_was_never_migrated_is_said_so(words, tmp_path):
    bare = {
        **os.environ,
        "CARTABLE_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bare.sqlite3'}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "cartable.cli.main", *words],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == ["La base n'est pas à jour : lancez d'abord « cartable migrate »."]
