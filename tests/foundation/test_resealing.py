"""Is everything sealed again with the new key, without a word lost, whoever writes or dies meanwhile?"""

import base64
import json

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import override_settings

from cartable.cli.main import main
from cartable.documents.actions import open_document
from cartable.documents.actions import store as keep
from cartable.documents.enums import Kind
from cartable.foundation import resealing
from cartable.foundation.sealed import SealedText
from cartable.journal.checks import damages
from cartable.journal.models import Entry
from cartable.messages.actions import queue
from cartable.messages.models import OutgoingMessage
from cartable.pupils.models import Home, Pupil
from tests import factories, kill


pytestmark = [pytest.mark.store, pytest.mark.django_db]


def key(name: str) -> str:
    return (
        f"{name}:" + base64.urlsafe_b64encode(f"the key {name} of thirty-two bytes!!!".encode()[:32]).decode()
    )


OLD = django_settings.CARTABLE_KEYS
TWO_KEYS = f"{key('k2')},{OLD}"


@pytest.fixture
def sealed(tmp_path):
    """A family, a message, a second factor and a paper, sealed with the old key; then the new one is put in front."""
    child = factories.pupil(factories.school(), first_name="Zoé", last_name="Quinquempoix")
    factories.home(child, address="3 rue des Clés", city="Aubervilliers")
    queue(actor=None, to="moi@example.test", subject="x", body="bonjour", dedup_key="z")
    factor = factories.second_factor(factories.user())
    with override_settings(VAR_DIR=tmp_path):  # other tests leave papers in the folder of all
        paper = keep(actor=None, kind=Kind.PACKING_SLIP, content=b"%PDF slip", reference="test:1")
        with override_settings(CARTABLE_KEYS=TWO_KEYS):
            yield {"child": child, "factor": factor, "paper": paper}


def stored() -> str:
    """Give every sealed text as it stands."""
    texts = []
    with connection.cursor() as cursor:
        for model in resealing.sealed_models():
            cursor.execute(f"SELECT {', '.join(resealing.sealed_columns(model))} FROM {model._meta.db_table}")
            texts += [text for row in cursor.fetchall() for text in row if text]
    assert texts
    return "\n".join(texts)


def test_all_is_sealed_with_the_new_key_and_reads_as_before(sealed, capsys):
    assert "s1:k1:" in stored() and "s1:k2:" not in stored()
    assert main(["reseal"]) == 0
    assert "s1:k2:" in stored() and "s1:k1:" not in stored()
    assert "laissez-la, en dernier" in capsys.readouterr().out
    with override_settings(CARTABLE_KEYS=key("k2")):
        child = Pupil.objects.get()
        assert (child.first_name, child.last_name, child.birth_date) == ("Zoé", "Quinquempoix", "2010-05-17")
        assert Home.objects.get().address == "3 rue des Clés"
        assert OutgoingMessage.objects.get().body == "bonjour"
        assert open_document(sealed["paper"]) == b"%PDF slip"


def test_hashes_stay_and_the_journal_with_them(sealed):
    before = Pupil.objects.get().match_key
    main(["reseal"])
    assert Pupil.objects.get().match_key == before and damages() == []
    with override_settings(CARTABLE_KEYS=key("k2")):
        assert [one.code for one in damages()] == ["journal_head_forged"], "why the oldest key must stay"


def test_a_dry_run_counts_and_writes_nothing(sealed, capsys):
    before, entries = stored(), Entry.objects.count()
    assert main(["reseal", "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rows"]["pupils.Pupil"] == said["rows"]["accounts.SecondFactor"] == said["files"] == 1
    assert (stored(), Entry.objects.count()) == (before, entries)


def test_a_second_run_finds_nothing(sealed, capsys):
    main(["reseal"])
    before, entries = stored(), Entry.objects.count()
    assert Entry.objects.latest("seq").verb == "keys.resealing"
    capsys.readouterr()
    assert main(["reseal", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == {}
    assert (stored(), Entry.objects.count()) == (before, entries)


def test_what_people_write_meanwhile_wins(sealed, monkeypatch):
    write, changed = resealing._write, []

    def somebody_first(model, pk, old, new):
        if model is Pupil and not changed:
            changed.append(pk)
            child = Pupil.objects.get(pk=pk)
            child.first_name = "Zoé-Marie"
            child.save()
        return write(model, pk, old, new)

    monkeypatch.setattr(resealing, "_write", somebody_first)
    done = resealing.reseal()
    assert changed and Pupil.objects.get().first_name == "Zoé-Marie"
    assert resealing.count_behind() == {} and done.broken == []


def test_a_row_erased_meanwhile_is_no_fault(sealed, monkeypatch):
    write = resealing._write

    def erased_first(model, pk, old, new):
        if model is OutgoingMessage:
            OutgoingMessage.objects.all().delete()
        return write(model, pk, old, new)

    monkeypatch.setattr(resealing, "_write", erased_first)
    assert resealing.reseal().broken == [] and resealing.count_behind() == {}


def test_what_no_key_opens_is_said_and_the_rest_is_done(sealed, capsys):
    OutgoingMessage.objects.update(body=SealedText("s1:k0:" + "A" * 40))
    assert main(["reseal"]) == 1
    assert f"messages_outgoingmessage:{OutgoingMessage.objects.get().public_id}" in capsys.readouterr().out
    assert list(resealing.count_behind()) == ["messages.OutgoingMessage"]


def test_many_rows_go_in_chunks_of_one_transaction_each(sealed, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(resealing, "CHUNK", 3)
    for n in range(10):
        with override_settings(CARTABLE_KEYS=OLD):
            queue(actor=None, to=f"p{n}@example.test", subject="x", body="y", dedup_key=f"n{n}")
    seen = []
    resealing.reseal(progress=lambda table, count: seen.append((table, count)))
    assert [count for table, count in seen if table == "messages.OutgoingMessage"] == [3, 6, 9, 11]


@pytest.mark.kill
def test_a_run_killed_at_any_statement_loses_nothing_and_goes_on(stores):
    play = kill.Play(*(f"tests.foundation.resealed:{name}" for name in ("prepare", "act", "state")))
    outcomes = kill.kill_everywhere(stores, play)
    assert {one.after_kill["readable"] for one in outcomes} == {3}
    assert {one.after_kill["behind"] for one in outcomes} == {0, 1, 2, 3}, "it stops between rows, too"
    assert all(one.after_repeat == {"behind": 0, "readable": 3} for one in outcomes)
