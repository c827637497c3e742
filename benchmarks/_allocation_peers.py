"""The peers: HiGHS, as scipy carries it, on the full programmes. One piece of work in a process of its own.

python -m benchmarks._allocation_peers first_level 10000 highs-ds
python -m benchmarks._allocation_peers packs 10000
"""

import json
import subprocess
import sys

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array

from benchmarks._allocation_cases import built, medians, rows_of, timed
from cartable.engines.allocation import levels
from cartable.engines.allocation.instance import FREE, MILLION, Instance
from cartable.engines.allocation.nested import best_packs


MONEY = 20 / MILLION  # money in comparable numbers: cents are too large beside pieces


def ask(kind: str, schools: int, *more: str, seconds: int = 900) -> dict[str, float | str]:
    """Run one peer in a process of its own, and give its figures; it is stopped after so many seconds."""
    command = [sys.executable, "-m", "benchmarks._allocation_peers", kind, str(schools), *more]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"stopped_after_s": seconds}
    return json.loads(done.stdout)


def first_level(schools: int, method: str) -> dict[str, float | str]:
    """Let the peer find the first level; the whole leximin of ours beside it, in the same process."""
    arrays = built(rows_of(schools))
    clock, processor, theirs = timed(_first_level, arrays, method)
    ours = levels.leximin(levels.limits(arrays))[1][0].level
    return {
        "method": method,
        "s": round(clock, 2),
        "cpu_s": round(processor, 2),
        "difference": abs(theirs - ours),
    }


def _first_level(arrays: Instance, method: str) -> float:
    """Maximise the lowest level: one column for each unit, source and fund, and the level."""
    unit, column = _columns(arrays)
    source, fund = arrays.column_source[column], arrays.column_fund[column]
    units, goods, columns = len(arrays.group), len(arrays.sources), len(column)
    paid = np.flatnonzero(fund != FREE)
    price = arrays.column_price[column] * MONEY
    rows = [unit, np.arange(units), units + source, units + goods + fund[paid]]
    places = [np.arange(columns), np.full(units, columns), np.arange(columns), paid]
    values = [-np.ones(columns), arrays.slope / MILLION, np.ones(columns), price[paid]]
    size = (units + goods + len(arrays.funds), columns + 1)
    matrix = coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(places))), shape=size)
    stock = [float(arrays.need.sum()) if good.stock is None else good.stock for good in arrays.sources]
    limits = np.concatenate([arrays.offset, stock, [money.budget * MONEY for money in arrays.funds]])
    found = linprog(np.append(np.zeros(columns), -1.0), A_ub=matrix.tocsr(), b_ub=limits, method=method)
    return float(-found.fun)


def _columns(arrays: Instance) -> tuple[np.ndarray, np.ndarray]:
    """List the ways of every unit: (unit, column of its class)."""
    ways = np.bincount(arrays.column_class, minlength=arrays.classes)
    first = np.concatenate([[0], np.cumsum(ways)[:-1]])
    count = ways[arrays.group]
    unit = np.repeat(np.arange(len(arrays.group)), count)
    column = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[arrays.group][unit]
    return unit, column


def packs(schools: int) -> dict[str, float | str]:
    """Hand out packs of one source with nested funds: the greedy choice against a mixed-integer programme.

    A pack is worth more the lower the level before it: `2 - level`. Both sides are given the same arrays.
    """
    arrays = built(rows_of(schools, one_source=True))
    ours = best_packs(arrays)
    quick = medians(best_packs, arrays)
    clock, processor, (value, gap) = timed(_milp, arrays)
    return {
        "ours_s": quick["s"],
        "ours_cpu_s": quick["cpu_s"],
        "s": round(clock, 2),
        "cpu_s": round(processor, 2),
        "milp_gap": gap,
        "value_ours": _worth(arrays, ours),
        "value_milp": value,
    }


def _values(arrays: Instance) -> tuple[np.ndarray, np.ndarray]:
    """List every pack a unit may want, and what it is worth."""
    pack = arrays.sources[0].pack
    served = np.isin(arrays.group, arrays.column_class)
    wanted = np.where(served, -(-arrays.missing // pack), 0)
    unit = np.repeat(np.arange(len(wanted)), wanted)
    number = np.arange(len(unit)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    return unit, 2 - (arrays.offset[unit] + number * pack) * MILLION / arrays.slope[unit]


def _worth(arrays: Instance, packs: np.ndarray) -> float:
    unit, value = _values(arrays)
    number = np.arange(len(unit)) - np.searchsorted(unit, unit)
    return float(value[number < packs[unit]].sum())


def _milp(arrays: Instance) -> tuple[float, float]:
    """Choose packs (0 or 1) and what each fund pays for each unit (whole packs), budgets in money."""
    unit, value = _values(arrays)
    payee, column = _columns(arrays)
    chosen, pays, units = len(unit), len(payee), len(arrays.group)
    cost = arrays.sources[0].price * arrays.sources[0].pack * MONEY
    rows = np.concatenate([unit, payee, units + arrays.column_fund[column]])
    places = np.concatenate([np.arange(chosen), chosen + np.arange(pays), chosen + np.arange(pays)])
    numbers = np.concatenate([np.ones(chosen), -np.ones(pays), np.full(pays, cost)])
    matrix = coo_array((numbers, (rows, places)), shape=(units + len(arrays.funds), chosen + pays)).tocsr()
    most = np.concatenate([np.zeros(units), [money.budget * MONEY for money in arrays.funds]])
    found = milp(
        np.concatenate([-value, np.zeros(pays)]),
        constraints=LinearConstraint(matrix, -np.inf, most),
        integrality=np.ones(chosen + pays),
        bounds=Bounds(0, np.concatenate([np.ones(chosen), np.full(pays, np.inf)])),
        options={"mip_rel_gap": 0.0},
    )
    return float(-found.fun), float(found.mip_gap)


if __name__ == "__main__":
    kind, schools, *more = sys.argv[1:]
    print(json.dumps({"first_level": first_level, "packs": packs}[kind](int(schools), *more)))
