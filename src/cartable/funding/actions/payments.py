"""What follows a commitment: payments, credit notes, release of what is left, justification, corrections."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.funding import perms
from cartable.funding.actions.claimed import leaves_what_is_claimed
from cartable.funding.actions.posting import post_money, ways_of
from cartable.funding.actions.shared import (
    derived,
    fingerprint,
    known,
    made,
    once,
    reason_given,
    short,
    today_at,
)
from cartable.funding.enums import (
    INVOICE_MOVES,
    CommitmentState,
    Credit,
    InvoiceState,
    MovementKind,
    RecoveryState,
)
from cartable.funding.models import Commitment, CommitmentPart, Envelope, Invoice, Movement, Recovery
from cartable.funding.rules import day_from, not_before, not_later, show, whole_cents
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer
from cartable.ledger.models import Transfer


# What each of these acts adds to the payment credits that a year spent; what comes back in a later year is recovered.
SPENDS = {MovementKind.PAYMENT: 1, MovementKind.CREDIT_NOTE: -1, MovementKind.REESTABLISHMENT: -1}
UNDONE = set(MovementKind) - {MovementKind.CONFIRMATION, MovementKind.REFUSAL, MovementKind.CORRECTION}


@once
def pay(
    *,
    actor: Any,
    part_id: UUID,
    cents: int,
    on: date | None = None,
    reason: str = "",
    key: UUID | None = None,
) -> Movement:
    """Keep a payment of a part, one instalment or the whole: it takes payment credits of the part's envelope.

    In a later year than the envelope's, those that came to it in that year.

    Refuses `not_yours`, `second_factor`, `not_committed`, `not_enough`, `date_before` (the commitment),
    `date_outside_year`, `date_not_come`, `amount_…`, `key_reused`.
    """
    perms.demand_second_factor(actor)
    return _act(actor, part_id, MovementKind.PAYMENT, cents, on, reason, key)


@once
def credit_note(
    *, actor: Any, part_id: UUID, cents: int, on: date | None = None, reason: str, key: UUID | None = None
) -> Movement:
    """Keep a credit note on what was paid and not justified: it is to be paid again, the payment credits come back."""
    return _act(actor, part_id, MovementKind.CREDIT_NOTE, cents, on, reason_given(reason), key)


@once
def release(
    *, actor: Any, part_id: UUID, cents: int, on: date | None = None, reason: str, key: UUID | None = None
) -> Movement:
    """Give what will not be paid of a part back to its envelope, with a reason."""
    return _act(actor, part_id, MovementKind.RELEASE, cents, on, reason_given(reason), key)


@once
def justify(
    *,
    actor: Any,
    part_id: UUID,
    cents: int,
    on: date | None = None,
    reason: str = "",
    key: UUID | None = None,
) -> Movement:
    """Keep that so much of what was paid is justified by a report the service accepted (for bills see `accept`)."""
    return _act(actor, part_id, MovementKind.JUSTIFICATION, cents, on, reason, key)


@once
def undo(
    *, actor: Any, movement_id: UUID, reason: str, on: date | None = None, key: UUID | None = None
) -> Movement:
    """Correct a movement that was written in error: the exact reverse, naming the first, on its day; once only.

    `on` is a later day for what was true and then failed: a cheque that comes back unpaid.

    Refuses `not_yours`, `not_undone` (a confirmation, a refusal, a correction), `already_undone`, `not_enough`
    (what it moved has moved on: undo that first), `claimed`, `date_…`, `key_reused`.
    """
    mark = fingerprint(actor, undo=movement_id, reason=reason, on=on)
    if row := known(Movement, key, mark):
        return row
    first = _movement(actor, movement_id)
    part = take_part(actor, first.part.public_id)
    day = not_before(
        not_later(on or first.on, today_at(part.envelope)),
        first.on,
        "date_before",
        _("Une annulation ne peut pas précéder ce qu'elle annule, daté du %(first)s."),
    )
    if first.kind == MovementKind.PAYMENT:
        leaves_what_is_claimed(part, MovementKind.CREDIT_NOTE, first.amount_cents)
    key = made(key)
    firsts = [one for one in (first.ae_transfer, first.cp_transfer) if one]
    ways = [_reverse(key, one, day) for one in firsts]
    posted = post_money(actor, ways)
    row = _write(
        actor,
        key,
        mark,
        part,
        MovementKind.CORRECTION,
        first.amount_cents,
        day,
        reason_given(reason),
        posted,
        undoes=first,
    )
    if first.recovery:
        Recovery.objects.filter(pk=first.recovery.pk).update(state=RecoveryState.CLAIMED)
    if first.invoice and not first.invoice.movements.filter(undone_by=None, undoes=None).exists():
        move(INVOICE_MOVES, first.invoice.state, InvoiceState.DECLARED)
        Invoice.objects.filter(pk=first.invoice.pk).update(state=InvoiceState.DECLARED)
    return row


def _movement(actor: Any, movement_id: UUID) -> Movement:
    run = Envelope.objects.filter(perms.run_by(actor)).order_by()
    rows = Movement.objects.filter(part__envelope__in=run, public_id=movement_id)
    movement = rows.select_related(
        "part",
        "recovery",
        "invoice",
        "ae_transfer__source",
        "ae_transfer__target",
        "ae_transfer__resource",
        "cp_transfer__source",
        "cp_transfer__target",
        "cp_transfer__resource",
    ).first()
    if movement is None:
        raise Refused("not_yours", _("Cette écriture n'existe pas ou ne relève pas de votre service."))
    if movement.kind not in UNDONE:
        raise Refused(
            "not_undone", _("Cette étape ne s'annule pas : retirez plutôt le reste de l'engagement.")
        )
    if Movement.objects.filter(undoes=movement).exists():
        raise Refused("already_undone", _("Cette écriture a déjà été annulée ; rechargez la page."))
    return movement


def _reverse(key: UUID, first: Transfer, day: date) -> NewTransfer:
    return NewTransfer(
        transfer_id=derived(key, first.resource.code),
        resource=first.resource.code,
        source=first.target.code,
        target=first.source.code,
        amount=first.amount,
        value_date=day,
        reason="funding_correction",
        reference=first.reference,
        reverses=first.public_id,
    )


def take_part(actor: Any, part_id: UUID) -> CommitmentPart:
    """Fetch a part on an envelope that `actor` decides on, its commitment locked and committed, or refuse."""
    run = Envelope.objects.filter(perms.run_by(actor)).order_by()
    rows = CommitmentPart.objects.filter(envelope__in=run, public_id=part_id)
    part = rows.select_related("envelope__line", "envelope__department").first()
    if part is None:
        raise Refused("not_yours", _("Cet engagement n'existe pas ou ne relève pas de votre service."))
    locked = Commitment.objects.select_for_update(of=("self",), no_key=True)
    part.commitment = locked.get(parts=part)
    if part.commitment.state != CommitmentState.COMMITTED:
        sentence = _("Cet engagement est « %(state)s » : rien ne peut être payé ni justifié dessus.")
        raise Refused("not_committed", sentence % {"state": part.commitment.get_state_display()})
    return part


def _act(
    actor: Any,
    part_id: UUID,
    kind: MovementKind,
    cents: int,
    on: date | None,
    reason: str,
    key: UUID | None,
) -> Movement:
    mark = fingerprint(actor, act=kind.value, part=part_id, cents=cents, on=on, reason=reason)
    if row := known(Movement, key, mark):
        return row
    return move_part(actor, made(key), mark, take_part(actor, part_id), kind, cents, on, reason)


def move_part(
    actor: Any,
    key: UUID,
    mark: str,
    part: CommitmentPart,
    kind: MovementKind,
    cents: int,
    on: date | None,
    reason: str = "",
    **names: Invoice | Recovery,
) -> Movement:
    """Post one movement of a part that was taken, and write it; `names` the bill or the claim that it comes from."""
    whole_cents(cents)
    if "recovery" not in names:
        leaves_what_is_claimed(part, kind, cents)
    day = _day(part, kind, on)
    if SPENDS.get(kind, 0) < 0:
        _of_the_year(part, day.year, cents)
    ways = ways_of(key, part, kind, cents, day, part.commitment.public_id)
    posted = post_money(actor, ways)
    return _write(actor, key, mark, part, kind, cents, day, short(reason, 300, "reason"), posted, **names)


def _of_the_year(part: CommitmentPart, year: int, cents: int) -> None:
    """Refuse to give back more payment credits of a later year than that year spent on this part."""
    if year == part.envelope.year:
        return  # the accounts know: nothing was spent before
    rows = part.movements.filter(on__year=year, undone_by=None, kind__in=SPENDS)
    paid = sum(SPENDS[MovementKind(kind)] * one for kind, one in rows.values_list("kind", "amount_cents"))
    if paid < cents:
        sentence = _(
            "En %(year)s, %(paid)s ont été payés sur cet engagement : ce qui revient d'un paiement d'une année passée "
            "ne rend pas de crédits. Demandez un reversement sans rétablissement, ou corrigez la date."
        )
        raise Refused("date_outside_year", sentence % {"year": year, "paid": show(paid)}, "on")


def _day(part: CommitmentPart, kind: MovementKind, on: date | None) -> date:
    """Give the day of a movement: the credits of a payment are those of its day's year (see `posting`)."""
    today = today_at(part.envelope)
    day = on or today
    day = day_from(day, part.envelope.year, today) if kind in SPENDS else not_later(day, today)
    sentence = _("L'engagement est du %(first)s : la date ne peut pas le précéder.")
    return not_before(day, part.commitment.decided_on, "date_before", sentence)


def _write(
    actor: Any,
    key: UUID,
    mark: str,
    part: CommitmentPart,
    kind: MovementKind,
    cents: int,
    day: date,
    reason: str,
    posted: Sequence[Transfer],
    **names: Invoice | Recovery | Movement,
) -> Movement:
    by_credit = {transfer.resource.code: transfer for transfer in posted}
    row = Movement.objects.create(
        public_id=key,
        fingerprint=mark,
        part=part,
        kind=kind,
        amount_cents=cents,
        on=day,
        reason=reason,
        ae_transfer=by_credit[Credit.AE],
        cp_transfer=by_credit.get(Credit.CP),
        **names,
    )
    record(
        actor=actor,
        verb=f"funding.{kind.value}",
        target=str(key),
        data={"part": part.public_id, "commitment": part.commitment.public_id, "cents": cents, "on": day},
        text=reason,
    )
    return row
