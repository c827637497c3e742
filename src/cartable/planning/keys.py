"""What a split may be weighed by: the territories below an envelope, and what each key counts there.

A figure that no source gives is None, never zero: the person who splits fills it.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cartable.census.enums import ReturnState
from cartable.census.models import Return, ReturnLine
from cartable.census.queries import SMALL
from cartable.foundation import clock
from cartable.funding.enums import Level
from cartable.funding.models import Envelope
from cartable.operations.models import Pool
from cartable.operations.queries import SEGPA
from cartable.planning.enums import SplitKey
from cartable.territories.models import Department, Region, School


DATA = Path(__file__).parent / "data" / "keys.csv"
# Below this level an envelope has nobody to be split among.
BELOW = {Level.NATIONAL: "region", Level.REGION: "department"}


@dataclass(frozen=True, slots=True)
class Child:
    """A territory that may take part: a code by which people name it, and the row."""

    code: str
    place: Region | Department

    @property
    def name(self) -> str:
        return self.place.name

    @property
    def level(self) -> str:
        """Give the name of the column that holds the territory."""
        return "region" if isinstance(self.place, Region) else "department"

    @property
    def usual(self) -> bool:
        """Tell whether it takes part unless somebody says no: the collectivités without a région do not."""
        return isinstance(self.place, Department) or len(self.code) == 2


@dataclass(frozen=True, slots=True)
class Key:
    """What a key counts, and from what source."""

    counts: str | Promise
    source: str | Promise


KEYS: dict[SplitKey, Key] = {
    SplitKey.QPV_POPULATION: Key(
        _("habitants des quartiers prioritaires (géographie de 2015)"),
        _("Insee et SIG Ville, rassemblés en 2021 ; connus ici pour la seule Occitanie"),
    ),
    SplitKey.QPV: Key(
        _("quartiers prioritaires (géographie de 2024)"), _("ANCT et Insee, liste de 2024 et 2025")
    ),
    SplitKey.CITES: Key(_("cités éducatives du premier appel (2019)"), _("ANCT")),
    SplitKey.NEEDS: Key(
        _("articles et suivis demandés dans les remontées validées de l'année"),
        _("remontées des établissements, dans Cartable"),
    ),
    SplitKey.EQUAL: Key(_("un pour chaque territoire"), ""),
    SplitKey.OWN: Key(_("poids choisis par la personne qui répartit"), ""),
}


def children_of(envelope: Envelope) -> list[Child]:
    """Give the régions under the nation or the départements of a région, in the order of their codes (one query)."""
    below = BELOW.get(Level(envelope.level))
    places: Iterable[Region | Department] = ()
    if below == "region":
        places = Region.objects.order_by("code")
    elif below == "department" and envelope.region_id:
        places = Department.objects.filter(region_id=envelope.region_id).order_by("code")
    return [Child(place.code, place) for place in places]


def figures(key: SplitKey, envelope: Envelope, children: Iterable[Child]) -> dict[str, Decimal | None]:
    """Give what a key counts in each territory; None where nobody knows it (two queries at most)."""
    codes = [child.code for child in children]
    if key == SplitKey.EQUAL:
        return dict.fromkeys(codes, Decimal(1))
    if key == SplitKey.NEEDS:
        return {code: row.shown for code, row in needs(envelope, codes).items()}
    known = _table().get((key.value, BELOW.get(Level(envelope.level), "")), {})
    return {code: known.get(code) for code in codes}


@cache
def _table() -> dict[tuple[str, str], dict[str, Decimal]]:
    """Read the figures that come with the program, by key and level."""
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter=";"):
            found.setdefault((line["key"], line["level"]), {})[line["code"]] = Decimal(line["value"])
    return found


@dataclass(frozen=True, slots=True)
class Needs:
    """What the validated returns of a territory ask for, and how many schools that is, of how many asked."""

    units: int = 0
    validated: int = 0
    asked: int = 0

    @property
    def shown(self) -> Decimal | None:
        """Give the number where it may be read above the school: not without an answer, not under eleven."""
        if not self.validated or 0 < self.units < SMALL:
            return None
        return Decimal(self.units)


def needs(envelope: Envelope, codes: Iterable[str]) -> dict[str, Needs]:
    """Count, in each territory, the needs of the validated returns of the envelope's year (three queries)."""
    level = BELOW.get(Level(envelope.level), "department")
    place = "department__code" if level == "department" else "department__region__code"
    returns = Return.objects.filter(
        campaign__operation__opens_on__year=envelope.year, state=ReturnState.VALIDATED
    )
    lines = ReturnLine.objects.filter(of_return__in=returns)
    serving = Pool.objects.filter(
        operation__department=OuterRef("department"),
        operation__opens_on__year=envelope.year,
        operation__campaign__isnull=False,
        serves=OuterRef("kind"),
    )
    asked = School.objects.filter(Exists(serving), closed=False).exclude(nature_code=SEGPA)
    units = _by(f"of_return__school__{place}", lines, Sum("units"))
    validated = _by(f"school__{place}", returns, Count("school", distinct=True))
    counted = _by(place, asked, Count("id"))
    return {code: Needs(units.get(code, 0), validated.get(code, 0), counted.get(code, 0)) for code in codes}


def completeness(found: Iterable[Needs]) -> str:
    """Say how many of the schools asked have a validated return today: who has not answered is not zero."""
    rows = list(found)
    said = {
        "validated": sum(row.validated for row in rows),
        "asked": sum(row.asked for row in rows),
        "day": f"{clock.today():%d/%m/%Y}",
    }
    sentence = gettext(
        "Remontées validées : %(validated)s sur %(asked)s établissements interrogés, au %(day)s"
    )
    return sentence % said


def _by(place: str, rows: Any, total: Any) -> dict[str, int]:
    found = rows.order_by().values_list(place).annotate(total=total)
    return {code: number or 0 for code, number in found}
