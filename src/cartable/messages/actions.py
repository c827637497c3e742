"""Write to the outbox, and empty it."""

import contextlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal import actions as journal
from cartable.journal.actions import Actor
from cartable.messages import queries
from cartable.messages.enums import MOVES, Channel, State
from cartable.messages.models import LONGEST_SUBJECT, OutgoingMessage


log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
# Minutes until the next attempt; when they are used up the message has failed.
PAUSES = (1, 5, 30, 120, 720)
GIVE_UP = 5


class NewMessage(NamedTuple):
    """An e-mail to be written to the outbox; `subject` names no child."""

    to: str
    subject: str
    body: str
    dedup_key: str


class Report(NamedTuple):
    """What one delivery did: sent, put off until a later attempt, failed for good, still waiting."""

    sent: int
    put_off: int
    failed: int
    waiting: int


def queue(
    *,
    actor: Actor | None,
    to: str,
    subject: str,
    body: str,
    dedup_key: str,
    channel: str = Channel.EMAIL,
) -> OutgoingMessage:
    """Write a message to the outbox; the same `dedup_key` gives the first message, whatever the rest says.

    `subject` names no child. Refuses an address that is none ("email_wrong") and a subject that is not one short line.
    """
    if channel == Channel.EMAIL:
        to = _checked_address(to)
    if len(subject.splitlines()) != 1 or len(subject) > LONGEST_SUBJECT:
        raise Refused("subject_wrong", "L'objet du message tient sur une ligne courte.", field="subject")
    now = clock.now()
    values = {"channel": channel, "recipient": to, "subject": subject, "body": body}
    with transaction.atomic():
        message, made = OutgoingMessage.objects.get_or_create(
            dedup_key=dedup_key, defaults={**values, "created_at": now, "not_before": now}
        )
        if made:
            journal.record(actor=actor, verb="message.queued", target=str(message.public_id))
    return message


def queue_many(*, actor: Actor | None, messages: Iterable[NewMessage]) -> int:
    """Write e-mails to the outbox with few queries, and give how many are new.

    Those whose address is none are left out, and those that were queued before.
    """
    wanted = {one.dedup_key: one for one in messages if _is_address(one.to)}
    now = clock.now()
    with transaction.atomic():
        known = queries.known_keys(wanted)
        rows = [_row(one, now) for key, one in wanted.items() if key not in known]
        OutgoingMessage.objects.bulk_create(rows)
        if rows:
            journal.record(actor=actor, verb="message.queued", data={"count": len(rows)})
    return len(rows)


def _is_address(to: str) -> bool:
    try:
        _checked_address(to)
    except Refused:
        return False
    return True


def _row(one: NewMessage, now: datetime) -> OutgoingMessage:
    return OutgoingMessage(
        channel=Channel.EMAIL,
        recipient=one.to.strip(),
        subject=one.subject,
        body=one.body,
        dedup_key=one.dedup_key,
        created_at=now,
        not_before=now,
    )


def _checked_address(to: str) -> str:
    to = to.strip()
    try:
        validate_email(to)
    except ValidationError as error:
        raise Refused(
            "email_wrong",
            "Cette adresse électronique n'est pas valable ; corrigez-la ou choisissez le courrier.",
            field="email",
        ) from error
    return to


def deliver(limit: int = 200) -> Report:
    """Send what is due, oldest first, at most `limit` e-mails, each at least once; call it outside a transaction.

    A process that dies while it sends leaves a lease of five minutes, after which the message is sent again under
    the same Message-ID. After `GIVE_UP` misses in a row the server is taken to be away, and the rest waits.
    What the server says is kept as a code only: its sentences may hold an address.
    """
    outcomes: list[str] = []
    with contextlib.closing(_mail()) as mail:
        while len(outcomes) < limit and not _away(outcomes) and (message := _claim()):
            outcomes.append(_send(mail, message))
    waiting = OutgoingMessage.objects.filter(channel=Channel.EMAIL, state=State.QUEUED).count()
    sent, put_off, failed = (outcomes.count(state) for state in (State.SENT, State.QUEUED, State.FAILED))
    return Report(sent, put_off, failed, waiting)


def _away(outcomes: list[str]) -> bool:
    return len(outcomes) >= GIVE_UP and State.SENT not in outcomes[-GIVE_UP:]


def _mail() -> BaseEmailBackend:
    """Make the mail backend; the folder of a file backend is closed to others, for it holds one-use links."""
    if folder := getattr(settings, "EMAIL_FILE_PATH", None):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(folder).chmod(0o700)
    return get_connection()


def _claim() -> OutgoingMessage | None:
    """Take the next due message for five minutes; a row that another process took first is passed over."""
    while True:
        with transaction.atomic(durable=True):
            now = clock.now()
            message = queries.due(now).first()
            if message is None:
                return None
            same = OutgoingMessage.objects.filter(
                pk=message.pk, state=State.QUEUED, claimed_until=message.claimed_until
            )
            message.attempts += 1
            message.claimed_until = now + LEASE
            if same.update(claimed_until=message.claimed_until, attempts=message.attempts):
                return message


def _send(mail: BaseEmailBackend, message: OutgoingMessage) -> str:
    try:
        mail.open()  # does nothing where it is open
        letter = EmailMessage(
            message.subject,
            message.body,
            to=[message.recipient],
            headers={"Message-ID": f"<{message.public_id}@cartable>", "Auto-Submitted": "auto-generated"},
            connection=mail,
        )
        if not letter.send():
            raise ConnectionError("the mail backend took nothing")
    except Exception as error:  # whatever one message meets, the others go out
        with contextlib.suppress(Exception):
            mail.close()
        return _not_sent(message, type(error).__name__)
    return _close(message, State.SENT, sent_at=clock.now(), body="", error_code="")


def _not_sent(message: OutgoingMessage, code: str) -> str:
    log.warning("message %s not sent: %s", message.public_id, code)
    if message.attempts > len(PAUSES):
        return _close(message, State.FAILED, error_code=code[:60])
    later = clock.now() + timedelta(minutes=PAUSES[message.attempts - 1])
    return _close(message, State.QUEUED, error_code=code[:60], not_before=later)


def _close(message: OutgoingMessage, state: str, **values: object) -> str:
    """Write the outcome, unless the message was cancelled or taken over meanwhile."""
    mine = OutgoingMessage.objects.filter(
        pk=message.pk, state=State.QUEUED, claimed_until=message.claimed_until
    )
    mine.update(state=state, claimed_until=None, **values)
    return state


def cancel(*, actor: Actor | None, message: UUID) -> OutgoingMessage:
    """Cancel a message that has not left; its body is emptied."""
    return _move(actor, message, State.CANCELLED, body="")


def retry(*, actor: Actor | None, message: UUID) -> OutgoingMessage:
    """Put a failed message back in the queue, with its attempts counted anew."""
    return _move(actor, message, State.QUEUED, attempts=0, error_code="", not_before=clock.now())


def _move(actor: Actor | None, public_id: UUID, state: str, **values: object) -> OutgoingMessage:
    with transaction.atomic():
        row = OutgoingMessage.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
        if row is None:
            raise Refused("message_unknown", "Ce message n'existe plus ; rechargez la page.")
        move(MOVES, row.state, state)
        for name, value in {**values, "state": state, "claimed_until": None}.items():
            setattr(row, name, value)
        row.save()
        journal.record(actor=actor, verb=f"message.{state}", target=str(public_id))
    return row


def mark_printed(*, actor: Actor | None, messages: Iterable[UUID]) -> int:
    """Note that letters left by post: they are sent and their bodies emptied. Gives how many changed."""
    with transaction.atomic():
        printed = (
            queries.letters_to_print()
            .filter(public_id__in=list(messages))
            .update(state=State.SENT, sent_at=clock.now(), body="")
        )
        if printed:
            journal.record(actor=actor, verb="message.printed", data={"count": printed})
    return printed


def erase_expired(*, actor: Actor | None, now: datetime | None = None) -> int:
    """Erase the messages older than their retention; gives how many."""
    with transaction.atomic():
        count, _by_model = queries.expired(now or clock.now()).delete()
        if count:
            journal.record(actor=actor, verb="message.erased", data={"count": count})
    return count
