"""Are the real exports read whole, and fast enough?"""

import resource
import zipfile
from pathlib import Path

import pytest

from cartable.intake import values
from cartable.intake.contracts import COMMAND, Column, Contract, Group
from cartable.intake.reading import kind_of, read_siecle_pupils, read_table
from cartable.intake.values import BadCell


DIRECTORY = Contract(
    "l’annuaire",
    (
        Column("uai", ("Identifiant_de_l_etablissement", "numero_uai"), required=True),
        Column("name", ("Nom_etablissement", "appellation_officielle"), required=True),
        Column("postcode", ("Code_postal", "code_postal_uai")),
        Column("phone", ("Telephone",)),
        Column("email", ("Mail",)),
        Column("updated", ("date_maj_ligne", "date_ouverture")),
    ),
)
PUPILS = Contract(
    "la liste des élèves",
    (
        Column("last_name", ("Nom élève", "Nom de famille*"), required=True),
        Column("first_name", ("Prénom élève", "Premier prénom*"), required=True),
        Column("birth_date", ("Date naissance", "Date de naissance (jj/mm/aaaa)*"), required=True),
        Column("class_label", ("Libellé classe", "Classe", "Division*")),
    ),
)
GUARDIANS = Contract(
    "la liste des responsables",
    (Column("last_name", ("Nom responsable",), required=True), Column("postcode", ("CP responsable",))),
    group=Group(
        "children",
        (
            Column("last_name", ("Nom de famille enfant",)),
            Column("first_name", ("Prénom enfant",)),
            Column("class_label", ("Classes enfants",)),
        ),
    ),
)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("fr-en-annuaire-education_94_ecoles_2026.csv", 613),
        ("fr-en-annuaire-education_occitanie_2024.csv.gz", 6_240),
        ("fr-en-adresse-et-geolocalisation_colleges_2024.csv.gz", 7_654),
    ],
)
def test_the_official_directory(shared_data: Path, name: str, rows: int) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    table = read_table(shared_data / "annuaire_education" / name, DIRECTORY, limits=COMMAND)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.5
    assert (len(table.rows), table.rejects, table.notes) == (rows, [], [])
    assert [row.line for row in table.rows] == list(range(2, rows + 2))
    for row in table.rows:
        assert values.uai(row.cells["uai"]) == row.cells["uai"]
        values.postcode(row.cells["postcode"])
        values.email(row.cells["email"])
        assert values.date(row.cells["updated"])
    assert sum(map(bad_phone, table.rows)) <= 7


def bad_phone(row) -> bool:
    try:
        values.phone(row.cells["phone"])
    except BadCell:
        return True
    return False


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "onde/be1d_CSVExtraction-eleves.csv",
            [("EXEMPLE", "Zoé", "CE1"), ("FICTIF-DURAND", "Eléonore", "CM1 A"), ("TÉMOIN", "Loïc", "TPS")],
        ),
        (
            "onde/onde_eleves.csv",
            [("EXEMPLE", "Zoé", "Classe de M Machin"), ("EXEMPLE", "Hugo", "Classe de M Truc")],
        ),
        (
            "siecle/fregata_csv-with-two-valid-students.csv",
            [("Corse", "Léa", "Division 2"), ("Corse", "Léo", "Division 1")],
        ),
    ],
)
def test_pupils_of_every_generation(shared_data: Path, name: str, expected: list) -> None:
    table = read_table(shared_data / name, PUPILS)
    keys = ("last_name", "first_name", "class_label")
    assert [tuple(row.cells[key] for key in keys) for row in table.rows] == expected
    assert all(values.date(row.cells["birth_date"]) for row in table.rows)
    assert (table.rejects, table.notes) == ([], [])


@pytest.mark.parametrize("name", ["be1d_CSVExtraction-responsables.csv", "onde_responsables.csv"])
def test_guardians_of_every_generation(shared_data: Path, name: str) -> None:
    first, second = read_table(shared_data / "onde" / name, GUARDIANS).rows
    assert [child["first_name"] for child in first.groups] == ["Zoé", "Hugo"]
    assert len(second.groups) == 1


@pytest.mark.parametrize("zipped", [False, True], ids=["bare", "zipped"])
def test_siecle(shared_data: Path, tmp_path: Path, zipped: bool) -> None:
    for name, classes in (
        ("siecle-with-registrations-no-longer-in-school.xml", ["", "Inactifs", "4e 1", "", "4e 1"]),
        ("siecle-with-two-valid-students-and-school-year.xml", ["4A", "4A"]),
    ):
        path = shared_data / "siecle" / name
        if zipped:
            with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(path, "ElevesSansAdresses.xml")
            path = tmp_path / name
        assert kind_of(path) == "siecle_pupils"
        table = read_siecle_pupils(path)
        assert [row.cells["class_label"] for row in table.rows] == classes
        assert {row.cells["uaj"] for row in table.rows} == {"123ABC"}
        assert all(values.date(row.cells["birth_date"]) for row in table.rows)
