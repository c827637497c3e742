"""One import of a small invented directory, to be killed at any statement."""

from pathlib import Path

from cartable.journal.models import Entry
from cartable.territories.actions import load_reference
from cartable.territories.imports import import_schools
from cartable.territories.models import Circonscription, Commune, School


FILE = Path(__file__).with_name("annuaire_invente.csv")


def prepare() -> None:
    load_reference()


def act() -> None:
    import_schools(actor=None, paths=[FILE])


def state() -> dict[str, object]:
    return {
        "schools": list(School.objects.values_list("uai", "name", "circonscription__name", "commune__name")),
        "communes": Commune.objects.count(),
        "circonscriptions": Circonscription.objects.count(),
        "told": Entry.objects.exists(),
    }
