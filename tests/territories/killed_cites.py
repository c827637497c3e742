"""An import of cités éducatives, and a list of schools that is settled, to be killed at any statement."""

from uuid import UUID

from cartable.journal.models import Entry
from cartable.territories.actions import load_reference
from cartable.territories.cite_imports import import_cites_educatives
from cartable.territories.cites import set_cite_schools
from cartable.territories.models import CiteEducative, Commune, Department, School
from tests.territories.killed import FILE


LIST = FILE.with_name("cites_inventees.geojson")
ONE = UUID(int=1)


def prepare() -> None:
    load_reference()
    place = Department.objects.get(code="93")
    for number, uai in enumerate(("0930001W", "0930002X", "0930003Y"), 1):
        commune = Commune.objects.create(code=f"9390{number}", name=f"Ville {number}", department=place)
        School.objects.create(
            public_id=UUID(int=number),
            uai=uai,
            name=uai,
            kind="college",
            department=place,
            commune=commune,
            priority="REP",
        )


def prepare_one() -> None:
    prepare()
    cite = CiteEducative.objects.create(
        public_id=ONE, code="cite-001", name="Un", department=Department.objects.get(code="93")
    )
    cite.schools.add(School.objects.get(uai="0930001W"))


def act() -> None:
    import_cites_educatives(actor=None, paths=[LIST])


def settle() -> None:
    set_cite_schools(actor=None, cite_id=ONE, school_ids=[UUID(int=2), UUID(int=3)])


def state() -> dict[str, object]:
    cites = CiteEducative.objects.order_by("code")
    return {
        "cites": list(cites.values_list("code", flat=True)),
        "communes": CiteEducative.communes.through.objects.count(),
        "schools": [sorted(cite.schools.values_list("uai", flat=True)) for cite in cites],
        "settled": [cite.schools_set_at is not None for cite in cites],
        "told": Entry.objects.exists(),
    }
