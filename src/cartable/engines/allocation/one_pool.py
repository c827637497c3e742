"""Share one stock between groups: an exact real optimum, then whole packs, then a sentence for each group.

The level of a group is `served / (weight × need)`. Under "leximin" the lowest level is raised first. Under
"proportional" what arrives now is shared in proportion to `weight × what is still missing`, and earlier
deliveries are not made up for. Under "equal" every group receives the same number. No rule exceeds a need,
and a guaranteed minimum comes before all. Whole numbers and fractions only: no result depends on rounding
errors, nor on the order of the groups.
"""

import hashlib
import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

from cartable.engines.allocation.one_pool_sentence import sentence
from cartable.engines.allocation.refused import AllocationRefused


Rule = Literal["leximin", "proportional", "equal"]
Bound = Literal["none", "need", "stock"]
RULES: tuple[Rule, ...] = ("leximin", "proportional", "equal")
AHEAD = 3


@dataclass(frozen=True)
class Group:
    """Describe who asks, in whole units; `served` was delivered before and counts towards the `floor`."""

    code: str
    need: int
    weight: Decimal | Fraction | int = 1
    floor: int = 0
    served: int = 0


@dataclass(frozen=True)
class Line:
    """Say what one group receives and why.

    `share` is the exact real share and `given` the whole units, spare pieces included; `fair_level` and
    `level` are `served / (weight × need)` after each (None without a need). `bound` tells what stops the
    group: "need", "stock", or "none" (no need at all). `ahead_of` lists the groups (at most 3) that the next
    units would serve before this one.
    """

    code: str
    need: int
    weight: Fraction
    served: int
    minimum: int
    share: Fraction
    given: int
    spare: int
    fair_level: Fraction | None
    level: Fraction | None
    bound: Bound
    floor_bound: bool
    is_next: bool
    ahead_of: tuple[str, ...]
    sentence: str = ""

    @property
    def covered(self) -> int:
        """Count the needs covered after this share, never more than the need."""
        return min(self.need, min(self.served, self.need) + self.given)


@dataclass(frozen=True)
class Result:
    """Hold the lines by code and the totals in units.

    `common_level` is where the water stands under the rule: a level (leximin), a part of what is missing per
    unit of weight (proportional), a count (equal); None when the stock covers every need. `topped_up` counts
    the packs handed out after rounding down.
    """

    rule: Rule
    stock: int
    pack: int
    lines: tuple[Line, ...]
    used: int
    left: int
    spare: int
    topped_up: int
    common_level: Fraction | None
    input_hash: str

    def line(self, code: str) -> Line:
        """Find the line of one group; KeyError if there is none."""
        for line in self.lines:
            if line.code == code:
                return line
        raise KeyError(code)


@dataclass(frozen=True)
class _Claim:
    """A group in the terms of the rule: its level is `(offset + received) / slope`, between two bounds."""

    group: Group
    slope: Fraction
    offset: int
    lowest: int
    missing: int

    @property
    def highest(self) -> int:
        return max(self.missing, self.lowest)

    def at(self, level: Fraction) -> Fraction:
        """Return the real share at this level of the rule."""
        return max(Fraction(self.lowest), min(Fraction(self.highest), level * self.slope - self.offset))

    def level(self, received: Fraction | int) -> Fraction:
        return (self.offset + received) / self.slope


def share(groups: Sequence[Group], stock: int, *, rule: str = "leximin", pack: int = 1) -> Result:
    """Share `stock` units in whole packs of `pack`; raise AllocationRefused on a senseless input."""
    _check(groups, stock, rule, pack)
    known_rule = cast(Rule, rule)
    ordered = sorted(groups, key=lambda group: group.code)
    claims = [_claim(group, known_rule, pack) for group in ordered]
    _check_floors(claims, stock)
    level = _water_level(claims, stock)
    shares = [claim.at(level) if level is not None else Fraction(claim.highest) for claim in claims]
    given, topped_up = _whole_packs(claims, shares, stock, pack)
    queue = _queue(claims, shares, given, pack)
    lines = [_line(*row, level, queue) for row in zip(claims, shares, given, strict=True)]
    result = Result(
        rule=known_rule,
        stock=stock,
        pack=pack,
        lines=tuple(lines),
        used=sum(given),
        left=stock - sum(given),
        spare=sum(line.spare for line in lines),
        topped_up=topped_up,
        common_level=level,
        input_hash=_input_hash(ordered, stock, rule, pack),
    )
    return replace(result, lines=tuple(replace(line, sentence=sentence(line, result)) for line in lines))


def _check(groups: Sequence[Group], stock: int, rule: str, pack: int) -> None:
    if rule not in RULES:
        raise AllocationRefused("unknown_rule", f"Règle « {rule} » inconnue : choisir {', '.join(RULES)}.")
    _check_count("Le stock", stock)
    _check_count("Le lot", pack)
    if pack == 0:
        raise AllocationRefused("zero_pack", "Le lot doit contenir au moins une unité.")
    seen: set[str] = set()
    for group in groups:
        _check_group(group)
        if group.code in seen:
            raise AllocationRefused("duplicate", f"« {group.code} » figure deux fois : réunir ses besoins.")
        seen.add(group.code)


def _check_group(group: Group) -> None:
    if not group.code:
        raise AllocationRefused("empty_code", "Une ligne n’a pas de code : lui en donner un.")
    _check_count(f"Le besoin de « {group.code} »", group.need)
    _check_count(f"Le minimum garanti de « {group.code} »", group.floor)
    _check_count(f"Le nombre déjà livré à « {group.code} »", group.served)
    known = isinstance(group.weight, int | Decimal | Fraction)
    finite = known and (not isinstance(group.weight, Decimal) or group.weight.is_finite())
    if not finite or group.weight <= 0:
        raise AllocationRefused(
            "weight", f"Le poids de « {group.code} » doit être un nombre décimal plus grand que zéro."
        )


def _check_count(what: str, value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise AllocationRefused("not_whole", f"{what} doit être un nombre entier (reçu : {value!r}).")
    if value < 0:
        raise AllocationRefused("negative", f"{what} ne peut pas être négatif (reçu : {value}).")


def _check_floors(claims: Sequence[_Claim], stock: int) -> None:
    promised = sum(claim.lowest for claim in claims)
    if promised > stock:
        raise AllocationRefused(
            "floors_exceed_stock",
            f"Les minimums garantis demandent {promised} unités et le stock en a {stock} : "
            "baisser des minimums ou augmenter le stock.",
        )


def _claim(group: Group, rule: Rule, pack: int) -> _Claim:
    served = min(group.served, group.need)
    missing = group.need - served
    floor = max(0, min(group.floor, group.need) - served)
    weight = Fraction(group.weight)
    terms: dict[Rule, tuple[Fraction, int]] = {
        "leximin": (weight * group.need, served),
        "proportional": (weight * missing, 0),
        "equal": (Fraction(1), 0),
    }
    slope, offset = terms[rule]
    return _Claim(group, slope, offset, lowest=-(-floor // pack) * pack, missing=missing)


def _water_level(claims: Sequence[_Claim], stock: int) -> Fraction | None:
    """Find the highest level at which the real shares use the stock exactly; None if the stock covers every need.

    Where some are served whole and the others stand on their minimum, many levels do: at the highest of them a minimum
    that changes nothing is not said to.
    """
    if sum(claim.highest for claim in claims) <= stock:
        return None
    moving = [claim for claim in claims if claim.highest > claim.lowest]
    starts = [(claim.level(claim.lowest), 1, claim) for claim in moving]
    ends = [(claim.level(claim.highest), -1, claim) for claim in moving]
    fixed, slope = sum(claim.lowest for claim in claims), Fraction(0)
    for level, turn, claim in sorted(starts + ends, key=lambda event: event[0]):
        if slope and fixed + level * slope > stock:
            break
        bound = claim.lowest if turn == 1 else claim.highest
        slope += turn * claim.slope
        fixed += -claim.offset - bound if turn == 1 else claim.offset + bound
    return (stock - fixed) / slope


def _whole_packs(
    claims: Sequence[_Claim], shares: Sequence[Fraction], stock: int, pack: int
) -> tuple[list[int], int]:
    """Round every share down to whole packs, then give one pack each to the lowest levels.

    One pass is enough: a pack lifts a group above the common level, and more groups were cut than packs are left.
    """
    given = [int(part // pack) * pack for part in shares]
    waiting = [
        (_rank(claim, part, got, pack), at)
        for at, (claim, part, got) in enumerate(zip(claims, shares, given, strict=True))
        if got < claim.missing
    ]
    served = heapq.nsmallest((stock - sum(given)) // pack, waiting)
    for _, at in served:
        given[at] += pack
    return given, len(served)


def _rank(claim: _Claim, part: Fraction, given: int, pack: int) -> tuple[Fraction, Fraction, str]:
    """Order those who wait: lowest level, then larger fraction cut off, then code."""
    cut = part - part // pack * pack
    return claim.level(given), -cut, claim.group.code


def _queue(
    claims: Sequence[_Claim], shares: Sequence[Fraction], given: Sequence[int], pack: int
) -> list[str]:
    rows = zip(claims, shares, given, strict=True)
    waiting = [_rank(claim, part, got, pack) for claim, part, got in rows if got < claim.missing]
    return [code for _, _, code in heapq.nsmallest(AHEAD, waiting)]


def _line(claim: _Claim, part: Fraction, given: int, level: Fraction | None, queue: list[str]) -> Line:
    group, weight = claim.group, Fraction(claim.group.weight)
    served = min(group.served, group.need)
    scale = weight * group.need
    return Line(
        code=group.code,
        need=group.need,
        weight=weight,
        served=group.served,
        minimum=min(group.floor, group.need),
        share=part,
        given=given,
        spare=max(0, given - claim.missing),
        fair_level=(served + min(part, Fraction(claim.missing))) / scale if group.need else None,
        level=(served + min(given, claim.missing)) / scale if group.need else None,
        bound="stock" if given < claim.missing else "need" if group.need else "none",
        floor_bound=level is not None and claim.lowest > max(Fraction(0), level * claim.slope - claim.offset),
        is_next=queue[:1] == [group.code],
        ahead_of=tuple(queue[: queue.index(group.code)] if group.code in queue else queue),
    )


def _input_hash(groups: Sequence[Group], stock: int, rule: str, pack: int) -> str:
    rows = [[g.code, g.need, str(Fraction(g.weight)), g.floor, g.served] for g in groups]
    text = json.dumps(["one_pool", 1, rule, stock, pack, rows], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
