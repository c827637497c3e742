"""Import of 100,000 pupils with their addresses, validated and sealed, against `create` row by row.

    python -m benchmarks.pupils [rows]

Invented ONDE list, one school, an empty SQLite file, one transaction. Both write the same pupils, homes and links, with
the same sealed columns and keyed hashes. The peer reads with the csv module, looks for each pupil and each home before
it makes them, and neither counts, merges nor journals; it runs on a tenth of the rows, and its time is taken ten times.
Processor seconds are those of the importer and of its confined reader; memory is the most that either held, in MB.
"""

import csv
import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any


HEADER = (
    "Nom élève;Nom d'usage élève;Prénom élève;Date naissance;INE;Adresse1;Cp1;Commune1;Niveau;Libellé classe"
)
SHARE = 10


def make_list(path: Path, rows: int) -> None:
    """Write an invented list: two children a home, INE for all."""
    with path.open("w", encoding="iso-8859-15", newline="") as file:
        file.write(HEADER + "\r\n")
        for n in range(rows):
            born = f"{1 + n % 28:02d}/{1 + n % 12:02d}/{2008 + n % 6}"
            place = f"{1 + n // 2} rue Inventée;93{n // 2 % 1000:03d};Ville Inventée"
            file.write(
                f"NOM{n // 2};;Prénom{n % 997};{born};{n:010d}A;{place};CM1;CM1 {chr(65 + n % 26)}\r\n"
            )


def peer(path: Path, rows: int, school: Any) -> None:
    """Import row by row, as a first version would."""
    from django.db import transaction

    from cartable.foundation import clock
    from cartable.intake import values
    from cartable.pupils import rules
    from cartable.pupils.models import Home, Pupil, PupilHome

    with transaction.atomic(), path.open(encoding="iso-8859-15", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=";")):
            if number == rows:
                return
            last, first = row["Nom élève"], row["Prénom élève"]
            born = values.date(row["Date naissance"])
            match = rules.match_key(school, last, first, born)
            if Pupil.objects.filter(school=school, match_key=match).exists():
                continue
            pupil = Pupil.objects.create(
                school=school,
                last_name=last,
                first_name=first,
                birth_date=born.isoformat() if born else "",
                level=rules.parse_level(row["Libellé classe"], school.kind, stated=row["Niveau"]),
                class_label=row["Libellé classe"],
                source="onde",
                match_key=match,
                name_key=rules.name_key(school, last, first),
                ine_hash=rules.ine_hash(row["INE"]),
                created_at=clock.now(),
            )
            place = {
                "address": row["Adresse1"],
                "postcode": values.postcode(row["Cp1"]),
                "city": row["Commune1"],
            }
            key = rules.household_key(school, place["address"], place["postcode"], last)
            home = Home.objects.filter(school=school, household_key=key).first()
            home = home or Home.objects.create(school=school, household_key=key, **place)
            PupilHome.objects.create(pupil=pupil, home=home)


def timed(work: Any) -> tuple[float, tuple[int, int]]:
    """Run `work(school)` on a store of its own; give seconds, and the pupils and homes that stand there after it."""
    from django.core.management import call_command
    from django.db import connection

    from cartable.pupils.models import Home, Pupil
    from cartable.territories.actions import load_reference
    from cartable.territories.models import Department, School

    with tempfile.TemporaryDirectory() as folder:
        connection.close()
        connection.settings_dict["NAME"] = str(Path(folder) / "store.sqlite3")
        call_command("migrate", verbosity=0)
        load_reference()
        department = Department.objects.get(code="93")
        school = School.objects.create(uai="0930001A", name="École", kind="ecole", department=department)
        start = perf_counter()
        work(school)
        seconds = perf_counter() - start
        left = Pupil.objects.count(), Home.objects.count()
        connection.close()
    return seconds, left


def megabytes(who: int) -> int:
    """Give the most memory held so far, in MB."""
    return resource.getrusage(who).ru_maxrss // 1024


def processor() -> float:
    """Give the processor seconds spent so far, by this process and by its confined readers."""
    return sum(os.times()[:4])


def main(rows: int = 100_000) -> dict[str, Any]:
    """Measure both; give figure, peer and ratio, in seconds."""
    import django

    django.setup()
    from cartable.intake.contracts import COMMAND
    from cartable.pupils.imports import import_pupils

    steps: list[tuple[Any, float, float]] = []

    def ours(school: Any) -> None:
        for _ in range(2):
            start, busy = perf_counter(), processor()
            report = import_pupils(actor=None, school_id=school.public_id, paths=[path], limits=COMMAND)
            steps.append((report, perf_counter() - start, processor() - busy))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "eleves.csv"
        make_list(path, rows)
        _, (pupils, homes) = timed(ours)
        memory = max(megabytes(resource.RUSAGE_SELF), megabytes(resource.RUSAGE_CHILDREN))
        naive, (naive_pupils, _) = timed(lambda school: peer(path, rows // SHARE, school))
    (first, seconds, busy), (again, seconds_again, _) = steps
    if (pupils, homes, naive_pupils) != (rows, (rows + 1) // 2, rows // SHARE) or again.unchanged != rows:
        sys.exit("the two imports do not end the same: nothing was measured")
    return {
        "what": f"pupils' import, {first.lines} rows, {homes} homes",
        "first_s": round(seconds, 1),
        "first_processor_s": round(busy, 1),
        "again_s": round(seconds_again, 1),
        "peer_create_row_by_row_s": round(naive * SHARE, 1),
        "ratio": round(naive * SHARE / seconds, 1),
        "memory_mb": memory,
        "aim_s": 60,
        "aim_mb": 1024,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as var:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cartable.config.settings")
        os.environ["CARTABLE_VAR"] = var
        os.environ.pop("DATABASE_URL", None)
        print(json.dumps(main(*map(int, sys.argv[1:]))))
