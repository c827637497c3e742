"""The rows of the gate as they are shown: one card a need, found by a name or by an hour."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from cartable.equipment.copies import local
from cartable.equipment.models import Appointment, Handover
from cartable.equipment.queries import GateRow
from cartable.foundation import clock
from cartable.operations.enums import Good
from cartable.pupils.models import Pupil
from cartable.territories.models import School
from cartable.territories.rules import fold
from cartable.web.gate.reach import Place


HOUR = re.compile(r"^(\d{1,2})\s*[h:]\s*(\d{2})?$", re.I)


@dataclass(frozen=True, slots=True)
class Card:
    """One need at the gate: whose, what, when, and where its buttons lead. No address stands here."""

    names: list[str]
    class_label: str
    goods: list[str]
    at: datetime | None = None
    today: bool = False
    appointment: Appointment | None = None
    handover: Handover | None = None
    handed_at: datetime | None = None
    url: str = ""


def card_of(row: GateRow, place: Place) -> Card:
    """Show a row of the gate."""
    at = local(row.appointment.starts_at, place.school) if row.appointment else None
    return Card(
        names=[pupil.shown_name for pupil in row.pupils],
        class_label=row.pupil.class_label,
        goods=[str(Good(good).label) for good in row.goods],
        at=at,
        today=at is not None and at.date() == clock.today(place.school.department.time_zone),
        appointment=row.appointment,
        handover=row.handover,
        handed_at=local(row.handover.handed_at, place.school) if row.handover else None,
        url=_url(row, place),
    )


def _url(row: GateRow, place: Place) -> str:
    if row.handover:
        return reverse("handover", args=[row.handover.public_id])
    return reverse("gate-hand", args=[*place.ids, row.need.public_id])


def in_turn(rows: Iterable[GateRow]) -> list[GateRow]:
    """Put the families with an appointment first, by their hour, the others in the school's order."""
    return sorted(
        rows, key=lambda row: (row.appointment is None, row.appointment and row.appointment.starts_at)
    )


def found(rows: Sequence[GateRow], words: str, school: School) -> list[GateRow]:
    """Keep the rows that a search names: beginnings of names, or an hour such as "10 h 20" or "10h"."""
    if hour := HOUR.match(words.strip()):
        return [row for row in rows if _comes_at(row, int(hour[1]), hour[2], school)]
    wanted = fold(words).split()
    return [row for row in rows if any(_named(pupil, wanted) for pupil in row.pupils)]


def _comes_at(row: GateRow, hour: int, minute: str | None, school: School) -> bool:
    if row.appointment is None:
        return False
    at = local(row.appointment.starts_at, school)
    return at.hour == hour and (minute is None or at.minute == int(minute))


def _named(pupil: Pupil, wanted: list[str]) -> bool:
    parts = fold(f"{pupil.last_name} {pupil.usage_name} {pupil.first_name}").split()
    return all(any(part.startswith(word) for part in parts) for word in wanted)
