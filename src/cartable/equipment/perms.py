"""Who may move goods, and why."""

from typing import Any

from cartable.accounts.enums import Right
from cartable.equipment.models import Shipment
from cartable.operations.models import Operation
from cartable.operations.perms import may_lead
from cartable.territories.models import School


def may_hand_over(user: Any, school: School) -> bool:
    """The head hands over and takes back, or who the head delegated it to (code de l'éducation, R421-10)."""
    return user.scope.may(Right.HAND_OVER.value, school.id)


def may_receive(user: Any, shipment: Shipment) -> bool:
    """The school receives what is sent to it, the circonscription what it relays to its écoles."""
    if shipment.to_school_id is not None:
        return user.scope.may(Right.RECEIVE.value, shipment.to_school_id)
    return shipment.to_circonscription_id in user.scope.circonscription_ids


def may_declare(user: Any, operation: Operation, school: School) -> bool:
    """The owner says what its schools hold, and each head what his school holds (CGCT, L3211-1: the owner's goods)."""
    return may_lead(user, operation) or user.scope.may(Right.HEAD.value, school.id)
