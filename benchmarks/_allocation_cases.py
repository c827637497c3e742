"""Instances for the allocation benchmarks, and how a piece of work is timed."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cartable.engines.allocation import checking, instance, simulate
from cartable.engines.allocation.instance import Instance
from cartable.engines.allocation.reading import Sheet, read


SEED = 1
NAMES = ("needs", "sources", "funds")
ONE_SOURCE = [["tablettes", "tablet", 24_900, "", 5, "", ""]]


def rows_of(schools: int, *, one_source: bool = False) -> dict[str, list[list[object]]]:
    """Invent a country; with one source (packs of five tablets, nested funds) where asked."""
    rows = simulate.instance(schools, SEED)
    return rows | {"sources": ONE_SOURCE} if one_source else rows


def sheets(rows: dict[str, list[list[object]]]) -> list[Sheet]:
    """Write the three files and read them."""
    with tempfile.TemporaryDirectory() as folder:
        simulate.write(Path(folder), rows)
        return [read(Path(folder) / f"{name}.csv") for name in NAMES]


def built(rows: dict[str, list[list[object]]]) -> Instance:
    """Build the arrays that both sides receive."""
    checked = checking.check(*sheets(rows))
    return instance.build(checked.needs, checked.sources, checked.funds, rule="leximin", deadline=None)


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, float, Any]:
    """Return the seconds by the clock, those of processor, and what the work gave."""
    clock, processor = time.perf_counter(), time.process_time()
    answer = work(*arguments)
    return time.perf_counter() - clock, time.process_time() - processor, answer


def medians(work: Callable[..., Any], *arguments: Any, runs: int = 5) -> dict[str, float]:
    """Return the medians of several runs, by the clock and of processor."""
    times = [timed(work, *arguments)[:2] for _ in range(runs)]
    clock, processor = (round(statistics.median(column), 4) for column in zip(*times, strict=True))
    return {"s": clock, "cpu_s": processor}
