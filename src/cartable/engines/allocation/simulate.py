"""Invent the needs, sources and funds of a whole country, skewed as real needs are; nobody real is in them."""

import argparse
import csv
import math
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cartable.engines.allocation.columns import FUNDS, NEEDS, SOURCES


DEPARTMENTS = (
    *(f"{number:02d}" for number in range(1, 20)),
    *("2A", "2B"),
    *(f"{number:02d}" for number in range(21, 96)),
    *("971", "972", "973", "974", "976"),
)
SCHOOLS_PER_CITE = 300
MEDIAN_NEED = 7.5
# Source, item, price in cents, stock per school of the country (None: as many as one pays for).
OFFERS: tuple[tuple[str, str, int, float | None], ...] = (
    ("don-tablettes", "tablet", 0, 0.4),
    ("tablettes-marche", "tablet", 24_900, 3.0),
    ("tablettes-catalogue", "tablet", 28_900, None),
    ("ordinateurs-reconditionnes", "computer", 19_000, 0.5),
    ("ordinateurs-marche", "computer", 41_900, 2.5),
    ("ordinateurs-catalogue", "computer", 47_500, None),
    ("cles-4g", "key", 6_900, None),
    ("don-sim", "sim", 0, 0.6),
    ("sim-marche", "sim", 4_200, 2.0),
)
NATIONAL_CENTS, DEPARTMENT_CENTS, CITE_CENTS = 18_000, 42_000, 12_000  # per school of the country


class _Place(NamedTuple):
    """A département: its share of the schools and how poor it is (0 to 1)."""

    code: str
    size: float
    poverty: float
    cites: tuple[str, ...]


def instance(schools: int, seed: int) -> dict[str, list[list[object]]]:
    """Return the rows of the three files, by file name; the same seed gives the same rows on any machine."""
    chance = random.Random(seed)
    places = _places(chance, schools)
    chosen = chance.choices(places, [place.size for place in places], k=schools)
    needs = [_school(chance, f"E{at + 1:06d}", place) for at, place in enumerate(chosen)]
    used = sorted(set(chosen))
    return {"needs": needs, "sources": _sources(schools), "funds": _funds(chance, used, schools)}


def write(directory: Path, rows: dict[str, list[list[object]]]) -> None:
    """Write needs.csv, sources.csv and funds.csv."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, columns in (("needs", NEEDS), ("sources", SOURCES), ("funds", FUNDS)):
        with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows[name])


def main(argv: Sequence[str] | None = None) -> int:
    """Run `cartable simulate --schools N --seed S --out DIR`; return the exit status."""
    parser = argparse.ArgumentParser(prog="cartable simulate", description="Inventer une instance nationale.")
    parser.add_argument("--schools", type=int, required=True, help="nombre d’établissements")
    parser.add_argument("--seed", type=int, default=0, help="graine du hasard")
    parser.add_argument("--out", type=Path, required=True, help="dossier des trois fichiers")
    options = parser.parse_args(argv)
    if options.schools < 0:
        parser.error("--schools doit être positif ou nul")
    try:
        write(options.out, instance(options.schools, options.seed))
    except OSError as error:
        sys.stderr.write(f"Impossible d’écrire dans {options.out} : {error.strerror}." + "\n")
        return 1
    return 0


def _places(chance: random.Random, schools: int) -> list[_Place]:
    sizes = [chance.lognormvariate(0, 0.6) for _ in DEPARTMENTS]
    poverty = [chance.betavariate(2, 3) for _ in DEPARTMENTS]
    cites: dict[str, list[str]] = {code: [] for code in DEPARTMENTS}
    pull = [size * poor**2 for size, poor in zip(sizes, poverty, strict=True)]
    for code in chance.choices(DEPARTMENTS, pull, k=math.ceil(schools / SCHOOLS_PER_CITE)):
        cites[code].append(f"CE-{code}-{len(cites[code]) + 1}")
    rows = zip(DEPARTMENTS, sizes, poverty, strict=True)
    return [_Place(code, size, poor, tuple(cites[code])) for code, size, poor in rows]


def _school(chance: random.Random, code: str, place: _Place) -> list[object]:
    kind = chance.choices(["ecole", "college", "lycee", "lycee_pro"], [78, 12, 6, 4])[0]
    index = min(150.0, max(55.0, chance.gauss(115 - 30 * place.poverty, 15)))
    rural = chance.random() < 0.45 - 0.4 * place.poverty
    in_cite = bool(place.cites) and index < 95 and chance.random() < 0.7
    cite = chance.choice(place.cites) if in_cite else ""
    size = {"ecole": 1, "college": 3, "lycee": 4, "lycee_pro": 4}[kind]
    need = chance.lognormvariate(math.log(MEDIAN_NEED * size / 1.5), 0.8) * (0.4 + max(0.0, 130 - index) / 50)
    both, device, connection = (int(need * part + chance.random()) for part in (0.35, 0.4, 0.25))
    tags = "|".join([kind, *(["qpv"] if in_cite and chance.random() < 0.8 else []), *(["rural"] * rural)])
    weight = f"{1 + 0.6 * min(1.0, max(0.0, (103 - index) / 50)) + 0.25 * rural:.3f}"
    held, delivered = (int(device * chance.random() * 0.3) if chance.random() < 0.1 else 0 for _ in range(2))
    counts = [both, device, connection, int(kind == "lycee_pro"), weight, held, 0, delivered, 0]
    return [code, tags, place.code, cite, *counts]


def _sources(schools: int) -> list[list[object]]:
    return [
        [name, item, price, "" if stock is None else round(stock * schools), 1, "", ""]
        for name, item, price, stock in OFFERS
    ]


def _funds(chance: random.Random, places: Iterable[_Place], schools: int) -> list[list[object]]:
    places = list(places)
    cites = [(cite, place.code) for place in places for cite in place.cites]
    rows: list[list[object]] = [["national", "national", "", NATIONAL_CENTS * schools, ""]]
    pots = _shares(chance, DEPARTMENT_CENTS * schools, [place.size for place in places])
    rows += [
        [f"D-{place.code}", "department", place.code, pot, ""]
        for place, pot in zip(places, pots, strict=True)
    ]
    pots = _shares(chance, CITE_CENTS * schools, [1.0] * len(cites))
    rows += [[cite, "cite_educative", code, pot, ""] for (cite, code), pot in zip(cites, pots, strict=True)]
    return rows


def _shares(chance: random.Random, total: int, sizes: Sequence[float]) -> list[int]:
    """Split a sum by size, each share up to three times luckier than another."""
    pulls = [size * chance.uniform(0.5, 1.5) for size in sizes]
    return [int(total * pull / sum(pulls)) for pull in pulls]
