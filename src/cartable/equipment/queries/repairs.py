"""Reads of repairs and of what was missing at receipt."""

from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, When

from cartable.accounts.enums import Right, Role
from cartable.accounts.queries import bodies_as
from cartable.equipment.enums import RejectionReason, RepairState
from cartable.equipment.models import ReceiptLine, Repair
from cartable.equipment.queries.shipments import shipments_visible_to


RELATED = ("asset__product__owner", "asset__lot", "incident", "school__department")


def repairs_visible_to(user: Any) -> QuerySet[Repair]:
    """Give the repairs of what the user's body owns, and of what came from his schools; open ones first."""
    owned = Q(asset__product__owner_id__in=bodies_as(user, Role.EQUIPMENT))
    here = Q(school_id__in=user.scope.school_ids)
    first = Case(When(state=RepairState.OPEN, then=0), default=1, output_field=IntegerField())
    return Repair.objects.filter(owned | here).select_related(*RELATED).order_by(first, "-sent_at", "-id")


def repairs_led_by(user: Any) -> QuerySet[Repair]:
    """Give the repairs that the user may end: those of what his body owns."""
    owned = Q(asset__product__owner_id__in=bodies_as(user, Role.EQUIPMENT))
    return Repair.objects.filter(owned).select_related("asset__product__owner", "school")


def gaps_open_to(user: Any) -> QuerySet[ReceiptLine]:
    """Give the gaps of which something is still `missing`, that the user shipped, received or relayed."""
    leads = Q(line__shipment__operation__owner_id__in=bodies_as(user, Role.EQUIPMENT))
    receives = user.scope.schools_with.get(Right.RECEIVE.value, frozenset())
    here = Q(line__shipment__to_school_id__in=receives)
    here |= Q(line__shipment__to_circonscription_id__in=user.scope.circonscription_ids)
    shipments = shipments_visible_to(user).order_by().values("pk")
    rows = ReceiptLine.objects.filter(
        leads | here, line__shipment__in=shipments, reason=RejectionReason.MISSING
    )
    rows = rows.annotate(missing=F("rejected") - Sum("findings__quantity", default=0))
    related = ("line__shipment__operation__department", "line__shipment__operation__owner")
    more = ("line__school", "line__lot__product", "line__lot__depot", "receipt")
    return rows.filter(missing__gt=0).select_related(*related, *more).order_by("-id")
