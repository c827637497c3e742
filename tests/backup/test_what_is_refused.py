"""Does a restore refuse what it must, in one sentence, before it writes anything?"""

import base64
import os
import shutil
from pathlib import Path

import pytest

from tests.backup import altered


pytestmark = pytest.mark.django_db
both_stores = pytest.mark.store
OTHER = base64.urlsafe_b64encode(b"another key, of another house...").decode()
OURS = os.environ["CARTABLE_KEYS"]


def nothing_written(machine) -> bool:
    """Look whether only the lock and the local secret were made."""
    left = {path.name for path in machine.var.rglob("*") if path.is_file()}
    assert left <= {"backup.lock", "secret-key", "keys"}, left
    if machine.address.startswith("sqlite"):
        assert not Path(machine.address.removeprefix("sqlite:///")).exists()
    return True


@both_stores
def test_a_store_in_use_is_left_alone(filled, archive):
    before = filled.call("tests.backup.filled:state")
    assert "n'est pas vide" in filled.refusal("restore", archive)
    assert filled.call("tests.backup.filled:state") == before


def test_files_that_lie_there_are_left_alone(machines, archive):
    machine = machines(bare=True)
    other = machine.var / "files" / "ab" / "paper"
    other.parent.mkdir(parents=True)
    other.write_text("somebody's")
    assert "contient déjà des fichiers" in machine.refusal("restore", archive)
    assert other.read_text() == "somebody's"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("", "Il manque la clé k1"),
        (f"k2:{OTHER}", "Il manque la clé k1"),
        (f"k1:{OTHER}", "La clé k1 de cette machine n'est pas celle"),
        (f"{OURS},k0:{OTHER}", "La clé k1 doit être la dernière"),
    ],
    ids=["no key", "another id", "another key of that id", "the wrong order"],
)
def test_the_missing_key_is_named_and_none_is_made(machines, archive, keys, said):
    machine = machines(bare=True, keys=keys)
    sentence = machine.refusal("restore", archive)
    assert said in sentence and "empreinte" in sentence
    assert nothing_written(machine) and not (machine.var / "keys").exists()


def test_a_key_that_is_badly_written_is_said_and_none_is_made(machines, archive):
    machine = machines(bare=True, keys="k1:c2hvcnQ=")
    assert "32 octets" in machine.refusal("restore", archive)
    assert nothing_written(machine) and not (machine.var / "keys").exists()


def test_a_newer_key_in_front_does_no_harm(machines, archive):
    assert machines(bare=True, keys=f"k2:{OTHER},{OURS}").answer("restore", archive)["ok"]


@both_stores
def test_a_row_left_out_is_noticed_even_if_signed(machines, archive, tmp_path):
    machine = machines(bare=True)
    without = altered.signed_again(archive, tmp_path, altered.without_a_row)
    sentence = machine.refusal("restore", without)
    assert "pupils_cover a 1 lignes au lieu de 2" in sentence
    assert nothing_written(machine)
    assert machine.answer("restore", archive)["ok"]


def test_a_ledger_that_does_not_add_up_is_noticed(machines, archive, tmp_path):
    machine = machines(bare=True)
    wrong = altered.signed_again(archive, tmp_path, altered.with_another_balance)
    assert "sommes du registre" in machine.refusal("restore", wrong)
    assert nothing_written(machine)


VERSIONS = {
    "another format": lambda manifest, _parts: manifest.update(format=2),
    "another step": lambda manifest, _parts: manifest["migrations"].append("pupils.0002_later"),
    "other columns": lambda manifest, _parts: manifest["columns"]["pupils_pupil"].pop(),
}


@pytest.mark.parametrize("change", VERSIONS.values(), ids=VERSIONS)
def test_another_version_is_named(machines, archive, tmp_path, change):
    machine = machines(bare=True)
    other = altered.signed_again(archive, tmp_path, change)
    assert "par une autre version de Cartable (0.1.0" in machine.refusal("restore", other)
    assert nothing_written(machine)


def test_another_kind_of_store_is_named(machines, archive, tmp_path):
    machine = machines(bare=True)
    other = altered.signed_again(archive, tmp_path, lambda manifest, _parts: manifest.update(store="oracle"))
    assert "DATABASE_URL" in machine.refusal("restore", other)
    assert nothing_written(machine)


def test_a_cut_archive_names_where_it_ends(machines, archive, tmp_path):
    machine, cut = machines(bare=True), tmp_path / "cut.tar"
    cut.write_bytes(archive.read_bytes()[:20_000])
    sentence = machine.refusal("restore", cut)
    assert "coupée" in sentence and "« store/" in sentence
    assert "n'existe pas" in machine.refusal("restore", tmp_path / "nothing.tar")
    assert nothing_written(machine)


def test_one_backup_at_a_time(filled, machines, tmp_path):
    machine = machines()
    shutil.copytree(filled.var, machine.var, dirs_exist_ok=True)
    with (machine.var / "backup.lock").open("w") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "déjà en cours" in machine.refusal("backup", tmp_path / "nuit.tar")
