"""The communes and circonscriptions that lines of the directory name: found, or made, in few queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from cartable.territories.directory import OFFICE_NATURE, SchoolLine
from cartable.territories.enums import SchoolKind
from cartable.territories.models import Circonscription, Commune, Department, School
from cartable.territories.rules import fold


# (ministry's code of the département, code, folded name where there is no code)
CirconscriptionKey = tuple[str, str, str]
CIRCONSCRIPTION_COLUMNS = frozenset({"circonscription_code", "circonscription_name"})


def places_of(
    lines: list[SchoolLine], departments: dict[str, Department], found: frozenset[str]
) -> dict[str, dict[str, Any]]:
    """Give, by UAI, the place columns of `School`; a column that the file lacks is left out.

    Only an école is put in a circonscription: others follow one for inclusion, they are not led by it.
    """
    communes = _commune_ids(lines, departments)
    circonscriptions = _circonscription_ids(lines, departments)
    places: dict[str, dict[str, Any]] = {}
    for line in lines:
        places[line.uai] = {"department_id": departments[line.department].id}
        if "commune_code" in found:
            places[line.uai]["commune_id"] = communes.get(line.commune[0])
        if found & CIRCONSCRIPTION_COLUMNS:
            led = line.facts["kind"] == SchoolKind.ECOLE
            places[line.uai]["circonscription_id"] = circonscriptions.get(_key(line)) if led else None
    return places


def complete_contacts(department_ids: Iterable[int]) -> None:
    """Give each circonscription the e-mail and telephone of its office, where the directory has a line for it."""
    within = {"department_id__in": list(department_ids)}
    offices = {office.uai: office for office in School.objects.filter(nature_code=OFFICE_NATURE, **within)}
    changed = []
    for circonscription in Circonscription.objects.filter(code__isnull=False, **within):
        office = offices.get(circonscription.code or "")
        if office and (circonscription.email, circonscription.phone) != (office.email, office.phone):
            circonscription.email, circonscription.phone = office.email, office.phone
            changed.append(circonscription)
    Circonscription.objects.bulk_update(changed, ["email", "phone"])


def _commonest(texts: Iterable[str]) -> str:
    """Give the text met most often, then the first in the alphabet; empty without any."""
    counts = Counter(filter(None, texts))
    return min(counts, key=lambda text: (-counts[text], text), default="")


def _commune_ids(lines: list[SchoolLine], departments: dict[str, Department]) -> dict[str, int]:
    """Give {INSEE code: id}, with the communes that were not known made."""
    named = defaultdict(list)
    for line in lines:
        if line.commune[0]:
            named[line.commune[0]].append(line)
    ids = {code: row for code, row in Commune.objects.values_list("code", "id") if code in named}
    made = [
        Commune(
            code=code,
            name=_commonest(line.commune[1] for line in group) or code,
            department=departments[group[0].department],
            postcode=_commonest(line.facts.get("postcode", "") for line in group),
        )
        for code, group in named.items()
        if code not in ids
    ]
    return ids | {commune.code: commune.id for commune in Commune.objects.bulk_create(made)}


def _key(line: SchoolLine) -> CirconscriptionKey | None:
    code, name = line.circonscription
    return (line.department, code, "" if code else fold(name)) if code or name else None


def _circonscription_ids(
    lines: list[SchoolLine], departments: dict[str, Department]
) -> dict[CirconscriptionKey | None, int]:
    """Give {key of a line: id}, with the circonscriptions that were not known made, newer names taken."""
    named = defaultdict(list)
    for line in lines:
        if key := _key(line):
            named[key].append(line)
    known = _Known(departments, codes={key[1] for key in named})
    # Codes first: a name alone then finds the circonscription that its code has just made.
    found = {key: known.take(key, named[key]) for key in sorted(named, key=lambda key: (not key[1], key))}
    known.save()
    return {key: circonscription.id for key, circonscription in found.items()}


class _Known:
    """The circonscriptions of some départements, found by code, or by name where either side has no code."""

    def __init__(self, departments: dict[str, Department], codes: set[str]) -> None:
        self.departments = departments
        self.reach = {department.id for department in departments.values()}
        within = Q(department__in=departments.values()) | Q(code__in=codes - {""})
        rows = list(Circonscription.objects.filter(within).order_by("-id"))
        self.by_code = {row.code: row for row in rows if row.code}
        self.by_name = {(row.department_id, fold(row.name)): row for row in rows}
        self.made: list[Circonscription] = []
        self.changed: dict[int, Circonscription] = {}

    def take(self, key: CirconscriptionKey, lines: list[SchoolLine]) -> Circonscription:
        """Find or make the one that these lines name."""
        newest = max((line.date or date.min for line in lines), default=date.min)
        name = _commonest(line.circonscription[1] for line in lines if (line.date or date.min) == newest)
        department = self.departments[key[0]]
        row = self._find(key, department, name)
        if row is None:
            row = Circonscription(code=key[1] or None, name=name or key[1], department=department)
            row.source_date = None if newest == date.min else newest
            self.made.append(row)
            if row.code:
                self.by_code[row.code] = row
            self.by_name[department.id, fold(name)] = row
        else:
            self._renew(row, key[1], name, newest)
        return row

    def _find(self, key: CirconscriptionKey, department: Department, name: str) -> Circonscription | None:
        if key[1] in self.by_code:
            return self.by_code[key[1]]
        same_name = self.by_name.get((department.id, fold(name)))
        return same_name if same_name and not (key[1] and same_name.code) else None

    def _renew(self, row: Circonscription, code: str, name: str, day: date) -> None:
        """Take a code that was missing, and the name of a line that is not older; in these départements only."""
        if row.department_id not in self.reach:
            return
        before = (row.code, row.name, row.source_date)
        row.code = row.code or code or None
        if code == (row.code or "") and date.min < day >= (row.source_date or date.min):
            row.name, row.source_date = name or row.name, day
        if row.pk and before != (row.code, row.name, row.source_date):
            self.changed[row.pk] = row

    def save(self) -> None:
        Circonscription.objects.bulk_create(self.made)
        Circonscription.objects.bulk_update(self.changed.values(), ["code", "name", "source_date"])
