"""How long does the whole exact leximin take, against HiGHS on the first level of the full linear programme?

python -m benchmarks.allocation                1k to 60k, peer at 1k and 3k (a few minutes)
python -m benchmarks.allocation --peer 10000   the peer at 10k too (dual simplex and interior point: many minutes)

The peer is the HiGHS that scipy carries (1.12 or so); highspy is not installed. Both get the same arrays.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import numpy as np
import scipy
from scipy.optimize import linprog
from scipy.sparse import coo_array

from cartable.engines.allocation import checking, instance, levels, simulate
from cartable.engines.allocation.instance import FREE, MILLION, Instance
from cartable.engines.allocation.plan import allocate_sheets
from cartable.engines.allocation.reading import Sheet, read


SIZES = (1_000, 3_000, 10_000, 30_000, 60_000)
PEER_SIZES = (1_000, 3_000)
RUNS = 5
SEED = 1
NAMES = ("needs", "sources", "funds")


def sheets(schools: int) -> list[Sheet]:
    """Invent a country and read its three files."""
    with tempfile.TemporaryDirectory() as folder:
        simulate.write(Path(folder), simulate.instance(schools, SEED))
        return [read(Path(folder) / f"{name}.csv") for name in NAMES]


def built(schools: int) -> Instance:
    """Build the arrays that both sides receive."""
    checked = checking.check(*sheets(schools))
    return instance.build(checked.needs, checked.sources, checked.funds, rule="leximin", deadline=None)


def leximin(arrays: Instance) -> float:
    """Find the whole leximin; gives the first level."""
    return levels.leximin(levels.limits(arrays))[1][0].level


def first_level(arrays: Instance, method: str) -> float:
    """Find the first level alone on the full programme: one column for each unit, source and fund."""
    ways = np.bincount(arrays.column_class, minlength=arrays.classes)
    first = np.concatenate([[0], np.cumsum(ways)[:-1]])
    count = ways[arrays.group]
    unit = np.repeat(np.arange(len(arrays.group)), count)
    column = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[arrays.group][unit]
    source, fund = arrays.column_source[column], arrays.column_fund[column]
    units, goods, columns = len(arrays.group), len(arrays.sources), len(column)
    paid = np.flatnonzero(fund != FREE)
    price = arrays.column_price[column] / MILLION * 20
    slope = arrays.slope / MILLION
    rows = [unit, np.arange(units), units + source, units + goods + fund[paid]]
    places = [np.arange(columns), np.full(units, columns), np.arange(columns), paid]
    values = [-np.ones(columns), slope, np.ones(columns), price[paid]]
    size = (units + goods + len(arrays.funds), columns + 1)
    matrix = coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(places))), shape=size
    ).tocsr()
    stock = [float(arrays.need.sum()) if good.stock is None else good.stock for good in arrays.sources]
    budget = [money.budget / MILLION * 20 for money in arrays.funds]
    limits = np.concatenate([arrays.offset, stock, budget])
    found = linprog(np.append(np.zeros(columns), -1.0), A_ub=matrix, b_ub=limits, method=method)
    return float(-found.fun)


def memory(schools: int) -> int:
    """Return the bytes that a plan and its summary add to the read tables at the highest, in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        simulate.write(Path(folder), simulate.instance(schools, SEED))
        run = subprocess.run(
            [sys.executable, "-c", f"import benchmarks.allocation as b; print(b.growth({folder!r}))"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return int(run.stdout)


def growth(folder: str) -> int:
    """Plan once and return the highest resident memory over the one held before, in bytes (Linux)."""
    tables = [read(Path(folder) / f"{name}.csv") for name in NAMES]
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak of the reading
    before = _resident("VmRSS")
    _plan(tables)
    return _resident("VmHWM") - before


def _resident(field: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def timed(work, *arguments) -> tuple[float, float]:
    """Return the seconds and what the work gave."""
    start = time.perf_counter()
    answer = work(*arguments)
    return time.perf_counter() - start, answer


def curve() -> list[dict[str, float]]:
    """Measure every size: the leximin alone, then the whole plan and its summary from read tables."""
    rows = []
    for schools in SIZES:
        arrays, tables = built(schools), sheets(schools)
        alone = [timed(leximin, arrays) for _ in range(RUNS)]
        plans = [timed(_plan, tables)[0] for _ in range(RUNS)]
        rows.append(
            {
                "schools": schools,
                "units": len(arrays.group),
                "leximin_s": round(statistics.median(seconds for seconds, _ in alone), 4),
                "plan_s": round(statistics.median(plans), 4),
                "first_level": alone[0][1],
            }
        )
    return rows


def _plan(tables: list[Sheet]) -> int:
    outcome = allocate_sheets(*tables, rule="leximin", deadline=None, changes={})
    return len(outcome.plan) + len(outcome.summary)


def peers(sizes: tuple[int, ...]) -> list[dict[str, float]]:
    """Measure the peer on the first level only, one run each, and the difference of the levels."""
    rows = []
    for schools in sizes:
        arrays = built(schools)
        ours, level = timed(leximin, arrays)
        row = {"schools": schools, "ours_whole_s": round(ours, 3)}
        for method in ("highs-ds", "highs-ipm"):
            seconds, theirs = timed(first_level, arrays, method)
            row |= {f"{method}_s": round(seconds, 2), f"{method}_difference": abs(theirs - level)}
        rows.append(row)
    return rows


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", type=int, action="append", default=[], help="another size for the peer")
    sizes = (*PEER_SIZES, *parser.parse_args().peer)
    report = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}, scipy {scipy.__version__}",
        "runs": RUNS,
        "curve": curve(),
        "peer_first_level": peers(sizes),
        "memory_over_input_60k": memory(60_000),
        "peak_of_this_process": getrusage(RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
