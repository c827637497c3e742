"""What can be done with goods: receive, ship, confirm, hand over, swap, take back."""

from cartable.equipment.actions.agreements import adopt_agreement
from cartable.equipment.actions.appointments import cancel_appointment, mark_absent, schedule
from cartable.equipment.actions.articles import ensure_product
from cartable.equipment.actions.credits import warn_ending_credits
from cartable.equipment.actions.declared import Declared, declare_held
from cartable.equipment.actions.endings import (
    Returned,
    cancel_handover,
    declare_lost,
    give_back,
    prolong,
    return_loan,
    return_many,
    swap,
)
from cartable.equipment.actions.findings import take_found
from cartable.equipment.actions.handovers import Hand, Handed, hand_over, hand_over_many
from cartable.equipment.actions.loans_ending import warn_ending_loans
from cartable.equipment.actions.lots import Received, receive_lot
from cartable.equipment.actions.paid import name_commitment
from cartable.equipment.actions.receipts import Count, confirm_receipt
from cartable.equipment.actions.repairs import end_repair, send_to_repair
from cartable.equipment.actions.shipments import NewLine, cancel, prepare_many, prepare_shipment, send


__all__ = [
    "Count",
    "Declared",
    "Hand",
    "Handed",
    "NewLine",
    "Received",
    "Returned",
    "adopt_agreement",
    "cancel",
    "cancel_appointment",
    "cancel_handover",
    "confirm_receipt",
    "declare_held",
    "declare_lost",
    "end_repair",
    "ensure_product",
    "give_back",
    "hand_over",
    "hand_over_many",
    "mark_absent",
    "name_commitment",
    "prepare_many",
    "prepare_shipment",
    "prolong",
    "receive_lot",
    "return_loan",
    "return_many",
    "schedule",
    "send",
    "send_to_repair",
    "swap",
    "take_found",
    "warn_ending_credits",
    "warn_ending_loans",
]
