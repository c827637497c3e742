"""Give a family what is held about their child."""

from typing import Any
from uuid import UUID

from django.db import transaction

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.pupils import subject_access
from cartable.pupils.perms import may_export
from cartable.pupils.queries import pupils_visible_to


@transaction.atomic
def export_child(public_id: UUID, *, actor: Any = None) -> dict[str, Any]:
    """Give everything held about one child, unsealed, part by part; the reading itself is journalled.

    Asked by the head of the school, or by the operator of the machine (actor None).
    """
    pupil = pupils_visible_to(actor).filter(public_id=public_id).first()
    if pupil is None or not may_export(actor, pupil.school):
        raise Refused("no_pupil", "Aucun élève ne porte ce numéro dans vos établissements.")
    held = {"exported_at": clock.now().isoformat(), **subject_access.gather(pupil)}
    record(actor=actor, verb="pupils.exported", target=str(public_id), data={"uai": pupil.school.uai})
    return held
