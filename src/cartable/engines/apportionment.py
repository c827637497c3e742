"""Share an amount between claims by their weights: whole cents that sum exactly.

What a claim holds in the end (`already` + its share) stands to its weight as everybody's does, between a floor and a
cap of its share. The exact real shares come first, as fractions; then the cents that rounding down left go to the
largest remainders, in the order of codes where two are equal. Nothing depends on the order of the claims.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes part: a code, a weight that is not negative, and in cents what was had before, a floor, a cap."""

    code: str
    weight: Decimal | Fraction | int
    already: int = 0
    floor: int = 0
    cap: int | None = None

    def at(self, level: Fraction) -> Fraction:
        """Give the exact share of this claim when every unit of weight holds `level` cents."""
        share = max(level * Fraction(self.weight) - self.already, Fraction(self.floor))
        return share if self.cap is None else min(share, Fraction(self.cap))

    @property
    def turns(self) -> list[Fraction]:
        """Give the levels at which this claim leaves its floor and meets its cap."""
        if not self.weight:
            return []
        bounds = [self.floor] if self.cap is None else [self.floor, self.cap]
        return [(bound + self.already) / Fraction(self.weight) for bound in bounds]


class ApportionmentRefused(ValueError):
    """Refuse a senseless or impossible demand with a stable `code` and the figures that say why."""

    def __init__(self, code: str, **figures: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures


def apportion(claims: Sequence[Claim], amount: int) -> dict[str, int]:
    """Share `amount` cents between the claims; give the cents of each code.

    Refuses `negative` (an amount, a weight or a bound below zero), `duplicate`, `floor_above_cap`, `floors_exceed`
    (the floors ask more than there is), `caps_leave` (the caps, or the absence of any weight, leave some of it).
    """
    _check(claims, amount)
    level = _level(claims, amount)
    return _whole_cents({claim.code: claim.at(level) for claim in claims}, amount)


def _check(claims: Sequence[Claim], amount: int) -> None:
    if amount < 0:
        raise ApportionmentRefused("negative")
    seen: set[str] = set()
    for claim in claims:
        if claim.weight < 0 or claim.floor < 0 or claim.already < 0 or (claim.cap or 0) < 0:
            raise ApportionmentRefused("negative", claim=claim.code)
        if claim.cap is not None and claim.cap < claim.floor:
            raise ApportionmentRefused("floor_above_cap", claim=claim.code)
        if claim.code in seen:
            raise ApportionmentRefused("duplicate", claim=claim.code)
        seen.add(claim.code)
    floors = sum(claim.floor for claim in claims)
    if floors > amount:
        raise ApportionmentRefused("floors_exceed", floors=floors, amount=amount)


def _level(claims: Sequence[Claim], amount: int) -> Fraction:
    """Find the level at which the exact shares sum to `amount`; their sum rises in straight lines between turns."""
    low = Fraction(0)
    for high in sorted({turn for claim in claims for turn in claim.turns}):
        if _sum(claims, high) >= amount:
            return _between(claims, low, high, amount)
        low = high
    slope = sum(Fraction(claim.weight) for claim in claims if claim.cap is None)
    reached = _sum(claims, low)
    if slope:
        return low + (amount - reached) / slope
    if reached < amount:
        raise ApportionmentRefused("caps_leave", left=amount - int(reached), amount=amount)
    return low


def _sum(claims: Sequence[Claim], level: Fraction) -> Fraction:
    return sum((claim.at(level) for claim in claims), Fraction(0))


def _between(claims: Sequence[Claim], low: Fraction, high: Fraction, amount: int) -> Fraction:
    below, above = _sum(claims, low), _sum(claims, high)
    return high if above == below else low + (high - low) * (amount - below) / (above - below)


def _whole_cents(exact: dict[str, Fraction], amount: int) -> dict[str, int]:
    cents = {code: int(share) for code, share in exact.items()}
    left = amount - sum(cents.values())
    for code in sorted(exact, key=lambda code: (cents[code] - exact[code], code))[:left]:
        cents[code] += 1
    return cents
