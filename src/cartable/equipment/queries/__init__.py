"""Reads of goods. Whatever names a child is given only to who serves its school."""

from cartable.equipment.queries.gate import (
    GateRow,
    appointments_visible_to,
    gate_list,
    handed_in,
    needs_waiting,
    open_loans_of,
)
from cartable.equipment.queries.handovers import (
    InHands,
    Trace,
    agreements_visible_to,
    given_counts,
    handed_by_day,
    handovers_visible_to,
    in_hands,
    loans_visible_to,
    pseudonym,
    traces,
)
from cartable.equipment.queries.paid import commitment_of, commitments_of_shipment, lots_paid_by
from cartable.equipment.queries.shipments import (
    gaps,
    shipment_of_code,
    shipments_led_by,
    shipments_visible_to,
    with_counts,
)
from cartable.equipment.queries.stock import (
    Standing,
    assets_visible_to,
    depot_stock,
    find_number,
    lots_visible_to,
    products_of,
    school_stock,
    standing,
    totals_by_place,
)


__all__ = [
    "GateRow",
    "InHands",
    "Standing",
    "Trace",
    "agreements_visible_to",
    "appointments_visible_to",
    "assets_visible_to",
    "commitment_of",
    "commitments_of_shipment",
    "depot_stock",
    "find_number",
    "gaps",
    "gate_list",
    "given_counts",
    "handed_by_day",
    "handed_in",
    "handovers_visible_to",
    "in_hands",
    "loans_visible_to",
    "lots_paid_by",
    "lots_visible_to",
    "needs_waiting",
    "open_loans_of",
    "products_of",
    "pseudonym",
    "school_stock",
    "shipment_of_code",
    "shipments_led_by",
    "shipments_visible_to",
    "standing",
    "totals_by_place",
    "traces",
    "with_counts",
]
