"""Make `src/cartable/territories/data/*.csv` from public files.

    python scripts/make_territories.py regions.json departements.json geolocalisation.csv[.gz]

The two JSON files are the official geographic code (INSEE) as `@etalab/decoupage-administratif` publishes it. The CSV
is the ministry's "adresse et géolocalisation des établissements": it says which académie holds each département
and which overseas collectivités have schools.
"""

import csv
import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path


TARGET = Path(__file__).resolve().parents[1] / "src" / "cartable" / "territories" / "data"
# INSEE's "type de nom en clair": the word that joins a name to what it completes.
OF = {0: "de ", 1: "d’", 2: "du ", 3: "de la ", 4: "des ", 5: "de l’"}
TIME_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


def academies_of_departments(path: Path) -> dict[str, tuple[str, str]]:
    """Read {ministry's code of a département: (code, name) of its académie}; one académie each, or stop."""
    opened = gzip.open if path.suffix == ".gz" else open
    found: dict[str, tuple[str, str]] = {}
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file, delimiter=";"):
            academy = (line["code_academie"], line["libelle_academie"])
            if found.setdefault(line["code_departement"], academy) != academy:
                sys.exit(f"{path}: {line['code_departement']} is in two académies")
    return found


def write(name: str, header: list[str], lines: Iterable[tuple[str, ...]]) -> None:
    """Write one table in the order of its first column."""
    with (TARGET / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(lines))


def main(regions_file: str, departments_file: str, geolocation_file: str) -> None:
    academies = academies_of_departments(Path(geolocation_file))
    departments = [
        (
            d["code"].zfill(3),
            d["code"],
            d["nom"],
            OF[d["typeLiaison"]] + d["nom"],
            d["region"],
            academies[d["code"].zfill(3)][0],
            TIME_ZONES.get(d["code"], "Europe/Paris"),
        )
        for d in json.loads(Path(departments_file).read_text(encoding="utf-8"))
        if d["code"].zfill(3) in academies
    ]
    if missing := academies.keys() - {department[0] for department in departments}:
        sys.exit(f"{departments_file}: no {', '.join(sorted(missing))}")
    regions = json.loads(Path(regions_file).read_text(encoding="utf-8"))
    used = {department[4] for department in departments}
    write("regions.csv", ["code", "name"], ((r["code"], r["nom"]) for r in regions if r["code"] in used))
    write("academies.csv", ["code", "name"], set(academies.values()))
    write(
        "departements.csv",
        ["en_code", "code", "name", "of_name", "region", "academy", "time_zone"],
        departments,
    )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
