"""Prepaid credit ends: the school is warned while there is time to recharge."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction

from cartable.bodies.rules import contact_of
from cartable.equipment.custody import batches
from cartable.equipment.enums import HandoverState
from cartable.equipment.models import DataLine, Handover
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.messages.actions import queue
from cartable.messages.texts import Text, credit_ending


BEFORE = timedelta(days=7)
Group = tuple[int, int, date]


@transaction.atomic
def warn_ending_credits(*, actor: Any = None, on: date | None = None) -> int:
    """Warn each school whose families hold cards with a credit that ends within seven days; give how many messages.

    One message for each school, operation and day of end, however often it is run; counts only, no name. A school
    without a usable address waits until it has one.
    """
    today = on or clock.today()
    warned = 0
    for rows in _ending(today).values():
        if _warn(actor, rows):
            warned += 1
            for part in batches(row.asset_id for row in rows):
                DataLine.objects.filter(asset_id__in=part).update(warned_at=clock.now())
    if warned:
        record(actor=actor, verb="equipment.credits_warned", data={"on": today, "messages": warned})
    return warned


def _ending(today: date) -> dict[Group, list[Handover]]:
    """Give the hand-overs of cards that end soon and of which nobody was warned, by school, operation and day."""
    rows = Handover.objects.filter(
        state=HandoverState.DONE,
        asset__data_line__warned_at=None,
        asset__data_line__credit_valid_until__range=(today, today + BEFORE),
    )
    found: dict[Group, list[Handover]] = defaultdict(list)
    for row in rows.select_related("school", "operation__owner", "asset__data_line").order_by("id"):
        found[row.school_id, row.operation_id, _end(row)].append(row)
    return found


def _end(row: Handover) -> date:
    return cast(date, row.asset.data_line.credit_valid_until)


def _warn(actor: Any, rows: list[Handover]) -> bool:
    first, ends_on = rows[0], _end(rows[0])
    text = _text(first, ends_on, len(rows))
    key = f"credit:{first.school.uai}:{first.operation.public_id}:{ends_on}"
    try:
        queue(actor=actor, to=first.school.email, subject=text.subject, body=text.body, dedup_key=key)
    except Refused:
        return False
    return True


def _text(first: Handover, ends_on: date, cards: int) -> Text:
    owner = first.operation.owner
    return credit_ending(
        school=first.school.name,
        ends_on=ends_on,
        cards=cards,
        link=f"{settings.PUBLIC_ADDRESS}/",
        issuer=owner.name,
        contact=contact_of(owner),
    )
