"""How long do the whole exact leximin, a plan and a what-if take, against HiGHS on the full programmes?

python -m benchmarks.allocation                 1k to 60k, peers at 1k and 3k (a few minutes)
python -m benchmarks.allocation --peer 10000    the peers at 10k too (each up to the limit of `--seconds`)
python -m benchmarks.allocation --curve FILE    also draws the curve

The peer is the HiGHS that scipy carries, alone in its process, on the same arrays. Seconds are by the clock and of
processor (`cpu`): on a busy machine only the second say something.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import scipy

from benchmarks._allocation_cases import NAMES, built, medians, rows_of, sheets, timed
from benchmarks._allocation_peers import ask
from benchmarks._curve import drawn
from cartable.engines.allocation import levels, simulate
from cartable.engines.allocation.instance import Instance
from cartable.engines.allocation.plan import allocate_sheets
from cartable.engines.allocation.reading import Sheet, read
from cartable.engines.allocation.writing import write_all


SIZES = (1_000, 3_000, 10_000, 30_000, 60_000)
PEER_SIZES = (1_000, 3_000)
WHAT_IF = {"fund:national": 10**9, "source:tablettes-marche.price": 27_390}


def leximin(arrays: Instance) -> float:
    """Find the whole leximin; gives the first level."""
    return levels.leximin(levels.limits(arrays))[1][0].level


def plan(tables: list[Sheet]) -> None:
    """Plan and account for it."""
    outcome = allocate_sheets(*tables, rule="leximin", deadline=None, changes={})
    assert len(outcome.plan) and outcome.summary


def what_if(tables: list[Sheet]) -> None:
    """Ask for another budget and another price, as a page would while people watch."""
    outcome = allocate_sheets(*tables, rule="leximin", deadline=None, changes=WHAT_IF)
    assert outcome.summary


def curve() -> list[dict[str, float]]:
    """Measure every size: the leximin alone, then the plan and its account from read tables."""
    rows = []
    for schools in SIZES:
        country = rows_of(schools)
        arrays, tables = built(country), sheets(country)
        alone, whole = medians(leximin, arrays), medians(plan, tables)
        rows.append(
            {"schools": schools, "units": len(arrays.group)}
            | {f"leximin_{name}": value for name, value in alone.items()}
            | {f"plan_{name}": value for name, value in whole.items()}
        )
    return rows


def what_ifs() -> dict[str, dict[str, float]]:
    """Measure a what-if on the largest département of the country, and on the country; warm, in this process."""
    country = rows_of(60_000)
    places = [str(row[2]) for row in country["needs"]]
    largest = max(sorted(set(places)), key=places.count)
    local = {
        "needs": [row for row in country["needs"] if row[2] == largest],
        "sources": country["sources"],
        "funds": [row for row in country["funds"] if row[2] in ("", largest)],
    }
    answers = {}
    for name, rows in (("département", local), ("nation", country)):
        tables = sheets(rows)
        what_if(tables)
        answers[name] = {"schools": len(rows["needs"])} | medians(what_if, tables)
    return answers


def memory(schools: int) -> int:
    """Return the bytes that a plan, its account and all files add to the read tables at the highest, run alone."""
    with tempfile.TemporaryDirectory() as folder:
        simulate.write(Path(folder), rows_of(schools))
        run = subprocess.run(
            [sys.executable, "-c", f"import benchmarks.allocation as b; print(b.growth({folder!r}))"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return int(run.stdout)


def growth(folder: str) -> int:
    """Plan once, write everything, and return the highest resident memory over the one held before (Linux)."""
    tables = [read(Path(folder) / f"{name}.csv") for name in NAMES]
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak of the reading
    before = _resident("VmRSS")
    outcome = allocate_sheets(*tables, rule="leximin", deadline=None, changes={})
    account = json.dumps(outcome.summary, ensure_ascii=False)
    place = Path(folder)
    write_all(
        {
            place / "explain.csv": outcome.explain_slices,
            place / "account.json": account,
            place / "plan.csv": outcome.plan,
        }
    )
    return _resident("VmHWM") - before


def _resident(field: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def peers(sizes: tuple[int, ...], seconds: int) -> list[dict[str, object]]:
    """Measure the peers, one run each in a process of its own, and ours beside them."""
    rows: list[dict[str, object]] = []
    for schools in sizes:
        arrays = built(rows_of(schools))
        ours, processor, _ = timed(leximin, arrays)
        row = {"schools": schools, "ours_whole": {"s": round(ours, 3), "cpu_s": round(processor, 3)}}
        for method in ("highs-ds", "highs-ipm"):
            row[method] = ask("first_level", schools, method, seconds=seconds)
        rows.append(row | {"packs": ask("packs", schools, seconds=seconds)})
    return rows


def picture(rows: list[dict[str, float]]) -> str:
    """Draw the curve of the sizes."""
    lines = {
        "plan et bilan (temps de processeur)": [(row["schools"], row["plan_cpu_s"]) for row in rows],
        "leximin exact seul": [(row["schools"], row["leximin_cpu_s"]) for row in rows],
    }
    return drawn("Répartir : combien de temps ?", "établissements", "secondes", lines)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", type=int, action="append", default=[], help="another size for the peers")
    parser.add_argument("--seconds", type=int, default=900, help="when a peer is stopped")
    parser.add_argument("--curve", type=Path, help="where to draw the curve (SVG)")
    options = parser.parse_args()
    rows = curve()
    if options.curve:
        options.curve.write_text(picture(rows), encoding="utf-8")
    report = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}, scipy {scipy.__version__}",
        "load": os.getloadavg(),
        "curve": rows,
        "what_if": what_ifs(),
        "peers": peers((*PEER_SIZES, *options.peer), options.seconds),
        "memory_over_input_60k": memory(60_000),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
