"""What writes the territory: the reference tables that come with the program. Schools: see `imports`."""

import csv
from pathlib import Path

from django.db import transaction
from django.db.models import Model

from cartable.territories.models import Academy, Department, Region, School


DATA = Path(__file__).parent / "data"


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _put(model: type[Model], name: str) -> dict[str, int]:
    """Write a table of codes and names, and give {code: id}."""
    rows = [model(**line) for line in _table(name)]
    manager = model._default_manager
    manager.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=["name"])
    return dict(manager.values_list("code", "id"))


@transaction.atomic
def load_reference() -> int:
    """Load régions, académies and départements from the program's own tables; again, nothing changes.

    Returns the number of départements. It has no actor: these facts come with the program, after `migrate`.
    """
    regions = _put(Region, "regions.csv")
    academies = _put(Academy, "academies.csv")
    departments = [
        Department(
            **{**line, "region": None, "academy": None},
            region_id=regions[line["region"]],
            academy_id=academies[line["academy"]],
        )
        for line in _table("departements.csv")
    ]
    Department.objects.bulk_create(
        departments,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["en_code", "name", "of_name", "region", "academy", "time_zone"],
    )
    return len(departments)


@transaction.atomic
def add_invented_department(*, code: str, name: str, of_name: str, region: str, academy: str) -> Department:
    """Give the invented département of that code (a demo's or a scenario's), made at the first call.

    `region` and `academy` are the codes of real ones, for their names and time zone only.
    """
    facts = {
        "en_code": code,
        "name": name,
        "of_name": of_name,
        "region": Region.objects.get(code=region),
        "academy": Academy.objects.get(code=academy),
    }
    return Department.objects.get_or_create(code=code, defaults=facts)[0]


def mark_invented(department: Department) -> int:
    """Mark every school of an invented département as invented; give how many."""
    return School.objects.filter(department=department).update(invented=True)
