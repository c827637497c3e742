"""Who may settle facts of a territory, and why."""

from typing import Any

from django.db.models import Q


STEERING = frozenset({"prefecture", "academy"})


def settles_cites(actor: Any) -> Q:
    """Filter on the cités éducatives whose schools `actor` may settle.

    The label's local troïka is the prefect, the académie and the commune (vademecum des cités éducatives, 2019): the
    two of the State know the schools; the ministry may settle any. A right never borrows another's place. None is
    the command line.
    """
    if actor is None:
        return Q(id__isnull=False)
    mine = Q(pk=None)
    for held in actor.held:
        if held.role == "national" and held.scope_kind == "everywhere":
            return Q(id__isnull=False)
        if held.role in STEERING and held.department_id:
            mine |= Q(department_id=held.department_id)
        if held.role in STEERING and held.academy_id:
            mine |= Q(department__academy_id=held.academy_id)
    return mine
