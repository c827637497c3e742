"""The owner's own text for loans: adopted as voted, version after version, never changed."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.bodies.models import Body
from cartable.equipment.models import Agreement
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record


@transaction.atomic
def adopt_agreement(
    *, actor: Any, body_id: UUID, title: str, text: str, deliberated_on: date, deliberation_number: str = ""
) -> Agreement:
    """Adopt a new version of the agreement that a body voted; the same text of the same vote is the same version."""
    own = Body.objects.filter(public_id=body_id, id__in=bodies_as(actor, Role.EQUIPMENT))
    owner = own.select_for_update(of=("self",), no_key=True).first()
    if owner is None:
        raise Refused("not_yours", _("Seul le propriétaire du matériel adopte sa convention de prêt."))
    title, text = " ".join(title.split()), text.strip()
    vote: dict[str, Any] = {
        "deliberated_on": deliberated_on,
        "deliberation_number": " ".join(deliberation_number.split()),
    }
    _check(title, text, vote)
    versions = Agreement.objects.filter(owner=owner)
    if same := versions.filter(title=title, text=text, **vote).first():
        return same
    version = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    made = Agreement.objects.create(owner=owner, version=version, title=title[:200], text=text, **vote)
    data = {"owner": body_id, "version": version, **vote}
    record(actor=actor, verb="equipment.agreement_adopted", target=str(made.public_id), data=data, text=text)
    return made


def _check(title: str, text: str, vote: dict[str, Any]) -> None:
    if not title or not text:
        raise Refused(
            "text", _("Donnez le titre et le texte de la convention, tels qu'ils ont été votés."), "text"
        )
    if vote["deliberated_on"] > clock.today():
        raise Refused(
            "deliberated_on", _("La date de la délibération est à venir : vérifiez-la."), "deliberated_on"
        )
    if len(vote["deliberation_number"]) > 40:
        raise Refused(
            "deliberation_number",
            _("Un numéro a quarante signes au plus : raccourcissez-le."),
            "deliberation_number",
        )


def agreement_for(owner: Body, agreement_id: UUID | None, day: date) -> Agreement:
    """Give the version that was signed, by default the owner's latest; refuse where there is none."""
    voted = Agreement.objects.filter(owner=owner, deliberated_on__lte=day)
    if agreement_id is not None:
        voted = voted.filter(public_id=agreement_id)
    found = voted.order_by("-version").first()
    if found is None:
        sentence = _("Le prêt demande la convention votée par %(owner)s : demandez-lui de l'enregistrer.")
        raise Refused("no_agreement", sentence % {"owner": owner.name}, "agreement")
    return found
