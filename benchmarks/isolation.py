"""Isolated schools among 60,000 scattered as France's are (many in towns, some alone), against every pair measured.

    python -m benchmarks.isolation

The peer measures each school against all of its kind at once (numpy), for 1,000 schools, scaled to 60,000.
"""

import json
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

from cartable.territories.isolation import isolated


COUNT, SAMPLE = 60_000, 1_000
KINDS = {"ecole": 48_000, "college": 7_000, "lycee": 5_000}


def scattered(seed: int = 1) -> list[tuple[int, str, float, float]]:
    """Invent places: six in ten around 800 towns, the others anywhere."""
    rng = np.random.default_rng(seed)
    towns = rng.uniform((42.5, -4.5), (51.0, 8.0), (800, 2))
    near = towns[rng.integers(0, len(towns), COUNT)] + rng.normal(0, 0.03, (COUNT, 2))
    anywhere = rng.uniform((42.5, -4.5), (51.0, 8.0), (COUNT, 2))
    places = np.where(rng.random((COUNT, 1)) < 0.6, near, anywhere)
    kinds = [kind for kind, count in KINDS.items() for _ in range(count)]
    return [
        (number, kind, *map(float, place))
        for number, (kind, place) in enumerate(zip(kinds, places, strict=True))
    ]


def every_pair(schools: list[tuple[int, str, float, float]], km: float = 5.0) -> set[int]:
    """Find the isolated of the first `SAMPLE` schools by measuring each against all others."""
    kinds = np.array([school[1] for school in schools])
    latitude, longitude = np.radians(np.array([school[2:] for school in schools])).T
    alone = set()
    for number in range(0, COUNT, COUNT // SAMPLE):
        half = np.sin((latitude - latitude[number]) / 2) ** 2
        half += np.cos(latitude) * np.cos(latitude[number]) * np.sin((longitude - longitude[number]) / 2) ** 2
        near = (2 * 6371.0088 * np.arcsin(np.sqrt(half)) <= km) & (kinds == kinds[number])
        if near.sum() == 1:
            alone.add(number)
    return alone


def main() -> dict[str, Any]:
    """Measure both; give seconds by the clock and of processor, peer and ratio."""
    schools = scattered()
    isolated(schools)
    clock, work = [], []
    for _ in range(5):
        start, spent = perf_counter(), process_time()
        found = isolated(schools)
        clock.append(perf_counter() - start)
        work.append(process_time() - spent)
    spent = process_time()
    checked = every_pair(schools)
    peer = (process_time() - spent) * COUNT / SAMPLE
    assert checked == {number for number in found if number % (COUNT // SAMPLE) == 0}, "they do not agree"
    return {
        "what": f"isolated schools, {COUNT} schools",
        "isolated": len(found),
        "clock_s": round(median(clock), 3),
        "processor_s": round(median(work), 3),
        "peer_every_pair_s": round(peer, 1),
        "ratio": round(peer / median(work), 1),
        "aim_s": 1,
    }


if __name__ == "__main__":
    print(json.dumps(main()))
