"""Money comes down, is taken back, moved and redeployed; each step has its letter and its dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move as change
from cartable.funding import perms
from cartable.funding.actions.delegating import (
    Order,
    check_announced,
    day_of_credits,
    notified,
    post_on,
    tell,
    write,
)
from cartable.funding.actions.shared import (
    derived,
    fingerprint,
    known,
    made,
    once,
    reason_given,
    run_envelope,
    short,
)
from cartable.funding.enums import DELEGATION_MOVES, DelegationKind, DelegationState
from cartable.funding.models import Delegation, Envelope
from cartable.journal.actions import record


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of an envelope: `envelope_id`, cents of commitment authority and of payment credits."""

    envelope_id: UUID
    ae_cents: int = 0
    cp_cents: int = 0


@once
def open_credits(
    *,
    actor: Any,
    envelope_id: UUID,
    ae_cents: int = 0,
    cp_cents: int = 0,
    on: date | None = None,
    reason: str = "",
    key: UUID | None = None,
) -> Delegation:
    """Open credits in an envelope without a parent: the nation's, or a collectivité's own. Posts at once.

    Refuses `not_yours`, `amount_…`, `kin`, `over_ceiling`, `date_outside_year`, `date_not_come`, `key_reused`.
    """
    mark = fingerprint(actor, open=envelope_id, ae=ae_cents, cp=cp_cents, on=on, reason=reason)
    if row := known(Delegation, key, mark):
        return row
    envelope = run_envelope(actor, envelope_id)
    order = Order(DelegationKind.OPENING, None, envelope, ae_cents, cp_cents, reason)
    return notified(actor, made(key), mark, order, on)


@once
def delegate(
    *,
    actor: Any,
    source_id: UUID,
    target_id: UUID,
    ae_cents: int = 0,
    cp_cents: int = 0,
    on: date | None = None,
    announced_on: date | None = None,
    reason: str = "",
    key: UUID | None = None,
) -> Delegation:
    """Delegate credits from an envelope to one below it, notified at once with its letter number; money moves.

    `actor` decides on the source. `announced_on` says when it had been announced (default: the same day).
    Refuses `not_yours`, `kin` (not a child of the source), `not_enough`, `over_ceiling`, `amount_…`, `date_…`.
    """
    mark = fingerprint(
        actor,
        source=source_id,
        target=target_id,
        ae=ae_cents,
        cp=cp_cents,
        on=on,
        said=announced_on,
        why=reason,
    )
    if row := known(Delegation, key, mark):
        return row
    order = _down(actor, source_id, target_id, ae_cents, cp_cents, reason)
    return notified(actor, made(key), mark, order, on, announced_on)


@once
def announce(
    *,
    actor: Any,
    source_id: UUID,
    target_id: UUID,
    ae_cents: int = 0,
    cp_cents: int = 0,
    on: date | None = None,
    reason: str = "",
    key: UUID | None = None,
) -> Delegation:
    """Announce a delegation: the day is kept and counts towards the ceiling, nothing moves before `notify`."""
    mark = fingerprint(
        actor, announce=source_id, target=target_id, ae=ae_cents, cp=cp_cents, on=on, reason=reason
    )
    if row := known(Delegation, key, mark):
        return row
    order = _down(actor, source_id, target_id, ae_cents, cp_cents, reason)
    day = day_of_credits(order.target, ae_cents, on)
    return write(actor, made(key), mark, order, day, None)


@transaction.atomic
def notify(*, actor: Any, delegation_id: UUID, on: date | None = None) -> Delegation:
    """Notify an announced delegation: the money moves, the letter gets its number. A repeat changes nothing."""
    row = _locked(actor, delegation_id)
    if row.state == DelegationState.NOTIFIED:
        return row
    change(DELEGATION_MOVES, row.state, DelegationState.NOTIFIED)
    day = day_of_credits(row.target, row.ae_cents, on)
    check_announced(row.announced_on, day, "on")
    post_on(actor, row, day)
    row.save(
        update_fields=["state", "notified_on", "letter_number", "decided_by", "ae_transfer", "cp_transfer"]
    )
    tell(actor, row)
    return row


@transaction.atomic
def cancel(*, actor: Any, delegation_id: UUID, reason: str) -> Delegation:
    """Give up an announced delegation, with a reason; a notified one is taken back by `withdraw`."""
    row = _locked(actor, delegation_id)
    if row.state == DelegationState.CANCELLED:
        return row
    change(DELEGATION_MOVES, row.state, DelegationState.CANCELLED, reason)
    row.state, row.reason = DelegationState.CANCELLED, reason_given(reason)
    row.save(update_fields=["state", "reason"])
    record(actor=actor, verb="funding.delegation_cancelled", target=str(delegation_id), text=reason)
    return row


@once
def withdraw(
    *,
    actor: Any,
    envelope_id: UUID,
    ae_cents: int = 0,
    cp_cents: int = 0,
    reason: str,
    on: date | None = None,
    key: UUID | None = None,
) -> Delegation:
    """Take credits that are still available back from an envelope to the one above, which `actor` decides on."""
    mark = fingerprint(actor, withdraw=envelope_id, ae=ae_cents, cp=cp_cents, on=on, reason=reason)
    if row := known(Delegation, key, mark):
        return row
    order = _up(actor, envelope_id, ae_cents, cp_cents, reason)
    return notified(actor, made(key), mark, order, on)


@once
def move(
    *,
    actor: Any,
    source_id: UUID,
    target_id: UUID,
    ae_cents: int = 0,
    cp_cents: int = 0,
    reason: str,
    on: date | None = None,
    key: UUID | None = None,
) -> Delegation:
    """Move available credits between two envelopes under the same one, which `actor` decides on."""
    mark = fingerprint(
        actor, move=source_id, target=target_id, ae=ae_cents, cp=cp_cents, on=on, reason=reason
    )
    if row := known(Delegation, key, mark):
        return row
    source, target = _envelope(source_id), _envelope(target_id)
    if source.parent_id is None or source.parent_id != target.parent_id or source.pk == target.pk:
        raise _not_kin()
    _run_parent(actor, source)
    order = Order(DelegationKind.MOVE, source, target, ae_cents, cp_cents, reason_given(reason))
    return notified(actor, made(key), mark, order, on)


@once
def redeploy(
    *,
    actor: Any,
    withdrawals: Sequence[Amount],
    delegations: Sequence[Amount],
    reason: str,
    on: date | None = None,
    key: UUID | None = None,
) -> list[Delegation]:
    """Before the year's end, take back from several envelopes and delegate to several others, all or nothing.

    All stand under one envelope that `actor` decides on; each step has its own letter. Gives the steps in order:
    withdrawals, then delegations. Refuses what `withdraw` and `delegate` refuse, and `empty`.
    """
    mark = fingerprint(actor, down=list(delegations), up=list(withdrawals), on=on, reason=reason)
    key = made(key)
    first = known(Delegation, derived(key, "0"), mark)
    if first is not None:
        return list(Delegation.objects.filter(redeployment=key).order_by("id"))
    if not withdrawals or not delegations:
        raise Refused("empty", _("Un redéploiement prend à une enveloppe au moins et en dote une autre."))
    orders = [_up(actor, one.envelope_id, one.ae_cents, one.cp_cents, reason) for one in withdrawals]
    parents = {order.target.pk: order.target for order in orders}
    for one in delegations:
        target = _envelope(one.envelope_id)
        if len(parents) != 1 or target.parent_id not in parents:
            raise _not_kin()
        source = parents[target.parent_id]
        orders.append(_down(actor, source.public_id, one.envelope_id, one.ae_cents, one.cp_cents, reason))
    return [
        notified(actor, derived(key, str(rank)), mark, order, on, batch=key)
        for rank, order in enumerate(orders)
    ]


def _down(actor: Any, source_id: UUID, target_id: UUID, ae_cents: int, cp_cents: int, reason: str) -> Order:
    source, target = run_envelope(actor, source_id), _envelope(target_id)
    if target.parent_id != source.pk:
        raise Refused(
            "kin",
            _("Cette enveloppe n'est pas dotée par la vôtre : choisissez-en une de votre territoire."),
            "target",
        )
    return Order(DelegationKind.DELEGATION, source, target, ae_cents, cp_cents, short(reason, 300, "reason"))


def _up(actor: Any, envelope_id: UUID, ae_cents: int, cp_cents: int, reason: str) -> Order:
    source = _envelope(envelope_id)
    parent = _run_parent(actor, source)
    return Order(DelegationKind.WITHDRAWAL, source, parent, ae_cents, cp_cents, reason_given(reason))


def _envelope(envelope_id: UUID) -> Envelope:
    """Fetch the other end of a delegation; that it is kin to an envelope of the actor's is checked by who asks."""
    rows = Envelope.objects.select_related("line", "department", "parent")
    envelope = rows.filter(public_id=envelope_id).first()
    if envelope is None:
        raise Refused("kin", _("Cette enveloppe n'existe pas : rechargez la page."), "target")
    return envelope


def _run_parent(actor: Any, envelope: Envelope) -> Envelope:
    if envelope.parent is None:
        raise _not_kin()
    return run_envelope(actor, envelope.parent.public_id)


def _not_kin() -> Refused:
    return Refused(
        "kin",
        _("Des crédits ne passent qu'entre une enveloppe et celles qu'elle dote, ou entre ces dernières."),
        "target",
    )


def _locked(actor: Any, delegation_id: UUID) -> Delegation:
    rows = Delegation.objects.filter(source__in=Envelope.objects.filter(perms.run_by(actor)))
    rows = rows.select_related("source__holder", "target__line", "target__department")
    row = rows.select_for_update(of=("self",)).filter(public_id=delegation_id).first()
    if row is None:
        raise Refused("not_yours", _("Cette délégation n'existe pas ou ne relève pas de votre service."))
    return row
