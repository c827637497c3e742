"""Whichever byte of an archive changes or is missing: is it noticed, and is the place named?"""

import io
import tarfile
from pathlib import Path

import pytest

from cartable.backup import archive, signature
from cartable.foundation.refused import Refused


FILES = {
    "store/cartable.sqlite3": b"rows" * 200,
    "files/ab/abcdef01-2345-4678-9abc-def012345678": b"sealed",
    "checkpoints/1.json": b"",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A small archive of three members."""
    folder = tmp_path_factory.mktemp("parts")
    members = []
    for number, (name, content) in enumerate(FILES.items()):
        path = folder / str(number)
        path.write_bytes(content)
        members.append((name, path))
    archive.write(folder / "small.tar", members, {"keys": signature.fingerprints()})
    return folder / "small.tar"


def refusal(content: bytes, folder: Path) -> Refused:
    path = folder / "altered.tar"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        archive.read(path)
    return refused.value


def test_what_is_written_is_read(written, tmp_path):
    opened = archive.read(written)
    assert opened.names("files") == [list(FILES)[1]] and list(opened.manifest["members"]) == sorted(FILES)
    for folder in ("store", "files", "checkpoints"):
        for name, file in archive.contents(opened, folder):
            archive.extract(opened, name, file, tmp_path / "out")
            assert (tmp_path / "out").read_bytes() == FILES[name]


def test_every_byte_counts(written, tmp_path):
    content = bytearray(written.read_bytes())
    end = len(content.rstrip(b"\0")) + 64
    for place in [*range(0, end, 3), *range(end, len(content), 509)]:
        content[place] ^= 0x10
        refusal(bytes(content), tmp_path)
        content[place] ^= 0x10


@pytest.mark.parametrize("name", FILES)
def test_the_altered_member_is_named(written, tmp_path, name):
    content = bytearray(written.read_bytes())
    with tarfile.open(written) as tar:
        member = tar.getmember(name)
    content[member.offset_data if member.size else member.offset] ^= 1
    said = refusal(bytes(content), tmp_path)
    assert name in said.sentence if member.size else said.code == "backup_cut"


def test_every_length_but_the_whole_is_refused(written, tmp_path):
    content = written.read_bytes()
    end = len(content.rstrip(b"\0"))
    said = {length: refusal(content[:length], tmp_path) for length in (*range(0, end, 7), end, end + 200)}
    assert {refused.code for refused in said.values()} == {"not_backup", "backup_cut"}
    assert said[0].code == "not_backup" and "« store/cartable.sqlite3 »" in said[700].sentence


def rewritten(written: Path, folder: Path, change) -> bytes:
    """Write the members again under other names, with the manifest as it was."""
    out = io.BytesIO()
    with tarfile.open(written) as source, tarfile.open(fileobj=out, mode="w") as target:
        for member in source:
            for name in change(member.name):
                content = source.extractfile(member.name).read()
                other = tarfile.TarInfo(name)
                other.size = len(content)
                target.addfile(other, io.BytesIO(content))
    return out.getvalue()


CHANGES = {
    "left out": (lambda name: [] if name.startswith("files/") else [name], "backup_incomplete"),
    "renamed": (lambda name: [name.replace("1.json", "2.json")], "backup_incomplete"),
    "put twice": (lambda name: [name, name] if name.startswith("store/") else [name], "backup_altered"),
    "added": (lambda name: [name, "files/cd/x"] if name.startswith("files/") else [name], "backup_altered"),
    "moved out": (lambda name: [name.replace("files/ab", "files/../..")], "backup_incomplete"),
}


@pytest.mark.parametrize(("change", "code"), CHANGES.values(), ids=CHANGES)
def test_members_are_those_of_the_manifest(written, tmp_path, change, code):
    assert refusal(rewritten(written, tmp_path, change), tmp_path).code == code


@pytest.mark.parametrize("name", ["files/../../keys", "/etc/passwd", "store/a/b", "files/ab/short"])
def test_no_member_leads_out_even_if_signed(tmp_path, name):
    (tmp_path / "part").write_bytes(b"x")
    archive.write(tmp_path / "out.tar", [(name, tmp_path / "part")], {"keys": signature.fingerprints()})
    with pytest.raises(Refused) as refused:
        archive.read(tmp_path / "out.tar")
    assert refused.value.code == "backup_altered"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", b"\x1f\x8b gzip", b"SQLite format 3\0"])
def test_what_is_no_backup_is_said_to_be_none(tmp_path, content):
    assert refusal(content, tmp_path).code == "not_backup"


def test_a_link_is_no_member(tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        link = tarfile.TarInfo("files/ab/abcdef01-2345-4678-9abc-def012345678")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert refusal(out.getvalue(), tmp_path).code in {"backup_altered", "backup_cut"}
