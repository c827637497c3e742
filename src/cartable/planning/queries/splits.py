"""Reads on splits: shares by territory, and what an envelope still has."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from cartable.funding import codes
from cartable.funding.enums import Credit, DelegationKind, DelegationState, Level, Stage
from cartable.funding.models import Delegation, Envelope
from cartable.funding.perms import run_by
from cartable.ledger.queries import balance
from cartable.planning.models import Split, SplitShare


def envelopes_split_by(actor: Any) -> QuerySet[Envelope]:
    """Give the envelopes that `actor` decides on and that have territories below them: the nation's, a région's."""
    rows = Envelope.objects.filter(run_by(actor), level__in=[Level.NATIONAL, Level.REGION])
    return rows.select_related("line__programme", "line__document", "holder", "region").order_by(
        "-year", "line_id", "id"
    )


def splits_led_by(actor: Any) -> QuerySet[Split]:
    """Give the splits of the envelopes that `actor` decides on: nobody else reads a proposal."""
    rows = Split.objects.filter(envelope__in=envelopes_split_by(actor).order_by())
    return rows.select_related("envelope__line", "envelope__holder", "envelope__region", "made_by").order_by(
        "-made_at", "-id"
    )


def split_shares_led_by(actor: Any) -> QuerySet[SplitShare]:
    """Give the shares of the splits of the envelopes that `actor` decides on."""
    rows = SplitShare.objects.filter(split__in=splits_led_by(actor).order_by())
    return rows.select_related("split__envelope__line", "region", "department")


def shares_of(split: Split) -> QuerySet[SplitShare]:
    """Give the shares of a split with their territories and letters, in the order of codes (one query)."""
    rows = split.shares.select_related("region", "department", "delegation__target")
    return rows.order_by("region__code", "department__code")


@dataclass(frozen=True, slots=True)
class Credits:
    """What is available of an envelope, in cents."""

    ae_cents: int
    cp_cents: int


def available(envelope: Envelope) -> Credits:
    """Give what an envelope still has to delegate or commit (two queries)."""
    place = codes.account(Stage.ENVELOPE, envelope.public_id)
    return Credits(balance(Credit.AE, place), balance(Credit.CP, place))


def already_delegated(envelope: Envelope) -> dict[str, int]:
    """Give, for each territory below, the AE that came down to it and stayed (two queries)."""
    notified = Delegation.objects.filter(state=DelegationState.NOTIFIED)
    came = _by_territory(notified.filter(target__parent=envelope), "target")
    left = _by_territory(
        notified.filter(source__parent=envelope).exclude(kind=DelegationKind.DELEGATION), "source"
    )
    return {code: max(cents - left.get(code, 0), 0) for code, cents in came.items()}


def _by_territory(rows: QuerySet[Delegation], side: str) -> dict[str, int]:
    place = Coalesce(f"{side}__region__code", f"{side}__department__code")
    return dict(rows.order_by().values_list(place).annotate(cents=Sum("ae_cents")))
