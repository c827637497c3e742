"""Which schools belong to a cité éducative: proposed from public facts, settled by a person."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.territories.enums import SchoolKind
from cartable.territories.models import CiteEducative, PriorityFact, School


TEACHES = (SchoolKind.ECOLE, SchoolKind.COLLEGE, SchoolKind.LYCEE)
NEAR_A_QPV = Decimal(300)  # metres
MOST_SCHOOLS = 500


@transaction.atomic
def set_cite_schools(*, actor: Any, cite_id: UUID, school_ids: Sequence[UUID]) -> CiteEducative:
    """Settle which schools belong to a cité éducative: open ones of its département; an empty list is an answer too.

    Raises `Refused`: `not_found` where the actor does not settle it, `schools` for a school that cannot be in it.
    """
    cites = CiteEducative.objects.led_by(actor).select_for_update(of=("self",))
    cite = cites.filter(public_id=cite_id).first()
    if cite is None:
        raise Refused(
            "not_found", _("Cette cité éducative n’existe pas, ou sa liste n’est pas de votre ressort.")
        )
    wanted = _eligible(cite, set(school_ids))
    held = {school.id: school for school in cite.schools.all()}
    added, removed = wanted.keys() - held.keys(), held.keys() - wanted.keys()
    cite.schools.add(*sorted(added))
    cite.schools.remove(*sorted(removed))
    cite.schools_set_at = clock.now()
    cite.save(update_fields=["schools_set_at"])
    record(
        actor=actor,
        verb="territories.cite_schools_set",
        target=str(cite.public_id),
        data={
            "schools": len(wanted),
            "added": sorted(wanted[key].uai for key in added),
            "removed": sorted(held[key].uai for key in removed),
        },
    )
    return cite


def _eligible(cite: CiteEducative, school_ids: set[UUID]) -> dict[int, School]:
    """Give the schools asked for; one that has closed may stay, not come."""
    if len(school_ids) > MOST_SCHOOLS:
        sentence = _("Une cité éducative compte %(most)d établissements au plus : retirez-en de la liste.")
        raise Refused("schools", sentence % {"most": MOST_SCHOOLS}, "schools")
    mine = School.objects.filter(department_id=cite.department_id, kind__in=TEACHES, public_id__in=school_ids)
    held = set(cite.schools.values_list("id", flat=True))
    found = {school.id: school for school in mine if not school.closed or school.id in held}
    if len(found) < len(school_ids):
        sentence = _(
            "Un des établissements n’est pas une école, un collège ou un lycée ouvert de ce département : "
            "retirez-le de la liste."
        )
        raise Refused("schools", sentence, "schools")
    return found


def candidates(commune_ids: Iterable[int]) -> list[School]:
    """Give the open schools of these communes that are REP or REP+, or at most 300 m from a QPV by the newest list.

    Two plain reads and no join: right after an import PostgreSQL knows nothing yet of what the tables hold, and has
    been seen to join them row by row for a minute.
    """
    schools = School.objects.filter(commune_id__in=set(commune_ids), kind__in=TEACHES, closed=False)
    found = {school.id: school for school in schools.order_by("id")}
    near = _near_a_qpv(found)
    return [school for school in found.values() if school.priority or school.id in near]


def _near_a_qpv(schools: Collection[int]) -> set[int]:
    facts = PriorityFact.objects.filter(school__in=schools, qpv_distance_m__isnull=False)
    newest = dict(facts.order_by("school_year").values_list("school_id", "qpv_distance_m"))
    return {school for school, metres in newest.items() if metres is not None and metres <= NEAR_A_QPV}


def propose_schools(cite_ids: Iterable[int]) -> set[int]:
    """Propose the schools of cités whose list nobody settled; give those whose proposal changed.

    A commune with several cités proposes to none: nothing public says which school belongs to which. Part of an import,
    in its transaction and its entry of the journal.
    """
    wanted = set(cite_ids)
    unsettled = CiteEducative.objects.filter(schools_set_at=None).values_list("id", flat=True)
    return put_links(CiteEducative.schools.through, "school", _proposals(wanted.intersection(unsettled)))


def put_links(link: Any, to: str, wanted: Mapping[int, Collection[int]]) -> set[int]:
    """Make the links of each cité to `to` those that are wanted, in few statements; give the cités that changed."""
    held = defaultdict(set)
    for cite, other in link.objects.values_list("citeeducative_id", f"{to}_id"):
        held[cite].add(other)
    changed = sorted(cite for cite, others in wanted.items() if set(others) != held[cite])
    for cite in changed:
        link.objects.filter(citeeducative_id=cite).exclude(**{f"{to}_id__in": wanted[cite]}).delete()
    link.objects.bulk_create(
        link(**{"citeeducative_id": cite, f"{to}_id": other})
        for cite in changed
        for other in sorted({*wanted[cite]} - held[cite])
    )
    return set(changed)


def _proposals(cite_ids: set[int]) -> dict[int, set[int]]:
    """Give {cité: ids of the schools that its own communes propose}."""
    cites = defaultdict(list)
    for cite, commune in CiteEducative.communes.through.objects.values_list("citeeducative_id", "commune_id"):
        cites[commune].append(cite)
    alone = {
        commune: found[0] for commune, found in cites.items() if len(found) == 1 and found[0] in cite_ids
    }
    proposed: dict[int, set[int]] = {cite: set() for cite in cite_ids}
    for school in candidates(alone):
        if school.commune_id is not None:
            proposed[alone[school.commune_id]].add(school.id)
    return proposed
