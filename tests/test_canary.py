"""Is what is known of a child nowhere in clear: in no table, file, log or session, and in no byte of the store?

Three children go through all that the program does with a family. Whatever is left behind is then searched for
their words. One channel is left out, and only this much of it: in an e-mail to a family, the line that says to
whose address it goes, for without it the post arrives nowhere.
"""

import base64
import gzip
import json
import logging
import quopri
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from cartable.config import urls
from cartable.documents.actions import store as keep
from cartable.documents.enums import Kind
from cartable.equipment.actions import confirm_receipt, return_loan
from cartable.equipment.actions.receipts import Count
from cartable.equipment.models import Appointment, Handover
from cartable.equipment.rules import receipt_code
from cartable.journal.actions import record
from cartable.messages.actions import deliver, queue
from cartable.messages.models import OutgoingMessage
from cartable.pupils.models import Guardian, Need, PendingGuardian, Pupil
from cartable.territories.models import School
from cartable.web.register import REGISTER
from tests import canary, factories
from tests.equipment.stage import Stage, iccid
from tests.pupils import lists


assert urls.urlpatterns, "importing the addresses fills the register"

LAST, USAGE, FIRST, INE = "Quincampoîx", "Prouzhkâtel", "Zéphyrinelle", "987654321ZZ"
STREET, TOWN = "77 impasse du Quokka-Bleuté", "Wombâtville"
ADULT, ADULT_FIRST, MAIL = "Wroblankévitch", "Théodulphe", "canari.courriel@example.test"
TYPED, TYPED_FIRST, TYPED_STREET = "Balthazarène", "Gwénaëlline", "13 quai des Ornithorynques"
GONE, GONE_FIRST = "Éphémérovski", "Disparaîssante"
AUNT, DRIVER = "Oustalouppe", "Camionnowski"
PHONES = ["06 39 98 71 23", "0639987123", "639987123"]
BIRTHS = ["2012-09-23", "23/09/2012", "23 septembre 2012"]
NAMES = [LAST, USAGE, FIRST, ADULT, ADULT_FIRST, TYPED, TYPED_FIRST, GONE, GONE_FIRST, AUNT, DRIVER]
WORDS = [*NAMES, INE, STREET, "Quokka-Bleuté", TOWN, TYPED_STREET, "Ornithorynques", MAIL, *PHONES, *BIRTHS]


class Life:
    """One store, its folder, and the people who work on it."""

    def __init__(self, var: Path, caplog: Any, capfd: Any) -> None:
        self.var, self.caplog, self.capfd, self.printed = var, caplog, capfd, ""
        service = factories.equipment_user()
        self.school = factories.school("ecole", name="École Jules Ferry", email="ecole@example.test")
        pools = [
            factories.pool(serves="ecole"),
            factories.pool(9, serves="ecole", good="tablet", mode="lent"),
        ]
        operation = factories.operation(service, *pools)
        self.head = factories.user("head", self.school)
        self.stage = Stage(service, operation, self.school, self.head)
        self.at_school = self.signed_in(self.head)

    def signed_in(self, user: Any) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    def things(self) -> dict[str, Any]:
        """Give an object for each argument of an address, the canary's own."""
        pupil = Pupil.objects.order_by("id").first()
        return {
            "operation_id": self.stage.operation.public_id,
            "school_id": self.school.public_id,
            "pupil_id": pupil.public_id,
            "home_id": pupil.in_homes.first().home.public_id,
            "need_id": Need.objects.order_by("id").first().public_id,
            "appointment_id": Appointment.objects.order_by("id").first().public_id,
            "handover_id": Handover.objects.order_by("id").first().public_id,
        }

    def post(self, page: str, data: dict[str, Any], status: int = 302, **args: Any) -> HttpResponse:
        answer = self.at_school.post(reverse(page, kwargs=args), data)
        assert answer.status_code == status, f"{page} answers {answer.status_code}: {_faults(answer)}"
        return answer

    def look_at_all(self, client: Client) -> list[str]:
        """Open every page and file that has its objects here; give what was shown."""
        things, shown = self.things(), []
        for name, page in REGISTER.items():
            wanted = set(get_resolver().reverse_dict.getlist(name)[0][0][0][1])
            if "GET" in page.methods and wanted <= things.keys() and name != "sign-out":
                answer = client.get(reverse(name, kwargs={arg: things[arg] for arg in wanted}))
                shown.append(answer.content.decode("utf-8", "replace"))
        return shown

    def leaks(self, *, deep: bool = True) -> list[str]:
        """Say where any of the words stands; `deep`, in the store's own files too."""
        left = [*self.left(), *(canary.store_files() if deep else ())]
        everywhere = {where: words for where, said in left if (words := canary.found(WORDS, said))}
        return [f"{where}: {', '.join(sorted(words))}" for where, words in everywhere.items()]

    def left(self) -> Iterator[tuple[str, bytes]]:
        """Give everything that the program left behind."""
        yield from canary.rows()
        for where, said in canary.files(self.var):
            yield where, _without_recipient(said) if "mail/" in where else said
        self.printed += "".join(self.capfd.readouterr())
        yield "what was printed", self.printed.encode()
        yield "the log", self.caplog.text.encode()


def _faults(answer: HttpResponse) -> str:
    return " ".join(re.findall(r'<a href="#id_[^>]+>[^<]*</a>[^<]*', answer.content.decode()))


def _without_recipient(mail: bytes) -> bytes:
    """Take out the one line that an e-mail cannot do without."""
    return re.sub(rb"^To: .*$", b"To:", mail, flags=re.M)


@pytest.fixture
def life(db, stores, tmp_path, settings, caplog, capfd, clock) -> Iterator[Life]:
    settings.VAR_DIR, settings.EMAIL_FILE_PATH = tmp_path, tmp_path / "mail"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    caplog.set_level(0)
    with (
        canary.on_the_store(stores.fresh()),
        canary.listening(caplog.handler),
        clock.at("2020-04-27T09:00+02:00"),
    ):
        yield Life(tmp_path, caplog, capfd)


def upload(*lines: str, name: str = "liste.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\r\n".join(lines).encode("iso-8859-15"))


def brought(life: Life) -> None:
    """Adults first, who wait for their child; then the children, with a line that is refused; then a broken file."""
    here = {"school_id": life.school.public_id}
    home = f"{STREET}|93300|{TOWN}"
    adult = lists.onde_guardian(ADULT, ADULT_FIRST, home, f"{LAST} {FIRST}", phone=PHONES[0])
    adult = adult.replace("FRANCE;;;;", f"FRANCE;{MAIL};;;")
    life.post("pupils-import", {"first": upload(lists.GUARDIANS_HEADER, adult)}, 200, **here)
    assert PendingGuardian.objects.count() == 1 and life.leaks() == []
    child = lists.onde_pupil(LAST, FIRST, BIRTHS[1], ine=INE, homes=[home]).replace(";;", f";{USAGE};", 1)
    rows = [child, lists.onde_pupil(GONE, GONE_FIRST), lists.onde_pupil(GONE, TYPED_FIRST, "32/13/2012")]
    page = life.post("pupils-import", {"first": upload(lists.ONDE_HEADER, *rows)}, 200, **here)
    assert "base64," in page.content.decode() and Guardian.objects.get().email == MAIL
    life.post("pupils-import", {"first": upload(LAST, FIRST, name=f"{LAST}.csv")}, 422, **here)


def typed_and_marked(life: Life) -> None:
    """A family typed at the second attempt; a search; ticks; the return, which erases whom nobody marked."""
    here = {"school_id": life.school.public_id}
    family = {
        "last_name": TYPED, "adult_first_name": ADULT_FIRST, "phone": "12", "kind": "family", "address": TYPED_STREET,
        "postcode": "93300", "city": TOWN, "undisclosed": "on", "first_name_1": TYPED_FIRST, "level_1": "CM1",
        "birth_date_1": BIRTHS[0], "connection_1": "sim", "lacks_1": ["device"], "second_name": ADULT,
        "second_address": STREET,
    }  # fmt: skip
    life.post("family-new", family, 422, **here)
    life.post("family-new", family | {"phone": PHONES[0]}, **here)
    life.post("pupils", {"q": LAST}, 200, **here)
    first = Pupil.objects.order_by("id").first()
    ticks = {
        "pupil": first.public_id,
        f"device:{first.public_id}": "on",
        f"connection:{first.public_id}": "sim",
    }
    life.post("pupils-mark", ticks, **here)
    life.post("answer-send", {}, operation_id=life.stage.operation.public_id, **here)
    assert Pupil.objects.count() == 2


def sent_to_the_school(life: Life) -> None:
    stage = life.stage
    stage.receive(9, ranges=[(iccid(0), iccid(8))])
    shipment = stage.ship(6)
    confirm_receipt(
        code=receipt_code(shipment.public_id),
        name=DRIVER,
        lines={line.public_id: Count(line.quantity) for line in shipment.lines.all()},
    )
    stage.declare(3), stage.agree()


def told(life: Life) -> None:
    """Appointments, and an e-mail to the family that has an address."""
    here = {"operation_id": life.stage.operation.public_id, "school_id": life.school.public_id}
    slots = {"good": "sim", "day": "2020-04-30", "begins": "09:00", "minutes_each": 5}
    life.post("appointments-new", slots, **here)
    life.post("appointments-tell", {"place": "accueil"}, **here)
    assert OutgoingMessage.objects.filter(dedup_key__startswith="appointment:").count() == 1
    assert life.leaks() == []
    assert deliver().sent >= 1
    letters = b"".join(path.read_bytes() for path in (life.var / "mail").iterdir())
    assert MAIL.encode() in letters and b"accueil" in letters


def handed_over(life: Life) -> None:
    """A card to an aunt after a wrong number, swapped; a tablet lent and back; a mistake, with a name as its reason."""
    here = {"operation_id": life.stage.operation.public_id, "school_id": life.school.public_id}
    connection, other = Need.objects.filter(kind="connection").order_by("id")
    form = {
        "number": "123",
        "receiver": "authorised_adult",
        "receiver_name": AUNT,
        "proof": "sim:certificate",
    }
    homes = connection.of_pupils.get().pupil.in_homes.all()
    form |= {"key": uuid4(), "home": homes[0].home.public_id}
    life.post("gate-hand", form, 422, need_id=connection.public_id, **here)
    life.post("gate-hand", form | {"number": iccid(0)}, need_id=connection.public_id, **here)
    done = Handover.objects.get()
    swap = {"new_number": iccid(1), "incident": "dead_card", "key": uuid4()}
    life.post("handover-swap", swap, handover_id=done.public_id)
    wrong = life.stage.hand(other, iccid(2), receiver_name=AUNT).handover
    life.post("handover-cancel", {"reason": f"c'était pour {FIRST} {LAST}"}, handover_id=wrong.public_id)
    device = Need.objects.filter(kind="device").order_by("id").first()
    loan = life.stage.lend(device, "T1", receiver_name=f"{ADULT_FIRST} {ADULT}").handover
    for row, kind in ((Handover.objects.get(replaces=done), Kind.CERTIFICATE), (loan, Kind.LOAN_AGREEMENT)):
        paper = life.at_school.get(reverse("handover-paper", args=[row.public_id])).content
        assert paper.startswith(b"%PDF")
        keep(actor=life.head, kind=kind, content=paper, reference=f"handover:{row.public_id}")
    return_loan(actor=life.head, loan_id=loan.public_id, condition="good")


def looked_at(life: Life) -> None:
    """Everybody looks at everything; a head asks for the data of a child, and for what is not there."""
    shown = "".join(life.look_at_all(life.at_school))
    assert all(canary.found([word], shown.encode()) for word in (LAST, FIRST, ADULT, STREET, MAIL, PHONES[0]))
    for role in ("national", "auditor", "administrator"):
        life.look_at_all(life.signed_in(factories.user(role)))
    life.look_at_all(life.signed_in(life.stage.service))
    stranger = life.signed_in(factories.user("head", factories.school()))
    life.look_at_all(stranger)
    child = Pupil.objects.order_by("id").first()
    assert FIRST in life.post("pupil-export", {}, 200, pupil_id=child.public_id).content.decode()
    life.post("pupil-correct", {"last_name": LAST}, 404, pupil_id=uuid4())


def broken(life: Life, monkeypatch: Any) -> None:
    """An action breaks down with a family in its hands."""

    def breaks(*, pupil: Any, **_more: Any) -> None:
        name = pupil.last_name
        raise RuntimeError(f"out of order after {len(name)} letters")

    monkeypatch.setattr("cartable.web.pupils.records.correct_pupil", breaks)
    child = Pupil.objects.order_by("id").first()
    form = {"last_name": LAST, "first_name": FIRST, "birth_date": BIRTHS[0], "level": "CM1"}
    life.post("pupil-correct", form, 500, pupil_id=child.public_id)
    assert "out of order" in life.caplog.text


@pytest.mark.store
@pytest.mark.django_db
def test_nothing_known_of_a_child_is_left_anywhere(life, monkeypatch):
    brought(life)
    typed_and_marked(life)
    assert life.leaks() == []
    sent_to_the_school(life)
    told(life)
    handed_over(life)
    looked_at(life)
    broken(life, monkeypatch)
    assert life.leaks() == []
    _every_place_was_searched(life)
    for leak in LEAKS:
        _is_noticed(leak, life)
    _what_was_written_over_is_noticed(life)


def _every_place_was_searched(life: Life) -> None:
    """What was not there to be searched would prove nothing."""
    places = " ".join(where for where, said in [*life.left(), *canary.store_files()] if said)
    for table in ("pupils_guardian", "equipment_handover", "journal_entry", "messages_outgoingmessage"):
        assert f"table {table}" in places
    for place in ("the sessions", "store file", "file mail/", "file files/", "the log"):
        assert place in places
    assert not list((life.var / "uploads").iterdir())


def _is_noticed(leak: Callable[[Life], Any], life: Life) -> None:
    with transaction.atomic():
        leak(life)
        assert life.leaks(deep=False), f"nobody saw {leak.__name__}"
        transaction.set_rollback(True)
    life.caplog.clear()
    life.capfd.readouterr()
    life.printed = ""
    (life.var / "leak").unlink(missing_ok=True)
    assert life.leaks(deep=False) == []


def _what_was_written_over_is_noticed(life: Life) -> None:
    """A name that stood in a row once, and does no more, is still in the pages of the store."""
    for text in (FIRST, ""):
        School.objects.filter(pk=life.school.pk).update(address_3=text)
    assert life.leaks(deep=False) == []
    assert any(leak.startswith("store file") for leak in life.leaks())


def a_plain_copy(life: Life) -> None:
    School.objects.filter(pk=life.school.pk).update(address_3=f"élève : {FIRST}")


def a_name_in_the_journal(_life: Life) -> None:
    record(actor=None, verb="pupils.marked", target=canary.fold(LAST).upper())


def a_subject_that_names(life: Life) -> None:
    queue(actor=None, to=MAIL, subject=f"Pour {FIRST}", body="", dedup_key="leak")


def a_search_kept_in_a_session(life: Life) -> None:
    session = life.at_school.session
    session["last_search"] = LAST
    session.save()


def a_name_in_the_log(_life: Life) -> None:
    logging.getLogger("cartable.pupils").debug("saved %s", FIRST.upper())


def a_paper_that_is_not_sealed(life: Life) -> None:
    row = Handover.objects.filter(state="done").first()
    (life.var / "leak").write_bytes(
        life.at_school.get(reverse("handover-paper", args=[row.public_id])).content
    )


def an_export_on_the_disk(life: Life) -> None:
    (life.var / "leak").write_bytes(base64.b64encode(json.dumps({"nom": f"x{ADULT}"}).encode()))


LEAKS = [
    a_plain_copy,
    a_name_in_the_journal,
    a_subject_that_names,
    a_search_kept_in_a_session,
    a_name_in_the_log,
    a_paper_that_is_not_sealed,
    an_export_on_the_disk,
]


DRESSES = {
    "another case": FIRST.swapcase().encode(),
    "capitals without accents": canary.fold(FIRST).upper().encode(),
    "Latin-1": FIRST.encode("latin-1"),
    "UTF-16": f"x{FIRST}".encode("utf-16-le"),
    "decomposed accents": unicodedata.normalize("NFD", FIRST).encode(),
    "base64": base64.b64encode(f"a{FIRST}b".encode()),
    "base64, further on": base64.b64encode(f"ab{FIRST}".encode()),
    "base64 for addresses": base64.urlsafe_b64encode(f"???{FIRST}???".encode()),
    "hexadecimal": FIRST.upper().encode().hex().encode(),
    "an address": quote(FIRST).encode(),
    "JSON": json.dumps({"a": FIRST}).encode(),
    "a mail": quopri.encodestring(FIRST.encode()),
    "packed": gzip.compress(f"; {FIRST} ;".encode()),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_a_word_is_found_in_every_dress(dress):
    assert canary.found([FIRST, LAST], DRESSES[dress]) == {FIRST}


def test_a_word_that_is_not_there_is_not_found():
    assert (
        canary.found(WORDS, b"\x00\xff" * 99 + b"Zephyr Quincy 2012-09-24 0639987100 ecole@example.test")
        == set()
    )


def test_only_the_line_of_the_recipient_is_left_out_of_a_mail():
    mail = f"Subject: x\nTo: {MAIL}\n\nBonjour {FIRST}, {MAIL}".encode()
    assert canary.found(WORDS, _without_recipient(mail)) == {FIRST, MAIL}
