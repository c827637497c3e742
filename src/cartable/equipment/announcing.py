"""Tell schools and circonscriptions by e-mail that goods are on their way to them. Counts and places, never a child."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from cartable.bodies.rules import contact_of
from cartable.equipment.models import Shipment
from cartable.messages.actions import NewMessage, queue_many
from cartable.messages.texts import shipment as words


def announce(*, actor: Any, shipments: Sequence[Shipment]) -> int:
    """Queue one message for each shipment whose destination has an address; give how many."""
    ids = [shipment.pk for shipment in shipments]
    rows = Shipment.objects.filter(pk__in=ids).select_related("sender", "to_school", "to_circonscription")
    return queue_many(actor=actor, messages=[_message(row) for row in rows.order_by("number")])


def _message(row: Shipment) -> NewMessage:
    """Write to the place that receives. The link asks for an account: the slip's code travels with the goods only."""
    place = row.to_school or row.to_circonscription
    assert place is not None
    text = words(
        number=row.number,
        recipient=place.name,
        arrives_on=row.planned_on,
        link=f"{settings.PUBLIC_ADDRESS}/expeditions/{row.public_id}",
        issuer=row.sender.name,
        contact=contact_of(row.sender),
    )
    return NewMessage(place.email, text.subject, text.body, f"shipment:{row.public_id}")
