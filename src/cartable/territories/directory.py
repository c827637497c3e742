"""The official directory of schools: its columns in every generation, and what one line says. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cartable.intake import values
from cartable.intake.contracts import Column, Contract, Reject, Row
from cartable.intake.values import BadCell
from cartable.territories.enums import Priority, SchoolKind, Sector, Source
from cartable.territories.rules import fold


CONTRACT = Contract(
    name="l’annuaire des établissements",
    columns=(
        Column(
            "uai",
            ("Identifiant_de_l_etablissement", "numero_uai", "Code établissement", "UAI"),
            required=True,
        ),
        Column("name", ("Nom_etablissement", "appellation_officielle", "denomination"), required=True),
        Column("source_date", ("date_maj_ligne",)),
        Column("department", ("Code_departement",)),
        Column("type", ("Type_etablissement",)),
        Column("nature_code", ("code_nature", "nature_uai")),
        Column("nature_label", ("libelle_nature", "nature_uai_libe", "Nature")),
        Column("nursery", ("Ecole_maternelle",)),
        Column("elementary", ("Ecole_elementaire",)),
        Column("sector", ("Statut_public_prive", "secteur_public_prive_libe", "Secteur Public/Privé")),
        Column("contract", ("Type_contrat_prive", "secteur_prive_libelle_type_contrat")),
        Column("address_1", ("Adresse_1", "adresse_uai", "Adresse")),
        Column("address_2", ("Adresse_2", "lieu_dit_uai", "Lieu dit")),
        Column("address_3", ("Adresse_3",)),
        Column("locality", ("localite_acheminement_uai", "Localité d’acheminement")),
        Column("postcode", ("Code_postal", "code_postal_uai")),
        Column("commune_code", ("Code_commune", "code_insee_commune")),
        Column("commune_name", ("Nom_commune", "libelle_commune", "Commune")),
        Column("circonscription_code", ("code_circonscription",)),
        Column("circonscription_name", ("nom_circonscription",)),
        Column("email", ("Mail", "courriel")),
        Column("phone", ("Telephone", "numero_telephone_uai")),
        Column("siret", ("SIREN_SIRET", "numero_siret", "siren_siret_uai")),
        Column("pupils_count", ("Nombre_d_eleves",)),
        Column("priority", ("Appartenance_Education_Prioritaire",)),
        Column("latitude"),
        Column("longitude"),
        Column("position"),
        Column("opened_on", ("date_ouverture",)),
        Column("state", ("etat", "etat_etablissement_libe", "etat_etablissement")),
        Column("tutelle", ("ministere_tutelle", "libelle_ministere")),
    ),
)
OFFICE_NATURE = "809"  # the office of an IEN
KINDS_BY_NATURE = (
    (range(100, 200), SchoolKind.ECOLE),
    (range(200, 300), SchoolKind.OTHER),
    (range(300, 340), SchoolKind.LYCEE),
    (range(340, 360), SchoolKind.COLLEGE),
    (range(370, 380), SchoolKind.LYCEE),  # EREA: the région owns it
    (range(380, 390), SchoolKind.OTHER),
    (range(390, 400), SchoolKind.COLLEGE),  # SEGPA
)
KINDS_BY_WORD = {
    "ecole": SchoolKind.ECOLE,
    "college": SchoolKind.COLLEGE,
    "lycee": SchoolKind.LYCEE,
    "erea": SchoolKind.LYCEE,
}
AFTER_SCHOOL = ("superieure", "secondaire", "technique")  # an école of these is none
# UAI begin with the number of the département, but for these.
UAI_PREFIXES = {"620": "02A", "720": "02B", "983": "988", "984": "987", "987": "986"}


@dataclass(slots=True)
class SchoolLine:
    """What one line says of one school.

    `facts` holds values by column of `School`, only for columns that the file has; `date` is None where the file
    gives none; `commune` and `circonscription` are (code, name), either may be empty; `ill_read` are cells that
    were left out because they cannot be read.
    """

    number: int
    uai: str
    date: date | None
    department: str
    source: Source
    facts: dict[str, Any]
    commune: tuple[str, str] = ("", "")
    circonscription: tuple[str, str] = ("", "")
    ill_read: list[Reject] = field(default_factory=list)


def kind_of(nature: str, written: str, *labels: str) -> SchoolKind:
    """Tell what a school is from its nature code, else the type written, else (no code) the words of `labels`."""
    for natures, kind in KINDS_BY_NATURE:
        if nature.isdecimal() and int(nature) in natures:
            return kind
    for label in (written,) if nature else (written, *labels):
        first, _, rest = fold(label).partition(" ")
        if first in KINDS_BY_WORD and not rest.startswith(AFTER_SCHOOL):
            return KINDS_BY_WORD[first]
    return SchoolKind.OTHER


def department_of(code: str, commune: str, uai: str) -> str:
    """Give the ministry's three characters of the département: as written, else from the commune or the UAI."""
    if code:
        return code.upper().zfill(3)
    if len(commune) == 5:
        overseas = commune.startswith(("97", "98"))
        return commune[:3] if overseas else commune[:2].zfill(3)
    return UAI_PREFIXES.get(uai[:3], uai[:3])


def read_line(row: Row, found: frozenset[str]) -> SchoolLine | Reject:
    """Read one line; `found` are the keys of the columns that the file has.

    A line is rejected for its UAI, name or date; any other cell that cannot be read is left out and listed.
    """
    cells = row.cells
    key = "uai"
    try:
        uai = values.uai(_padded(cells["uai"], 8))
        if not uai:
            raise BadCell(_("L’UAI manque : chaque ligne doit en avoir un."))
        key = "name"
        name = _text(200)(cells["name"] or _makeshift_name(cells))
        key = "source_date"
        updated = values.date(cells["source_date"])
    except BadCell as error:
        return Reject(row.line, key, cells[key], str(error))
    ill_read: list[Reject] = []
    facts = {"name": name, **_plain_facts(row, found, ill_read), **_coded_facts(cells, found)}
    commune = _padded(cells["commune_code"], 5)
    return SchoolLine(
        number=row.line,
        uai=uai,
        date=updated,
        source=Source.DIRECTORY if found & {"source_date", "type"} else Source.GEOLOCATION,
        department=department_of(cells["department"], commune, uai),
        facts={**facts, **_position(row, ill_read)},
        commune=(commune if len(commune) == 5 and commune.isalnum() else "", cells["commune_name"][:100]),
        circonscription=_circonscription(row, ill_read),
        ill_read=ill_read,
    )


def _makeshift_name(cells: dict[str, str]) -> str:
    """Name a school that is about to open and has no name yet: what it is, and where."""
    what, where = cells["nature_label"] or cells["type"], cells["commune_name"]
    if not (what and where):
        raise BadCell(_("Le nom de l’établissement manque."))
    return f"{what.capitalize()}, {where}"


def _plain_facts(row: Row, found: frozenset[str], ill_read: list[Reject]) -> dict[str, Any]:
    """Read the cells that become one column each."""
    facts = {}
    for key, read in PLAIN.items():
        if key in found:
            try:
                facts[key] = read(row.cells[key])
            except BadCell as error:
                ill_read.append(Reject(row.line, key, row.cells[key], str(error)))
    return facts


def _coded_facts(cells: dict[str, str], found: frozenset[str]) -> dict[str, Any]:
    """Read the cells whose words or numbers are codes."""
    nature = cells["nature_code"]
    kind = kind_of(nature, cells["type"], cells["nature_label"], cells["name"])
    facts: dict[str, Any] = {"kind": kind}
    if "nursery" in found:
        facts["has_nursery"] = cells["nursery"] == "1"
        facts["has_elementary"] = cells["elementary"] == "1"
    elif kind == SchoolKind.ECOLE and nature:
        facts["has_nursery"] = nature < "150"
        facts["has_elementary"] = nature >= "150"
    if "sector" in found:
        facts["sector"] = {"public": Sector.PUBLIC, "prive": Sector.PRIVATE}.get(fold(cells["sector"]), "")
    if "priority" in found:
        written = cells["priority"].upper().replace(" ", "")
        facts["priority"] = written if written in Priority.values else ""
    if "state" in found:
        facts["closed"] = fold(cells["state"]).startswith("ferme")
    if "locality" in found and cells["locality"]:
        facts["address_3"] = f"{_padded(cells['postcode'], 5)} {cells['locality']}".strip()[:200]
    return facts


def _position(row: Row, ill_read: list[Reject]) -> dict[str, float]:
    """Read where the school stands, in degrees; empty where the line does not say."""
    latitude, longitude = row.cells["latitude"], row.cells["longitude"]
    if not latitude and "," in row.cells["position"]:
        latitude, longitude = row.cells["position"].split(",", 1)
    if not latitude:
        return {}
    try:
        return {"latitude": _degrees(latitude, 90), "longitude": _degrees(longitude, 180)}
    except BadCell as error:
        ill_read.append(Reject(row.line, "latitude", f"{latitude} {longitude}", str(error)))
        return {}


def _circonscription(row: Row, ill_read: list[Reject]) -> tuple[str, str]:
    code = row.cells["circonscription_code"]
    name = " ".join(row.cells["circonscription_name"].split())[:200]
    try:
        return values.uai(_padded(code, 8)) if code else "", name
    except BadCell as error:
        ill_read.append(Reject(row.line, "circonscription_code", code, str(error)))
        return "", name


def _padded(text: str, length: int) -> str:
    """Put back the leading zeros that a spreadsheet drops."""
    bare = "".join(text.split()).upper()
    return bare.zfill(length) if bare[:1].isdecimal() and len(bare) == length - 1 else bare


def _text(length: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > length:
            raise BadCell(_("Ce texte est trop long : %(length)s caractères au plus.") % {"length": length})
        return text

    return read


def _degrees(text: str, most: int) -> float:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError as error:
        raise BadCell(_("Cette coordonnée n’est pas un nombre.")) from error
    if not -most <= number <= most:
        raise BadCell(
            _("Cette coordonnée doit être en degrés, entre -%(most)s et %(most)s.") % {"most": most}
        )
    return number


def _pupils(text: str) -> int | None:
    number = values.whole(text)
    if number is not None and not 0 <= number < 1_000_000:
        raise BadCell(_("Ce nombre d’élèves n’est pas vraisemblable."))
    return number


PLAIN: dict[str, Callable[[str], Any]] = {
    "nature_code": _text(4),
    "contract": _text(100),
    "address_1": _text(200),
    "address_2": _text(200),
    "address_3": _text(200),
    "postcode": lambda text: values.postcode(_padded(text, 5)),
    "email": values.email,
    "phone": values.phone,
    "siret": values.siret,
    "pupils_count": _pupils,
    "opened_on": values.date,
    "tutelle": _text(100),
}
