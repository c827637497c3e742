"""Reads of shipments, cut to who sends, who receives, and who oversees."""

from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as, scope_as
from cartable.equipment.enums import ShipmentState
from cartable.equipment.models import ReceiptLine, Shipment
from cartable.equipment.rules import receipt_hash
from cartable.operations.models import Operation
from cartable.operations.queries import operations_led_by


RELATED = ("operation__owner", "operation__department", "sender", "to_school__commune", "to_circonscription")
OVERSEES = {Role.ACADEMY, Role.EQUIPMENT, Role.AUDITOR}


def shipments_visible_to(user: Any) -> QuerySet[Shipment]:
    """Give the shipments that the user sends, receives, or oversees in his territory, the next round first."""
    scope = user.scope
    overseen = scope_as(user, OVERSEES)
    seen = Q(operation__owner_id__in=bodies_as(user, Role.EQUIPMENT))
    seen |= (
        Q(to_school_id__in=scope.school_ids)
        | Q(to_circonscription_id__in=scope.circonscription_ids)
        | Q(to_school__circonscription_id__in=scope.circonscription_ids)
        | Q(id__in=_relayed_to(scope.school_ids))
    )
    seen |= Q(operation__department_id__in=overseen.department_ids)
    seen |= Q(pk__isnull=False) if overseen.everywhere else Q(pk=None)
    return Shipment.objects.filter(seen).select_related(*RELATED).order_by("-planned_on", "number")


def _relayed_to(school_ids: frozenset[int]) -> QuerySet:
    return Shipment.objects.filter(lines__school_id__in=school_ids).values("id")


def shipments_led_by(user: Any) -> QuerySet[Shipment]:
    """Give the shipments of the operations that the user leads."""
    return Shipment.objects.filter(operation__in=operations_led_by(user)).select_related(*RELATED)


def with_counts(shipments: QuerySet[Shipment]) -> QuerySet[Shipment]:
    """Add to each shipment its `units` and the `turned_away` of its receipt (no further query)."""
    return shipments.annotate(
        units=Sum("lines__quantity", default=0), turned_away=Sum("lines__received__rejected", default=0)
    )


def shipment_of_code(code: str) -> Shipment | None:
    """Find the shipment of a slip's code: whoever holds the paper may confirm its count, without an account."""
    found = Shipment.objects.filter(receipt_hash=receipt_hash(code)).exclude(state=ShipmentState.CANCELLED)
    return found.select_related(*RELATED).first()


def gaps(operation: Operation) -> QuerySet[ReceiptLine]:
    """Give the lines of an operation that did not arrive whole, the newest first; for who leads it."""
    rows = ReceiptLine.objects.filter(line__shipment__operation=operation, rejected__gt=0)
    return rows.select_related("line__shipment", "line__school", "line__lot__product", "receipt").order_by(
        F("receipt__confirmed_at").desc(), "id"
    )
