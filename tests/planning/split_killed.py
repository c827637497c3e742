"""A split that is notified, to be killed at every statement."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cartable.cli.checks import all_damages
from cartable.foundation import clock
from cartable.funding.models import Delegation
from cartable.planning.models import Split
from cartable.planning.split import notify_split, propose_split
from tests.funding.stage import Country, down, left


NOON = datetime(2020, 5, 11, 10, tzinfo=UTC)


def prepare() -> None:
    with clock.at(NOON):
        country = Country().fill(1_000_000_00)
        down(country.nation, country.region, 300_001)
        propose_split(
            actor=None,
            envelope_id=country.region.public_id,
            name="Parts égales",
            key="equal",
            ae_cents=300_001,
            cp_cents=300_001,
            weights={"59": Decimal(1), "62": Decimal(1)},
            reason="Rien ne les distingue.",
        )


def act() -> None:
    with clock.at(NOON):
        notify_split(actor=None, split_id=Split.objects.get().public_id)


def state() -> dict[str, Any]:
    split = Split.objects.select_related("envelope").get()
    below = split.envelope.children.order_by("id")
    return {
        "state": split.state,
        "left": [left(split.envelope), *(left(envelope) for envelope in below)],
        "letters": Delegation.objects.filter(split_share__isnull=False).count(),
        "damages": [str(damage) for damage in all_damages()],
    }
