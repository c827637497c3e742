"""Does a restored store say what the saved one said, and can people go on working in it?"""

import base64
import os
import shutil
import stat
import tarfile

import pytest

from cartable.backup import actions
from tests.backup.filled import CANARY


pytestmark = pytest.mark.django_db
both_stores = pytest.mark.store


@pytest.mark.parametrize(
    "bare", [pytest.param(True, marks=both_stores), False], ids=["without tables", "just migrated"]
)
def test_all_stands_again_on_an_empty_machine(filled, archive, machines, bare):
    other = machines(bare=True)
    if not bare:
        assert other.cartable("migrate").returncode == 0
    done = other.answer("restore", archive)
    assert (done["ok"], done["damages"], done["documents"]) == (True, [], 2)
    assert other.call("tests.backup.filled:state") == filled.call("tests.backup.filled:state")
    assert other.call("tests.backup.filled:sessions") == 0 < filled.call("tests.backup.filled:sessions")
    assert other.call("tests.backup.filled:signs_in") and other.call("tests.backup.filled:goes_on")
    assert other.answer("check") == {"ok": True, "damages": []}


def test_an_archive_is_one_closed_file_without_keys_names_or_sessions(filled, archive):
    content = archive.read_bytes()
    key = base64.urlsafe_b64decode(os.environ["CARTABLE_KEYS"].partition(":")[2])
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert os.listdir(archive.parent) == [archive.name]
    assert not [secret for secret in (key, key.hex().encode(), CANARY.encode()) if secret in content]
    assert os.environ["CARTABLE_KEYS"].encode() not in content
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert names[-1] == "manifest.json" and "store/django_session.copy" not in names
    assert sum(name.startswith("files/") for name in names) == 2


def test_what_a_backup_says(filled, tmp_path):
    said = filled.answer("backup", tmp_path / "nuit.tar")
    state = filled.call("tests.backup.filled:state")
    assert said["journal"]["count"] == said["journal"]["last_entry"] == len(state["entries"])
    assert sum(each["transfers"] for each in said["ledger"].values()) == state["transfers"]
    assert {each["sum"] for each in said["ledger"].values()} == {0}
    assert (said["keys"], said["documents"], said["missing_documents"]) == (["k1"], 2, [])


def test_checkpoints_come_back_with_their_key(machines, archive, tmp_path):
    first, without, other = machines(bare=True), machines(bare=True), machines(bare=True)
    first.answer("restore", archive)
    made = first.answer("checkpoint")
    first.answer("backup", tmp_path / "nuit.tar")
    assert "CARTABLE_CHECKPOINT_KEY" in without.refusal("restore", tmp_path / "nuit.tar")
    assert not (without.var / "checkpoint-key").exists()
    shutil.copy(first.var / "checkpoint-key", other.var)
    assert other.answer("restore", tmp_path / "nuit.tar")["checkpoint_keys"] == ["c1"]
    assert (other.var / "checkpoints" / "journal.jsonl").read_text().count(made["hash"]) == 1
    left = without.cartable("restore", tmp_path / "nuit.tar", "--without-checkpoints")
    assert left.returncode == 1 and "Points de contrôle" in left.stdout
    without.answer("checkpoint", "--restart")
    assert without.answer("check")["ok"]


def test_checkpoints_that_stand_are_the_witness(machines, archive):
    machine = machines(bare=True)
    (machine.var / "checkpoints").mkdir()
    (machine.var / "checkpoints" / "other.jsonl").write_text("{}\n")
    machine.answer("restore", archive)
    assert os.listdir(machine.var / "checkpoints") == ["other.jsonl"]


def test_a_checkpoint_made_after_the_copy_is_left_out(tmp_path, settings):
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.CHECKPOINTS_DIR.mkdir()
    lines = ['{"number":1}', "torn", '{"number":2}', '{"number":3}']
    (tmp_path / "checkpoints" / "journal.jsonl").write_text("\n".join(lines) + "\n")
    [(name, copy)] = actions._copy_checkpoints(tmp_path / "copies", 2)
    assert (name, copy.read_text().splitlines()) == ("checkpoints/journal.jsonl", lines[:3])


def test_a_lost_file_is_told_and_stops_no_backup(machines, archive, tmp_path):
    machine, other = machines(bare=True), machines(bare=True)
    machine.answer("restore", archive)
    machine.call("tests.backup.filled:a_file_is_lost")
    said = machine.answer("backup", tmp_path / "nuit.tar")
    assert (len(said["missing_documents"]), said["documents"]) == (1, 1)
    done = other.cartable("restore", tmp_path / "nuit.tar")
    assert done.returncode == 1 and "n'a plus de fichier" in done.stdout


def test_a_backup_that_is_made_again_takes_the_place_of_the_first(filled, archive, tmp_path):
    target = tmp_path / "nuit.tar"
    target.write_bytes(b"older")
    filled.answer("backup", target)
    assert target.stat().st_size > 10_000 and os.listdir(tmp_path) == [target.name]


def test_a_backup_with_nowhere_to_go_is_refused(filled, machines, tmp_path):
    assert "n'existe pas" in filled.refusal("backup", tmp_path / "nowhere" / "nuit.tar")
    assert "rien à sauvegarder" in machines(bare=True).refusal("backup", tmp_path / "nuit.tar")
    assert os.listdir(tmp_path) == []


def saves_while_others_write(machine, machines, tmp_path, *, writers: int, backups: int) -> None:
    """Take backups while others write; each must stand again whole, with all that was written before it began."""
    busy = [machine.start("tests.backup.filled:writes") for _ in range(writers)]
    taken = []
    try:
        for n in range(backups):
            before = machine.call("tests.backup.filled:written_so_far")
            machine.answer("backup", tmp_path / f"{n}.tar")
            taken.append((tmp_path / f"{n}.tar", before))
    finally:
        (machine.var / "stop").touch()
        wrote = [int(writer.communicate(timeout=60)[0].split()[-1]) for writer in busy]
    assert all(wrote) and machine.call("tests.backup.filled:written_so_far") == sum(wrote)
    counts = []
    for path, before in taken:
        other = machines(bare=True)
        assert other.answer("restore", path)["ok"]
        left = other.call("tests.backup.filled:written")
        assert left["transfers"] == left["entries"] == left["pieces"] >= before, left
        assert left["damages"] == []
        counts.append(left["transfers"])
    assert counts == sorted(counts) and counts[-1] > counts[0]


@both_stores
def test_backups_are_whole_while_others_write(machines, tmp_path):
    saves_while_others_write(machines(), machines, tmp_path, writers=2, backups=2)


@both_stores
@pytest.mark.soak
def test_twenty_backups_are_whole_while_four_write(machines, tmp_path):
    saves_while_others_write(machines(), machines, tmp_path, writers=4, backups=20)
