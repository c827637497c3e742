"""The exact leximin of the real numbers: water rises until proven limits stop it.

A *cut* is a proven limit `sum of worth[class] × served[class] ≤ ceiling`: put a price on scarce stocks and funds;
a class is worth the price of its cheapest way, at most 1. The linear programme finds the prices that prove a demand
too high. Every cut stays true for every demand, so all are kept: most rounds need a single run that finds nothing.
When the water stands at a tight cut, the classes worth something in it can rise no more: they freeze.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import connected_components

from cartable.engines.allocation.instance import FREE, MILLION, Floats, Instance, Ints
from cartable.engines.allocation.simplex import Simplex, Solution, simplex


PRICED = 1e-9  # a price below this is rounding noise
SHORT = 1e-8  # pieces lacking below this are rounding noise
STILL = 1e-13  # a relative rise of the level below this is none


@dataclass(frozen=True)
class Cut:
    """A proven limit: worth per class, its ceiling in pieces, and the price per source and fund that proves it."""

    worth: Floats
    ceiling: float
    source_price: Floats
    fund_price: Floats


@dataclass(frozen=True)
class Round:
    """A level at which some classes froze, and the cuts that stopped them."""

    level: float
    frozen: Ints
    cuts: list[Cut]


@dataclass(frozen=True)
class Limits:
    """The linear programme `classes ≤ demand, sources ≤ stock, funds ≤ budget` in comparable units.

    Money counts in pieces at the highest price; a stock or budget that nobody could use up is brought down.
    """

    instance: Instance
    matrix: csc_array
    stock: Floats
    budget: Floats
    unit_price: Floats


@dataclass
class _Water:
    """The units that still rise, as floats, and what the frozen classes hold."""

    group: Ints
    offset: Floats
    slope: Floats
    missing: Floats
    held: Floats
    rising: np.ndarray
    starts: Floats = field(init=False)
    ends: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.starts = self.offset / self.slope
        self.ends = (self.offset + self.missing) / self.slope

    def received(self, level: float) -> Floats:
        return np.clip(level * self.slope - self.offset, 0, self.missing)

    def served(self, level: float) -> Floats:
        """Sum what every class receives at this level."""
        return self.held + np.bincount(self.group, self.received(level), len(self.held))

    def speed(self, low: float, high: float) -> Floats:
        """Sum the slopes of the units that rise somewhere between two levels, by class."""
        moving = (self.starts < high) & (self.ends > low)
        return np.bincount(self.group[moving], self.slope[moving], len(self.held)).astype(float)

    def freeze(self, classes: Ints, level: float) -> "_Water":
        """Take some classes out of the water at this level."""
        self.held[classes] = self.served(level)[classes]
        self.rising[classes] = False
        stay = self.rising[self.group]
        return _Water(
            self.group[stay], self.offset[stay], self.slope[stay], self.missing[stay], self.held, self.rising
        )


def limits(instance: Instance) -> Limits:
    """Build the linear programme of an instance."""
    sources, funds, classes = len(instance.sources), len(instance.funds), instance.classes
    columns = np.arange(len(instance.column_class))
    price = instance.column_price / max(1, int(instance.column_price.max(initial=1)))
    paid = instance.column_fund != FREE
    ones = np.ones(len(columns))
    matrix = coo_array(
        (
            np.concatenate([ones, ones, price[paid]]),
            (
                np.concatenate(
                    [
                        instance.column_class,
                        classes + instance.column_source,
                        classes + sources + instance.column_fund[paid],
                    ]
                ),
                np.concatenate([columns, columns, columns[paid]]),
            ),
        ),
        shape=(classes + sources + funds, len(columns)),
    ).tocsc()
    most = float(instance.missing.sum()) + 1
    scale = max(1, int(instance.column_price.max(initial=1)))
    stock = [most if source.stock is None else min(most, source.stock) for source in instance.sources]
    budget = [min(most, fund.budget / scale) for fund in instance.funds]
    return Limits(instance, csc_array(matrix), np.array(stock, float), np.array(budget, float), price)


def leximin(limits: Limits) -> tuple[Floats, list[Round]]:
    """Return what each class receives in pieces at the leximin optimum, and the rounds in which classes froze."""
    instance = limits.instance
    water = _Water(
        group=instance.group,
        offset=instance.offset.astype(float),
        slope=instance.slope / MILLION,
        missing=instance.missing.astype(float),
        held=np.zeros(instance.classes),
        rising=np.ones(instance.classes, bool),
    )
    reachable = np.bincount(instance.column_class, minlength=instance.classes) > 0
    stranded = np.flatnonzero(~reachable)
    water = water.freeze(stranded, -np.inf)
    rounds = [Round(0.0, stranded, [])] if len(stranded) else []
    if not reachable.any():
        return water.held, rounds
    demand = water.served(np.inf)
    programme = simplex(
        limits.matrix,
        -np.ones(limits.matrix.shape[1]),
        np.concatenate([demand, limits.stock, limits.budget]),
    )
    cuts = _violated(limits, programme.run(), demand)
    while True:
        level, tight = _next_level(water, cuts, rounds[-1].level if rounds else 0.0)
        demand = water.served(level)
        found = _violated(limits, _solve(programme, demand), demand)
        if found and _lower(water, found, level):
            cuts += found
            continue
        if not tight:
            return demand, rounds
        frozen = np.flatnonzero(water.rising & (np.max([cut.worth for cut in tight], axis=0) > PRICED))
        rounds.append(Round(level, frozen, tight))
        water = water.freeze(frozen, level)


def _solve(programme: Simplex, demand: Floats) -> Solution:
    programme.set_rows(np.arange(len(demand)), np.full(len(demand), -np.inf), demand)
    return programme.run()


def _lower(water: _Water, found: list[Cut], level: float) -> bool:
    """Tell whether new cuts really bring the level down, rounding noise apart."""
    served = water.served(level * (1 - STILL) if np.isfinite(level) else level)
    return any(cut.worth @ served > cut.ceiling + _visible(cut.ceiling) for cut in found)


def _violated(limits: Limits, solution: Solution, demand: Floats) -> list[Cut]:
    """Read in the prices of an optimum the cuts that the demand breaks, split where they do not touch."""
    if demand.sum() + solution.objective <= SHORT:
        return []
    classes, sources = limits.instance.classes, len(limits.stock)
    price = np.maximum(0.0, -solution.prices)
    price[price < PRICED] = 0.0
    source_price, fund_price = price[classes : classes + sources], price[classes + sources :]
    worth = _worth(limits, source_price, fund_price)
    part_of = _parts(limits, worth, source_price, fund_price)
    cuts = []
    for part in np.unique(part_of[:classes][worth > PRICED]):
        here = part_of == part
        of_source = np.where(here[classes : classes + sources], source_price, 0.0)
        of_fund = np.where(here[classes + sources :], fund_price, 0.0)
        ceiling = float(of_source @ limits.stock + of_fund @ limits.budget)
        cut = Cut(np.where(here[:classes], worth, 0.0), ceiling, of_source, of_fund)
        if cut.worth @ demand > ceiling + _visible(ceiling):
            cuts.append(cut)
    return cuts


def _noise(ceiling: Floats) -> Floats:
    """Bound what rounding can add to a sum as large as the ceiling."""
    return 1e-11 + 3e-15 * ceiling


def _visible(ceiling: float) -> float:
    """Say by how much a cut must be broken to bring the level down: clearly more than the noise."""
    return SHORT / 10 + 4 * (1e-11 + 3e-15 * ceiling)


def _way_price(limits: Limits, source_price: Floats, fund_price: Floats) -> Floats:
    instance = limits.instance
    paid = np.append(fund_price, 0.0)[instance.column_fund]  # FREE is the last place
    return source_price[instance.column_source] + paid * limits.unit_price


def _worth(limits: Limits, source_price: Floats, fund_price: Floats) -> Floats:
    """Price a class at its cheapest way, at most 1; this makes the cut true whatever the prices."""
    worth = np.ones(limits.instance.classes)
    np.minimum.at(worth, limits.instance.column_class, _way_price(limits, source_price, fund_price))
    return np.where(worth > PRICED, worth, 0.0)


def _parts(limits: Limits, worth: Floats, source_price: Floats, fund_price: Floats) -> Ints:
    """Number the connected parts of the priced classes, sources and funds."""
    instance = limits.instance
    classes, sources = instance.classes, len(limits.stock)
    priced = worth[instance.column_class] > 0
    by_source = priced & (source_price[instance.column_source] > 0)
    by_fund = priced & (instance.column_fund != FREE) & (np.append(fund_price, 0.0)[instance.column_fund] > 0)
    tails = np.concatenate([instance.column_class[by_source], instance.column_class[by_fund]])
    heads = np.concatenate(
        [classes + instance.column_source[by_source], classes + sources + instance.column_fund[by_fund]]
    )
    size = classes + sources + len(limits.budget)
    graph = coo_array((np.ones(len(tails)), (tails, heads)), shape=(size, size))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _next_level(water: _Water, cuts: list[Cut], level: float) -> tuple[float, list[Cut]]:
    """Raise the level until a cut is tight; infinite, with no cut, if every unit can be served whole.

    Each step is a safe one: the speed counts every unit that could start to rise below the level aimed at.
    """
    live = [cut for cut in cuts if (cut.worth[water.rising] > 0).any()]
    if not live:
        return np.inf, []
    worth = np.array([cut.worth for cut in live])
    ceiling = np.array([cut.ceiling for cut in live])
    noise = _noise(ceiling)
    top = float(water.ends.max())
    while level < top:
        room = ceiling - worth @ water.served(level)
        slack = np.where(room > noise, room, 0.0)
        step = _step(worth @ water.speed(level, np.nextafter(level, np.inf)), slack, top - level)
        if (worth @ water.served(level + step) > ceiling + noise).any():
            step = _step(worth @ water.speed(level, level + step), slack, top - level)
        if step <= STILL * level:
            break
        level += step
    room = ceiling - worth @ water.served(level)
    tight = (worth @ water.speed(level, top) > 0) & (room <= 3 * noise)
    return (
        (level, [cut for cut, full in zip(live, tight, strict=True) if full]) if tight.any() else (np.inf, [])
    )


def _step(speed: Floats, slack: Floats, most: float) -> float:
    moving = speed > 0
    return min(most, float((slack[moving] / speed[moving]).min())) if moving.any() else most
