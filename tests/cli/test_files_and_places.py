"""Does each command say in one sentence what is wrong with a file, a folder or a key, and keep nothing by halves?"""

import json
from pathlib import Path

import pytest

from cartable.bodies.models import Body
from cartable.cli.main import main
from cartable.funding.models import Commitment
from tests.funding import stage
from tests.funding.test_commitments_from_a_file import SIRETS, line, write


pytestmark = pytest.mark.django_db


@pytest.fixture
def purse():
    country = stage.Country().fill()
    Body.objects.filter(pk=country.bearer.pk).update(siret=SIRETS[0])
    return country


def bad_and_good(folder: Path, name: str, ref: str) -> Path:
    return write(folder / name, line(ref=f"{ref}1"), line(ref=f"{ref}2", net="-5"))


def said(capsys) -> str:
    """Give the one sentence of a refusal."""
    err = capsys.readouterr().err
    assert "Traceback" not in err and len(err.strip().splitlines()) == 1, err
    return err


@pytest.mark.parametrize("where", ["missing/rejets.csv", "."])
def test_rejects_that_cannot_be_written_stop_the_import_before_it_begins(purse, tmp_path, capsys, where):
    path = bad_and_good(tmp_path, "a.csv", "A")
    assert main(["import", "commitments", str(path), "--rejects", str(tmp_path / where)]) == 1
    assert "ne peut pas être écrit" in said(capsys)
    assert not Commitment.objects.exists()


def test_rejects_never_overwrite_what_is_read(purse, tmp_path, capsys):
    path = bad_and_good(tmp_path, "a.csv", "A")
    before = path.read_bytes()
    assert main(["import", "commitments", str(path), "--rejects", str(path)]) == 1
    assert "autre nom" in said(capsys) and path.read_bytes() == before


def test_the_rejects_of_two_files_are_both_kept(purse, tmp_path, capsys):
    paths = [str(bad_and_good(tmp_path, f"{name}.csv", name)) for name in "ab"]
    rejects = tmp_path / "rejets.csv"
    assert main(["import", "commitments", *paths, "--rejects", str(rejects), "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert (counts["created"], counts["rejected"], Commitment.objects.count()) == (2, 2, 2)
    rows = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(";")[:2] for row in rows[1:]] == [["3", "montant ht"], ["3", "montant ht"]]
    assert ["a.csv" in rows[1], "b.csv" in rows[2]] == [True, True]


def test_a_good_file_before_a_bad_one_is_said_to_be_kept(purse, tmp_path, capsys):
    good, bad = write(tmp_path / "a.csv", line(ref="A1")), tmp_path / "b.csv"
    bad.write_bytes(b"\x00\x01\x02" * 50)
    assert main(["import", "commitments", str(good), str(bad), "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["created"] == Commitment.objects.count() == 1
    assert "b.csv : " in captured.err and "enregistrés" in captured.err
    assert main(["import", "commitments", str(bad), "--json"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [("k1:pas-une-clé", "base64"), ("k1:c2hvcnQ=", "32 octets"), ("sans deux-points", "CARTABLE_KEYS")],
)
def test_a_key_that_is_badly_written_is_said(settings, capsys, value, words):
    settings.CARTABLE_KEYS = value
    assert main(["reseal", "--dry-run"]) == 1
    assert words in said(capsys)


def test_a_folder_is_no_file_to_back_up_to(tmp_path, capsys):
    assert main(["backup", str(tmp_path)]) == 1
    assert "est un dossier" in said(capsys)


@pytest.mark.parametrize("there", [".", "nothing.tar", "text.tar"])
def test_what_is_no_backup_is_not_put_back(settings, tmp_path, capsys, there):
    settings.VAR_DIR = tmp_path / "var"  # an earlier test may have left papers in the folder of all
    (tmp_path / "text.tar").write_text("Bonjour")
    assert main(["restore", str(tmp_path / there)]) == 1
    progress, sentence = capsys.readouterr().err.splitlines()
    assert progress.endswith("…") and str(tmp_path / there) in sentence
