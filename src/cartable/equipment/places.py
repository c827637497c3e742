"""Where goods can be, as account codes of the ledger; an article's code is the resource.

A reservation is an account, not a place: what is reserved still stands in the depot.
"""

from typing import Any
from uuid import UUID


LOST, DEAD, MISSING = "outside:lost", "outside:dead", "outside:missing"
SOURCES = ("outside:donor:", "outside:bought:", "outside:declared:")
IN_HANDS = ("on_loan", "given")
IN_STOCK = ("depot", "transit", "school")


def depot(body: Any) -> str:
    """The store-room of a body."""
    return f"depot:{body.public_id}"


def reserved(plan_id: UUID) -> str:
    """What an approved plan keeps of the depot until it leaves."""
    return f"reserved:{plan_id}"


def transit(shipment_id: UUID) -> str:
    """On the road, in one shipment."""
    return f"transit:{shipment_id}"


def school(school: Any) -> str:
    """The stock of a school."""
    return f"school:{school.uai}"


def on_loan(school: Any) -> str:
    """Lent to pupils of a school."""
    return f"on_loan:{school.uai}"


def given(school: Any) -> str:
    """Given to pupils of a school."""
    return f"given:{school.uai}"


def donor(body: Any) -> str:
    """Where a gift comes from: the first of the chain of givers."""
    return f"outside:donor:{body.public_id}"


def bought(body: Any) -> str:
    """Where what a body bought comes from."""
    return f"outside:bought:{body.public_id}"


def declared(school: Any) -> str:
    """Where what a school declared to hold already comes from."""
    return f"outside:declared:{school.uai}"


def repair(body: Any) -> str:
    """The workshop where a body has its things repaired."""
    return f"repair:{body.public_id}"


def may_go_to_repair(code: str) -> bool:
    """Tell whether a thing that stands there can be sent to repair: in stock, or put out of service."""
    return code == DEAD or sort_of(code) in ("school", "depot")


def sort_of(code: str) -> str:
    """Give the sort of a place: "depot", "school", "on_loan", "outside"…"""
    return code.partition(":")[0]
