"""Régions, académies, départements: are they all there, with their time zones, and loaded again without effect?"""

from zoneinfo import ZoneInfo

import pytest

from cartable.territories.actions import load_reference
from cartable.territories.models import Academy, Department, Region


pytestmark = [pytest.mark.django_db, pytest.mark.store]


def everything() -> list[list[dict[str, object]]]:
    return [list(model.objects.order_by("code").values()) for model in (Region, Academy, Department)]


def test_the_tables_are_whole() -> None:
    assert load_reference() == 107
    assert Department.objects.filter(region__code__regex=r"^\d\d$").count() == 101
    assert Region.objects.filter(code__regex=r"^\d\d$").count() == 18
    assert (
        Academy.objects.filter(departments__isnull=False).distinct().count() == Academy.objects.count() == 34
    )
    department = Department.objects.get(en_code="093")
    assert (department.code, department.name, department.of_name) == (
        "93",
        "Seine-Saint-Denis",
        "de la Seine-Saint-Denis",
    )
    assert (department.region.name, department.academy.name) == ("Île-de-France", "Créteil")


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("2A", "Europe/Paris"),
        ("971", "America/Guadeloupe"),
        ("974", "Indian/Reunion"),
        ("975", "America/Miquelon"),
        ("987", "Pacific/Tahiti"),
        ("988", "Pacific/Noumea"),
    ],
)
def test_each_departement_has_its_time_zone(code: str, zone: str) -> None:
    load_reference()
    assert Department.objects.get(code=code).time_zone == zone
    assert all(ZoneInfo(name) for name in Department.objects.values_list("time_zone", flat=True))


def test_loading_again_changes_nothing_and_repairs_what_was_altered() -> None:
    load_reference()
    before = everything()
    load_reference()
    assert everything() == before
    Department.objects.filter(code="93").update(name="Autre", time_zone="Europe/London")
    load_reference()
    assert everything() == before
