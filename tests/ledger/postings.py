"""Shorthand for the tests of the ledger: one resource, a few places, one day."""

from datetime import date
from typing import Any
from uuid import uuid4

from cartable.ledger.actions import NewTransfer, open_resource, post
from cartable.ledger.models import Transfer


DAY = date(2020, 4, 27)
GIVER, DEPOT, SCHOOL = "outside:giver", "depot:a", "school:0930001A"


def new(source: str, target: str, amount: int, **more: Any) -> NewTransfer:
    """Make a transfer of SIM cards that is still to be posted."""
    given = {"transfer_id": uuid4(), "resource": "sim", "value_date": DAY, "reason": "test"}
    return NewTransfer(**given | {"source": source, "target": target, "amount": amount} | more)


def send(source: str, target: str, amount: int, **more: Any) -> Transfer:
    """Post a transfer of SIM cards."""
    open_resource(code="sim", label="Carte SIM")
    given = {"actor": None, "transfer_id": uuid4(), "resource": "sim", "value_date": DAY, "reason": "test"}
    return post(**given | {"source": source, "target": target, "amount": amount} | more)
