"""A proposal names the co-funders that it awaits: whom, for which share, how much; each joins with exactly that."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.funding.actions.committing import Asked
from cartable.funding.enums import LEVEL_OF, Share
from cartable.funding.models import AwaitedPart, Commitment
from cartable.funding.rules import whole_cents
from cartable.funding.words import awaited, due


@dataclass(frozen=True, slots=True)
class Awaited:
    """What another body will pay of a commitment, on an envelope of its own."""

    body_id: UUID
    cents: int
    share: str = Share.VAT


def named(wanted: Sequence[Awaited]) -> list[AwaitedPart]:
    """Give the rows of what is awaited, each of a body that may hold credits, once for each share."""
    if len({(one.body_id, one.share) for one in wanted}) != len(wanted):
        raise Refused("cofunder", _("Nommez chaque cofinanceur une fois pour chaque part."), "cofunder")
    found = Body.objects.in_bulk([one.body_id for one in wanted], field_name="public_id")
    if any(one.body_id not in found or found[one.body_id].kind not in LEVEL_OF for one in wanted):
        sentence = _(
            "Ce cofinanceur ne tient pas de crédits : nommez une collectivité ou un service de l'État."
        )
        raise Refused("cofunder", sentence, "cofunder")
    return [
        AwaitedPart(
            body=found[one.body_id], share=Share(one.share), amount_cents=whole_cents(one.cents, "cofunder")
        )
        for one in wanted
    ]


def still_awaited(commitment: Commitment) -> QuerySet[AwaitedPart]:
    """Give what no co-funder has answered yet."""
    return commitment.awaited.filter(part=None).select_related("body").order_by("id")


def answered_by(commitment: Commitment, asked: Asked) -> AwaitedPart | None:
    """Give what a part answers, None where its holder is not awaited; refuse it where it is another sum or share."""
    mine = [one for one in still_awaited(commitment) if one.body_id == asked.envelope.holder_id]
    for one in mine:
        if (one.share, one.amount_cents) == (asked.share, asked.cents):
            return one
    if mine:
        sentence = _("On attend exactement %(due)s de votre part : corrigez le montant ou la part.")
        raise Refused("not_awaited", sentence % {"due": ", ".join(map(due, mine))}, "amount")
    return None


def lacking(commitment: Commitment) -> Refused:
    """Say what a proposal still awaits before it can be confirmed."""
    if said := awaited(still_awaited(commitment)):
        sentence = _("L'engagement ne peut pas encore être confirmé. Attendu de %(awaited)s.")
        return Refused("parts", sentence % {"awaited": said})
    return Refused(
        "parts", _("Il manque la part d'un cofinanceur : l'engagement ne peut pas encore être confirmé.")
    )
