"""Say which families live in a priority area (QPV): money of the programme 147 may serve them alone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from cartable.journal.actions import record
from cartable.pupils.actions.shared import lock_pupils, lock_school
from cartable.pupils.models import Home, Pupil, PupilHome
from cartable.pupils.queries import first_homes
from cartable.territories.models import School


@transaction.atomic
def set_priority_areas(*, actor: Any, school_id: UUID, said: Mapping[UUID, bool | None]) -> int:
    """Say of the first home of pupils whether it stands in a QPV (None: not known); give how many homes changed.

    A pupil without a home gets one whose address is not known yet. Of two pupils of one home, the last one is
    believed.
    """
    school = lock_school(actor, school_id)
    pupils = lock_pupils(school, list(said))
    of_pupil = first_homes(pupil.pk for pupil in pupils)
    homes = Home.objects.select_for_update(of=("self",)).filter(pk__in=set(of_pupil.values())).order_by("id")
    wanted = {of_pupil[pupil.pk]: said[pupil.public_id] for pupil in pupils if pupil.pk in of_pupil}
    changed = [home for home in homes if home.in_priority_area is not wanted[home.pk]]
    for home in changed:
        home.in_priority_area = wanted[home.pk]
    Home.objects.bulk_update(changed, ["in_priority_area"])
    homeless = [p for p in pupils if p.pk not in of_pupil and said[p.public_id] is not None]
    _house(school, homeless, said)
    if number := len(changed) + len(homeless):
        data = {"uai": school.uai, "homes": number}
        record(actor=actor, verb="pupils.priority_areas_said", target=str(school_id), data=data)
    return number


def _house(school: School, pupils: list[Pupil], said: Mapping[UUID, bool | None]) -> None:
    homes = [Home(school=school, in_priority_area=said[pupil.public_id]) for pupil in pupils]
    Home.objects.bulk_create(homes)
    PupilHome.objects.bulk_create(
        PupilHome(pupil=pupil, home=home) for pupil, home in zip(pupils, homes, strict=True)
    )
