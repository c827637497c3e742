"""A store in which a bit of everything happened, what stands in it, and writers that do not stop for a backup."""

from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from cartable.accounts.models import User
from cartable.cli.checks import all_damages
from cartable.documents.actions import erase, open_document
from cartable.documents.actions import store as keep
from cartable.documents.enums import Kind
from cartable.documents.models import StoredDocument
from cartable.equipment.models import Handover
from cartable.foundation import clock
from cartable.journal.actions import record
from cartable.journal.models import Entry
from cartable.ledger.actions import open_resource, post
from cartable.ledger.models import Transfer
from cartable.ledger.queries import balances
from cartable.pupils.models import Pupil
from tests.equipment.stage import iccid, stage
from tests.factories import PASSWORD


NINE = datetime(2020, 4, 27, 7, tzinfo=UTC)
CANARY = "Zéphyrine"
HEAD = "tete@example.test"


def fill() -> None:
    """Make one store with a hand-over, a loan, documents (one erased) and an open session."""
    with clock.at(NINE):
        week = stage()
        week.stock(4), week.declare(2), week.agree()
        week.head.identifier = HEAD
        week.head.set_password(PASSWORD)
        week.head.save()
        need = week.need()
        Pupil.objects.update(first_name="")
        for pupil in Pupil.objects.all():
            pupil.first_name = CANARY
            pupil.save()
        week.hand(need, iccid(0)), week.lend(week.need("device"), "T1")
        for n in range(3):
            keep(actor=week.head, kind=Kind.PACKING_SLIP, content=b"%%PDF %d" % n, reference=f"test:{n}")
        erase(actor=week.head, document=StoredDocument.objects.order_by("id")[0].public_id)
    assert signs_in()


def state() -> dict[str, Any]:
    """Say what stands, as people would see it."""
    papers = StoredDocument.objects.filter(erased_at=None).order_by("id")
    return {
        "names": sorted(pupil.first_name for pupil in Pupil.objects.all()),
        "handed": Handover.objects.count(),
        "papers": [open_document(paper).decode() for paper in papers],
        "transfers": Transfer.objects.count(),
        "entries": list(Entry.objects.order_by("seq").values_list("verb", "hash")),
        "users": sorted(User.objects.values_list("identifier", flat=True)),
        "damages": [damage.code for damage in all_damages()],
    }


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        return cursor.fetchone()[0]


def let_the_head_in() -> None:
    """Give one account a password that the drill knows."""
    head = User.objects.order_by("id")[0]
    head.identifier = HEAD
    head.set_password(PASSWORD)
    head.save()


def signs_in() -> bool:
    """Sign in through the page, as the head does."""
    answer = Client().post(reverse("sign-in"), {"username": HEAD, "password": PASSWORD})
    return answer.status_code == 302


def goes_on() -> bool:
    """Write once more, so that numbers given before the backup are not given again."""
    with clock.at(NINE):
        keep(actor=None, kind=Kind.PACKING_SLIP, content=b"%PDF later", reference="test:later")
        one()
    return not all_damages()


def one() -> None:
    """One transaction of three rows: a transfer, its entry, a step of the head."""
    with transaction.atomic():
        open_resource(code="written", label="Carte")
        post(
            actor=None, transfer_id=uuid4(), resource="written", source="outside:x", target="depot:x",
            amount=1, value_date=NINE.date(), reason="written",
        )  # fmt: skip
        record(actor=None, verb="written.once")


def writes() -> int:
    """Write until the file `stop` lies under var/; say how often."""
    stop, count, deadline = Path(settings.VAR_DIR) / "stop", 0, monotonic() + 600
    while not stop.exists() and monotonic() < deadline:
        count += _wrote()
    return count


def _wrote() -> bool:
    """Write once; whoever waited too long behind the other writers of SQLite has written nothing, and asks again."""
    try:
        one()
    except OperationalError as waited:
        if "locked" not in str(waited):
            raise
        return False
    return True


def written() -> dict[str, Any]:
    """What the writers left: as many transfers as entries, and as many pieces."""
    return {
        "transfers": Transfer.objects.filter(reason_code="written").count(),
        "entries": Entry.objects.filter(verb="written.once").count(),
        "pieces": balances("written", ["depot:x"])["depot:x"],
        "damages": [damage.code for damage in all_damages()],
    }


def written_so_far() -> int:
    return Transfer.objects.filter(reason_code="written").count()


def a_file_is_lost() -> None:
    """Take a kept document's file away, which is a damage."""
    from cartable.documents import vault

    vault.remove(StoredDocument.objects.filter(erased_at=None).order_by("id")[0].public_id)
