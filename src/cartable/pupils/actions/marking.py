"""Say what pupils lack: one, several at once, together, and in which order they are served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.pupils.actions.shared import lock_pupil, lock_pupils, lock_school
from cartable.pupils.enums import ASKED_NOW, NeedKind, OrderReason
from cartable.pupils.inputs import NeedInput, checked_needs
from cartable.pupils.models import Cover, Need, NeedPupil, Pupil, PupilHome
from cartable.pupils.ordering import moved as moved_between
from cartable.territories.models import School


Wanted = dict[Pupil, dict[str, bool | None]]
STILL_IN_HANDS = "Un article est déjà remis pour ce besoin : enregistrez d'abord sa restitution."


@dataclass(frozen=True, slots=True)
class Marked:
    """What a marking changed: needs opened, corrected (SIM card or key) and withdrawn."""

    opened: int = 0
    corrected: int = 0
    withdrawn: int = 0

    @property
    def nothing(self) -> bool:
        return not (self.opened or self.corrected or self.withdrawn)


@transaction.atomic
def mark(
    *,
    actor: Any,
    pupil_id: UUID,
    lacks: Sequence[NeedInput],
    shared_with: Sequence[UUID] = (),
    exact: bool = False,
) -> Marked:
    """Say what a pupil lacks, beside what was said before; `shared_with` lack it together: one thing for all.

    Those who share must live in a same home. Doing it again changes nothing. With `exact`, what is not named is
    withdrawn, as in `mark_many`, and who is not named shares no more.
    """
    pupil = lock_pupil(actor, pupil_id)
    if pupil.left_on:
        raise Refused("left", "Cet élève est parti : il ne peut plus être repéré ici.")
    wanted = checked_needs(list(lacks))
    done = apply_needs(actor, pupil.school, {pupil: wanted}, exact=exact)
    others = lock_pupils(pupil.school, list(shared_with)) if shared_with else []
    shared = _share(pupil, others, set(wanted)) if others else 0
    parted = _part(pupil, others) if exact else 0
    done = Marked(done.opened + shared, done.corrected, done.withdrawn + parted)
    _note(actor, "pupils.marked", str(pupil_id), pupil.school, 1 + len(shared_with), done)
    return done


@transaction.atomic
def unmark(*, actor: Any, pupil_id: UUID, kinds: Sequence[str]) -> int:
    """Withdraw needs of a pupil; give how many. Refuse where something is in the family's hands."""
    pupil = lock_pupil(actor, pupil_id)
    rows = list(NeedPupil.objects.filter(pupil=pupil, kind__in=kinds, open=True).select_related("need"))
    _withdraw(rows)
    _note(actor, "pupils.unmarked", str(pupil_id), pupil.school, 1, Marked(withdrawn=len(rows)))
    return len(rows)


@transaction.atomic
def mark_many(
    *, actor: Any, school_id: UUID, lacks: Mapping[UUID, Sequence[NeedInput]], exact: bool = False
) -> Marked:
    """Say what many pupils of a school lack, in a fixed number of queries.

    With `exact`, what the mapping does not name is withdrawn, among the kinds that the census asks (`ASKED_NOW`)
    and that nothing covers yet.
    """
    school = lock_school(actor, school_id)
    pupils = lock_pupils(school, list(lacks))
    wanted = {pupil: checked_needs(list(lacks[pupil.public_id])) for pupil in pupils}
    done = apply_needs(actor, school, wanted, exact=exact)
    _note(actor, "pupils.marked", "", school, len(pupils), done)
    return done


def apply_needs(actor: Any, school: School, wanted: Wanted, *, exact: bool = False) -> Marked:
    """Open, correct and (with `exact`) withdraw the needs of locked pupils, without a journal entry of its own."""
    rows = NeedPupil.objects.filter(pupil__in=list(wanted), open=True).select_related("need")
    standing = {(row.pupil_id, row.kind): row for row in rows}
    opened = corrected = 0
    new: list[tuple[Need, Pupil]] = []
    fixed: dict[int, Need] = {}
    for pupil, kinds in wanted.items():
        for kind, takes_sim in kinds.items():
            row = standing.pop((pupil.pk, kind), None)
            if row is None:
                new.append((_need(actor, school, kind, takes_sim), pupil))
            elif row.need.takes_sim != takes_sim:
                row.need.takes_sim = takes_sim
                fixed[row.need_id] = row.need
    corrected = Need.objects.bulk_update(list(fixed.values()), ["takes_sim"]) if fixed else 0
    opened = _open(school, new)
    gone = _not_in_hands([row for row in standing.values() if row.kind in ASKED_NOW]) if exact else []
    _withdraw(gone)
    return Marked(opened, corrected, len(gone))


def _need(actor: Any, school: School, kind: str, takes_sim: bool | None) -> Need:
    return Need(school=school, kind=kind, takes_sim=takes_sim, marked_by=actor, marked_at=clock.now())


def _open(school: School, new: list[tuple[Need, Pupil]]) -> int:
    """Write new needs at the end of the school's order."""
    if not new:
        return 0
    last = NeedPupil.objects.filter(need__school=school).aggregate(last=Max("rank"))["last"] or 0
    Need.objects.bulk_create([need for need, _ in new])
    NeedPupil.objects.bulk_create(
        NeedPupil(need=need, pupil=pupil, kind=need.kind, rank=last + place)
        for place, (need, pupil) in enumerate(new, 1)
    )
    return len(new)


def _not_in_hands(rows: list[NeedPupil]) -> list[NeedPupil]:
    held = Cover.objects.filter(need__in=[row.need_id for row in rows], ends_at=None)
    covered = set(held.values_list("need_id", flat=True))
    return [row for row in rows if row.need_id not in covered]


def _withdraw(rows: list[NeedPupil]) -> None:
    """Take pupils out of needs: a need that was never covered leaves no row, another is closed."""
    if not rows:
        return
    needs = {row.need_id for row in rows}
    if Cover.objects.filter(need__in=needs, ends_at=None).exists():
        raise Refused("in_hands", STILL_IN_HANDS)
    used = set(Cover.objects.filter(need__in=needs).values_list("need_id", flat=True))
    NeedPupil.objects.filter(pk__in=[row.pk for row in rows if row.need_id not in used]).delete()
    close([row for row in rows if row.need_id in used])
    Need.objects.filter(pk__in=needs - used, of_pupils=None).delete()


def close(rows: list[NeedPupil]) -> None:
    """Close needs for some pupils; the need itself is closed when nobody is left in it."""
    NeedPupil.objects.filter(pk__in=[row.pk for row in rows]).update(open=False)
    somebody = NeedPupil.objects.filter(need=OuterRef("pk"), open=True)
    left = Need.objects.filter(pk__in={row.need_id for row in rows}, closed_at=None)
    left.exclude(Exists(somebody)).update(closed_at=clock.now())


def _share(pupil: Pupil, others: list[Pupil], kinds: set[str]) -> int:
    """Let others into the needs of `pupil`; their own needs of that kind are withdrawn. Give how many joined."""
    homes = PupilHome.objects.filter(pupil=pupil).values("home")
    together = set(PupilHome.objects.filter(home__in=homes).values_list("pupil_id", flat=True))
    if not {other.pk for other in others} <= together:
        raise Refused(
            "not_together", "Un besoin se partage entre élèves d'un même domicile seulement.", "shared_with"
        )
    needs = {row.kind: row for row in NeedPupil.objects.filter(pupil=pupil, kind__in=kinds, open=True)}
    inside = set(
        NeedPupil.objects.filter(need__in=[row.need_id for row in needs.values()]).values_list(
            "need", "pupil"
        )
    )
    joining = [
        (row, other) for row in needs.values() for other in others if (row.need_id, other.pk) not in inside
    ]
    mine = Q(need__in=[row.need_id for row in needs.values()])
    _withdraw(list(NeedPupil.objects.filter(pupil__in=others, kind__in=kinds, open=True).exclude(mine)))
    NeedPupil.objects.bulk_create(
        NeedPupil(need_id=row.need_id, pupil=other, kind=row.kind, rank=row.rank) for row, other in joining
    )
    return len(joining)


def _part(pupil: Pupil, others: list[Pupil]) -> int:
    """Take out of the needs of `pupil` those who are not named, where nothing is in hands. Give how many."""
    own = NeedPupil.objects.filter(pupil=pupil, open=True).values("need")
    rows = NeedPupil.objects.filter(need__in=own, open=True).exclude(pupil__in=[pupil, *others])
    gone = _not_in_hands(list(rows))
    NeedPupil.objects.filter(pk__in=[row.pk for row in gone]).delete()
    return len(gone)


@transaction.atomic
def set_order(
    *,
    actor: Any,
    school_id: UUID,
    need_ids: Sequence[UUID],
    proposed: Sequence[UUID] | None = None,
    reasons: Mapping[UUID, str] | None = None,
) -> int:
    """Put the school's open needs in this order; those not named follow, in the order they had.

    Where an order was `proposed`, each need that was moved out of it says why, by a code.
    """
    school = lock_school(actor, school_id)
    why = _reasons(need_ids, proposed, reasons or {})
    ours = NeedPupil.objects.filter(need__school=school, open=True).select_related("need")
    rows = list(ours.select_for_update(of=("self",)).order_by("rank", "id"))
    place = {need_id: number for number, need_id in enumerate(need_ids)}
    if not set(place) <= {row.need.public_id for row in rows}:
        raise Refused("no_need", "Un de ces besoins n'est plus ouvert : rechargez la page.")
    rows.sort(key=lambda row: place.get(row.need.public_id, len(place)))
    ranks = {need_id: rank for rank, need_id in enumerate(dict.fromkeys(row.need_id for row in rows), 1)}
    moved = [row for row in rows if row.rank != ranks[row.need_id]]
    for row in moved:
        row.rank = ranks[row.need_id]
    NeedPupil.objects.bulk_update(moved, ["rank"])
    settled = _settled(rows, place, why)
    if moved or settled:
        record(
            actor=actor,
            verb="pupils.ordered",
            target=str(school_id),
            data={"uai": school.uai, "moved": len(moved), "reasons": sorted(why.values())},
        )
    return len(moved)


def _reasons(
    chosen: Sequence[UUID], proposed: Sequence[UUID] | None, given: Mapping[UUID, str]
) -> dict[UUID, str]:
    """Give the reason of each need that was moved out of the proposed order, or refuse."""
    changed = moved_between(proposed, chosen) if proposed is not None else set()
    for need_id in changed:
        if given.get(need_id) not in OrderReason.values:
            raise Refused("reason_missing", "Indiquez le motif de chaque famille que vous avez déplacée.")
    return {need_id: given[need_id] for need_id in changed}


def _settled(rows: list[NeedPupil], named: Mapping[UUID, int], why: Mapping[UUID, str]) -> int:
    """Keep when the school settled the place of its needs, and why it is not the proposed one."""
    needs = {row.need_id: row.need for row in rows if row.need.public_id in named}
    changed = [
        need
        for need in needs.values()
        if need.ordered_at is None or need.order_reason != why.get(need.public_id, "")
    ]
    for need in changed:
        need.order_reason, need.ordered_at = why.get(need.public_id, ""), clock.now()
    Need.objects.bulk_update(changed, ["order_reason", "ordered_at"])
    return len(changed)


@transaction.atomic
def set_shared(*, actor: Any, school_id: UUID, shared: Mapping[UUID, bool]) -> int:
    """Say of some needs whether the home has a shared device; give how many changed."""
    school = lock_school(actor, school_id)
    rows = Need.objects.filter(school=school, closed_at=None, kind=NeedKind.DEVICE, public_id__in=shared)
    changed = [need for need in rows if need.shared_device != shared[need.public_id]]
    for need in changed:
        need.shared_device = shared[need.public_id]
    Need.objects.bulk_update(changed, ["shared_device"])
    if changed:
        data = {"uai": school.uai, "needs": len(changed)}
        record(actor=actor, verb="pupils.shared_said", target=str(school_id), data=data)
    return len(changed)


def _note(actor: Any, verb: str, target: str, school: School, pupils: int, done: Marked) -> None:
    if done.nothing:
        return
    counts = {"opened": done.opened, "corrected": done.corrected, "withdrawn": done.withdrawn}
    record(actor=actor, verb=verb, target=target, data={"uai": school.uai, "pupils": pupils, **counts})
