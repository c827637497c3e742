"""What every delegation goes through: its amounts, its ceilings, its letter, its transfers, its row."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding import codes
from cartable.funding.actions.posting import post_money
from cartable.funding.actions.shared import derived, today_at
from cartable.funding.ceilings import check_ceilings
from cartable.funding.enums import Credit, DelegationKind, DelegationState, Stage
from cartable.funding.models import Delegation, Envelope, LetterCounter
from cartable.funding.rules import day_from, day_within, not_before, whole_cents
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written and posted."""

    kind: DelegationKind
    source: Envelope | None
    target: Envelope
    ae_cents: int
    cp_cents: int
    reason: str


def notified(
    actor: Any,
    key: UUID,
    mark: str,
    order: Order,
    on: date | None,
    announced_on: date | None = None,
    batch: UUID | None = None,
) -> Delegation:
    day = day_of_credits(order.target, order.ae_cents, on)
    announced = announced_on or day
    check_announced(announced, day, "announced_on")
    return write(actor, key, mark, order, announced, day, batch)


def day_of_credits(target: Envelope, ae_cents: int, on: date | None) -> date:
    """Give the day of a delegation: `on`, or today, in the year of its envelope.

    Payment credits alone may come in a later year: those of that year, for what the envelope's year committed.
    """
    today = today_at(target)
    within = day_within if ae_cents else day_from
    return within(on or today, target.year, today)


def check_announced(announced: date, day: date, field: str) -> None:
    """Refuse a notification of a day before its announcement."""
    sentence = _(
        "La notification ne peut pas précéder l'annonce du %(first)s : corrigez l'une des deux dates."
    )
    not_before(day, announced, "before_announcement", sentence, field)


def write(
    actor: Any,
    key: UUID,
    mark: str,
    order: Order,
    announced: date,
    day: date | None,
    batch: UUID | None = None,
) -> Delegation:
    """Write one row, and post it where it has a day; the amounts are checked against the ceilings first."""
    _amounts(order)
    if order.kind != DelegationKind.WITHDRAWAL:
        check_ceilings(order.source, order.target, order.ae_cents)
    row = Delegation(
        public_id=key,
        fingerprint=mark,
        kind=order.kind,
        source=order.source,
        target=order.target,
        ae_cents=order.ae_cents,
        cp_cents=order.cp_cents,
        announced_on=announced,
        state=DelegationState.ANNOUNCED,
        reason=order.reason,
        redeployment=batch,
        decided_by=actor,
    )
    if day:
        post_on(actor, row, day)
    row.save(force_insert=True)
    tell(actor, row)
    return row


def _amounts(order: Order) -> None:
    for cents, field in ((order.ae_cents, "ae"), (order.cp_cents, "cp")):
        whole_cents(cents, field, zero=True)
    if not order.ae_cents and not order.cp_cents:
        raise Refused("amount_zero", _("Indiquez un montant supérieur à zéro."), "ae")


def post_on(actor: Any, row: Delegation, day: date) -> None:
    """Give a delegation its letter number and its transfers, dated of `day`."""
    row.state, row.notified_on, row.decided_by = DelegationState.NOTIFIED, day, actor
    row.letter_number = _letter_number(row, day.year)
    if row.kind == DelegationKind.MOVE:
        row.source_letter_number = _letter_number(row, day.year)
    posted = post_money(actor, _transfers(row, day))
    by_credit = dict(zip(_credits(row), posted, strict=True))
    row.ae_transfer, row.cp_transfer = by_credit.get(Credit.AE), by_credit.get(Credit.CP)


def _credits(row: Delegation) -> list[Credit]:
    return [credit for credit, cents in ((Credit.AE, row.ae_cents), (Credit.CP, row.cp_cents)) if cents]


def _transfers(row: Delegation, day: date) -> list[NewTransfer]:
    source = codes.account(Stage.ENVELOPE, row.source.public_id) if row.source else None
    return [
        NewTransfer(
            transfer_id=derived(row.public_id, credit.value),
            resource=credit.value,
            source=source or codes.voted(row.target.line.public_id),
            target=codes.account(Stage.ENVELOPE, row.target.public_id),
            amount=row.ae_cents if credit == Credit.AE else row.cp_cents,
            value_date=day,
            reason=f"funding_{row.kind}",
            reference=str(row.public_id),
        )
        for credit in _credits(row)
    ]


def _letter_number(row: Delegation, year: int) -> str:
    """Give the next number of the letters that the deciding body sends in the year; an opening sends none."""
    if row.source is None:
        return ""
    sender = row.target if row.kind == DelegationKind.WITHDRAWAL else row.source
    if row.kind == DelegationKind.MOVE and row.source.parent:
        sender = row.source.parent
    counters = LetterCounter.objects.select_for_update()
    counter, _made = counters.get_or_create(body_id=sender.holder_id, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{counter.year}-{counter.last:04d}"


def tell(actor: Any, row: Delegation) -> None:
    record(
        actor=actor,
        verb=f"funding.{row.kind}_{row.state}",
        target=str(row.public_id),
        data={
            "source": row.source and row.source.public_id,
            "target": row.target.public_id,
            "ae": row.ae_cents,
            "cp": row.cp_cents,
        },
        text=row.reason,
    )
