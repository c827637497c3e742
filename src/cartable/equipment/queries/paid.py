"""From a euro to the goods it paid, and from goods to their euro. The caller has cut the rows to the user."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from cartable.equipment.enums import HandoverState
from cartable.equipment.models import Asset, Handover, Lot, Shipment
from cartable.funding.models import Commitment


def lots_paid_by(commitments: Iterable[Commitment]) -> QuerySet[Lot]:
    """Give the lots that these commitments paid, with `in_hands`: how many of their numbered things homes hold now."""
    held = Count("assets__handovers", filter=Q(assets__handovers__state=HandoverState.DONE))
    lots = Lot.objects.filter(paid_by__in=list(commitments)).annotate(in_hands=held)
    return lots.select_related("product", "operation", "paid_by__bearer").order_by("received_on", "id")


def commitments_of_shipment(shipment: Shipment) -> QuerySet[Commitment]:
    """Give the commitments that paid for what a shipment carries."""
    paid = Lot.objects.filter(shipment_lines__shipment=shipment).values("paid_by")
    return Commitment.objects.filter(pk__in=paid).select_related("bearer").order_by("decided_on", "id")


def commitment_of(thing: Asset | Handover) -> Commitment | None:
    """Give the commitment that paid for a thing, or for what a hand-over passed."""
    asset = thing.asset if isinstance(thing, Handover) else thing
    return Commitment.objects.filter(lots__assets=asset).select_related("bearer").first()
