"""The splits of the crawl: a région's envelope of each side, with one proposal."""

from datetime import date
from decimal import Decimal
from typing import Any

from cartable.foundation import clock
from cartable.funding import actions
from cartable.funding.models import Envelope
from cartable.planning.models import Split
from cartable.planning.split import propose_split
from tests.funding import stage


# The départements of one région, and so the schools of one département, have its envelope above them.
SHARED = {"parent_envelope_id", "split_id", "split_share_id", "split_key"}


def splits(side: Any) -> None:
    """Put the envelope of the side's région and a proposal to share it."""
    above = _envelope(side)
    proposal = Split.objects.filter(envelope=above).first() or _proposal(above, side)
    side.things |= {
        "parent_envelope_id": above.public_id,
        "split_key": "equal",
        "split_id": proposal.public_id,
        "split_share_id": proposal.shares.get().public_id,
    }


def _envelope(side: Any) -> Envelope:
    year = clock.today().year
    programme = stage.programme(
        code="partages", name="Partages", starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
    )
    line = stage.line("a-partager", cents=None, of=programme)
    nation = stage.envelope(line, stage.ministry(), year=year)
    region = stage.envelope(line, stage.region_prefecture(side.department.region), nation, year=year)
    if not region.received.exists():
        for act, more in (
            (actions.open_credits, {"envelope_id": nation.public_id}),
            (actions.delegate, {"source_id": nation.public_id, "target_id": region.public_id}),
        ):
            act(actor=None, ae_cents=1_000_00, cp_cents=1_000_00, **more)
    return region


def _proposal(envelope: Envelope, side: Any) -> Split:
    return propose_split(
        actor=None,
        envelope_id=envelope.public_id,
        name="Proposition",
        key="equal",
        ae_cents=900_00,
        cp_cents=900_00,
        weights={side.department.code: Decimal(1)},
        reason="Un seul département.",
    )
