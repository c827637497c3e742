"""An import of two lists, to be killed on its way; the lists lie beside the store."""

import os
from pathlib import Path

from django.conf import settings

from cartable.journal.models import Entry
from cartable.pupils.imports import import_pupils
from cartable.pupils.models import Guardian, Home, PendingGuardian, Pupil, PupilHome
from cartable.territories.models import School
from tests import factories
from tests.pupils import lists


HOME = "1 rue A|59000|Lille"


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / f"lists-{os.getpid()}"  # two may be at it at once
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def prepare() -> None:
    factories.school("ecole")


def act() -> None:
    pupils = [lists.onde_pupil("EXEMPLE", name, homes=[HOME]) for name in ("Zoé", "Hugo")]
    adult = lists.onde_guardian("EXEMPLE", "Corinne", HOME, "EXEMPLE Zoé", "EXEMPLE Hugo")
    paths = [
        lists.write(_folder(), "eleves.csv", lists.onde(*pupils)),
        lists.write(_folder(), "responsables.csv", lists.guardians(adult)),
    ]
    import_pupils(actor=None, school_id=School.objects.get().public_id, paths=paths)


def state() -> dict[str, object]:
    models = (Pupil, Home, PupilHome, Guardian, PendingGuardian)
    told = [entry for entry in Entry.objects.filter(verb="pupils.imported") if entry.data["created"]]
    return {
        **{model.__name__: model.objects.count() for model in models},
        "names": sorted(pupil.first_name for pupil in Pupil.objects.all()),
        "told": len(told),
    }
