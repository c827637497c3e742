"""Pupils leave, and what is not needed any more is erased: it leaves no row."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from cartable.foundation import clock, retention
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.pupils import purging
from cartable.pupils.actions.marking import close
from cartable.pupils.actions.shared import lock_pupil, lock_school
from cartable.pupils.models import Cover, Home, Need, NeedPupil, PendingGuardian, Pupil, PupilHome
from cartable.pupils.perms import may_follow, may_purge, may_send
from cartable.pupils.rules import school_year_start


# The store takes so many ids at once.
SLICE = 5_000


@transaction.atomic
def leave(*, actor: Any, pupil_id: UUID, on: date) -> Pupil:
    """Note that a pupil left the school on a day; its open needs are closed, what is in hands is still due."""
    pupil = lock_pupil(actor, pupil_id, may_follow)
    if on > clock.today(pupil.school.department.time_zone):
        raise Refused("date", "Notez le départ le jour venu, pas à l'avance.", "on")
    if pupil.left_on is None:
        mark_left([pupil], on)
        data = {"uai": pupil.school.uai, "on": on}
        record(actor=actor, verb="pupils.left", target=str(pupil_id), data=data)
    return pupil


def mark_left(pupils: list[Pupil], on: date) -> None:
    """Write that locked pupils left, and close what they lacked."""
    for pupil in pupils:
        pupil.left_on = on
    Pupil.objects.bulk_update(pupils, ["left_on"], batch_size=500)
    close(list(NeedPupil.objects.filter(pupil__in=pupils, open=True)))


@transaction.atomic
def come_back(*, actor: Any, pupil_id: UUID) -> Pupil:
    """Enrol again a pupil who was noted as gone."""
    pupil = lock_pupil(actor, pupil_id, may_follow)
    if pupil.left_on is None:
        return pupil
    if Pupil.objects.filter(school=pupil.school, match_key=pupil.match_key, left_on=None).exists():
        raise Refused("pupil_known", "Cet élève est déjà réinscrit : ouvrez sa nouvelle fiche.")
    pupil.left_on = None
    pupil.save(update_fields=["left_on"])
    record(actor=actor, verb="pupils.came_back", target=str(pupil_id), data={"uai": pupil.school.uai})
    return pupil


@transaction.atomic
def erase_unmarked(*, actor: Any, school_id: UUID) -> dict[str, int]:
    """Erase the pupils of a school that nobody marked; give level → number of pupils present before.

    Kept: pupils with an open need, with something in hands, or that a room above still needs. Homes and guardians
    that nobody uses any more go too, and so do guardians that waited for a pupils' file.
    """
    school = lock_school(actor, school_id, may_send)
    here = Pupil.objects.filter(school=school)
    present = here.filter(left_on=None).values("level").annotate(number=Count("pk")).order_by("level")
    totals = {row["level"]: row["number"] for row in present}
    gone = erase(_without_need(here).values_list("pk", flat=True))
    PendingGuardian.objects.filter(school=school).delete()
    if gone:
        record(
            actor=actor, verb="pupils.erased", target=str(school_id), data={"uai": school.uai, "pupils": gone}
        )
    return totals


def _without_need(pupils: QuerySet[Pupil]) -> QuerySet[Pupil]:
    needs = NeedPupil.objects.filter(pupil=OuterRef("pk"))
    held = Cover.objects.filter(ends_at=None, need__of_pupils__pupil=OuterRef("pk"))
    return pupils.exclude(Exists(needs.filter(open=True))).exclude(Exists(held))


def erase(pupil_ids: Iterable[int], *, dry_run: bool = False) -> int:
    """Erase pupils, but those that a room above still needs, with all that was theirs alone; give how many."""
    found = list(pupil_ids)
    ids = sorted(set(found) - purging.kept(found))
    for start in range(0, 0 if dry_run else len(ids), SLICE):
        _erase(ids[start : start + SLICE])
    return len(ids)


def _erase(ids: list[int]) -> None:
    homes = set(PupilHome.objects.filter(pupil__in=ids).values_list("home_id", flat=True))
    needs = set(NeedPupil.objects.filter(pupil__in=ids).values_list("need_id", flat=True))
    Pupil.objects.filter(pk__in=ids).delete()
    Need.objects.filter(pk__in=needs, of_pupils=None).delete()
    Home.objects.filter(pk__in=homes, of_pupils=None).delete()


@transaction.atomic
def purge(*, actor: Any, dry_run: bool) -> dict[str, int]:
    """Erase, in every room, the rows that are past their retention; give name of the purge → number of rows.

    With `dry_run` only count. Run by the machine (actor None) every day.
    """
    if not may_purge(actor):
        raise Refused("not_yours", "Seule l'administration du service peut lancer la purge.")
    counts = {name: purging.PURGES[name].run(dry_run) for name in sorted(purging.PURGES)}
    if not dry_run and any(counts.values()):
        record(
            actor=actor, verb="pupils.purged", data={name: count for name, count in counts.items() if count}
        )
    return counts


def purge_pupils(dry_run: bool) -> int:
    """Erase pupils who left, and those of past school years, unless something is still in their hands.

    A gift that nobody takes back does not keep its pupil beyond the year: only a loan does, through its room.
    """
    start = school_year_start(clock.today())
    zone_start = clock.end_of(start - timedelta(days=1), "Europe/Paris")
    past = Pupil.objects.filter(created_at__lt=zone_start).values_list("pk", flat=True)
    left = _without_need(Pupil.objects.filter(left_on__isnull=False)).values_list("pk", flat=True)
    return erase(set(past) | set(left), dry_run=dry_run)


def purge_pending(dry_run: bool) -> int:
    """Erase guardians that waited too long for a pupils' file."""
    limit = clock.now() - timedelta(days=retention.of(PendingGuardian).days)
    rows = PendingGuardian.objects.filter(created_at__lt=limit)
    return rows.count() if dry_run else rows.delete()[0]
