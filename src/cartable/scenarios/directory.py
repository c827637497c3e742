"""An invented directory, written as the official one is and read by the same importer."""

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cartable.scenarios.invent import Place
from cartable.territories.actions import mark_invented
from cartable.territories.imports import ImportReport, import_schools
from cartable.territories.models import Department


HEADER = (
    "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Adresse_1;Code_postal;"
    "Code_commune;Nom_commune;Code_departement;Ecole_elementaire;Telephone;Mail;Appartenance_Education_Prioritaire;"
    "Nombre_d_eleves;nom_circonscription;date_maj_ligne;etat;code_nature;code_circonscription"
).split(";")
NATURE = {"ecole": "151", "college": "340", "lycee": "300"}
TYPE = {"ecole": "Ecole", "college": "Collège", "lycee": "Lycée"}


def open_directory(department: Department, places: Sequence[Place], updated: str) -> ImportReport:
    """Import invented schools; `updated` (YYYY-MM-DD) is the day of their lines. Again, nothing changes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "annuaire.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(HEADER)
            writer.writerows(_line(place, department, updated) for place in places)
            writer.writerows(_office(place, department, updated) for place in _offices(places))
        report = import_schools(actor=None, paths=[path])
    mark_invented(department)
    return report


def _offices(places: Sequence[Place]) -> list[Place]:
    """Give one école of each circonscription, from which the line of its office is made."""
    return list({place.office: place for place in places if place.office}.values())


def _line(place: Place, department: Department, updated: str) -> list[object]:
    return [
        place.uai, place.name, TYPE[place.kind], "Public", f"{place.pupils % 90 + 1} rue de l'École",
        place.commune_code, place.commune_code, place.commune, department.en_code,
        int(place.kind == "ecole"), place.phone, place.email, place.priority, place.pupils, place.office_name,
        updated, "OUVERT", NATURE[place.kind], place.office,
    ]  # fmt: skip


def _office(place: Place, department: Department, updated: str) -> list[object]:
    """Give the line of an inspector's office (nature 809), where its address and telephone stand."""
    return [
        place.office, place.office_name, "Service Administratif", "Public", "1 place de l'Inspection",
        place.commune_code, place.commune_code, place.commune, department.en_code, 0,
        f"01 99 01 {int(place.office[3:7]) % 10000 // 100:02d} {int(place.office[5:7]):02d}",
        f"ien.{place.office.lower()}@ecole.invalid", "", "", place.office_name, updated, "OUVERT", "809", place.office,
    ]  # fmt: skip
