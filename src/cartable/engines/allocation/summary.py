"""Account for a plan: levels, money, goods, what is not met, what rounding took, what packs give in excess."""

from typing import TYPE_CHECKING, Any

import numpy as np

from cartable.engines.allocation.columns import KINDS
from cartable.engines.allocation.instance import Instance, Ints
from cartable.engines.allocation.nested import best_packs, reached
from cartable.engines.allocation.packs import NOISE
from cartable.engines.allocation.stories import binding, class_stories, numbered


if TYPE_CHECKING:
    from cartable.engines.allocation.plan import Outcome


def summary(outcome: "Outcome") -> dict[str, Any]:
    """Return the summary as plain numbers, texts and lists."""
    instance, whole = outcome.instance, outcome.whole
    covered = whole.covered(instance)
    return {
        "rule": instance.rule,
        "input_hash": outcome.input_hash,
        "lines": len(instance.names),
        "needs": _by_kind(instance, instance.need),
        "served": _by_kind(instance, covered),
        "unmet": _by_kind(instance, instance.need - covered),
        "rounds": _rounds(outcome),
        "funds": [
            {
                "fund": fund.code,
                "budget_cents": fund.budget,
                "spent_cents": fund.budget - left,
                "left_cents": left,
            }
            for fund, left in zip(instance.funds, whole.budget_left, strict=True)
        ],
        "sources": _sources(outcome),
        "whole_units": _whole_units(outcome),
        "rounding": _rounding(outcome),
        "spare": _spare(outcome),
        "remarks": outcome.remarks,
    }


def _by_kind(instance: Instance, values: np.ndarray) -> dict[str, int]:
    return {kind: int(values[instance.kind == at].sum()) for at, kind in enumerate(KINDS)}


def _rounds(outcome: "Outcome") -> list[dict[str, Any]]:
    """List the levels with what binds at each; the last one, if all that remains is served whole, is the need."""
    instance, rounds = outcome.instance, outcome.rounds
    merged: dict[int, dict[str, Any]] = {}
    for value, stop, names in zip(numbered(rounds), rounds, binding(instance, rounds), strict=True):
        entry = merged.setdefault(value, {"round": value, "level": round(stop.level, 9), "binding": []})
        entry["binding"] = sorted({*entry["binding"], *names})
    rising = np.isinf(outcome.level)[instance.group]
    if rising.any():
        ends = instance.tops[rising]
        merged[len(merged) + 1] = {
            "round": len(merged) + 1,
            "level": round(float(ends.max()), 9),
            "binding": ["need"],
        }
    return list(merged.values())


def _sources(outcome: "Outcome") -> list[dict[str, Any]]:
    instance, whole = outcome.instance, outcome.whole
    used = np.zeros(len(instance.sources), np.int64)
    np.add.at(used, instance.column_source[whole.column], whole.pieces)
    return [
        {"source": source.code, "used": int(count), "left": left}
        for source, count, left in zip(instance.sources, used, whole.stock_left, strict=True)
    ]


def _rounding(outcome: "Outcome") -> list[dict[str, Any]]:
    """List the units that are a whole piece or more below their real share, and why."""
    instance, whole = outcome.instance, outcome.whole
    below = np.flatnonzero(whole.share - whole.given >= 1 - NOISE)
    stories = class_stories(outcome) if len(below) else []
    rows = zip(_names(instance, below), below.tolist(), strict=True)
    return [
        name
        | {
            "share": round(float(whole.share[unit]), 9),
            "given": int(whole.given[unit]),
            "reason": stories[int(instance.group[unit])].why,
        }
        for name, unit in rows
    ]


def _whole_units(outcome: "Outcome") -> dict[str, Any]:
    """Bound what whole packs could reach: no plan lifts every line that is not served whole above `bound`.

    `optimal` tells whether the levels are those of the proved optimum of whole packs; null where none is proved
    (several sources, or funds that are not nested).
    """
    instance, whole = outcome.instance, outcome.whole
    levels = reached(instance, whole.given)
    best = best_packs(instance)
    pack = instance.sources[int(instance.column_source[0])].pack if best is not None else 0
    optimal = None if best is None else bool((levels == reached(instance, best * pack)).all())
    first = next((stop.level for stop in outcome.rounds if stop.cuts), np.inf)
    return {"lowest_level": _finite(levels.min(initial=np.inf)), "bound": _finite(first), "optimal": optimal}


def _finite(level: float) -> float | None:
    return round(float(level), 9) if np.isfinite(level) else None


def _spare(outcome: "Outcome") -> list[dict[str, Any]]:
    instance, whole = outcome.instance, outcome.whole
    spare = whole.given - instance.missing
    units = np.flatnonzero(spare > 0)
    rows = zip(_names(instance, units), spare[units].tolist(), strict=True)
    return [name | {"spare": count} for name, count in rows]


def _names(instance: Instance, units: Ints) -> list[dict[str, str]]:
    lines = instance.names[instance.line[units]].rows(named=True)
    return [line | {"kind": KINDS[at]} for line, at in zip(lines, instance.kind[units].tolist(), strict=True)]
