"""Whom a thing goes to: the need and those of the same household, the pupil, the home, and who signs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from cartable.equipment.enums import HandoverState, Receiver
from cartable.equipment.models import Handover
from cartable.foundation.refused import Refused
from cartable.operations.enums import SERVES, Good
from cartable.operations.models import Operation
from cartable.pupils.models import Cover, Home, Need, NeedPupil, Pupil, PupilHome
from cartable.pupils.queries import first_homes
from cartable.territories.models import School


@dataclass(frozen=True, slots=True)
class Hand:
    """One thing for one need. `key` is made by who asks: the same key twice is one hand-over."""

    key: UUID
    need_id: UUID
    number: str
    receiver: str
    receiver_name: str = ""
    home_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """To whom a thing goes; `needs` are all that it meets: one thing for a household where the operation says so."""

    need: Need
    pupil: Pupil
    home: Home | None
    needs: tuple[Need, ...]


def families(operation: Operation, school: School, good: str, hands: Sequence[Hand]) -> list[Family]:
    """Give the family of each hand-over, needs locked; refuse what may not be handed over (few queries in all).

    Refuses `no_need`, `wrong_need`, `need_closed`, `already_served`, `household_served`, `home`, `not_adult`,
    `adult`, `receiver_name`.
    """
    needs = _locked(school, good, [hand.need_id for hand in hands])
    pupils = _pupils(needs.values())
    homes = _homes(pupil.pk for its in pupils.values() for pupil in its)
    households = _Households(operation, school, good, needs.values())
    found = []
    for hand in hands:
        need = needs[hand.need_id]
        if not pupils[need.pk]:
            raise Refused(
                "need_closed", _("Cet élève est parti ou son besoin est clos : rechargez la page."), "need"
            )
        pupil = pupils[need.pk][0]
        _check_receiver(hand, pupil)
        home = _home(hand, homes[pupil.pk])
        found.append(Family(need, pupil, home, households.take(need, home)))
    return found


def _locked(school: School, good: str, need_ids: Sequence[UUID]) -> dict[UUID, Need]:
    rows = Need.objects.filter(school=school, public_id__in=need_ids).select_for_update(of=("self",))
    needs = {need.public_id: need for need in rows.order_by("id")}
    if len(set(need_ids)) != len(need_ids):
        raise Refused("need_twice", _("Un élève est deux fois dans cette liste."), "need")
    if len(needs) != len(need_ids):
        raise Refused("no_need", _("Ce besoin n'est pas, ou n'est plus, dans votre liste."), "need")
    if any(need.kind != SERVES[Good(good)] for need in needs.values()):
        raise Refused(
            "wrong_need", _("Cet article ne répond pas à ce besoin : choisissez l'autre article."), "good"
        )
    if any(need.closed_at for need in needs.values()):
        raise Refused(
            "need_closed", _("Cet élève est parti ou son besoin est clos : rechargez la page."), "need"
        )
    return needs


def _pupils(needs: Iterable[Need]) -> dict[int, list[Pupil]]:
    """Give the present pupils of each need, the first one in the school's order at the head."""
    found: dict[int, list[Pupil]] = defaultdict(list)
    rows = NeedPupil.objects.filter(need__in=list(needs), open=True, pupil__left_on=None)
    for row in rows.select_related("pupil").order_by("rank", "id"):
        found[row.need_id].append(row.pupil)
    return found


def _homes(pupil_ids: Iterable[int]) -> dict[int, list[Home]]:
    found: dict[int, list[Home]] = defaultdict(list)
    rows = PupilHome.objects.filter(pupil__in=list(pupil_ids)).select_related("home")
    for row in rows.order_by("rank", "id"):
        found[row.pupil_id].append(row.home)
    return found


def _home(hand: Hand, homes: list[Home]) -> Home | None:
    """Give the home whose adult came: the one that was said, else the first; None where there is no home."""
    if hand.home_id is None:
        return homes[0] if homes else None
    home = next((home for home in homes if home.public_id == hand.home_id), None)
    if home is None:
        raise Refused("home", _("Ce domicile n'est pas celui de l'élève : choisissez le sien."), "home")
    return home


def _check_receiver(hand: Hand, pupil: Pupil) -> None:
    """An adult pupil signs alone (code civil, article 414); for a child a parent, or somebody who is named."""
    if hand.receiver not in Receiver.values:
        raise Refused("receiver", _("Dites qui reçoit et signe."), "receiver")
    if hand.receiver == Receiver.ADULT_PUPIL and not pupil.adult:
        raise Refused(
            "not_adult",
            _("Cet élève est mineur : son responsable, ou un adulte autorisé, signe."),
            "receiver",
        )
    if hand.receiver == Receiver.LEGAL_GUARDIAN and pupil.adult:
        raise Refused(
            "adult", _("Cet élève est majeur : il signe lui-même, ou désigne un adulte autorisé."), "receiver"
        )
    named = hand.receiver in (Receiver.AUTHORISED_ADULT, Receiver.PLACEMENT)
    if named and not hand.receiver_name.strip():
        raise Refused("receiver_name", _("Écrivez le nom de la personne qui reçoit."), "receiver_name")


class _Households:
    """Which needs one thing meets, and which homes have had theirs, in a school and an operation."""

    def __init__(self, operation: Operation, school: School, good: str, needs: Iterable[Need]) -> None:
        self.shared = operation.one_per_household
        self.covered = _covered(school)
        self.served = _served_homes(operation, school, good) if self.shared else set()
        self.open: dict[int, Need] = {need.pk: need for need in needs}
        self.homes_of: dict[int, set[int]] = defaultdict(set)
        if self.shared:
            self._read(school, SERVES[Good(good)])

    def _read(self, school: School, kind: str) -> None:
        rows = NeedPupil.objects.filter(pupil__school=school, pupil__left_on=None, kind=kind, open=True)
        found = list(rows.filter(need__closed_at=None).select_related("need").order_by("need_id"))
        homes = first_homes(row.pupil_id for row in found)
        for row in found:
            self.open.setdefault(row.need_id, row.need)
            if row.pupil_id in homes:
                self.homes_of[row.need_id].add(homes[row.pupil_id])

    def take(self, need: Need, home: Home | None) -> tuple[Need, ...]:
        """Give the needs that one thing for `need` meets, and note that they and their homes are served."""
        homes = self.homes_of.get(need.pk, set())
        if need.pk in self.covered:
            raise Refused("already_served", _("Cet élève ou son foyer a déjà reçu cet article."), "need")
        if self.shared and (homes | {home.pk if home else 0}) & self.served:
            raise Refused(
                "household_served", _("Ce foyer a déjà reçu cet article : un seul par foyer."), "need"
            )
        together = [other for pk, other in self.open.items() if homes & self.homes_of.get(pk, set())]
        met = {need.pk: need} | {other.pk: other for other in together if other.pk not in self.covered}
        self.covered |= met.keys()
        self.served |= homes
        return tuple(met.values())


def _covered(school: School) -> set[int]:
    running = Cover.objects.filter(need__school=school, ends_at=None)
    return set(running.values_list("need_id", flat=True))


def _served_homes(operation: Operation, school: School, good: str) -> set[int]:
    """Give the homes that hold such a thing from this operation: that of the hand-over, and those of its pupil."""
    done = Handover.objects.filter(
        operation=operation, school=school, product__good=good, state=HandoverState.DONE
    ).values_list("home_id", "pupil_id")
    rows = list(done)
    return {home for home, _pupil in rows if home} | set(first_homes(p for _home, p in rows if p).values())
