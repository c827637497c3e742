"""Small counts: which numbers of a table must be hidden so that nobody can work the hidden ones out.

Insee shows no count under 11 where persons are described, and a hidden one must not be found by subtraction either
(secondary secrecy). The table here: places (schools) within areas (communes) within one total, and in each a count
(`whole`: pupils who lack something) with a part of it (`part`: those who have it now), so part ≤ whole.

A hidden number is safe when it could differ by at least `WIDTH` while everything shown, and everything a reader may
guess, stays true. Such a difference is an exchange between hidden places: so many pupils of the whole, of the part,
or of both, taken from some and put in another. Who tries to work a small number out is supposed to know which of the
hidden ones are under the threshold and which are not, and that a part is never above its whole.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


THRESHOLD = 11
WIDTH = 5
WHOLE, PART = 0, 1
Move = tuple[tuple[int, ...], bool]
Rooms = dict[Move, int]
# What may be exchanged (wholes, parts, or both together), up or down.
MOVES: tuple[Move, ...] = tuple((columns, up) for columns in ((0,), (1,), (0, 1)) for up in (True, False))
WHOLE_UP, WHOLE_DOWN, PART_UP, PART_DOWN, BOTH_UP, BOTH_DOWN = MOVES
AGAINST = {(columns, up): (columns, not up) for columns, up in MOVES}
FREE = 10**9


@dataclass(frozen=True, slots=True)
class Count:
    """What a place counts, and in which area it lies."""

    area: Hashable
    whole: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Mask:
    """What to hide of one column: places, areas, and whether even the total is too small to show."""

    places: frozenset[Any] = frozenset()
    areas: frozenset[Any] = frozenset()
    total: bool = False


def hide(counts: Mapping[Any, Count]) -> tuple[Mask, Mask]:
    """Choose what to hide of a table by place: one mask for the wholes, one for the parts.

    Hidden are the values under `THRESHOLD`, zero too, then the next smallest ones until every hidden value could
    differ by `WIDTH`; all places of a hidden area are hidden. A column that is zero everywhere is shown: it speaks
    of nobody. Leave out of `counts` the places whose numbers the reader knows: there is nothing to hide from him.
    """
    if not counts:
        return Mask(), Mask()
    table = _Table.of(counts)
    for column in (WHOLE, PART):
        if table.total.values[column]:
            table.settle(column)
    return table.mask(WHOLE), table.mask(PART)


@dataclass(slots=True)
class _Cell:
    """One line of the table: its two values, and which of them are hidden."""

    key: Hashable
    values: tuple[int, int]
    hidden: list[bool] = field(default_factory=lambda: [False, False])

    def small(self, column: int) -> bool:
        return self.values[column] < THRESHOLD

    def room(self, move: Move, *, guessed: bool = True) -> int:
        """Give by how much the values may change as far as a reader knows: not at all where they are shown.

        `guessed`: the reader guesses that this hidden value is not one of the small ones.
        """
        columns, up = move
        return min(self._room(column, up, guessed) for column in columns)

    def _room(self, column: int, up: bool, guessed: bool) -> int:
        value = self.values[column]
        if not self.hidden[column]:
            return 0
        if value < THRESHOLD:
            return THRESHOLD - 1 - value if up else value
        return FREE if up else value - THRESHOLD * guessed


@dataclass(slots=True)
class _Place(_Cell):
    # How far the part is from its whole; no bound as long as the parts are left out.
    slack: int = FREE

    def room(self, move: Move, *, guessed: bool = True, also: int = 0) -> int:
        """The same, and the part stays within its whole; `also`: the other of them moved so far before."""
        room = _Cell.room(self, move, guessed=guessed)
        return min(room, self.slack + also) if move in (WHOLE_DOWN, PART_UP) else room

    def parked(self) -> int:
        """Give how much further the whole may shrink if its part shrinks too."""
        return min(_Cell.room(self, WHOLE_DOWN), self.slack + self.room(PART_DOWN)) - self.room(WHOLE_DOWN)


@dataclass(slots=True)
class _Area(_Cell):
    places: list[_Place] = field(default_factory=list)
    # The room of all its places together; forgotten when one more is hidden.
    known_rooms: Rooms = field(default_factory=dict)

    def rooms(self) -> Rooms:
        if not self.known_rooms:
            hiding = [place for place in self.places if place.hidden[WHOLE] or place.hidden[PART]]
            self.known_rooms = {move: sum(place.room(move) for place in hiding) for move in MOVES}
        return self.known_rooms

    def offer(self, move: Move) -> int:
        """Give what the area as a whole can take or give."""
        return min(self.room(move), self.rooms()[move])

    def hide(self, column: int, places: Iterable[_Place]) -> None:
        for place in places:
            place.hidden[column] = True
        self.known_rooms = {}


@dataclass(slots=True)
class _Table:
    total: _Cell
    areas: list[_Area]

    @classmethod
    def of(cls, counts: Mapping[Any, Count]) -> "_Table":
        by_area: dict[Hashable, list[_Place]] = {}
        for key, count in sorted(counts.items(), key=lambda item: str(item[0])):
            by_area.setdefault(count.area, []).append(_Place(key, (count.whole, count.part)))
        areas = [_Area(key, _sum(places), places=places) for key, places in by_area.items()]
        return cls(_Cell(None, _sum(areas)), areas)

    def settle(self, column: int) -> None:
        """Hide the small values of a column, then what would give a hidden value away."""
        self.total.hidden[column] = self.total.small(column)
        for area in self.areas:
            for place in area.places:
                place.slack = FREE if column == WHOLE else place.values[WHOLE] - place.values[PART]
            area.hide(column, [place for place in area.places if place.small(column)])
            if self.total.hidden[column] or area.small(column):
                self._hide_area(area, column)
        waiting = list(self.areas)
        while waiting:
            area = waiting.pop()
            while narrow := self._narrow(area):
                changed = next(filter(None, (self._hide_next(each, area) for each in narrow)), None)
                if changed is None:
                    break
                waiting.append(changed)

    def _hide_area(self, area: _Area, column: int) -> None:
        area.hidden[column] = True
        area.hide(column, area.places)

    def _hide_next(self, column: int, area: _Area) -> _Area | None:
        """Hide the smallest value still shown beside `area`'s places, or beside `area` where it is hidden itself."""
        if not area.hidden[column]:
            if left := [place for place in area.places if not place.hidden[column]]:
                area.hide(column, [min(left, key=lambda place: (place.values[column], str(place.key)))])
            else:
                self._hide_area(area, column)
            return area
        if others := [other for other in self.areas if not other.hidden[column]]:
            chosen = min(others, key=lambda other: (other.values[column], str(other.key)))
            self._hide_area(chosen, column)
            return chosen
        if self.total.hidden[column]:
            return None
        self.total.hidden[column] = True
        return area

    def _narrow(self, area: _Area) -> list[int]:
        """Give the columns in which to hide more, in that order, because a hidden value of `area` is too well known.

        A part that is too well known is most often what gives its whole away, and now and then the other way round.
        """
        exchanges = _Exchanges(area, self._outside(area))
        narrow = False
        for column in (PART, WHOLE):
            for cell in (*area.places, area):
                if cell.hidden[column] and exchanges.span(cell, column) < WIDTH:
                    if column == PART:
                        return [PART, WHOLE]
                    narrow = True
        return [WHOLE] if narrow else []

    def _outside(self, area: _Area) -> Rooms:
        """Give the room of the other areas together, and of the total where it is hidden."""
        found = {move: self.total.room(AGAINST[move]) for move in MOVES}
        if any(area.hidden):
            for other in self.areas:
                if other is not area and any(other.hidden):
                    for move in MOVES:
                        found[move] += other.offer(move)
        return found

    def mask(self, column: int) -> Mask:
        hidden = [place.key for area in self.areas for place in area.places if place.hidden[column]]
        areas = frozenset(area.key for area in self.areas if area.hidden[column])
        return Mask(frozenset(hidden), areas, self.total.hidden[column])


def _sum(cells: Iterable[_Cell]) -> tuple[int, int]:
    whole, part = zip(*(cell.values for cell in cells), strict=True)
    return sum(whole), sum(part)


@dataclass(frozen=True, slots=True)
class _Exchanges:
    """What the hidden values of one area can exchange: inside it, and with the `outside`."""

    area: _Area
    outside: Rooms

    def span(self, cell: _Cell, column: int) -> int:
        """Give between how many values a hidden one could be, at least.

        A reader who knows which values are small must not work out a small one; of the others it is enough that
        they are safe from a reader who does not.
        """
        guessed = cell.small(column)
        if column == WHOLE:
            up = self.reach(cell, WHOLE_UP, guessed)
            down = self.reach(cell, WHOLE_DOWN, guessed, after=PART_DOWN)
        else:
            up = self.reach(cell, PART_UP, guessed, after=WHOLE_UP)
            down = self.reach(cell, PART_DOWN, guessed)
        up, down = (
            max(up, self.reach(cell, BOTH_UP, guessed)),
            max(down, self.reach(cell, BOTH_DOWN, guessed)),
        )
        return up + down

    def reach(self, cell: _Cell, move: Move, guessed: bool, after: Move | None = None) -> int:
        """Give how far a value can move, once the other one of its place moved by `after`."""
        beyond = min(self.area.room(move, guessed=guessed), self.outside[AGAINST[move]])
        if not isinstance(cell, _Place):
            return min(self.area.rooms()[move], beyond)
        own = cell.room(move, guessed=guessed, also=self.reach(cell, after, guessed) if after else 0)
        beside = self.area.rooms()[AGAINST[move]] - cell.room(AGAINST[move])
        if move == WHOLE_UP and own > beside + beyond:
            beside += self._parked(cell)
        return min(own, beside + beyond)

    def _parked(self, but: _Place) -> int:
        """Give how much further the other wholes may shrink when their parts are parked with others."""
        hidden = [place for place in self.area.places if place.hidden[WHOLE] and place is not but]
        beside = sum(place.room(PART_UP) for place in self.area.places if not place.hidden[WHOLE])
        beyond = min(self.area.room(PART_DOWN), self.outside[PART_UP])
        return min(sum(place.parked() for place in hidden), beside + beyond)


def spaced(running: Sequence[int]) -> list[int]:
    """Choose the points (by rank) of a running count to show: the last, and others a whole `THRESHOLD` apart."""
    kept: list[int] = []
    for rank, value in enumerate(running):
        if abs(value - (running[kept[-1]] if kept else 0)) >= THRESHOLD:
            kept.append(rank)
    last = len(running) - 1
    while kept and kept[-1] != last and abs(running[last] - running[kept[-1]]) < THRESHOLD:
        kept.pop()
    return kept if not running or (kept and kept[-1] == last) or running[last] < THRESHOLD else [*kept, last]
