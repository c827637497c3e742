"""Where the header stands in a file, and which cell of a line belongs to which column of the contract."""

from collections.abc import Iterable
from dataclasses import dataclass

from cartable.intake.cleaning import clean, normal
from cartable.intake.contracts import Column, Contract


HEADER_WITHIN = 50


@dataclass(frozen=True, slots=True)
class Layout:
    """The header of one file: cell positions by key, and those of each repetition of the group."""

    line: int
    titles: tuple[str, ...]
    names: tuple[str, ...]
    positions: dict[str, int]
    groups: tuple[dict[str, int], ...]
    missing: tuple[Column, ...]
    width: int

    @property
    def score(self) -> int:
        """Count the columns recognised."""
        return len(self.positions) + len(self.groups)


def find(rows: Iterable[tuple[int, list[str] | None]], contract: Contract) -> Layout | None:
    """Give the header among the first rows: the first that is complete, else the one that matches best."""
    best = None
    for line, cells in rows:
        layout = match(line, cells or [], contract)
        if layout.score and not layout.missing:
            return layout
        if layout.score > (best.score if best else 0):
            best = layout
    return best


def match(line: int, cells: list[str], contract: Contract) -> Layout:
    """Read one row as if it were the header."""
    names = tuple(normal(cell) for cell in cells)
    places: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        places.setdefault(name, []).append(index)
    found = {column.key: _places(column, places) for column in contract.columns}
    positions = {key: indexes[0] for key, indexes in found.items() if indexes}
    groups = _repetitions(contract, places, set(positions.values()))
    missing = tuple(c for c in contract.columns if c.required and c.key not in positions)
    width = max([len(names), *[1 + max(group.values()) for group in groups]])
    return Layout(line, tuple(map(clean, cells)), names, positions, groups, missing, width)


def _places(column: Column, places: dict[str, list[int]]) -> list[int]:
    for alias in (*column.aliases, column.key):
        if indexes := places.get(normal(alias)):
            return indexes
    return []


def _repetitions(
    contract: Contract, places: dict[str, list[int]], taken: set[int]
) -> tuple[dict[str, int], ...]:
    if contract.group is None:
        return ()
    repeats: list[dict[str, int]] = []
    for column in contract.group.columns:
        free = [index for index in _places(column, places) if index not in taken]
        for number, index in enumerate(free[: contract.group.max_repeats]):
            if number == len(repeats):
                repeats.append({})
            repeats[number][column.key] = index
    return _prolonged(repeats, max(map(max, places.values()), default=-1), contract.group.max_repeats)


def _prolonged(repeats: list[dict[str, int]], last: int, most: int) -> tuple[dict[str, int], ...]:
    """Go on past the header in the same step: lines may hold more repetitions than it names."""
    if not repeats or max(repeats[-1].values()) != last:
        return tuple(repeats)
    first = repeats[0]
    step = 1 + max(first.values()) - min(first.values())
    regular = [{key: index + step * number for key, index in first.items()} for number in range(most)]
    return tuple(regular) if regular[: len(repeats)] == repeats else tuple(repeats)
