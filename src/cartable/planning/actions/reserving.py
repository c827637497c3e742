"""Take the goods of a plan from the depots into its reservation, and give back what it does not need."""

import uuid
from typing import Any

from django.utils.translation import gettext as _

from cartable.equipment.places import reserved
from cartable.equipment.queries import depot_stock
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.ledger.actions import NewTransfer, post_many
from cartable.planning.models import Plan
from cartable.planning.queries import reserved_by


def take_from_depot(actor: Any, plan: Plan, wanted: int) -> None:
    """Move `wanted` units of the pool's good from the owner's depot to the plan's reservation."""
    left, transfers = wanted, []
    for stock in depot_stock(plan.pool.operation, good=plan.pool.good, mode=plan.pool.mode):
        taken = min(left, stock.quantity)
        if taken:
            left -= taken
            transfers.append(
                NewTransfer(
                    transfer_id=uuid.uuid5(plan.public_id, f"reserve:{stock.resource}:{stock.place}"),
                    resource=stock.resource,
                    source=stock.place,
                    target=reserved(plan.public_id),
                    amount=taken,
                    value_date=clock.today(plan.pool.operation.department.time_zone),
                    reason="plan_approved",
                    reference=str(plan.public_id),
                )
            )
    if left:
        raise Refused(
            "not_in_stock",
            _("Il manque %(left)d articles au dépôt : enregistrez leur réception avant d'approuver ce plan.")
            % {"left": left},
        )
    post_many(actor=actor, transfers=transfers)


def give_back_to_depot(actor: Any, plan: Plan, wanted: int) -> None:
    """Reverse the way of `take_from_depot` for the last `wanted` units that still stand in the plan's reservation."""
    left, transfers = wanted, []
    for way in reserved_by(plan.public_id):
        taken = min(left, way.quantity)
        left -= taken
        if taken:
            transfers.append(
                NewTransfer(
                    transfer_id=uuid.uuid4(),
                    resource=way.resource,
                    source=reserved(plan.public_id),
                    target=way.depot,
                    amount=taken,
                    value_date=clock.today(plan.pool.operation.department.time_zone),
                    reason="reserve_freed",
                    reference=str(plan.public_id),
                )
            )
    if left:
        raise Refused("not_reserved", "La réserve de ce plan est déjà partie : rechargez la page.")
    post_many(actor=actor, transfers=transfers)
