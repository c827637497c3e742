"""The one door by which the journal grows, and by which its checkpoints go out."""

import hashlib
import re
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal import checkpoints
from cartable.journal.chain import START, entry_hash, hash_of, head_mac
from cartable.journal.checkpoints import Checkpoint
from cartable.journal.models import Entry, Head, Mark
from cartable.journal.reading import rows_after


# An id, a code, a date, a number or a hash: no blank, so no sentence and no "first name, last name".
WORD = re.compile(r"[A-Za-z0-9_.:/@+,;=-]{0,120}")
# cron calls every five minutes, give or take: a minute less, so that none of its calls comes too early.
LEAST_BETWEEN = timedelta(minutes=4)
DAMAGED = (
    "journal_damaged",
    "Le journal ne suit pas son dernier point de contrôle : rien n'a été signé. Lancez « cartable check ».",
)


class Actor(Protocol):
    """Whoever acts: an account of a person; the system itself is None."""

    public_id: UUID


def record(
    *,
    actor: Actor | None,
    verb: str,
    target: str = "",
    data: dict[str, Any] | None = None,
    reason: str = "",
    text: str = "",
) -> Entry:
    """Add one entry to the chain, inside the transaction of the action that it tells of.

    `verb`, `target`, `reason` and every value of `data` are codes, ids, dates or whole numbers: anything that
    could be a sentence or a name raises ValueError. Of a `text` only the SHA-256 is kept; the text itself stays in
    its own row. Call it *last*: it holds the end of the chain until the transaction ends, so others wait for it.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("journal.record belongs inside the transaction of its action")
    for word in (verb, target, reason):
        _clean(word)
    head = next(iter(Head.objects.select_for_update().filter(pk=1)), None) or _first_head()
    fields = {
        "seq": head.count + 1,
        "at": clock.now(),
        "actor": actor.public_id if actor else None,
        "verb": verb,
        "target": target,
        "reason": reason,
        "data": _clean(data or {}),
        "text_sha256": hashlib.sha256(text.encode()).hexdigest() if text else "",
        "previous_hash": head.last_hash,
    }
    entry = Entry(**fields, hash=entry_hash(**fields))
    entry.save(force_insert=True)
    mac = head_mac(entry.seq, entry.hash)
    Head.objects.filter(pk=1).update(count=entry.seq, last_hash=entry.hash, mac=mac)
    return entry


def _first_head() -> Head:
    """Make the head of an empty journal; where entries stand without it, the rules of the store refuse what follows."""
    Head.objects.bulk_create([Head(pk=1, last_hash=START, mac=head_mac(0, START))], ignore_conflicts=True)
    return Head.objects.select_for_update().get(pk=1)


def make_checkpoint(*, now: bool = False) -> Checkpoint | None:
    """Put a signed checkpoint of the chain outside the store, if it grew since the last one; give it.

    None where nothing is new, or the last one is not `LEAST_BETWEEN` old (`now` does not wait). What lies between is
    read again first; where it does not follow, or the file was touched, nothing is signed ("journal_damaged").
    """
    found, head = checkpoints.read(), Head.objects.first()
    last = found[-1] if found else None
    if head is None or not (last is None or _is_due(last, head, now)):
        return None
    mark = Mark.objects.filter(pk=1).first() or _first_mark()
    if list(checkpoints.damages(found, mark.number, mark.line_hash)) or not _leads_to(last, head):
        raise Refused(*DAMAGED)
    return _put_out(found, head)


def _is_due(last: Checkpoint, head: Head, now: bool) -> bool:
    old_enough = clock.now() - last.made_at >= LEAST_BETWEEN
    return (last.seq, last.hash) != (head.count, head.last_hash) and (now or old_enough)


def _leads_to(last: Checkpoint | None, head: Head) -> bool:
    """Tell whether the chain goes, entry by entry, from the last checkpoint to the head."""
    count, last_hash = (last.seq, last.hash) if last else (0, START)
    for *texts, written in rows_after(count):
        if count == head.count:
            break
        if (texts[0], texts[-1]) != (str(count + 1), last_hash) or hash_of(texts) != written:
            return False
        count, last_hash = count + 1, written
    return (count, last_hash) == (head.count, head.last_hash)


def _put_out(found: list[Checkpoint], head: Head) -> Checkpoint | None:
    """Write the line, then the mark; of two processes at once the second finds the file longer and does nothing."""
    with transaction.atomic():
        mark = Mark.objects.select_for_update().get(pk=1)
        if checkpoints.last_line() != (found[-1].line if found else ""):
            return None
        if found and found[-1].number == mark.number + 1:  # a crash fell between line and mark
            _step(mark, found[-1])
        made = checkpoints.signed(
            number=mark.number + 1,
            seq=head.count,
            entry_hash=head.last_hash,
            at=clock.now(),
            previous=found[-1].line_hash if found else checkpoints.FIRST,
        )
        checkpoints.append(made)
        _step(mark, made)
    return made


def _step(mark: Mark, to: Checkpoint) -> None:
    mark.number, mark.line_hash = to.number, to.line_hash
    mark.save(update_fields=["number", "line_hash"])


def _first_mark() -> Mark:
    Mark.objects.bulk_create([Mark(pk=1, line_hash=checkpoints.FIRST)], ignore_conflicts=True)
    return Mark.objects.get(pk=1)


def restart_checkpoints() -> Checkpoint | None:
    """Begin a new file of checkpoints, after the store itself was replaced; the old file is set aside, never erased.

    The journal keeps that it was done, and how far the old file had seen. It takes an empty file on which nothing
    else can be proven: for the command line only.
    """
    found, head = checkpoints.read(), Head.objects.first()
    if head is None or not _leads_to(None, head):
        raise Refused(*DAMAGED)
    with transaction.atomic():
        seen = {"number": found[-1].number, "seq": found[-1].seq, "hash": found[-1].hash} if found else {}
        record(actor=None, verb="journal.checkpoints_restarted", data=seen)
    checkpoints.set_aside(clock.now())
    Mark.objects.filter(pk=1).first() or _first_mark()
    return _put_out([], Head.objects.get())


def _clean(value: Any) -> Any:
    """Give `value` as it will stand in the journal; raise ValueError for what could be a sentence or a name."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, UUID | date):
        return str(value) if isinstance(value, UUID) else value.isoformat()
    if isinstance(value, str) and WORD.fullmatch(value):
        return str(value)
    if isinstance(value, dict):
        return {_clean(str(key)): _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [
            _clean(each) for each in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)
        ]
    raise ValueError(f"the journal takes ids, codes, dates and whole numbers, not {value!r}: use text=")
