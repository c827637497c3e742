"""From real shares to whole packs: every part is rounded down, then pack after pack goes to the lowest level."""

import heapq
from dataclasses import dataclass

import numpy as np

from cartable.engines.allocation.instance import FREE, MILLION, Floats, Instance, Ints


NOISE = 1e-6  # pieces: a real part this close below a whole pack is that pack


@dataclass(frozen=True)
class Whole:
    """Hold the whole-unit plan: `pieces` handed to `unit` through `column`, and what is left of everything.

    `given` and `share` count the pieces of each unit, whole and real. `stock_left` is None where unlimited.
    """

    unit: Ints
    column: Ints
    pieces: Ints
    given: Ints
    share: Floats
    stock_left: list[int | None]
    budget_left: list[int]

    def covered(self, instance: Instance) -> Ints:
        """Count the need covered for each unit, spare pieces excepted."""
        return instance.delivered + np.minimum(self.given, instance.missing)


def shares(instance: Instance, level: Floats) -> Floats:
    """Return the real share of each unit at the level of its class (infinite: served whole)."""
    slope = instance.slope / MILLION
    return np.clip(level[instance.group] * slope - instance.offset, 0, instance.missing)


def whole(instance: Instance, share: Floats, flow: Floats) -> Whole:
    """Round the shares, which reach their classes through the flows of the columns, to whole packs."""
    unit, column, part = _parts(instance, share, flow)
    pack = instance.column_pack[column]
    packs = np.floor((part + NOISE) / pack).astype(np.int64)
    packs = _within(instance, column, packs, packs * pack - part)
    desk = _Desk(instance, share, _sum(unit, packs * pack, len(share)))
    desk.pay(column, packs)
    extra = desk.top_up()
    more = np.array(list(extra), np.int64).reshape(-1, 2)
    keys = np.concatenate([np.stack([unit, column], axis=1), more])
    pieces = np.concatenate([packs * pack, np.array(list(extra.values()), np.int64)])
    used = pieces > 0
    return Whole(
        keys[used, 0],
        keys[used, 1],
        pieces[used],
        np.array(desk.given, np.int64),
        share,
        desk.stock,
        desk.budget,
    )


def _parts(instance: Instance, share: Floats, flow: Floats) -> tuple[Ints, Ints, Floats]:
    """Cut the flows of each class into the shares of its units, both in order, so that few shares are split."""
    order = np.argsort(instance.group, kind="stable")
    unit_ends, column_ends = np.cumsum(share[order]), np.cumsum(flow)
    ends = np.union1d(unit_ends, column_ends)
    middles = (np.concatenate([[0.0], ends[:-1]]) + ends) / 2
    unit = np.minimum(np.searchsorted(unit_ends, middles), len(order) - 1)
    column = np.minimum(np.searchsorted(column_ends, middles), len(flow) - 1)
    part = np.diff(ends, prepend=0.0)
    real = part > NOISE / 100
    unit, column, part = order[unit[real]], column[real], part[real]
    fits = instance.group[unit] == instance.column_class[column]
    return unit[fits], column[fits], part[fits]


def _within(instance: Instance, column: Ints, packs: Ints, excess: Floats) -> Ints:
    """Take back the packs that only rounding noise granted, where a stock or a budget would be overrun."""
    packs = packs.copy()
    pack, price = instance.column_pack[column], instance.column_price[column]
    source, fund = instance.column_source[column], instance.column_fund[column]
    for key, cost, limits in (
        (source, pack, [good.stock for good in instance.sources]),
        (fund, pack * price, [money.budget for money in instance.funds]),
    ):
        used = np.zeros(len(limits) + 1, np.int64)  # FREE falls in the last place
        np.add.at(used, key, packs * cost)
        for at, most in enumerate(limits):
            if most is not None and used[at] > most:
                _take_back(
                    packs, np.flatnonzero((key == at) & (packs > 0)), cost, int(used[at]) - most, excess
                )
    return packs


def _take_back(packs: Ints, rows: Ints, cost: Ints, over: int, excess: Floats) -> None:
    for row in rows[np.argsort(-excess[rows], kind="stable")]:
        if over <= 0:
            return
        packs[row] -= 1
        over -= int(cost[row])


def _sum(unit: Ints, pieces: Ints, size: int) -> list[int]:
    total = np.zeros(size, np.int64)
    np.add.at(total, unit, pieces)
    return total.tolist()


class _Desk:
    """Hand out what is left, pack after pack, in whole numbers."""

    def __init__(self, instance: Instance, share: Floats, given: list[int]) -> None:
        self.instance = instance
        self.given = given
        self.cut = np.round((share - np.array(given)) / NOISE).astype(np.int64).tolist()
        self.stock = [source.stock for source in instance.sources]
        self.budget = [fund.budget for fund in instance.funds]
        self.cost = (instance.column_price * instance.column_pack).tolist()
        self.source = instance.column_source.tolist()
        self.fund = instance.column_fund.tolist()

    def pay(self, column: Ints, packs: Ints) -> None:
        """Take packs off the stocks and budgets."""
        total = np.zeros(len(self.cost), np.int64)
        np.add.at(total, column, packs)
        for at in np.flatnonzero(total).tolist():
            self._take(at, int(total[at]))

    def top_up(self) -> dict[tuple[int, int], int]:
        """Give one pack at a time to the lowest level that can receive one; return the pieces by unit and column."""
        instance = self.instance
        ways = self._ways()
        group, missing = instance.group.tolist(), instance.missing.tolist()
        offset, slope = instance.offset.tolist(), instance.slope.tolist()
        fine = 2 * max(slope, default=1).bit_length()  # enough binary digits to tell any two levels apart
        alive = {at for at in range(instance.classes) if self._first_open(ways[at]) is not None}
        heap = [
            (((offset[at] + self.given[at]) << fine) // slope[at], -self.cut[at], at)
            for at in range(len(group))
            if group[at] in alive and self.given[at] < missing[at]
        ]
        heapq.heapify(heap)
        extra: dict[tuple[int, int], int] = {}
        while heap and alive:
            _, cut, unit = heap[0]
            column = self._first_open(ways[group[unit]])
            if column is None:
                alive.discard(group[unit])
                heapq.heappop(heap)
                continue
            self._take(column, 1)
            pack = instance.sources[self.source[column]].pack
            extra[unit, column] = extra.get((unit, column), 0) + pack
            self.given[unit] += pack
            if self.given[unit] < missing[unit]:
                level_now = ((offset[unit] + self.given[unit]) << fine) // slope[unit]
                heapq.heapreplace(heap, (level_now, cut, unit))
            else:
                heapq.heappop(heap)
        return extra

    def _ways(self) -> list[list[int]]:
        """List the columns of each class, the last one to be tried first: cheapest, then in order of preference."""
        instance = self.instance
        price = instance.column_price
        ways: list[list[int]] = [[] for _ in range(instance.classes)]
        for column in np.lexsort((-np.arange(len(price)), -price)).tolist():
            ways[instance.column_class[column]].append(column)
        return ways

    def _first_open(self, ways: list[int]) -> int | None:
        """Find the first way that still has a pack and its price; what is used up never opens again."""
        while ways and not self._is_open(ways[-1]):
            ways.pop()
        return ways[-1] if ways else None

    def _is_open(self, column: int) -> bool:
        source, fund = self.source[column], self.fund[column]
        stock = self.stock[source]
        if stock is not None and stock < self.instance.sources[source].pack:
            return False
        return fund == FREE or self.budget[fund] >= self.cost[column]

    def _take(self, column: int, packs: int) -> None:
        source, fund = self.source[column], self.fund[column]
        stock = self.stock[source]
        if stock is not None:
            self.stock[source] = stock - packs * self.instance.sources[source].pack
        if fund != FREE:
            self.budget[fund] -= packs * self.cost[column]
