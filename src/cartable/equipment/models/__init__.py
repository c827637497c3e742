"""Goods: where they come from, where they are, how they travel, and in whose hands they end."""

from cartable.equipment.models.handovers import Agreement, Appointment, Handover, Incident, Loan
from cartable.equipment.models.mending import Finding, Repair
from cartable.equipment.models.shipments import Receipt, ReceiptLine, Shipment, ShipmentCounter, ShipmentLine
from cartable.equipment.models.stock import (
    Asset,
    AssetPlace,
    DataLine,
    Donation,
    DonationGiver,
    Lot,
    Movement,
    NumberRange,
    Product,
)


__all__ = [
    "Agreement",
    "Appointment",
    "Asset",
    "AssetPlace",
    "DataLine",
    "Donation",
    "DonationGiver",
    "Finding",
    "Handover",
    "Incident",
    "Loan",
    "Lot",
    "Movement",
    "NumberRange",
    "Product",
    "Receipt",
    "ReceiptLine",
    "Repair",
    "Shipment",
    "ShipmentCounter",
    "ShipmentLine",
]
