"""What writes bodies."""

import re
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_rules

from cartable.bodies import rules
from cartable.bodies.enums import SINGLE, BodyKind
from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.territories.models import Academy, Circonscription, Commune, Department, Region, School


class DepartmentBodies(NamedTuple):
    """The three bodies that every département has."""

    prefecture: Body
    council: Body
    academy_service: Body


def _checked_siret(text: str) -> str:
    try:
        return siret_rules.validate(text) if text.strip() else ""
    except ValidationError as error:
        raise Refused(
            "siret_wrong", _("Ce SIRET est faux : vérifiez ses quatorze chiffres."), "siret"
        ) from error


def _checked_rna(text: str) -> str:
    bare = "".join(text.split()).upper()
    if bare and not re.fullmatch(r"W\d[0-9A-Z]\d{7}", bare):
        raise Refused("rna_wrong", _("Un numéro RNA s’écrit W et neuf chiffres : vérifiez-le."), "rna")
    return bare


def _identity(kind: BodyKind, name: str, siret: str, rna: str, places: dict[str, Any]) -> dict[str, Any]:
    """Give the lookup by which this body is the one that is already known."""
    for own in ("school", "circonscription"):
        if places[own]:
            return {own: places[own]}
    territory = {place: row for place, row in places.items() if row}
    if kind in SINGLE and territory:
        return {"kind": kind, **territory}
    if siret:
        return {"kind": kind, "siret": siret}
    return {"kind": kind, "rna": rna} if rna else {"kind": kind, "name": name, **places}


def _record(actor: Any, body: Body, created: bool, changed: list[str]) -> None:
    record(
        actor=actor,
        verb="bodies.created" if created else "bodies.changed",
        target=f"body:{body.public_id}",
        data={"kind": str(body.kind), "fields": sorted(changed)},
    )


@transaction.atomic
def ensure_body(
    *,
    actor: Any,
    kind: BodyKind,
    name: str,
    department: Department | None = None,
    region: Region | None = None,
    academy: Academy | None = None,
    commune: Commune | None = None,
    school: School | None = None,
    circonscription: Circonscription | None = None,
    siret: str = "",
    rna: str = "",
    email: str = "",
    phone: str = "",
    privacy_contact: str = "",
) -> Body:
    """Give the body, made if it is not there yet; what is given and differs is written, blanks change nothing.

    The same body: that of the school or circonscription; the one of this kind on the territory (State services,
    collectivités); else the same kind and SIRET, RNA, or name and place. The caller has already reached the
    territory rows. Refuses a wrong SIRET (`siret_wrong`) or RNA (`rna_wrong`).
    """
    siret, rna = _checked_siret(siret), _checked_rna(rna)
    places = {
        "department": department,
        "region": region,
        "academy": academy,
        "commune": commune,
        "school": school,
        "circonscription": circonscription,
    }
    details = {"siret": siret, "rna": rna, "email": email, "phone": phone, "privacy_contact": privacy_contact}
    given = {field: value for field, value in {"name": name, **places, **details}.items() if value}
    body, created = Body.objects.select_for_update(of=("self",)).get_or_create(
        **_identity(kind, name, siret, rna, places), defaults={"kind": kind, **given}
    )
    changed = [field for field, value in given.items() if getattr(body, field) != value]
    if changed:
        for field in changed:
            setattr(body, field, given[field])
        body.save(update_fields=[*changed, "search"])
    if created or changed:
        _record(actor, body, created, changed)
    return body


@transaction.atomic
def bodies_for_department(*, actor: Any, department: Department) -> DepartmentBodies:
    """Give the préfecture, the collectivité that equips the collèges and the DSDEN, made where missing."""
    names = {
        BodyKind.PREFECTURE: rules.prefecture_name(department),
        BodyKind.LOCAL_AUTHORITY: rules.council_name(department),
        BodyKind.ACADEMY_SERVICE: rules.academy_service_name(department),
    }
    known = {body.kind: body for body in Body.objects.filter(department=department, kind__in=names)}
    return DepartmentBodies(
        *(
            known.get(kind) or ensure_body(actor=actor, kind=kind, name=name, department=department)
            for kind, name in names.items()
        )
    )


def region_prefecture(*, actor: Any, region: Region) -> Body:
    """Give the préfecture of a région, made where it is missing."""
    known = Body.objects.filter(kind=BodyKind.REGION_PREFECTURE, region=region).first()
    return known or ensure_body(
        actor=actor,
        kind=BodyKind.REGION_PREFECTURE,
        name=rules.region_prefecture_name(region),
        region=region,
    )
