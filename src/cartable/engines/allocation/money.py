"""Among the ways to reach the leximin levels, the one that costs least; then the contract's order of preference."""

from collections.abc import Iterator

import numpy as np

from cartable.engines.allocation.columns import FUND_KINDS
from cartable.engines.allocation.instance import FREE, Floats, Ints
from cartable.engines.allocation.levels import Limits
from cartable.engines.allocation.simplex import Simplex, Solution, simplex


LEEWAY = 1e-7  # pieces by which a class may fall short here; the parts are stretched back afterwards
PRICED = 1e-7  # a reduced cost above this keeps a column out of every optimum


def cheapest(limits: Limits, demand: Floats) -> Floats:
    """Return the pieces that pass through each column: the demand of every class at the least cost.

    One programme after the other, each on the optima of the one before: money, computers, open sources, what the
    cités éducatives do not pay, nor the départements, nor the régions, then the codes of sources and funds.
    """
    if not len(limits.instance.column_class):
        return np.zeros(0)
    upper = np.concatenate([demand, limits.stock, limits.budget])
    programme = simplex(limits.matrix, np.zeros(limits.matrix.shape[1]), upper)
    programme.set_rows(np.arange(len(demand)), np.maximum(0.0, demand - LEEWAY), demand)
    values = np.zeros(0)
    for cost in _wishes(limits):
        programme.set_cost(cost)
        solution = programme.run()
        values = solution.values
        programme.forbid(np.flatnonzero(solution.reduced > PRICED))
        _hold(programme, solution, len(demand), upper)
    return _stretched(np.maximum(values, 0.0), limits.instance.column_class, demand)


def _wishes(limits: Limits) -> Iterator[Floats]:
    instance = limits.instance
    source, fund = instance.column_source, instance.column_fund
    paid = fund != FREE
    yield limits.unit_price
    yield np.array([good.item == "computer" for good in instance.sources], float)[source]
    yield np.array([not good.only_for for good in instance.sources], float)[source]
    ranks = np.array([*(FUND_KINDS.index(money.kind) for money in instance.funds), -1])[fund]
    for nearer in range(len(FUND_KINDS) - 1):
        yield (ranks > nearer).astype(float)
    yield (source + 1.0) / len(instance.sources)
    yield np.where(paid, (fund + 1.0) / max(1, len(instance.funds)), 0.0)


def _hold(programme: Simplex, solution: Solution, classes: int, upper: Floats) -> None:
    """Keep the stocks and budgets that carry a price fully used, so that later wishes stay on these optima."""
    rows = np.flatnonzero(np.abs(solution.prices[classes:]) > PRICED) + classes
    programme.set_rows(rows, upper[rows] - LEEWAY / 10, upper[rows])


def _stretched(values: Floats, column_class: Ints, demand: Floats) -> Floats:
    total = np.bincount(column_class, values, len(demand))
    ratio = np.divide(demand, total, out=np.ones_like(demand), where=total > LEEWAY)
    return values * ratio[column_class]
