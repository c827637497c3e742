"""What every commitment goes through: its shares, the row, the reservation or the commitment of each part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding import codes
from cartable.funding.actions.posting import post_money, ways_of
from cartable.funding.actions.shared import derived
from cartable.funding.enums import CommitmentState, Credit, MovementKind, Share, Stage
from cartable.funding.models import AwaitedPart, Commitment, CommitmentPart, Envelope, Movement, Reservation
from cartable.funding.rules import show
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer


@dataclass(frozen=True, slots=True)
class Asked:
    """A part to be made: its envelope (already decided on by the actor), cents, share, and the id of the row."""

    envelope: Envelope
    cents: int
    share: Share
    key: UUID = field(default_factory=uuid4)
    reservation: Reservation | None = None


def enter(
    actor: Any,
    commitment: Commitment,
    asked: Sequence[Asked],
    day: date,
    ask: bool,
    awaited: Sequence[AwaitedPart] = (),
) -> Commitment:
    """Write a commitment, its parts and what it awaits, committed at once or proposed, and tell the journal."""
    whole = commitment.net_cents + commitment.vat_cents
    paid = sum(one.cents for one in asked)
    check_shares(commitment, asked, awaited)
    alone = whole < threshold([one.envelope for one in asked]) and paid == whole and not ask
    commitment.state = CommitmentState.COMMITTED if alone else CommitmentState.PROPOSED
    commitment.decided_on = day
    commitment.save(force_insert=True)
    named = [
        replace(one, key=derived(commitment.public_id, f"part:{rank}")) for rank, one in enumerate(asked)
    ]
    put_parts(actor, commitment, named, day)
    for one in awaited:
        one.commitment = commitment
    AwaitedPart.objects.bulk_create(awaited)
    record(
        actor=actor,
        verb=f"funding.{commitment.state}",
        target=str(commitment.public_id),
        data={
            "bearer": commitment.bearer.public_id,
            "net": commitment.net_cents,
            "vat": commitment.vat_cents,
            "envelopes": [one.envelope.public_id for one in asked],
            "cents": [one.cents for one in asked],
            **({"awaited": [one.body.public_id for one in awaited]} if awaited else {}),
        },
        text=commitment.subject,
    )
    return commitment


def threshold(envelopes: Sequence[Envelope]) -> int:
    """Give from how many cents on two people decide: the lowest of the lines'."""
    return min(envelope.line.second_person_from_cents for envelope in envelopes)


def check_shares(commitment: Commitment, asked: Sequence[Asked], awaited: Iterable[AwaitedPart] = ()) -> None:
    """Refuse parts that would pay, with what is awaited, more than the price net of tax or more than the tax."""
    before = list(commitment.parts.values_list("share", "amount_cents")) if commitment.pk else []
    coming = [(one.share, one.amount_cents) for one in awaited]
    paid = [*before, *((one.share.value, one.cents) for one in asked), *coming]
    for share, most in ((Share.NET, commitment.net_cents), (Share.VAT, commitment.vat_cents)):
        total = sum(cents for one, cents in paid if one == share)
        if total > most:
            sentence = _("Les parts « %(share)s » font %(total)s, il faut en payer %(most)s : corrigez-les.")
            said = {"share": share.label, "total": show(total), "most": show(most)}
            raise Refused("parts", sentence % said, "parts")


def put_parts(actor: Any, commitment: Commitment, asked: Sequence[Asked], day: date) -> list[CommitmentPart]:
    """Post the money of parts out of what is available, and write them."""
    posted = post_money(actor, [first_transfer(commitment, one, day) for one in asked])
    return CommitmentPart.objects.bulk_create(
        CommitmentPart(
            public_id=one.key,
            commitment=commitment,
            envelope=one.envelope,
            share=one.share,
            amount_cents=one.cents,
            reservation=one.reservation,
            transfer=transfer,
        )
        for one, transfer in zip(asked, posted, strict=True)
    )


def first_transfer(commitment: Commitment, one: Asked, day: date) -> NewTransfer:
    """Make the transfer that takes a part's money: to what is committed, or to what waits for a second person.

    It comes from what is available, or from what was set aside for it.
    """
    first = Stage.RESERVED if one.reservation else Stage.ENVELOPE
    committed = commitment.state == CommitmentState.COMMITTED
    stage, owner = (Stage.COMMITTED, one.key) if committed else (Stage.ASKED, one.envelope.public_id)
    return NewTransfer(
        transfer_id=derived(one.key, Credit.AE.value),
        resource=Credit.AE.value,
        source=codes.account(first, one.envelope.public_id),
        target=codes.account(stage, owner),
        amount=one.cents,
        value_date=day,
        reason=f"funding_{commitment.state}",
        reference=str(commitment.public_id),
    )


def act_on_parts(
    actor: Any, commitment: Commitment, kind: MovementKind, day: date, reason: str = ""
) -> list[Movement]:
    """Confirm or refuse every part of a proposal: the whole amount of each."""
    parts = list(commitment.parts.select_related("envelope").order_by("id"))
    keys = [derived(part.public_id, kind.value) for part in parts]
    transfers = [
        new
        for key, part in zip(keys, parts, strict=True)
        for new in ways_of(key, part, kind, part.amount_cents, day, commitment.public_id)
    ]
    posted = post_money(actor, transfers)
    return Movement.objects.bulk_create(
        Movement(
            public_id=key,
            fingerprint=commitment.fingerprint,
            part=part,
            kind=kind,
            amount_cents=part.amount_cents,
            on=day,
            reason=reason,
            ae_transfer=transfer,
        )
        for key, part, transfer in zip(keys, parts, posted, strict=True)
    )
