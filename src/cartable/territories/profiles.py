"""The files that tell how a school fares: social position index, priority education, nearest QPV. Pure.

Every generation of the headers: the columns of the ministry's files until 2022 and since, and those of its API.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from cartable.intake import values
from cartable.intake.contracts import MEGABYTE, Column, Contract, Reject, Row
from cartable.intake.values import BadCell
from cartable.territories.enums import Priority
from cartable.territories.rules import fold


PARQUET_MEMORY = 1_500 * MEGABYTE  # of address space, which Polars reserves and hardly uses
UAI_TITLES = ("UAI", "Numero_UAI", "Code UAI", "NUMERO", "Identifiant_de_l_etablissement", "uai_etab")
YEAR_TITLES = ("Rentrée scolaire", "Rentrée", "Année scolaire")
SOCIAL_INDEX = Contract(
    name="le fichier des indices de position sociale",
    columns=(
        Column("uai", UAI_TITLES, required=True),
        Column("school_year", YEAR_TITLES, required=True),
        Column("value", ("IPS", "IPS Ensemble GT-PRO", "IPS ensemble", "IPS établissement", "ips_etab")),
        Column("general", ("IPS voie GT", "IPS GT")),
        Column("vocational", ("IPS voie PRO", "IPS PRO")),
    ),
    parquet=True,
)
PRIORITY = Contract(
    name="la liste de l’éducation prioritaire",
    columns=(
        Column("uai", UAI_TITLES, required=True),
        Column("school_year", YEAR_TITLES),
        Column("status", ("EP", "Label", "Education prioritaire", "Appartenance_Education_Prioritaire")),
        Column("rep_plus", ("Rep+",)),
        Column("rep", ("Rep",)),
        Column("network_head", ("UAI tête de réseau", "uai_tete_de_reseau")),
        Column("qpv_code", ("QPV", "Code QPV")),
        Column("qpv_distance_m", ("DISTANCE_QPV le plus proche", "Distance QPV")),
    ),
    parquet=True,
)
INDEXES = ("value", "general", "vocational")
STATUS_COLUMNS = frozenset({"status", "rep_plus", "rep"})
LOWEST, HIGHEST = Decimal(20), Decimal(250)  # the national mean is about 103, the extremes 45 and 185
YEAR = re.compile(r"(20\d\d)(?:[-/ ]+(20\d\d|\d\d))?", re.ASCII)
YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?:[-_](20\d\d))?(?!\d)", re.ASCII)
QPV = re.compile(r"Q[PN]\w{6}", re.ASCII)
NO_PRIORITY = {"hors ep", "hors rep", "hors education prioritaire", "non", "aucun", "neant"}
NOT_PUBLISHED = {"", "ns", "nd", "nan", "na", "secret"}


@dataclass(slots=True)
class ProfileLine:
    """What one line says: `facts` by column of the model, only those it has; `ill_read` are cells left out."""

    number: int
    uai: str
    school_year: str
    facts: dict[str, Any]
    ill_read: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileSays:
    """What a whole list says, by its name or who imports it: the year and the status of all its lines."""

    school_year: str = ""
    status: str | None = None


def read_index(row: Row) -> ProfileLine | Reject:
    """Read one line of the social position index."""
    key = "uai"
    try:
        uai = _uai(row.cells["uai"])
        key = "school_year"
        year = school_year(row.cells["school_year"])
        if not year:
            raise BadCell(_("L’année scolaire manque : écrivez 2021-2022."))
        key = "value"
        facts = _indexes(row)
    except BadCell as error:
        return Reject(row.line, key, row.cells[key], str(error))
    return ProfileLine(row.line, uai, year, facts)


def read_priority(row: Row, says: FileSays) -> ProfileLine | Reject:
    """Read one line of a list of priority education, completed by what the whole file says."""
    key = "uai"
    try:
        uai = _uai(row.cells["uai"])
        key = "school_year"
        year = school_year(row.cells["school_year"]) or says.school_year
        key = "status"
        status = _status(row.cells)
        status = says.status if status is None else status
    except BadCell as error:
        return Reject(row.line, key, row.cells[key], str(error))
    line = ProfileLine(row.line, uai, year, {} if status is None else {"status": status})
    for name, read in PLACES.items():
        try:
            if row.cells[name] and (value := read(row.cells[name])) not in ("", None):
                line.facts[name] = value
        except BadCell as error:
            line.ill_read.append(Reject(row.line, name, row.cells[name], str(error)))
    return (
        line
        if line.facts
        else Reject(row.line, "status", "", _("Cette ligne ne dit rien de l’établissement."))
    )


def file_says(name: str) -> FileSays:
    """Guess from a file's name the school year and the status of its lines: "liste-rep-plus-rentree-2022.csv"."""
    found = YEAR_IN_NAME.search(name)
    year = _written(int(found[1])) if found and (not found[2] or int(found[2]) == int(found[1]) + 1) else ""
    words = re.split(r"[^a-z]+", name.lower().replace("+", "-plus"))
    if "rep" not in words or "et" in words:
        return FileSays(year)
    after = words[words.index("rep") + 1 :]
    return FileSays(year, Priority.REP_PLUS if after[:1] == ["plus"] else Priority.REP)


def school_year(text: str) -> str:
    """Read "2021-2022", "2021/22" or "2021" (the year it begins); gives the first form, empty for an empty cell."""
    bare = " ".join(text.split())
    if not bare:
        return ""
    found = YEAR.fullmatch(bare)
    if not found or (found[2] and int(found[2]) % 100 != (int(found[1]) + 1) % 100):
        raise BadCell(
            _("« %(text)s » n’est pas une année scolaire : écrivez 2021-2022.") % {"text": text[:40]}
        )
    return _written(int(found[1]))


def first_day(year: str) -> date:
    """Give the day from which a list of a school year counts; the first of all days where no year is said."""
    return date(int(year[:4]), 9, 1) if year else date.min


def _written(year: int) -> str:
    return f"{year}-{year + 1}"


def _uai(text: str) -> str:
    bare = "".join(text.split())
    uai = values.uai(bare.zfill(8) if bare[:-1].isdecimal() and len(bare) == 7 else bare)
    if not uai:
        raise BadCell(_("L’UAI manque : chaque ligne doit en avoir un."))
    return uai


def _indexes(row: Row) -> dict[str, Any]:
    """Give the indexes of a line; a lycée of one way has that way's index as its own."""
    facts = {key: _index(row.cells[key]) for key in INDEXES}
    own = [facts[key] for key in INDEXES if facts[key] is not None]
    if not own:
        raise BadCell(_("Aucun indice n’est publié sur cette ligne."))
    if facts["value"] is None and len(own) > 1:
        raise BadCell(_("L’indice d’ensemble manque, et les deux voies en ont un."))
    return facts | {"value": own[0]}


def _index(text: str) -> Decimal | None:
    if fold(text) in NOT_PUBLISHED:
        return None
    number = _decimal(text)
    if not LOWEST <= number <= HIGHEST:
        raise BadCell(_("« %(text)s » n’est pas un indice vraisemblable.") % {"text": text[:40]})
    return number


def _decimal(text: str) -> Decimal:
    """Read a plain decimal number, with a point or a comma, rounded to one digit."""
    try:
        if not re.fullmatch(r"\d{1,9}(?:[.,]\d{1,20})?", text, re.ASCII):
            raise InvalidOperation
        return Decimal(text.replace(",", ".")).quantize(Decimal("0.1"))
    except InvalidOperation as error:
        raise BadCell(_("« %(text)s » n’est pas un nombre.") % {"text": text[:40]}) from error


def _status(cells: dict[str, str]) -> str | None:
    """Tell REP+, REP or none from the column of labels, or from the two columns of yes and no; None if neither says."""
    text = cells["status"].upper().replace(" ", "").replace("PLUS", "+")
    if text in (Priority.REP, Priority.REP_PLUS):
        return text
    if text and fold(cells["status"]) not in NO_PRIORITY:
        raise BadCell(_("« %(text)s » : écrivez REP ou REP+.") % {"text": cells["status"][:40]})
    if text:
        return Priority.NONE
    plus, plain = values.yes_no(cells["rep_plus"]), values.yes_no(cells["rep"])
    if plus and plain:
        raise BadCell(_("La ligne dit à la fois REP et REP+."))
    if plus or plain:
        return Priority.REP_PLUS if plus else Priority.REP
    return Priority.NONE if plus is False and plain is False else None


def _qpv(text: str) -> str:
    code = text.upper().replace(" ", "")
    if not QPV.fullmatch(code):
        raise BadCell(_("« %(text)s » n’est pas un code de quartier (QP…, QN…).") % {"text": text[:40]})
    return code


def _metres(text: str) -> Decimal:
    number = _decimal(text)
    if number >= 1_000_000:
        raise BadCell(_("Cette distance n’est pas vraisemblable."))
    return number


PLACES: dict[str, Callable[[str], Any]] = {
    "network_head": values.uai,
    "qpv_code": _qpv,
    "qpv_distance_m": _metres,
}
