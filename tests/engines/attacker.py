"""Somebody who reads a table with hidden numbers and works out what they may be, by linear programming."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy.optimize import linprog

from cartable.engines.disclosure import PART, THRESHOLD, WHOLE, Count, Mask


COLUMNS = (WHOLE, PART)
Masks = tuple[Mask, Mask]


class Attacker:
    """Knows the totals, the communes and the places that are shown, that a part never passes its whole, and that
    the small numbers among the hidden ones are under 11; where `sure`, also that the others are not.
    """

    def __init__(self, counts: Mapping[Any, Count], masks: Masks, *, sure: bool) -> None:
        self.counts, self.masks, self.sure = counts, masks, sure
        self.keys = list(counts)
        self.place = {key: rank for rank, key in enumerate(self.keys)}
        self.equal: list[tuple[np.ndarray, float]] = []
        self.below: list[tuple[np.ndarray, float]] = []
        self.sums = dict(self._sums())
        for key in self.keys:
            part_less_whole = self._row(PART, [key]) - self._row(WHOLE, [key])
            self.below.append((part_less_whole, 0))

    def value(self, column: int, key: Any) -> int:
        return self.counts[key].whole if column == WHOLE else self.counts[key].part

    def _row(self, column: int, keys: list[Any]) -> np.ndarray:
        row = np.zeros(2 * len(self.keys))
        row[[column * len(self.keys) + self.place[key] for key in keys]] = 1
        return row

    def _sums(self) -> Iterator[tuple[Any, np.ndarray]]:
        """Learn what the sums say; give those that are hidden."""
        areas = {count.area for count in self.counts.values()}
        members = {area: [k for k in self.keys if self.counts[k].area == area] for area in areas}
        for column in COLUMNS:
            mask = self.masks[column]
            for area, keys in [*members.items(), (None, self.keys)]:
                row, value = self._row(column, keys), sum(self.value(column, key) for key in keys)
                if not (mask.total if area is None else area in mask.areas):
                    self.equal.append((row, value))
                    continue
                if value < THRESHOLD:
                    self.below.append((row, THRESHOLD - 1))
                elif self.sure:
                    self.below.append((-row, -THRESHOLD))
                if area is not None:
                    yield (column, area, value), row

    def _bounds(self) -> list[tuple[float, float | None]]:
        return [self._bound(column, key) for column in COLUMNS for key in self.keys]

    def _bound(self, column: int, key: Any) -> tuple[float, float | None]:
        value = self.value(column, key)
        if key not in self.masks[column].places:
            return value, value
        if value < THRESHOLD:
            return 0, THRESHOLD - 1
        return THRESHOLD if self.sure else 0, None

    def intervals(self) -> Iterator[tuple[Any, int, float]]:
        """Give each hidden number: which, its true value, and the width of what it may be."""
        targets = {
            (column, key, self.value(column, key)): self._row(column, [key])
            for column in COLUMNS
            for key in self.masks[column].places
        }
        for (column, key, value), row in {**targets, **self.sums}.items():
            yield (column, key), value, -self._least(-row) - self._least(row)

    def _least(self, row: np.ndarray) -> float:
        found = linprog(row, **self._system(), bounds=self._bounds(), method="highs")
        assert found.status in (0, 3), found.message
        return float("-inf") if found.status == 3 else found.fun

    def _system(self) -> dict[str, Any]:
        equal_rows, equal_values = zip(*self.equal, strict=True) if self.equal else (None, None)
        below_rows, below_values = zip(*self.below, strict=True)
        stack = {"A_ub": np.array(below_rows), "b_ub": below_values}
        return stack | ({"A_eq": np.array(equal_rows), "b_eq": equal_values} if self.equal else {})
