"""Say which commitment of money paid for a lot, bought or given, so that a euro leads to a device and back."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.equipment.models import Lot
from cartable.foundation.refused import Refused
from cartable.funding.enums import CommitmentState
from cartable.funding.models import Commitment
from cartable.funding.queries import commitments_visible_to
from cartable.journal.actions import record
from cartable.operations.queries import operations_led_by


@transaction.atomic
def name_commitment(*, actor: Any, lot_id: UUID, commitment_id: UUID | None) -> Lot:
    """Name the commitment that paid for a lot (None: take the name away); `actor` leads the operation of the lot.

    The commitment is one that the actor sees, as its bearer or its funder, and is committed.
    Refuses `not_yours`, `commitment`.
    """
    rows = Lot.objects.filter(public_id=lot_id)
    if actor is not None:
        rows = rows.filter(operation__in=operations_led_by(actor).order_by())
    lot = rows.select_related("paid_by").select_for_update(of=("self",)).first()
    if lot is None:
        raise Refused("not_yours", _("Ce lot n'existe pas ou ne relève pas de votre service."))
    before, lot.paid_by = lot.paid_by, _commitment(actor, commitment_id)
    if before != lot.paid_by:
        lot.save(update_fields=["paid_by"])
        data = {"before": before and before.public_id, "after": commitment_id}
        record(actor=actor, verb="equipment.lot_paid_by", target=str(lot_id), data=data)
    return lot


def _commitment(actor: Any, commitment_id: UUID | None) -> Commitment | None:
    if commitment_id is None:
        return None
    rows = Commitment.objects.all() if actor is None else commitments_visible_to(actor)
    committed = rows.filter(state__in=(CommitmentState.COMMITTED, CommitmentState.CLOSED))
    commitment = committed.filter(public_id=commitment_id).first()
    if commitment is None:
        raise Refused(
            "commitment",
            _("Cet engagement n'existe pas, n'est pas encore décidé, ou ne vous est pas ouvert."),
            "commitment",
        )
    return commitment
