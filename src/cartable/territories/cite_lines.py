"""The list of cités éducatives, line by line: several of one commune may be joined on a line. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from cartable.intake.contracts import Column, Contract, Reject, Row


CITES = Contract(
    name="la liste des cités éducatives",
    columns=(
        Column("codes", ("id_territoire", "Identifiant", "Code de la cité", "code_cite", "id_cite"), required=True),
        Column("names", ("lib_territoire", "Libellé", "Nom de la cité", "nom_cite", "Nom"), required=True),
        Column("communes", ("liste_geo", "Communes", "Code INSEE", "insee_com", "codes_insee"), required=True),
    ),
    max_rows=5_000,
    geojson=True,
)  # fmt: skip
CODE = re.compile(r"[A-Za-z0-9_-]{1,20}", re.ASCII)
COMMUNE = re.compile(r"(?:([^,;()]{1,100})\()?(?<!\w)(\d[\dAB]\d{3})(?!\w)", re.ASCII)
JOINED = re.compile(r"\s*;\s*")
# The official ids go by waves: 80 labels of September 2019, 46 of January 2021; the month of the others is not known.
WAVES = ((80, date(2019, 9, 1)), (126, date(2021, 1, 1)))
NUMBERED = re.compile(r"cite-(\d{3})", re.ASCII)
# Lists name the three largest cities whole; the directory names their arrondissements.
CITIES = {"75056": range(75101, 75121), "69123": range(69381, 69390), "13055": range(13201, 13217)}
LAST_NUMBER = re.compile(r"\b(\d{1,2})(?:e|er|ème)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class CiteLine:
    """One cité éducative as a list says it: `communes` are (INSEE code, name as written)."""

    number: int
    code: str
    name: str
    communes: tuple[tuple[str, str], ...]
    label_on: date | None = field(default=None)


def read_cites(rows: Iterable[Row]) -> tuple[list[CiteLine], list[Reject]]:
    """Give the cités of a list, one of several lines joined, and why others are not taken."""
    kept: dict[str, CiteLine] = {}
    refused = []
    for found in (found for row in rows for found in _of(row)):
        first = kept.get(found.code) if isinstance(found, CiteLine) else None
        if isinstance(found, Reject):
            refused.append(found)
        elif first and first.name != found.name:
            reason = _("Cette ligne contredit la ligne %(line)s.") % {"line": first.number}
            refused.append(Reject(found.number, "names", found.name, reason))
        elif first:
            both = dict.fromkeys((*first.communes, *found.communes))
            kept[found.code] = replace(first, communes=tuple(both))
        else:
            kept[found.code] = found
    return list(kept.values()), refused


def _of(row: Row) -> Iterator[CiteLine | Reject]:
    """Give the cités of one line: ids and names go by pairs, the communes are those of each."""
    codes = JOINED.split(row.cells["codes"])
    names = JOINED.split(row.cells["names"]) if len(codes) > 1 else [row.cells["names"]]
    communes = tuple(
        (code, (name or "").strip(" -–")) for name, code in COMMUNE.findall(row.cells["communes"])
    )
    if fault := _fault(codes, names, communes):
        key, reason = fault
        yield Reject(row.line, key, row.cells[key], reason)
        return
    for code, name in zip(codes, names, strict=True):
        yield CiteLine(row.line, code, name, communes, label_on(code))


def _fault(codes: list[str], names: list[str], communes: tuple) -> tuple[str, str] | None:
    if len(codes) != len(names):
        return "names", _(
            "La ligne n’a pas autant de noms que d’identifiants : séparez-les par des points-virgules."
        )
    if not all(map(CODE.fullmatch, codes)):
        return "codes", _("Ce n’est pas un identifiant de cité éducative : écrivez-le comme « cite-012 ».")
    if not all(0 < len(name) <= 120 for name in names):
        return "names", _("Le nom de la cité éducative manque, ou dépasse 120 caractères.")
    if not communes:
        return "communes", _("Aucune commune n’est reconnue : écrivez « Allonnes (72003) ».")
    return None


def label_on(code: str) -> date | None:
    """Give the first day of the month of a label, by its official id; None where it is not known."""
    number = NUMBERED.fullmatch(code)
    return next((day for last, day in WAVES if number and 0 < int(number[1]) <= last), None)


def arrondissements(code: str, name: str) -> list[str]:
    """Give the arrondissements of Paris, Lyon or Marseille: that of a cité's name ("Paris 19"), or all; else none."""
    parts = [str(part) for part in CITIES.get(code, ())]
    told = LAST_NUMBER.search(name)
    rank = int(told[1]) if told else 0
    return [parts[rank - 1]] if 0 < rank <= len(parts) else parts
