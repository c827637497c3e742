"""Post the transfers of an act, and say in words what is lacking where the ledger refuses them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from cartable.foundation.refused import Refused
from cartable.funding import codes
from cartable.funding.actions.shared import derived
from cartable.funding.enums import Credit, MovementKind, Stage
from cartable.funding.models import CommitmentPart
from cartable.funding.rules import show
from cartable.ledger.actions import NewTransfer, post_many
from cartable.ledger.models import Account, Transfer
from cartable.ledger.queries import balances, held_before, received_after, steps_by_day


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
    """Post transfers, all or none, in a transaction of the caller's; a lack is said in the words of money."""
    try:
        posted = post_many(actor=actor, transfers=transfers)
    except Refused as no:
        if no.code != "not_enough":
            raise
        raise _lacking(transfers) or no from no
    in_order(posted)
    return posted


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


def in_order(posted: Iterable[Transfer]) -> None:
    """Refuse `date_before` where money just posted left an account on a day on which it was not there yet.

    The ledger has held that it is there today; what is looked at are the days from its own on, where others follow.
    """
    firsts: dict[tuple[Account, int], date] = {}
    asked: Counter[Account] = Counter()
    for new in posted:
        if new.source.floor is not None:
            place = new.source, new.value_date.year
            firsts[place] = min(new.value_date, firsts.get(place, new.value_date))
            asked[new.source] += new.amount
    for (account, year), day in firsts.items():
        lapsed = _lapsed(account, year)
        if lapsed:
            _demand_of_the_year(account, year, lapsed, asked[account])
        demand_there(account, day, lapsed)


def _lapsed(account: Account, year: int) -> int:
    """Give the payment credits that an envelope had left when a year began: they pay nothing any more.

    Credits are voted for a year, and lapse at its end (law of 1 August 2001 on budget acts, articles 1 and 15).
    """
    of_payment = account.resource.code == Credit.CP and account.code.startswith(f"{Stage.ENVELOPE.value}:")
    return held_before(account.pk, date(year, 1, 1)) if of_payment else 0


def _demand_of_the_year(account: Account, year: int, lapsed: int, asked: int) -> None:
    """Refuse payment credits that are spent, or passed on, in another year than that in which they came."""
    left = Account.objects.values_list("balance", flat=True).get(pk=account.pk) + asked - lapsed
    said = {"left": show(left), "asked": show(asked), "year": year}
    if left <= 0:
        sentence = gettext(
            "Il ne reste pas de crédits de paiement (CP) de %(year)s dans cette enveloppe, et ceux des années passées "
            "ne paient plus : corrigez la date, ou demandez des crédits de %(year)s."
        )
        raise Refused("date_outside_year", sentence % said, "on")
    if left < asked:
        sentence = gettext(
            "Il reste %(left)s de crédits de paiement (CP) de %(year)s dans l'enveloppe, il faudrait %(asked)s : "
            "diminuez le montant."
        )
        raise Refused("not_enough", sentence % said, Credit.CP.value)


def demand_there(account: Account, day: date, cents: int = 0) -> None:
    """Refuse `date_before` where an account holds less than `cents` at the end of `day`, or of a day after it."""
    if (first := first_day(account, day, cents)) > day:
        sentence = gettext(
            "À cette date, cet argent n'y était pas encore : datez cette écriture du %(first)s au plus tôt."
        )
        raise Refused("date_before", sentence % {"first": f"{first:%d/%m/%Y}"}, "on")


def first_day(account: Account, day: date, cents: int = 0) -> date:
    """Give the first day, `day` or later, from which on an account never held less than `cents`; it does today."""
    if not received_after(account.pk, day):  # nearly always: what it holds today was there on every day since
        return day
    steps = steps_by_day(accounts=[account.pk], after=day)[account.pk]
    held = Account.objects.values_list("balance", flat=True).get(pk=account.pk)
    for step in sorted(steps, reverse=True):
        held -= steps[step]
        if held < cents:
            return step
    return day


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
