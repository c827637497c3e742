"""Claim money back from a bearer: the claim moves nothing, its receipt does, or it is waived with a reason."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move as change
from cartable.funding import perms
from cartable.funding.actions.claimed import check_claim
from cartable.funding.actions.payments import move_part, take_part
from cartable.funding.actions.shared import derived, fingerprint, known, made, once, reason_given, today_at
from cartable.funding.enums import RECOVERY_MOVES, MovementKind, RecoveryState
from cartable.funding.models import Envelope, Recovery
from cartable.funding.rules import not_before, not_later
from cartable.journal.actions import record


@once
def claim(
    *,
    actor: Any,
    part_id: UUID,
    cents: int,
    due_on: date,
    reason: str,
    reestablish: bool = False,
    on: date | None = None,
    key: UUID | None = None,
) -> Recovery:
    """Claim back what was paid on a part and not justified. `reestablish`: once received, the credits serve again.

    Refuses `not_yours`, `not_committed`, `claim_too_large`, `amount_…`, `date_before`, `date_not_come`, `due_on`,
    `reason_missing`, `key_reused`.
    """
    mark = fingerprint(actor, claim=part_id, cents=cents, due=due_on, why=reason, back=reestablish, on=on)
    if row := known(Recovery, key, mark):
        return row
    part = take_part(actor, part_id)
    day = not_later(on or today_at(part.envelope), today_at(part.envelope))
    sentence = _("L'engagement est du %(first)s : la date ne peut pas le précéder.")
    not_before(day, part.commitment.decided_on, "date_before", sentence)
    if due_on < day:
        raise Refused("due_on", _("L'échéance ne peut pas précéder la demande : corrigez-la."), "due_on")
    check_claim(part, cents, day)
    row = Recovery.objects.create(
        public_id=made(key),
        fingerprint=mark,
        part=part,
        claimed_cents=cents,
        claimed_on=day,
        due_on=due_on,
        reestablish=reestablish,
        reason=reason_given(reason),
    )
    _tell(actor, row)
    return row


@transaction.atomic
def receive(*, actor: Any, recovery_id: UUID, on: date | None = None) -> Recovery:
    """Keep that the claimed money came back, not before it was claimed; a repeat changes nothing.

    Refuses `not_yours`, `move_forbidden`, `date_before`, `date_not_come`.
    """
    row = _locked(actor, recovery_id)
    if row.state == RecoveryState.RECEIVED:
        return row
    change(RECOVERY_MOVES, row.state, RecoveryState.RECEIVED)
    kind = MovementKind.REESTABLISHMENT if row.reestablish else MovementKind.RECOVERY
    part = take_part(actor, row.part.public_id)
    sentence = _(
        "La réception d'un reversement suit sa demande : datez sa réception du %(first)s au plus tôt."
    )
    not_before(on or today_at(part.envelope), row.claimed_on, "date_before", sentence)
    key = derived(row.public_id, f"receipt:{row.receipts.count()}")
    move_part(actor, key, row.fingerprint, part, kind, row.claimed_cents, on, row.reason, recovery=row)
    row.state = RecoveryState.RECEIVED
    row.save(update_fields=["state"])
    return row


@transaction.atomic
def waive(*, actor: Any, recovery_id: UUID, reason: str) -> Recovery:
    """Give up a claim, with a reason; the money stays paid and not justified."""
    row = _locked(actor, recovery_id)
    if row.state == RecoveryState.WAIVED:
        return row
    change(RECOVERY_MOVES, row.state, RecoveryState.WAIVED, reason)
    row.state, row.reason = RecoveryState.WAIVED, reason_given(reason)
    row.save(update_fields=["state", "reason"])
    _tell(actor, row)
    return row


def _locked(actor: Any, recovery_id: UUID) -> Recovery:
    run = Envelope.objects.filter(perms.run_by(actor)).order_by()
    rows = Recovery.objects.filter(part__envelope__in=run).select_related("part")
    row = rows.select_for_update(of=("self",)).filter(public_id=recovery_id).first()
    if row is None:
        raise Refused("not_yours", _("Ce reversement n'existe pas ou ne relève pas de votre service."))
    return row


def _tell(actor: Any, row: Recovery) -> None:
    record(
        actor=actor,
        verb=f"funding.recovery_{row.state}",
        target=str(row.public_id),
        data={"part": row.part.public_id, "cents": row.claimed_cents, "due": row.due_on},
        text=row.reason,
    )
