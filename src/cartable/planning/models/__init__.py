"""What is decided before it is done: scenarios are compared, plans share goods, splits share money."""

from cartable.planning.models.decisions import Contest, Explanation, FundAgreement
from cartable.planning.models.plans import (
    Allocation,
    AllocationPart,
    AllocationShipment,
    Plan,
    ReserveLine,
    ReservePart,
)
from cartable.planning.models.scenarios import OwnWeight, Scenario, ScenarioFund, ScenarioGood, ScenarioRun
from cartable.planning.models.splits import Split, SplitShare


__all__ = [
    "Allocation",
    "AllocationPart",
    "AllocationShipment",
    "Contest",
    "Explanation",
    "FundAgreement",
    "OwnWeight",
    "Plan",
    "ReserveLine",
    "ReservePart",
    "Scenario",
    "ScenarioFund",
    "ScenarioGood",
    "ScenarioRun",
    "Split",
    "SplitShare",
]
