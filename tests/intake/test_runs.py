"""Does a run count every line, and may it be killed and begun again?"""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from cartable.foundation.refused import Refused
from cartable.intake.actions import begin_run, fail_run, finish_run
from cartable.intake.enums import RunKind, RunState
from cartable.intake.models import ImportRun
from cartable.intake.queries import finished_run, runs_visible_to


pytestmark = [pytest.mark.django_db, pytest.mark.store]
HASH = "a" * 64
COUNTS = {"lines": 4, "created": 1, "changed": 1, "unchanged": 1, "rejected": 1}


@pytest.fixture
def actor():
    return SimpleNamespace(public_id=uuid4())


def begun(actor, **more) -> ImportRun:
    return begin_run(**{"actor": actor, "kind": RunKind.PUPILS, "sha256": HASH, "target": "0930001W", **more})


def test_a_run_from_end_to_end(actor) -> None:
    run = begun(actor)
    assert finished_run(RunKind.PUPILS, HASH, "0930001W") is None
    finish_run(actor=actor, run=run.public_id, **COUNTS)
    done = finished_run(RunKind.PUPILS, HASH, "0930001W")
    assert done == run and (done.state, done.lines, done.rejected) == (RunState.DONE, 4, 1)
    assert finished_run(RunKind.PUPILS, HASH, "0930002X") is None


def test_a_killed_run_is_taken_over(actor) -> None:
    assert begun(actor) == begun(actor) and ImportRun.objects.count() == 1
    other = SimpleNamespace(public_id=uuid4())
    taken = begun(other)
    finish_run(actor=other, run=taken.public_id, **COUNTS)
    assert begun(actor) != taken and ImportRun.objects.count() == 2


def test_a_refused_file_keeps_its_code(actor) -> None:
    run = fail_run(actor=actor, run=begun(actor).public_id, code="bomb")
    assert (run.state, run.refusal) == (RunState.FAILED, "bomb") and run.finished_at
    assert finished_run(RunKind.PUPILS, HASH, "0930001W") is None


def test_a_lost_line_is_refused_by_the_action_and_by_the_store(actor) -> None:
    run = begun(actor)
    with pytest.raises(Refused) as caught:
        finish_run(actor=actor, run=run.public_id, **{**COUNTS, "lines": 5})
    assert caught.value.code == "lines_lost"
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(lines=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(state=RunState.DONE)


def test_a_run_ends_once_and_by_its_own_actor(actor) -> None:
    run = begun(actor)
    with pytest.raises(Refused, match="n’existe pas"):
        finish_run(actor=SimpleNamespace(public_id=uuid4()), run=run.public_id, **COUNTS)
    finish_run(actor=actor, run=run.public_id, **COUNTS)
    for end in (
        lambda: finish_run(actor=actor, run=run.public_id, **COUNTS),
        lambda: fail_run(actor=actor, run=run.public_id, code="x"),
    ):
        with pytest.raises(Refused, match="déjà terminé"):
            end()


def test_each_sees_the_runs_begun_by_himself(actor) -> None:
    run = begun(actor)
    begun(None, sha256="b" * 64)
    assert list(runs_visible_to(actor)) == [run]
    assert list(runs_visible_to(SimpleNamespace(public_id=uuid4()))) == []


def test_nothing_of_the_file_but_its_hash_is_kept() -> None:
    kept = {field.name for field in ImportRun._meta.get_fields()}
    assert "file_sha256" in kept and not {name for name in kept if "name" in name or "path" in name}
