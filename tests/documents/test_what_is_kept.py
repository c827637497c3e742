"""Is a document kept whole and sealed, given back as it was, and gone once erased?"""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from cartable.documents import actions, checks, queries, render, vault
from cartable.documents.models import StoredDocument
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.sealed import BrokenSeal
from cartable.journal.models import Entry
from tests.documents import samples


pytestmark = [pytest.mark.store, pytest.mark.django_db]
CANARY = "Canari-Zéphirine-Quatrelune"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def keep(
    content: bytes = b"%PDF " + CANARY.encode(), kind: str = "certificate", reference: str = "handover:1"
):
    return actions.store(actor=None, kind=kind, content=content, reference=reference)


def test_a_document_comes_back_as_it_was():
    content = render.certificate(samples.SHEET, samples.certificates(1))
    document = keep(content)
    assert actions.open_document(StoredDocument.objects.get(pk=document.pk)) == content
    assert document.size == len(content)
    assert checks.damages() == []


def test_the_file_is_sealed_and_closed_to_others(own_folder):
    document = keep()
    path = vault.path_of(document.public_id)
    assert CANARY.encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p for p in own_folder.rglob("*") if p.is_file()] == [path]


def test_a_file_moved_to_another_document_does_not_open():
    one, two = keep(), keep(b"other", reference="handover:2")
    vault.path_of(two.public_id).write_bytes(vault.path_of(one.public_id).read_bytes())
    with pytest.raises(BrokenSeal):
        actions.open_document(two)
    assert [d.code for d in checks.damages()] == ["document_seal_broken"]


@pytest.mark.parametrize("content", [b"", b"d1", b"d1:k1:short", b"d1:k\xff:x", b"x1:k1:" + b"0" * 40])
def test_a_damaged_file_is_named_by_check(content):
    document = keep()
    vault.path_of(document.public_id).write_bytes(content)
    assert [d.code for d in checks.damages()] == ["document_seal_broken"]


def test_check_names_a_lost_file_and_a_changed_row():
    lost, changed = keep(), keep(b"other", reference="handover:2")
    vault.remove(lost.public_id)
    StoredDocument.objects.filter(pk=changed.pk).update(sha256="0" * 64)
    assert [d.code for d in checks.damages()] == ["document_file_missing", "document_changed"]
    with pytest.raises(Refused) as no:
        actions.open_document(lost)
    assert no.value.code == "document_missing"


def test_the_same_content_is_kept_once(own_folder):
    assert keep().pk == keep().pk
    assert len(list(vault.names())) == 1
    assert Entry.objects.filter(verb="document.stored").count() == 1


def test_a_kind_that_is_none_keeps_nothing():
    with pytest.raises(ValueError, match="poem"):
        keep(kind="poem")
    assert list(vault.names()) == []


def test_erasing_removes_the_file_and_keeps_the_fact(django_capture_on_commit_callbacks):
    document = keep()
    with django_capture_on_commit_callbacks(execute=True):
        actions.erase(actor=None, document=document.public_id)
        actions.erase(actor=None, document=document.public_id)
    assert list(vault.names()) == []
    row = StoredDocument.objects.get(pk=document.pk)
    with pytest.raises(Refused) as no:
        actions.open_document(row)
    assert no.value.code == "document_erased"
    assert Entry.objects.filter(verb="document.erased").count() == 1
    assert keep().pk != row.pk


def test_working_papers_go_after_thirty_days():
    papers, proof = keep(kind="call_list"), keep(b"proof")
    with clock.at(clock.now() + timedelta(days=29)):
        assert actions.erase_expired(actor=None) == 0
    with clock.at(clock.now() + timedelta(days=31)):
        assert actions.erase_expired(actor=None) == 1
    assert list(queries.kept()) == [proof]
    assert papers.pk != proof.pk


def test_an_undone_transaction_leaves_a_file_that_the_sweep_takes():
    kept = keep()
    with pytest.raises(RuntimeError), transaction.atomic():
        keep(b"lost", reference="handover:9")
        raise RuntimeError
    assert len(list(vault.names())) == 2
    assert actions.sweep() == 0, "a file younger than an hour may belong to a transaction that still runs"
    with clock.at(clock.now() + timedelta(hours=2)):
        assert actions.sweep() == 1
    assert [p.name for p in vault.names()] == [str(kept.public_id)]


def test_a_write_cut_short_leaves_no_document(monkeypatch):
    def out_of_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault.os, "fsync", out_of_space)
    with pytest.raises(OSError, match="No space"):
        keep()
    assert StoredDocument.objects.count() == 0
    assert all(path.suffix == ".part" for path in vault.names())
