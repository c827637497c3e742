"""Settle in which order the families of a school are served."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from cartable.pupils.actions.marking import set_order, set_shared
from cartable.pupils.actions.shared import lock_school
from cartable.pupils.ordering import proposed
from cartable.pupils.queries import needs_in_order, waiting_of


@transaction.atomic
def settle_order(
    *,
    actor: Any,
    school_id: UUID,
    need_ids: Sequence[UUID],
    criteria: Sequence[str],
    shared: Mapping[UUID, bool],
    reasons: Mapping[UUID, str],
) -> int:
    """Keep which homes share a device and in which order needs are served; what leaves the proposed order says why."""
    school = lock_school(actor, school_id)
    set_shared(actor=actor, school_id=school_id, shared=shared)
    needs = needs_in_order(actor, school).filter(public_id__in=need_ids)
    asked = proposed([waiting_of(need) for need in needs], criteria)
    return set_order(
        actor=actor,
        school_id=school_id,
        need_ids=need_ids,
        proposed=[row.need_id for row in asked],
        reasons=reasons,
    )
