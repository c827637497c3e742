"""What is claimed back from a bearer stays where it is until it is received or the claim is given up."""

from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding import codes
from cartable.funding.actions.posting import demand_there
from cartable.funding.enums import Credit, MovementKind, RecoveryState, Stage
from cartable.funding.models import CommitmentPart
from cartable.funding.queries.stages import claimed_on, stages_of
from cartable.funding.rules import show, whole_cents
from cartable.ledger.models import Account


def leaves_what_is_claimed(part: CommitmentPart, kind: MovementKind, cents: int) -> None:
    """Refuse a movement that would take what is claimed back: only the receipt of the claim may.

    The commitment of the part is locked. What is lacking without any claim is left to the ledger, which says it.
    """
    if all(way.source != Stage.SETTLED for way in codes.WAYS[kind]):
        return
    claimed, settled = claimed_on([part])[part.pk], stages_of([part])[part.pk].settled
    if settled - claimed < cents <= settled:
        sentence = _(
            "%(claimed)s sont réclamés au porteur : il reste %(left)s à justifier. Diminuez le montant, ou "
            "abandonnez d'abord la demande de reversement."
        )
        said = {"claimed": show(claimed), "left": show(settled - claimed)}
        raise Refused("claimed", sentence % said, "ae")


def check_claim(part: CommitmentPart, cents: int, day: date) -> None:
    """Refuse a claim on more than is paid, not justified and not claimed, or dated before that was paid."""
    left = stages_of([part])[part.pk].settled - claimed_on([part])[part.pk]
    if whole_cents(cents) > left:
        sentence = _("Il reste %(left)s de payé, non justifié et non réclamé : diminuez le montant.")
        raise Refused("claim_too_large", sentence % {"left": show(left)}, "amount")
    by_then = part.recoveries.filter(state=RecoveryState.CLAIMED, claimed_on__lte=day)
    before = by_then.aggregate(cents=Sum("claimed_cents", default=0))["cents"]
    settled = Account.objects.filter(
        resource__code=Credit.AE, code=codes.account(Stage.SETTLED, part.public_id)
    )
    for account in settled:
        demand_there(account, day, cents + before)
