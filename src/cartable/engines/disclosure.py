"""Small counts: which cells of a two-level table must be hidden so that no hidden one can be worked out.

Insee shows no cell under 11 where persons are described; a hidden cell must not be found by subtraction either
(secondary secrecy). Here: places (schools) within areas (communes) within one total that is always shown.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


THRESHOLD = 11


@dataclass(frozen=True, slots=True)
class Hidden:
    """The places and the areas to hide; `total` says that even the grand total is too small to show."""

    places: frozenset[Hashable]
    areas: frozenset[Hashable]
    total: bool


def hide(
    counts: Mapping[Hashable, int], area_of: Mapping[Hashable, Hashable], threshold: int = THRESHOLD
) -> Hidden:
    """Choose what to hide of `counts` by place, given the area of each place.

    Every count under `threshold` is hidden, zero too. In an area that is shown, what is hidden sums to at least
    `threshold` over at least two places, or nothing is hidden; so do the hidden areas within the total. All
    places of a hidden area are hidden. The smallest cells are taken first, ties by name.
    """
    by_area: dict[Hashable, dict[Hashable, int]] = defaultdict(dict)
    for place, count in counts.items():
        by_area[area_of[place]][place] = count
    if sum(counts.values()) < threshold:
        return Hidden(frozenset(counts), frozenset(by_area), total=True)
    areas = _closed({area: sum(cells.values()) for area, cells in by_area.items()}, threshold)
    places: set[Hashable] = set()
    for area, cells in by_area.items():
        places |= cells.keys() if area in areas else _closed(cells, threshold)
    return Hidden(frozenset(places), frozenset(areas), total=False)


def _closed(cells: Mapping[Hashable, int], threshold: int) -> set[Hashable]:
    """Hide the small cells of one shown sum, then the next smallest until their sum tells nothing."""
    ordered = sorted(cells, key=lambda key: (cells[key], str(key)))
    hidden = [key for key in ordered if cells[key] < threshold]
    if not hidden:
        return set()
    for key in ordered[len(hidden) :]:
        if len(hidden) >= 2 and sum(cells[k] for k in hidden) >= threshold:
            break
        hidden.append(key)
    return set(hidden)
