"""Post the transfers of an act, and say in words what is lacking where the ledger refuses them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from cartable.foundation.refused import Refused
from cartable.funding import codes
from cartable.funding.actions.shared import derived
from cartable.funding.enums import Credit, MovementKind, Stage
from cartable.funding.models import CommitmentPart
from cartable.funding.rules import show
from cartable.ledger.actions import NewTransfer, post_many
from cartable.ledger.models import Transfer
from cartable.ledger.queries import balances


LACKING = {
    (Credit.AE, Stage.ENVELOPE): gettext_noop(
        "Il reste %(left)s d'autorisations d'engagement (AE) dans l'enveloppe, il faudrait %(asked)s : "
        "diminuez le montant."
    ),
    (Credit.CP, Stage.ENVELOPE): gettext_noop(
        "Il reste %(left)s de crédits de paiement (CP) dans l'enveloppe, il faudrait %(asked)s : "
        "diminuez le montant."
    ),
    (Credit.AE, Stage.RESERVED): gettext_noop(
        "Il reste %(left)s dans cette réservation, il faudrait %(asked)s : diminuez le montant."
    ),
    (Credit.AE, Stage.ASKED): gettext_noop(
        "Cette demande n'est plus réservée : il reste %(left)s sur %(asked)s. Rechargez la page."
    ),
    (Credit.AE, Stage.COMMITTED): gettext_noop(
        "Il reste %(left)s d'engagé et non payé, il faudrait %(asked)s : diminuez le montant."
    ),
    (Credit.AE, Stage.SETTLED): gettext_noop(
        "Il reste %(left)s de payé et non justifié, il faudrait %(asked)s : diminuez le montant."
    ),
}


def post_money(actor: Any, transfers: Sequence[NewTransfer]) -> list[Transfer]:
    """Post transfers, all or none; a lack is said in the words of money."""
    try:
        return post_many(actor=actor, transfers=transfers)
    except Refused as no:
        if no.code != "not_enough":
            raise
        raise _lacking(transfers) or no from no


def _lacking(transfers: Sequence[NewTransfer]) -> Refused | None:
    for credit in Credit:
        mine = [new for new in transfers if new.resource == credit]
        left = balances(credit.value, {new.source for new in mine})
        for new in mine:
            left[new.source] -= new.amount
            said = (
                LACKING.get((credit, Stage(new.source.split(":")[0])))
                if ":voted:" not in new.source
                else None
            )
            if left[new.source] < 0 and said:
                words = {"left": show(left[new.source] + new.amount), "asked": show(new.amount)}
                sentence = gettext(said)
                return Refused("not_enough", sentence % words, credit.value)
    return None


# What was paid of one part: few transfers stand on each of these accounts. What is committed is not among them: a
# payment undone today is paid again on its true day, within the year of its credits.
ONCE_PAID = (Stage.SETTLED, Stage.JUSTIFIED, Stage.RETURNED)


def in_order(transfers: Sequence[NewTransfer]) -> None:
    """Refuse `date_before` where the money of a part was not there yet on the day: paid back before it was paid.

    What is lacking today too is left to `post_money`, which says how much.
    """
    for new in transfers:
        if new.resource != Credit.AE or Stage(new.source.split(":")[0]) not in ONCE_PAID:
            continue
        steps = _steps(new.source)
        if sum(steps.values()) >= new.amount and (first := _from(steps, new.amount)) > new.value_date:
            sentence = gettext(
                "À cette date, cet argent n'y était pas encore : datez cette écriture du %(first)s au plus tôt."
            )
            raise Refused("date_before", sentence % {"first": f"{first:%d/%m/%Y}"}, "on")


def _steps(code: str) -> dict[date, int]:
    """Give what came to an account, less what left it, on each day."""
    rows = Transfer.objects.filter(Q(source__code=code) | Q(target__code=code), resource__code=Credit.AE)
    steps: Counter[date] = Counter()
    for day, source, amount in rows.order_by().values_list("value_date", "source__code", "amount"):
        steps[day] += -amount if source == code else amount
    return steps


def _from(steps: Mapping[date, int], amount: int) -> date:
    """Give the first day from which an account never holds less than `amount`."""
    first, held = date.min, 0
    for day in sorted(steps):
        before, held = held, held + steps[day]
        if held >= amount > before:
            first = day
        elif held < amount:
            first = date.max
    return first


def ways_of(
    key: UUID, part: CommitmentPart, kind: MovementKind, cents: int, on: date, reference: UUID
) -> list[NewTransfer]:
    """Make the transfers of a movement of a part, in the order of `codes.WAYS`."""
    ids = {"envelope": part.envelope.public_id, "part": part.public_id}
    return [
        NewTransfer(
            transfer_id=derived(key, way.credit.value),
            resource=way.credit.value,
            source=codes.code_of(way.credit, way.source, **ids),
            target=codes.code_of(way.credit, way.target, **ids),
            amount=cents,
            value_date=on,
            reason=f"funding_{kind.value}",
            reference=str(reference),
        )
        for way in codes.WAYS[kind]
    ]
