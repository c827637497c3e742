"""Reads of money, each cut to what the user may see."""

from cartable.funding.queries.credits_by_year import CreditYear, credits_by_year
from cartable.funding.queries.curve import Delay, Point, curve, delays
from cartable.funding.queries.details import (
    delegations_of,
    invoices_of,
    movements_of,
    parts_of,
    parts_of_commitment,
    proposals_waiting,
    recoveries_of,
)
from cartable.funding.queries.money import (
    Money,
    Row,
    Territory,
    by_department,
    by_funder,
    by_line,
    by_region,
    ceilings,
    kept,
    money,
    region_of,
    total,
    totals,
)
from cartable.funding.queries.reservations import (
    envelopes_usable_by,
    reservations_of,
    reservations_on,
    reserved_for,
)
from cartable.funding.queries.stages import Stages, stages_of
from cartable.funding.queries.visible import (
    commitments_visible_to,
    delegations_visible_to,
    envelopes_run_by,
    envelopes_visible_to,
    lines_visible_to,
    parts_awaited_from,
    programmes_visible_to,
)


__all__ = [
    "CreditYear",
    "Delay",
    "Money",
    "Point",
    "Row",
    "Stages",
    "Territory",
    "by_department",
    "by_funder",
    "by_line",
    "by_region",
    "ceilings",
    "commitments_visible_to",
    "credits_by_year",
    "curve",
    "delays",
    "delegations_of",
    "delegations_visible_to",
    "envelopes_run_by",
    "envelopes_usable_by",
    "envelopes_visible_to",
    "invoices_of",
    "kept",
    "lines_visible_to",
    "money",
    "movements_of",
    "parts_awaited_from",
    "parts_of",
    "parts_of_commitment",
    "programmes_visible_to",
    "proposals_waiting",
    "recoveries_of",
    "region_of",
    "reservations_of",
    "reservations_on",
    "reserved_for",
    "stages_of",
    "total",
    "totals",
]
