"""What every action on pupils begins with: the school, locked, and the right to act in it.

Locks are taken in this order, by id within each: School → Pupil → Home → Need → Cover, then the journal. The
school's row is locked without its key, so that rows which only refer to the school are not held up. A room that
covers needs (`covering`) locks needs only, after its own rows, and no school after them.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from cartable.foundation.refused import Refused
from cartable.pupils.models import Pupil
from cartable.pupils.perms import may_mark
from cartable.pupils.queries import pupils_visible_to, schools_served_by
from cartable.territories.models import School


Permission = Callable[[Any, School], bool]


def lock_school(actor: Any, school_id: UUID, may: Permission = may_mark) -> School:
    """Fetch and lock a school in which `actor` may act, or refuse."""
    schools = schools_served_by(actor).select_for_update(of=("self",), no_key=True)
    school = schools.filter(public_id=school_id).first()
    if school is None or not may(actor, school):
        raise Refused("not_yours", "Vous ne pouvez pas faire cela dans cet établissement.")
    return school


def lock_pupil(actor: Any, pupil_id: UUID, may: Permission = may_mark) -> Pupil:
    """Fetch and lock a pupil of a school in which `actor` may act (its school is locked too), or refuse."""
    known = (
        pupils_visible_to(actor)
        .filter(public_id=pupil_id)
        .values_list("school__public_id", flat=True)
        .first()
    )
    if known is None:
        raise Refused("no_pupil", "Cet élève n'est pas, ou n'est plus, dans votre liste.")
    school = lock_school(actor, known, may)
    pupil = Pupil.objects.select_for_update(of=("self",)).filter(school=school, public_id=pupil_id).first()
    if pupil is None:
        raise Refused("no_pupil", "Cet élève n'est pas, ou n'est plus, dans votre liste.")
    pupil.school = school
    return pupil


def lock_pupils(school: School, pupil_ids: list[UUID]) -> list[Pupil]:
    """Lock present pupils of a locked school, in id order; refuse if one of them is not there."""
    rows = Pupil.objects.select_for_update(of=("self",)).filter(school=school, left_on=None)
    pupils = list(rows.filter(public_id__in=pupil_ids).order_by("id"))
    if len(pupils) != len(set(pupil_ids)):
        raise Refused("no_pupil", "Un de ces élèves n'est plus dans la liste : rechargez la page.")
    return pupils
