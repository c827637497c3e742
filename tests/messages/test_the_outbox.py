"""Does each message leave once for one cause, survive a crash, and keep its secrets?"""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as InMemory
from django.db import connection, transaction
from django.db.utils import IntegrityError

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.messages import actions, queries
from cartable.messages.enums import Channel, State
from cartable.messages.models import OutgoingMessage


pytestmark = [pytest.mark.store, pytest.mark.django_db]
MONDAY = datetime(2020, 4, 27, 9, 20, tzinfo=UTC)
LINK = "https://cartable.essai.invalid/entrer/canari-Zx81"
ADDRESS = "canari.zephirine@essai.invalid"


def queue(key: str = "invitation:1", **changes: str) -> OutgoingMessage:
    values = {"to": ADDRESS, "subject": "Votre accès à Cartable", "body": f"Ouvrez {LINK}", "dedup_key": key}
    return actions.queue(actor=None, **(values | changes))


class Broken(InMemory):
    """A mail server that is away, or that dislikes one address; `calls` counts what reached it."""

    calls = 0
    refused = ""

    def send_messages(self, messages: list) -> int:
        type(self).calls += 1
        if self.refused and self.refused not in messages[0].to:
            return super().send_messages(messages)
        raise ConnectionRefusedError(f"550 {messages[0].to[0]} is unknown here")


@pytest.fixture
def broken(settings, monkeypatch) -> type[Broken]:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    monkeypatch.setattr(Broken, "calls", 0)
    monkeypatch.setattr(Broken, "refused", "")
    return Broken


def test_a_message_leaves_with_its_words():
    message = queue()
    assert mail.outbox == [], "nothing leaves inside the action"
    assert actions.deliver() == (1, 0, 0, 0)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([ADDRESS], "Votre accès à Cartable", f"Ouvrez {LINK}")
    assert str(message.public_id) in sent.extra_headers["Message-ID"]
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_the_same_cause_gives_the_first_message():
    first = queue()
    again = queue(body="other words", to="other@essai.invalid")
    assert again.pk == first.pk
    actions.deliver()
    actions.deliver()
    assert queue().state == State.SENT
    assert actions.deliver().sent == 0
    assert len(mail.outbox) == 1
    assert Entry.objects.filter(verb="message.queued").count() == 1


def test_an_undone_cause_sends_nothing():
    with pytest.raises(RuntimeError), transaction.atomic():
        queue()
        raise RuntimeError
    assert actions.deliver() == (0, 0, 0, 0)


@pytest.mark.parametrize("to", ["", "nobody", "a@b", "a@b.fr\nBcc: c@d.fr", "a@b.fr, c@d.fr"])
def test_a_wrong_address_is_refused_in_french(to):
    with pytest.raises(Refused) as no:
        queue(to=to)
    assert no.value.code == "email_wrong"
    assert OutgoingMessage.objects.count() == 0


@pytest.mark.parametrize("subject", ["", "one\ntwo", "one\r\nBcc: c@d.fr", "o" * 151])
def test_a_subject_is_one_line(subject):
    with pytest.raises(Refused) as no:
        queue(subject=subject)
    assert no.value.code == "subject_wrong"


def raw_rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messages_outgoingmessage")
        return repr(cursor.fetchall())


def test_addresses_and_links_are_sealed_then_the_body_is_emptied():
    queue()
    assert "canari" not in raw_rows()
    actions.deliver()
    message = OutgoingMessage.objects.get()
    assert (message.body, message.recipient) == ("", ADDRESS)
    assert "canari" not in raw_rows()
    assert "canari" not in repr(list(Entry.objects.values()))


def test_a_server_that_is_away_is_tried_again_later_then_given_up(broken):
    queue()
    moment = MONDAY
    with clock.at(moment):
        OutgoingMessage.objects.update(created_at=moment, not_before=moment)
        assert actions.deliver() == (0, 1, 0, 1)
        assert actions.deliver() == (0, 0, 0, 1), "not again at once"
    for pause in actions.PAUSES[:-1]:
        moment += timedelta(minutes=pause)
        with clock.at(moment):
            assert actions.deliver() == (0, 1, 0, 1)
    with clock.at(moment + timedelta(minutes=actions.PAUSES[-1])):
        assert actions.deliver() == (0, 0, 1, 0)
    message = OutgoingMessage.objects.get()
    assert (message.state, message.attempts) == (State.FAILED, 1 + len(actions.PAUSES))
    assert message.error_code == "ConnectionRefusedError"


def test_what_the_server_says_is_written_nowhere(broken, caplog):
    queue()
    actions.deliver()
    assert "ConnectionRefusedError" in caplog.text
    assert "canari" not in caplog.text + raw_rows()


def test_one_bad_address_does_not_hold_the_others(broken):
    broken.refused = ADDRESS
    queue("bad")
    for n in range(3):
        queue(f"good:{n}", to=f"n{n}@essai.invalid")
    assert actions.deliver() == (3, 1, 0, 1)


def test_a_server_that_is_away_is_not_asked_two_hundred_times(broken):
    for n in range(actions.GIVE_UP + 4):
        queue(f"k:{n}")
    assert actions.deliver() == (0, actions.GIVE_UP, 0, actions.GIVE_UP + 4)
    assert broken.calls == actions.GIVE_UP


def test_a_failed_message_can_be_tried_again(broken, settings):
    message = queue()
    OutgoingMessage.objects.update(state=State.FAILED, attempts=6)
    actions.retry(actor=None, message=message.public_id)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert actions.deliver().sent == 1
    with pytest.raises(Refused) as no:
        actions.retry(actor=None, message=message.public_id)
    assert no.value.code == "move_forbidden"


def test_a_process_that_died_while_sending_is_replaced_after_its_lease():
    queue()
    with clock.at(MONDAY):
        OutgoingMessage.objects.update(created_at=MONDAY, not_before=MONDAY)
        assert actions._claim() is not None
        assert actions.deliver() == (0, 0, 0, 1), "another process holds it"
    with clock.at(MONDAY + actions.LEASE):
        assert actions.deliver() == (1, 0, 0, 0)


def test_a_message_cancelled_while_it_leaves_stays_cancelled(monkeypatch):
    message = queue()
    claimed = actions._claim()
    actions.cancel(actor=None, message=message.public_id)
    actions._close(claimed, State.SENT, sent_at=clock.now())
    message.refresh_from_db()
    assert (message.state, message.body) == (State.CANCELLED, "")
    assert actions.deliver() == (0, 0, 0, 0)


def test_at_most_so_many_leave_at_once():
    for n in range(5):
        queue(f"k:{n}")
    assert actions.deliver(limit=2) == (2, 0, 0, 3)


@pytest.mark.django_db(transaction=True)
def test_sending_inside_a_transaction_is_an_error():
    queue()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        actions.deliver()
    assert mail.outbox == []


def test_letters_wait_for_the_printer():
    letter = queue("letter:1", channel=Channel.LETTER, to="Mme la Directrice, 3 rue de l'École")
    assert actions.deliver() == (0, 0, 0, 0)
    assert list(queries.letters_to_print()) == [letter]
    assert actions.mark_printed(actor=None, messages=[letter.public_id]) == 1
    assert actions.mark_printed(actor=None, messages=[letter.public_id]) == 0
    letter.refresh_from_db()
    assert (letter.state, letter.body) == (State.SENT, "")


def test_messages_are_counted_by_state():
    queue("a")
    actions.deliver()
    queue("b")
    assert queries.standing(queries.by_keys(["a", "b", "none"])) == (1, 1, 0, 0)


def test_messages_go_after_thirty_days():
    queue("old")
    with clock.at(clock.now() + timedelta(days=31)):
        queue("young")
        assert actions.erase_expired(actor=None) == 1
    assert [m.dedup_key for m in OutgoingMessage.objects.all()] == ["young"]


def test_a_sent_message_has_a_date():
    queue()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMessage.objects.update(state=State.SENT)


def test_the_folder_of_demo_mail_is_closed_to_others(settings, tmp_path):
    folder = tmp_path / "mail"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = folder
    assert actions.deliver() == (0, 0, 0, 0)
    assert list(folder.iterdir()) == [], "an empty delivery writes no file"
    queue()
    assert actions.deliver().sent == 1
    (file,) = folder.iterdir()
    assert LINK in Path(file).read_text()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
