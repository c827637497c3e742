"""Set money aside for what was decided, and give back what is not needed."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding import codes, perms
from cartable.funding.actions.posting import post_money
from cartable.funding.actions.shared import (
    derived,
    fingerprint,
    known,
    made,
    once,
    reason_given,
    run_envelope,
    short,
    today_at,
)
from cartable.funding.enums import Credit, Stage
from cartable.funding.models import Envelope, Reservation, ReservationRelease
from cartable.funding.queries.reservations import envelopes_usable_by, left_of
from cartable.funding.rules import day_within, whole_cents
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer


@once
def reserve(
    *,
    actor: Any,
    envelope_id: UUID,
    cents: int,
    purpose: str,
    reference: str,
    agreed: bool = False,
    on: date | None = None,
    key: UUID | None = None,
) -> Reservation:
    """Set `cents` of an envelope's commitment authority aside; commitments draw on it by its public id.

    `actor` decides on the envelope; with `agreed` it is enough that he may plan with it: who holds it has said yes, and
    the caller has kept that. Refuses `not_yours`, `second_factor`, `not_enough`, `amount_…`, `date_…`, `key_reused`.
    """
    mark = fingerprint(actor, reserve=[envelope_id, cents, purpose, reference, on])
    if row := known(Reservation, key, mark):
        return row
    perms.demand_second_factor(actor)
    envelope = _usable(actor, envelope_id) if agreed else run_envelope(actor, envelope_id)
    day = day_within(on or today_at(envelope), envelope.year, today_at(envelope))
    row = Reservation(
        public_id=made(key),
        fingerprint=mark,
        envelope=envelope,
        amount_cents=whole_cents(cents),
        purpose=short(purpose, 200, "purpose"),
        reference=reference,
        on=day,
        made_by=actor,
    )
    there, back = _accounts(envelope)
    (row.transfer,) = post_money(actor, [_transfer(row, there, back, row.amount_cents, day, "reserved")])
    row.save(force_insert=True)
    record(
        actor=actor,
        verb="funding.reserved",
        target=str(row.public_id),
        data={"envelope": envelope.public_id, "cents": cents, "for": reference},
        text=row.purpose,
    )
    return row


def _usable(actor: Any, envelope_id: UUID) -> Envelope:
    rows = envelopes_usable_by(actor).filter(public_id=envelope_id).order_by()
    envelope = rows.select_related("line", "department").first()
    if envelope is None:
        raise Refused(
            "not_yours", _("Cette enveloppe n'existe pas ou ne relève pas de votre service."), "envelope"
        )
    return envelope


def _accounts(envelope: Envelope) -> tuple[str, str]:
    return codes.account(Stage.ENVELOPE, envelope.public_id), codes.account(
        Stage.RESERVED, envelope.public_id
    )


def _transfer(
    row: Reservation | ReservationRelease, source: str, target: str, cents: int, day: date, reason: str
) -> NewTransfer:
    return NewTransfer(
        transfer_id=derived(row.public_id, Credit.AE.value),
        resource=Credit.AE.value,
        source=source,
        target=target,
        amount=cents,
        value_date=day,
        reason=f"funding_{reason}",
        reference=str(row.public_id),
    )


@transaction.atomic
def release_reservation(
    *, actor: Any, reservation_id: UUID, reason: str, cents: int | None = None, on: date | None = None
) -> int:
    """Give what is left of a reservation (or `cents` of it) back to its envelope; give how many cents went back.

    Who made it may, and who decides on the envelope. Nothing left: nothing happens.
    """
    row = locked(actor, reservation_id)
    words, left = reason_given(reason), left_of(row)
    amount = left if cents is None else whole_cents(cents)
    if not left:
        return 0
    if amount > left:
        raise Refused("not_reserved", _("Il ne reste pas autant dans cette réservation : rechargez la page."))
    day = max(on or today_at(row.envelope), row.on)
    back = ReservationRelease(
        public_id=made(None), reservation=row, amount_cents=amount, on=day, reason=words
    )
    there, here = _accounts(row.envelope)
    (back.transfer,) = post_money(actor, [_transfer(back, here, there, amount, day, "reservation_released")])
    back.save(force_insert=True)
    record(
        actor=actor,
        verb="funding.reservation_released",
        target=str(reservation_id),
        data={"cents": amount},
        text=words,
    )
    return amount


def locked(actor: Any, reservation_id: UUID) -> Reservation:
    """Lock a reservation that `actor` made or whose envelope he decides on, or refuse."""
    rows = Reservation.objects.filter(public_id=reservation_id).select_related("envelope__department")
    if actor is not None:
        run = Envelope.objects.filter(perms.run_by(actor)).order_by()
        rows = rows.filter(envelope__in=run) | rows.filter(made_by=actor)
    row = rows.order_by().select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise Refused("not_yours", _("Cette réservation n'existe pas ou ne relève pas de votre service."))
    return row
