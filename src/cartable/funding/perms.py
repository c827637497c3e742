"""Who may decide on money, and why.

Décret 2012-1246 (gestion budgétaire et comptable publique): the one who orders a spending (ordonnateur) is never the
one who pays (comptable), and credits go from the person in charge of a programme to a BOP (région), then to a UO
(département). Cartable keeps what the first decide and what the second report; a right never borrows another's place.
"""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.perms import has_second_factor
from cartable.accounts.queries import bodies_as, is_everywhere, regions_as
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.foundation.refused import Refused


# Bearers who are no collectivité act through these roles.
BEARERS = (Role.EQUIPMENT, Role.ASSOCIATION)


def may_open_programmes(actor: Any) -> bool:
    """A programme and its lines are opened by the ministry in charge of it (LOLF, article 7)."""
    return actor is None or is_everywhere(actor, Role.NATIONAL)


def may_open_own_line(actor: Any, funder: Body) -> bool:
    """A collectivité decides on its own money (Constitution, article 72-2): each opens its own line."""
    return actor is None or funder.pk in bodies_as(actor, Role.EQUIPMENT)


def run_by(actor: Any) -> Q:
    """Filter on the envelopes that `actor` decides on.

    The ministry: the national ones; a région's prefect: the BOP of the région; a prefect: the UO of the
    département; a collectivité: its own. The one above sees what is below and does not spend in its place.
    """
    if actor is None:
        return Q(id__isnull=False)
    mine = Q(pk=None)
    if is_everywhere(actor, Role.NATIONAL):
        mine |= Q(level="national")
    if regions := regions_as(actor, Role.REGION):
        mine |= Q(level="region", region__in=regions)
    if departments := _departments_as(actor, Role.PREFECTURE):
        mine |= Q(level="department", department__in=departments)
    if bodies := bodies_as(actor, Role.EQUIPMENT):
        mine |= Q(level="local", holder__in=bodies)
    return mine


def funds_for(actor: Any) -> Q:
    """Filter on the bodies that `actor` decides for as a funder, by the same rights as `run_by`."""
    if actor is None:
        return Q(id__isnull=False)
    mine = Q(pk__in=bodies_as(actor, Role.EQUIPMENT))
    if is_everywhere(actor, Role.NATIONAL):
        mine |= Q(kind=BodyKind.MINISTRY)
    if regions := regions_as(actor, Role.REGION):
        mine |= Q(kind=BodyKind.REGION_PREFECTURE, region__in=regions)
    if departments := _departments_as(actor, Role.PREFECTURE):
        mine |= Q(kind=BodyKind.PREFECTURE, department__in=departments)
    return mine


def _departments_as(user: Any, role: Role) -> frozenset[int]:
    """Give the départements of a role that is held on one département at a time."""
    return frozenset(held.department_id for held in user.held if held.role == role and held.department_id)


def seen_by(user: Any) -> Q:
    """Filter on the envelopes that `user` may read: those decided on, those below them, and all to a control.

    The Cour des comptes and the inspections read what they control (code des juridictions financières, L. 141-5).
    """
    if any(is_everywhere(user, role) for role in (Role.NATIONAL, Role.AUDITOR)):
        return Q(id__isnull=False)
    regions = regions_as(user, Role.REGION)
    below = Q(level="department", department__region__in=regions)
    return run_by(user) | below | Q(department__in=_departments_as(user, Role.AUDITOR))


def bodies_borne_by(user: Any) -> frozenset[int]:
    """Give the bodies for which `user` answers as the bearer of a grant; the head answers for the school."""
    heads = {held.school_id for held in user.held if held.role == Role.HEAD and held.school_id}
    schools = Body.objects.filter(school__in=heads).values_list("id", flat=True) if heads else ()
    return frozenset().union(*(bodies_as(user, role) for role in BEARERS), schools)


def demand_second_factor(actor: Any) -> None:
    """Refuse who commits money without a second factor (ANSSI, guide d'hygiène: privileged acts)."""
    if not has_second_factor(actor):
        raise Refused(
            "second_factor",
            _("Pour engager de l'argent, activez d'abord la double authentification dans « Mon compte »."),
        )
