"""Reads of the planner, each cut to what the user may see."""

from cartable.planning.queries.plans import (
    Reserved,
    allocations_visible_to,
    already_promised,
    by_commune,
    committed,
    kept_sheet,
    plans_led_by,
    plans_visible_to,
    reserve_lines,
    reserved_by,
    sheet_of,
    totals,
)
from cartable.planning.queries.scenarios import (
    deciding_bodies,
    latest_run,
    reads_lines,
    runs_visible_to,
    scenarios_led_by,
    scenarios_visible_to,
    usable_operations,
)
from cartable.planning.queries.splits import (
    Credits,
    already_delegated,
    available,
    envelopes_split_by,
    shares_of,
    split_shares_led_by,
    splits_led_by,
)


__all__ = [
    "Credits",
    "Reserved",
    "allocations_visible_to",
    "already_delegated",
    "already_promised",
    "available",
    "by_commune",
    "committed",
    "deciding_bodies",
    "envelopes_split_by",
    "kept_sheet",
    "latest_run",
    "plans_led_by",
    "plans_visible_to",
    "reads_lines",
    "reserve_lines",
    "reserved_by",
    "runs_visible_to",
    "scenarios_led_by",
    "scenarios_visible_to",
    "shares_of",
    "sheet_of",
    "split_shares_led_by",
    "splits_led_by",
    "totals",
    "usable_operations",
]
