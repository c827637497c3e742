"""For whom a paper is: one copy for each home, that shows that home only.

The rows are those that the user may see by name; an address marked not to be disclosed is given to no paper.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cartable.documents import data
from cartable.equipment.models import Appointment, Handover
from cartable.equipment.queries import GateRow
from cartable.operations.enums import Good
from cartable.pupils.enums import Capacity, HomeKind
from cartable.pupils.models import Guardian, Home, Pupil
from cartable.pupils.queries import pupils_visible_to, with_homes
from cartable.territories.models import School


@dataclass(frozen=True, slots=True)
class Case:
    """One thing for one need, handed over or about to be; `pupils` have their homes read, the first one signs for."""

    pupils: tuple[Pupil, ...]
    good: str
    handover: Handover | None = None
    appointment: Appointment | None = None

    @property
    def article(self) -> str:
        return self.handover.product.name if self.handover else str(capfirst(Good(self.good).label))

    @property
    def number(self) -> str:
        return self.handover.asset.number if self.handover else ""


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy of one home: `receives` says that its adult is the one who signs."""

    case: Case
    home: Home | None
    receives: bool

    @property
    def adult(self) -> bool:
        return self.case.pupils[0].adult

    @property
    def pupils(self) -> str:
        """Name the pupils who live in this home: half-brothers elsewhere are none of its business."""
        first, *others = self.case.pupils
        here = [first, *(pupil for pupil in others if self.home in homes_of(pupil))]
        return ", ".join(pupil.shown_name for pupil in here)

    @property
    def party(self) -> data.Party:
        """Give who lives here as printed; never an address that is not to be disclosed."""
        first = self.case.pupils[0]
        names = [] if self.adult or self.home is None else [name_of(one) for one in adults_of(self.home)]
        name = " · ".join(filter(None, names)) or (
            first.shown_name if self.adult else _("Famille de %(pupil)s") % {"pupil": first.shown_name}
        )
        return data.Party(name, lines=address_lines(self.home))


def homes_of(pupil: Pupil) -> list[Home]:
    """Give the homes of a pupil read by `families`, the first one at the head."""
    return [link.home for link in pupil.in_homes.all()]


def adults_of(home: Home) -> list[Guardian]:
    """Give the adults who answer for the children of a home, in their order."""
    return [one for one in home.guardians.all() if one.capacity != Capacity.SELF]


def name_of(guardian: Guardian) -> str:
    """Give an adult's name as it is written on a letter; "" where only a telephone is known."""
    words = (guardian.title, guardian.first_name, guardian.last_name)
    return " ".join(word for word in words if word) if guardian.last_name else ""


def address_lines(home: Home | None) -> tuple[str, ...]:
    """Give the lines of an address; none where there is none, or where it is not to be disclosed."""
    if home is None or home.undisclosed or home.kind == HomeKind.WITHOUT_ADDRESS:
        return ()
    return tuple(line for line in (home.address, f"{home.postcode} {home.city}".strip()) if line)


def families(user: Any, pupil_ids: Iterable[int]) -> dict[int, Pupil]:
    """Give pupils with their homes and guardians, for who serves their school (three queries)."""
    return {pupil.pk: pupil for pupil in with_homes(pupils_visible_to(user).filter(pk__in=set(pupil_ids)))}


def cases_to_come(user: Any, rows: Sequence[GateRow], good: str) -> list[Case]:
    """Give what is about to be handed over, from the rows of the gate."""
    known = families(user, (pupil.pk for row in rows for pupil in row.pupils))
    return [
        Case(tuple(known[pupil.pk] for pupil in row.pupils), good, appointment=row.appointment)
        for row in rows
        if not row.served
    ]


def cases_done(user: Any, handovers: Iterable[Handover]) -> list[Case]:
    """Give what was handed over; an erased child has no paper any more."""
    ids = {row: _pupil_ids(row) for row in handovers}
    known = families(user, (pk for its in ids.values() for pk in its))
    found = {row: tuple(known[pk] for pk in its if pk in known) for row, its in ids.items()}
    return [Case(pupils, row.product.good, row) for row, pupils in found.items() if pupils]


def _pupil_ids(row: Handover) -> list[int]:
    """Give the pupils of a hand-over, its own first; none where that one was erased."""
    others = [link.pupil_id for link in row.need.of_pupils.all()] if row.need else []
    return list(dict.fromkeys([row.pupil_id, *others])) if row.pupil_id else []


def cases_of_appointments(user: Any, appointments: QuerySet[Appointment]) -> list[Case]:
    """Give what is about to be handed over at these appointments, in their order."""
    rows = list(appointments.prefetch_related("need__of_pupils"))
    ids = {row: [link.pupil_id for link in row.need.of_pupils.all() if link.open] for row in rows}
    known = families(user, (pk for its in ids.values() for pk in its))
    found = {row: tuple(known[pk] for pk in its if pk in known) for row, its in ids.items()}
    return [Case(pupils, row.good, appointment=row) for row, pupils in found.items() if pupils]


def copies(case: Case) -> list[Copy]:
    """Give one copy for each home; an adult pupil signs alone and has his own."""
    first = case.pupils[0]
    taken_to = case.handover.home_id if case.handover else None
    homes: list[Home | None] = [*homes_of(first)] or [None]
    if first.adult:
        return [Copy(case, next((h for h in homes if h and h.pk == taken_to), homes[0]), True)]
    return [
        Copy(case, home, case.handover is None or (home.pk if home else None) == taken_to) for home in homes
    ]


def reference_of(handover: Handover | None) -> str:
    """Give the short reference of a hand-over, as printed on its papers."""
    return str(handover.public_id)[:8].upper() if handover else ""


def local(moment: datetime, school: School) -> datetime:
    """Give a moment in the school's own time."""
    return moment.astimezone(ZoneInfo(school.department.time_zone))


def contacts_of(case: Case) -> list[Guardian]:
    """Give who is told of an appointment: an adult pupil himself, else the adults of the first home."""
    first = case.pupils[0]
    known = [one for home in homes_of(first) for one in home.guardians.all()]
    if first.adult:
        return [one for one in known if one.capacity == Capacity.SELF]
    return adults_of(homes_of(first)[0]) if homes_of(first) else []


def reached_by_mail(case: Case) -> list[Guardian]:
    """Give whom an e-mail reaches."""
    return [one for one in contacts_of(case) if one.email]
