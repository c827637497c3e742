"""Import of the official directory (Occitanie 2024, 6,240 rows), against `update_or_create` row by row.

    python -m benchmarks.directory [path of the file]

Both start from the reference tables on an empty SQLite file, write the same columns in one transaction, and end with
the same schools. The peer reads the file with the csv module, and does not merge, check or journal.
"""

import csv
import gzip
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any


FILE = (
    Path(__file__).resolve().parents[2]
    / "shared/data/annuaire_education/fr-en-annuaire-education_occitanie_2024.csv.gz"
)


def peer(path: Path) -> None:
    """Import row by row, as a first version would."""
    from django.db import transaction

    from cartable.intake.contracts import Row
    from cartable.territories.directory import CONTRACT, SchoolLine, read_line
    from cartable.territories.models import Circonscription, Commune, Department, School

    text = io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8-sig"))
    aliases = {alias: c.key for c in CONTRACT.columns for alias in (c.key, *c.aliases)}
    with transaction.atomic():
        for number, written in enumerate(csv.DictReader(text, delimiter=";"), 2):
            known = {aliases[name]: value for name, value in written.items() if name in aliases}
            row = Row(number, {c.key: known.get(c.key, "") for c in CONTRACT.columns})
            line = read_line(row, frozenset(known))
            if not isinstance(line, SchoolLine):
                continue
            department = Department.objects.get(en_code=line.department)
            commune, _ = Commune.objects.get_or_create(
                code=line.commune[0], defaults={"name": line.commune[1], "department": department}
            )
            led = None
            if line.circonscription[0]:
                led, _ = Circonscription.objects.get_or_create(
                    code=line.circonscription[0],
                    defaults={"name": line.circonscription[1], "department": department},
                )
            School.objects.update_or_create(
                uai=line.uai,
                defaults={
                    **line.facts,
                    "department": department,
                    "commune": commune,
                    "circonscription": led,
                    "source_date": line.date,
                },
            )


def timed(work: Any) -> tuple[float, int]:
    """Run `work` on a store of its own; give seconds and the schools that stand there after it."""
    from django.core.management import call_command
    from django.db import connection

    from cartable.territories.actions import load_reference
    from cartable.territories.models import School

    with tempfile.TemporaryDirectory() as folder:
        connection.close()
        connection.settings_dict["NAME"] = str(Path(folder) / "store.sqlite3")
        call_command("migrate", verbosity=0)
        load_reference()
        start = perf_counter()
        work()
        seconds = perf_counter() - start
        schools = School.objects.count()
        connection.close()
    return seconds, schools


def main(path: Path = FILE) -> dict[str, Any]:
    """Measure both; give figure, peer and ratio, in seconds."""
    import django

    django.setup()
    from cartable.territories.imports import import_schools

    reports = []

    def ours() -> None:
        start = perf_counter()
        reports.append(import_schools(actor=None, paths=[path]))
        first = perf_counter() - start
        start = perf_counter()
        reports.append(import_schools(actor=None, paths=[path]))
        again.extend([first, perf_counter() - start])

    again: list[float] = []
    _, schools = timed(ours)
    naive, naive_schools = timed(lambda: peer(path))
    if schools != naive_schools or reports[1].unchanged != reports[1].lines:
        sys.exit("the two imports do not end the same: nothing was measured")
    return {
        "what": f"directory import, {reports[0].lines} rows",
        "first_s": round(again[0], 2),
        "again_s": round(again[1], 2),
        "peer_update_or_create_s": round(naive, 2),
        "ratio": round(naive / again[0], 1),
        "aim_s": 5,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as var:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cartable.config.settings")
        os.environ["CARTABLE_VAR"] = var
        os.environ.pop("DATABASE_URL", None)
        print(json.dumps(main(*map(Path, sys.argv[1:]))))
