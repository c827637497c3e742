"""What one file of the directory becomes, whatever its generation."""

import csv
from datetime import date
from pathlib import Path

import pytest

from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.territories.actions import load_reference
from cartable.territories.directory import kind_of
from cartable.territories.imports import ImportReport, ImportStopped, import_schools
from cartable.territories.models import Circonscription, Commune, School
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]


def right(digits: str) -> str:
    """Give the UAI of seven digits with its right key."""
    return digits + "ABCDEFGHJKLMNPRSTUVWXYZ"[int(digits) % 23]


LINE_2024 = {
    "Identifiant_de_l_etablissement": right("0931234"),
    "Nom_etablissement": "Collège Jean Moulin",
    "Type_etablissement": "Collège",
    "Statut_public_prive": "Public",
    "Adresse_1": "76 rue Henri Barbusse",
    "Code_postal": "93300",
    "Code_commune": "93001",
    "Nom_commune": "Aubervilliers",
    "Code_departement": "093",
    "Telephone": "01 48 33 00 01",
    "Mail": "ce.0931234A@ac-creteil.fr",
    "Appartenance_Education_Prioritaire": "REP+",
    "latitude": "48.91",
    "longitude": "2.38",
    "date_maj_ligne": "2024-11-26",
    "code_nature": "340",
}
ECOLE = LINE_2024 | {
    "Identifiant_de_l_etablissement": right("0930001"),
    "Nom_etablissement": "École élémentaire Firmin Gémier",
    "Type_etablissement": "Ecole",
    "code_nature": "151",
    "nom_circonscription": "Circonscription d'inspection du 1er degré d'Aubervilliers 1",
    "code_circonscription": right("0930002"),
}


@pytest.fixture(autouse=True)
def reference(db: None) -> None:
    load_reference()


def written(folder: Path, *lines: dict[str, str], name: str = "annuaire.csv", delimiter: str = ";") -> Path:
    path = folder / name
    columns = list(dict.fromkeys(column for line in lines for column in line))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(lines)
    return path


def imported(*paths: Path) -> ImportReport:
    report = import_schools(actor=None, paths=paths)
    assert report.created + report.changed + report.unchanged + report.rejected == report.lines
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.rejected


def only() -> School:
    return School.objects.get()


def test_a_line_becomes_a_school(tmp_path: Path) -> None:
    assert counts(imported(written(tmp_path, LINE_2024))) == (1, 0, 0, 0)
    school = only()
    assert (school.uai, school.kind, school.sector, school.priority) == (
        right("0931234"),
        "college",
        "public",
        "REP+",
    )
    assert (school.department.code, school.commune.name, school.postcode) == ("93", "Aubervilliers", "93300")
    assert (school.latitude, school.longitude, school.source_date) == (48.91, 2.38, date(2024, 11, 26))
    assert (school.phone, school.pupils_count, school.closed) == ("01 48 33 00 01", None, False)
    assert Entry.objects.get(verb="territories.schools_imported").data["created"] == 1


def test_headers_of_other_generations_say_the_same(tmp_path: Path) -> None:
    renamed = {
        "Code_postal": "Code postal",
        "Code_departement": "code_departement",
        "Mail": "mail",
        "Identifiant_de_l_etablissement": "identifiant_de_l_etablissement",
        "Telephone": "telephone",
    }
    of_2023 = {renamed.get(column, column): value for column, value in reversed(LINE_2024.items())}
    of_the_api = {column.lower(): value for column, value in LINE_2024.items()}
    first = imported(written(tmp_path, LINE_2024))
    for number, line in enumerate((of_2023, of_the_api)):
        again = imported(written(tmp_path, line, name=f"{number}.csv", delimiter=",;"[number]))
        assert counts(again) == (0, 0, 1, 0), line
    assert first.created == 1


def test_a_missing_column_leaves_the_fact_and_an_empty_cell_ends_it(tmp_path: Path) -> None:
    imported(written(tmp_path, LINE_2024 | {"Nombre_d_eleves": "512"}))
    later = LINE_2024 | {"date_maj_ligne": "2026-05-27", "Appartenance_Education_Prioritaire": ""}
    assert counts(imported(written(tmp_path, later))) == (0, 1, 0, 0)
    assert (only().pupils_count, only().priority) == (512, "")


@pytest.mark.parametrize("newer_first", [True, False])
def test_an_older_file_never_undoes_a_newer_one(tmp_path: Path, newer_first: bool) -> None:
    old = {"date_maj_ligne": "2023-01-10", "Nom_etablissement": "Ancien nom", "Code_commune": "93008"}
    newer = written(tmp_path, LINE_2024, name="newer.csv")
    older = written(tmp_path, LINE_2024 | old, name="older.csv")
    report = imported(newer, older) if newer_first else imported(older, newer)
    assert counts(report) == ((1, 0, 1, 0) if newer_first else (1, 1, 0, 0))
    assert (only().name, only().source_date) == ("Collège Jean Moulin", date(2024, 11, 26))
    assert Commune.objects.filter(code="93008").exists() is not newer_first


def test_a_file_without_dates_only_fills_what_is_empty(tmp_path: Path) -> None:
    dated = written(tmp_path, LINE_2024 | {"latitude": "", "longitude": "", "Statut_public_prive": ""})
    imported(dated)
    undated = {
        "numero_uai": right("0931234"),
        "appellation_officielle": "Autre nom",
        "nature_uai": "340",
        "secteur_public_prive_libe": "Public",
        "adresse_uai": "ailleurs",
        "code_departement": "093",
        "latitude": "48.9",
        "longitude": "2.4",
        "etat_etablissement_libe": "FERME",
    }
    path = written(tmp_path, undated, name="geo.csv")
    assert counts(imported(path)) == (0, 1, 0, 0)
    school = only()
    assert (school.latitude, school.longitude, school.sector) == (48.9, 2.4, "public")
    assert (school.name, school.address_1, school.closed) == (
        "Collège Jean Moulin",
        "76 rue Henri Barbusse",
        False,
    )
    assert (school.source, school.source_date) == ("directory", date(2024, 11, 26))
    again = imported(dated, path)
    assert counts(again) == (0, 0, 2, 0), (
        "an empty cell of the directory does not erase what the other file says"
    )


def test_lines_of_one_uai_are_merged(tmp_path: Path) -> None:
    lines = [
        LINE_2024 | {"Nom_etablissement": "Annexe vieille", "date_maj_ligne": "2022-01-01"},
        LINE_2024 | {"Nom_etablissement": "Site principal"},
        LINE_2024 | {"Nom_etablissement": "Annexe"},
    ]
    path = written(tmp_path, *lines)
    assert counts(imported(path)) == (1, 0, 2, 0)
    assert only().name == "Site principal"
    assert counts(imported(path)) == (0, 0, 3, 0)


def test_the_date_alone_is_no_change_but_is_kept(tmp_path: Path) -> None:
    imported(written(tmp_path, LINE_2024))
    assert counts(imported(written(tmp_path, LINE_2024 | {"date_maj_ligne": "2026-05-27"}))) == (0, 0, 1, 0)
    assert only().source_date == date(2026, 5, 27)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"Identifiant_de_l_etablissement": "0931234A"}, "uai", "la lettre attendue est"),
        ({"Identifiant_de_l_etablissement": "93"}, "uai", "sept chiffres"),
        ({"Identifiant_de_l_etablissement": ""}, "uai", "manque"),
        ({"Code_departement": "999"}, "department", "département est inconnu"),
        ({"date_maj_ligne": "hier"}, "source_date", "date"),
        ({"Nom_etablissement": "", "Nom_commune": ""}, "name", "manque"),
        ({"Nom_etablissement": "x" * 201}, "name", "trop long"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(
    tmp_path: Path, change: dict[str, str], field: str, words: str
) -> None:
    path, rejects = written(tmp_path, LINE_2024, LINE_2024 | change), tmp_path / "rejets.csv"
    report = import_schools(actor=None, paths=[path], rejects=rejects)
    assert counts(report) == (1, 0, 0, 1)
    (reject,) = report.rejects
    assert (reject.line, reject.field) == (3, field)
    assert words in reject.reason
    assert words in rejects.read_text(encoding="utf-8-sig")


def test_a_cell_that_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    wrong = {
        "Telephone": "0000",
        "Mail": "pas une adresse",
        "latitude": "1e308",
        "SIREN_SIRET": "12345678901234",
    }
    report = imported(written(tmp_path, LINE_2024 | wrong))
    assert counts(report) == (1, 0, 0, 0)
    assert {cell.field for cell in report.ill_read} == {"phone", "email", "latitude", "siret"}
    assert (only().phone, only().email, only().latitude) == ("", "", None)


@pytest.mark.parametrize(
    ("uai", "code", "department"),
    [
        ("0931234", "93", "93"),
        ("6200733", "02A", "2A"),
        ("7200044", "2B", "2B"),
        ("9711023", "978", "978"),
        ("9741234", "974", "974"),
        ("9840021", "987", "987"),
        ("0011234", "1", "01"),
    ],
)
def test_every_departement_is_found(tmp_path: Path, uai: str, code: str, department: str) -> None:
    imported(
        written(
            tmp_path, LINE_2024 | {"Identifiant_de_l_etablissement": right(uai), "Code_departement": code}
        )
    )
    assert only().department.code == department


@pytest.mark.parametrize(
    ("uai", "commune", "department"),
    [
        ("0931234", "", "93"),
        ("6200733", "", "2A"),
        ("9830477", "", "988"),
        ("9711023", "97801", "978"),
        ("7200044", "2B298", "2B"),
    ],
)
def test_a_file_without_departement_tells_it_by_the_commune_or_the_uai(
    tmp_path: Path, uai: str, commune: str, department: str
) -> None:
    line = LINE_2024 | {"Identifiant_de_l_etablissement": right(uai), "Code_commune": commune}
    del line["Code_departement"]
    imported(written(tmp_path, line))
    assert only().department.code == department


@pytest.mark.parametrize(
    ("nature", "written_type", "name", "kind"),
    [
        ("101", "", "", "ecole"),
        ("320", "Lycée", "", "lycee"),
        ("334", "", "Section d'enseignement professionnel", "lycee"),
        ("370", "EREA", "", "lycee"),
        ("390", "", "", "college"),
        ("240", "Médico-social", "", "other"),
        ("400", "", "Ecole supérieure de commerce", "other"),
        ("400", "Lycée", "", "lycee"),
        ("809", "Service Administratif", "", "other"),
        ("", "Ecole", "", "ecole"),
        ("", "", "Collège Jean Moulin", "college"),
        ("", "", "Ecole supérieure de commerce", "other"),
        ("", "", "", "other"),
    ],
)
def test_what_a_school_is(nature: str, written_type: str, name: str, kind: str) -> None:
    assert kind_of(nature, written_type, "", name) == kind


def test_an_ecole_has_its_circonscription_and_a_college_none(tmp_path: Path) -> None:
    followed = LINE_2024 | {key: ECOLE[key] for key in ("nom_circonscription", "code_circonscription")}
    imported(written(tmp_path, ECOLE, followed))
    ecole, college = School.objects.order_by("uai")
    assert (ecole.circonscription.code, ecole.circonscription.department.code) == (right("0930002"), "93")
    assert college.circonscription is None


def test_a_circonscription_without_code_gets_it_later(tmp_path: Path) -> None:
    of_2023 = {key: value for key, value in ECOLE.items() if key != "code_circonscription"}
    imported(written(tmp_path, of_2023 | {"date_maj_ligne": "2023-03-01"}))
    assert Circonscription.objects.get().code is None
    imported(written(tmp_path, ECOLE))
    assert Circonscription.objects.get().code == right("0930002")
    assert only().circonscription == Circonscription.objects.get()


def test_the_office_of_the_ien_gives_its_address(tmp_path: Path) -> None:
    office = LINE_2024 | {
        "Identifiant_de_l_etablissement": right("0930002"),
        "code_nature": "809",
        "Mail": "ien1@ac-creteil.fr",
        "Type_etablissement": "Service Administratif",
        "Nom_etablissement": "Circonscription 1",
    }
    imported(written(tmp_path, office, ECOLE))
    assert Circonscription.objects.get().email == "ien1@ac-creteil.fr"


def test_an_unreadable_file_is_undone_whole_and_earlier_files_are_kept(tmp_path: Path) -> None:
    good = written(tmp_path, LINE_2024)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\x00\x01\x02 nothing like a table")
    with pytest.raises(ImportStopped) as caught:
        import_schools(actor=None, paths=[good, bad, written(tmp_path, ECOLE, name="later.csv")])
    assert caught.value.report.created == 1
    assert "bad.csv" in caught.value.sentence
    assert School.objects.count() == 1


def test_only_an_administrator_imports_and_only_his_departements(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        LINE_2024,
        LINE_2024 | {"Identifiant_de_l_etablissement": right("0941234"), "Code_departement": "094"},
    )
    with pytest.raises(Refused, match="administration"):
        import_schools(actor=factories.user("prefecture", factories.department()), paths=[path])
    report = import_schools(actor=factories.user("administrator", factories.department()), paths=[path])
    assert counts(report) == (1, 0, 0, 1)
    assert report.rejects[0].field == "department"


def test_new_code_of_the_same_departement_is_the_administrators_own(tmp_path: Path) -> None:
    """A school that stands in a département out of reach is not brought over by a line that names another."""
    imported(written(tmp_path, LINE_2024 | {"Code_departement": "094", "date_maj_ligne": "2020-01-01"}))
    report = import_schools(
        actor=factories.user("administrator", factories.department()), paths=[written(tmp_path, LINE_2024)]
    )
    assert counts(report) == (0, 0, 0, 1)
    assert only().department.code == "94"


def test_a_line_that_names_places_out_of_reach_leaves_them_as_they_are(tmp_path: Path) -> None:
    away = factories.department("94")
    factories.commune(code="94028", name="Créteil", department=away)
    factories.circonscription(code=right("0940001"), name="Créteil 1", department=away)
    names = {"Code_commune": "94028", "code_circonscription": right("0940001")}
    report = import_schools(
        actor=factories.user("administrator", factories.department()),
        paths=[written(tmp_path, ECOLE | names)],
    )
    assert counts(report) == (1, 0, 0, 0)
    assert only().commune.name == "Créteil"
    assert Circonscription.objects.get().name == "Créteil 1"
