"""Make `src/cartable/planning/data/keys.csv` from public files: what a key of a split counts in each territory.

    python scripts/make_split_keys.py qpv2024.csv qpv2015_occitanie.csv cites_educatives.geojson

The first file lists the QPV of the 2024 geography with their département, the second those of the 2015 geography in
Occitanie with their population, the third places each cité éducative in its commune. A département for which a file
says nothing has no line: unknown is not zero. Where a file covers a whole territory, its départements without any
have a zero.
"""

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


HOUSE = Path(__file__).resolve().parents[1] / "src" / "cartable"
TARGET = HOUSE / "planning" / "data" / "keys.csv"
# The first call of 2019 named the cités éducatives that this set numbers from 1 to 80.
FIRST_CALL = 80
OCCITANIE = "76"


def departments() -> list[dict[str, str]]:
    """Read the départements that come with the program."""
    with (HOUSE / "territories" / "data" / "departements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def rows(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    """Read a table with a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def qpv_2024(path: Path) -> Counter[str]:
    """Count the QPV of each département; a QPV on several communes is counted once."""
    return Counter(row["code_departement"] for row in rows(path, ";"))


def population_2015(path: Path) -> Counter[str]:
    """Add up the people who live in the QPV of each département (`QP` and three digits of the département)."""
    found: Counter[str] = Counter()
    for row in rows(path, ","):
        found[row["code_qp"][3:5]] += int(row["pop_mun"])
    return found


def cites_2019(path: Path) -> Counter[str]:
    """Count the cités éducatives of the first call by the département of their first commune."""
    found: Counter[str] = Counter()
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        facts = feature["properties"]
        commune = re.findall(r"\((\w{5})\)", facts["liste_geo"])[0]
        department = commune[:3] if commune.startswith("97") else commune[:2]
        for number in re.findall(r"cite-(\d+)", facts["id_territoire"]):
            found[department] += int(number) <= FIRST_CALL
    return found


def of_regions(found: Counter[str], covered: list[str], region_of: dict[str, str]) -> list[tuple[str, int]]:
    """Add up the départements of each région that the source covers whole."""
    sums: dict[str, int] = {}
    for code, region in region_of.items():
        sums[region] = sums.get(region, 0) + found[code]
    partly = {region for code, region in region_of.items() if code not in covered}
    return sorted((region, total) for region, total in sums.items() if region not in partly)


def main(qpv_file: str, population_file: str, cites_file: str) -> None:
    codes = [(d["code"], d["region"]) for d in departments()]
    national = [
        code for code, region in codes if code != region
    ]  # the collectivités without a région are not listed
    tables = {
        "qpv": (qpv_2024(Path(qpv_file)), national),
        "qpv_population": (
            population_2015(Path(population_file)),
            [code for code, region in codes if region == OCCITANIE],
        ),
        "cites_educatives": (cites_2019(Path(cites_file)), [code for code, _region in codes]),
    }
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(["key", "level", "code", "value"])
        for key, (found, covered) in tables.items():
            if strangers := found.keys() - set(covered):
                sys.exit(f"{key}: {', '.join(sorted(strangers))} is not covered")
            writer.writerows((key, "department", code, found[code]) for code in sorted(covered))
            writer.writerows((key, "region", *row) for row in of_regions(found, covered, dict(codes)))
            print(f"{key}: {sum(found.values())} in {len(covered)} départements")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
