"""Several ways to share one envelope, side by side: what each key gives, and what was proposed or notified."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise

from cartable.engines.apportionment import ApportionmentRefused, Claim, apportion
from cartable.funding.models import Envelope
from cartable.planning.enums import SplitKey, SplitState
from cartable.planning.keys import Child, children_of, completeness, figures, needs
from cartable.planning.models import Split


# A key of one's own has no figures before somebody types them.
COMPARED = (SplitKey.QPV_POPULATION, SplitKey.QPV, SplitKey.CITES, SplitKey.NEEDS, SplitKey.EQUAL)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to share: AE cents by territory; `missing` names the territories whose figure nobody gives.

    `note` says how complete the figures are, where they are counted in Cartable.
    """

    name: str
    label: str | Promise
    shares: dict[str, int]
    missing: tuple[str, ...] = ()
    split: Split | None = None
    note: str = ""

    @property
    def total(self) -> int:
        return sum(self.shares.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a share is from another, in cents and as a part of that other (None where it is nothing)."""

    cents: int
    rate: Fraction | None = field(default=None)


def by_keys(envelope: Envelope, children: Sequence[Child], ae_cents: int) -> list[Way]:
    """Share `ae_cents` among `children` by each key; a key with an unknown figure shares nothing and says of whom."""
    return [_by_key(key, envelope, children, ae_cents) for key in COMPARED]


def _by_key(key: SplitKey, envelope: Envelope, children: Sequence[Child], ae_cents: int) -> Way:
    known, note = _figures(key, envelope, children)
    missing = tuple(child.name for child in children if known[child.code] is None)
    claims = [Claim(code, figure or Decimal(0)) for code, figure in known.items()]
    try:
        shares = {} if missing else apportion(claims, ae_cents)
    except ApportionmentRefused:  # nothing to weigh by: no territory has any
        shares = {}
    return Way(key.value, key.label, shares, missing, note=note)


def _figures(
    key: SplitKey, envelope: Envelope, children: Sequence[Child]
) -> tuple[dict[str, Decimal | None], str]:
    if key != SplitKey.NEEDS:
        return figures(key, envelope, children), ""
    found = needs(envelope, [child.code for child in children])
    return {code: row.shown for code, row in found.items()}, completeness(found.values())


def proposed(envelope: Envelope) -> list[Way]:
    """Give the drafts and the notified splits of an envelope, the newest first (two queries)."""
    splits = envelope.splits.exclude(state=SplitState.DROPPED).order_by("-made_at", "-id")
    rows = splits.prefetch_related("shares__region", "shares__department")
    return [way_of(split) for split in rows]


def way_of(split: Split) -> Way:
    """Give a split as it was proposed and changed by hand."""
    shares = {share.territory.code: share.ae_cents for share in split.shares.all()}
    return Way(str(split.public_id), split.name, shares, split=split)


def usual_children(envelope: Envelope) -> list[Child]:
    """Give the territories that take part unless somebody says no."""
    return [child for child in children_of(envelope) if child.usual]


def difference(share: int, other: int) -> Difference:
    """Give how much more (or less) a share is than another."""
    return Difference(share - other, Fraction(share - other, other) if other else None)
