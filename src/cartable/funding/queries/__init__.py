"""Reads of money, each cut to what the user may see."""

from cartable.funding.queries.stages import Stages, stages_of
from cartable.funding.queries.visible import (
    commitments_visible_to,
    delegations_visible_to,
    envelopes_run_by,
    envelopes_visible_to,
    lines_visible_to,
    programmes_visible_to,
)


__all__ = [
    "Stages",
    "commitments_visible_to",
    "delegations_visible_to",
    "envelopes_run_by",
    "envelopes_visible_to",
    "lines_visible_to",
    "programmes_visible_to",
    "stages_of",
]
