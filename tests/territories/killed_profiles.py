"""One import of an index and of a list of priority education, to be killed at any statement."""

from cartable.journal.models import Entry
from cartable.territories.actions import load_reference
from cartable.territories.models import Department, PriorityFact, School, SocialIndex
from cartable.territories.profile_imports import import_priority_education, import_social_indexes
from tests.territories.killed import FILE


UAIS = ("0930001W", "0930002X")
INDEX, LIST = (FILE.with_name(name) for name in ("ips_invente.csv", "rep_invente_2022.csv"))


def prepare() -> None:
    load_reference()
    place = Department.objects.get(code="93")
    School.objects.create(uai=UAIS[0], name="Un", kind="college", department=place)
    School.objects.create(uai=UAIS[1], name="Deux", kind="college", department=place)


def act() -> None:
    import_social_indexes(actor=None, paths=[INDEX])
    import_priority_education(actor=None, paths=[LIST])


def state() -> dict[str, object]:
    """Give the two files as they stand: each is there whole, with its entry and what it tells the schools, or not."""
    verbs = list(Entry.objects.order_by("seq").values_list("verb", flat=True))
    return {
        "indexes": SocialIndex.objects.count(),
        "facts": PriorityFact.objects.count(),
        "schools": list(School.objects.order_by("uai").values_list("priority", flat=True)),
        "told": [verb.removeprefix("territories.") for verb in verbs],
    }
