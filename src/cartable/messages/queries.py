"""Reads of the outbox. The rooms above say who may read; addresses are opened one row at a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from cartable.messages.enums import Channel, State
from cartable.messages.models import OutgoingMessage


class Standing(NamedTuple):
    """How many messages stand in each state."""

    queued: int
    sent: int
    failed: int
    cancelled: int


def by_keys(keys: Iterable[str]) -> QuerySet[OutgoingMessage]:
    """Give the messages that were queued under any of these dedup keys."""
    return OutgoingMessage.objects.filter(dedup_key__in=list(keys))


# SQLite takes so many values in one statement, whatever its build.
BATCH = 900


def known_keys(keys: Iterable[str]) -> set[str]:
    """Give those of these dedup keys under which a message was queued already."""
    wanted, known = list(keys), set()
    for start in range(0, len(wanted), BATCH):
        known |= set(by_keys(wanted[start : start + BATCH]).values_list("dedup_key", flat=True))
    return known


def due(now: datetime) -> QuerySet[OutgoingMessage]:
    """Give the e-mails that may be sent at `now`: queued, not put off, not held by another process."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return OutgoingMessage.objects.filter(
        free, channel=Channel.EMAIL, state=State.QUEUED, not_before__lte=now
    ).order_by("not_before", "id")


def letters_to_print() -> QuerySet[OutgoingMessage]:
    """Give the letters that nobody has printed yet."""
    return OutgoingMessage.objects.filter(channel=Channel.LETTER, state=State.QUEUED)


def standing(messages: QuerySet[OutgoingMessage]) -> Standing:
    """Count the messages of a query by state."""
    counts = {f"{state}_": Count("pk", filter=Q(state=state)) for state in State.values}
    found = messages.order_by().aggregate(**counts)
    return Standing(**{state: found[f"{state}_"] for state in State.values})


def expired(now: datetime) -> QuerySet[OutgoingMessage]:
    """Give the messages older than their retention."""
    return OutgoingMessage.objects.filter(created_at__lt=now - timedelta(days=OutgoingMessage.retention.days))
