"""Do the pages of figures show to each what he may see, say why a number is missing, and stay quick?"""

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cartable.accounts.enums import Role
from cartable.operations.models import OperationGiver
from cartable.pupils.models import Pupil
from cartable.territories.models import School
from tests import factories


pytestmark = pytest.mark.django_db
BIG, SMALL, SILENT = "Collège Grand", "Collège Petit", "Collège Muet"
READERS = (Role.NATIONAL, Role.REGION, Role.PREFECTURE, Role.AUDITOR)


@pytest.fixture
def operation():
    """Three communes: 60 pupils lack a connection in the first, 30 in the second, one school of the third is silent."""
    made = factories.operation(factories.equipment_user(), factories.pool())
    for commune, name, units, held in (
        ("93001", BIG, 40, 20),
        ("93001", SMALL, 7, 3),
        ("93001", "Collège Moyen", 13, 12),
        ("93008", "Collège Autre", 30, 15),
    ):
        school = factories.school(name=name, commune=factories.commune(f"Ville {commune}", commune))
        factories.answered(made, school, units)
        factories.in_hands(made, school, held)
    factories.school(name=SILENT, commune=factories.commune("Ville 93029", "93029"))
    return made


def place_of(role, operation):
    department, school = operation.department, operation.handovers.first().school
    giver = factories.body("foundation")
    OperationGiver.objects.get_or_create(operation=operation, body=giver)
    return {
        Role.NATIONAL: None,
        Role.AUDITOR: None,
        Role.ADMINISTRATOR: None,
        Role.REGION: department.region,
        Role.PREFECTURE: department,
        Role.ACADEMY: department.academy,
        Role.EQUIPMENT: operation.owner,
        Role.ASSOCIATION: giver,
        Role.GIVER: giver,
        Role.HEAD: school,
        Role.CIRCONSCRIPTION: factories.school("ecole").circonscription,
    }[role]


def client_of(role, operation):
    client = Client()
    client.force_login(factories.user(role, place_of(role, operation)))
    return client


def get(client, operation, tail="", status=200):
    answer = client.get(f"/chiffres/{operation.public_id}{tail}")
    assert answer.status_code == status, answer.content.decode()[:400]
    return answer.content.decode("utf-8-sig")


def table(html, caption):
    """Read a table as rows of texts, its heading first."""
    soup = BeautifulSoup(html, "html.parser")
    found = next(t for t in soup.find_all("table") if caption in t.caption.text)
    return [[_clean(cell) for cell in row.find_all(["th", "td"])] for row in found.find_all("tr")]


def _clean(cell):
    """Give the text of a cell: a usual space before a sign, none between the digits of a number."""
    text = re.sub(r"[\u00a0\u202f]", " ", cell.text.strip())
    return re.sub(r"(?<=\d) (?=\d{3}\b)", "", text)


def plain(html):
    """Give the text of a page with usual spaces."""
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").text)


def lines(text):
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize("role", [Role.ASSOCIATION, Role.ADMINISTRATOR])
def test_who_has_no_part_in_it_finds_no_page(operation, role):
    client = client_of(role, operation)
    for tail in ("", "/communes.csv", "/jours.csv", "/etablissements", "/etablissements.csv"):
        get(client, operation, tail, 404)


def test_the_service_sees_every_number_with_its_completeness(operation):
    html = get(client_of(Role.EQUIPMENT, operation), operation)
    text = plain(html)
    assert "4 établissements sur 5 ont répondu" in text
    assert "50 élèves équipés sur 90" in text and "55,5 %" in text
    assert "non affiché" not in text.replace("« non affiché »", "")
    assert "ce qui n'est pas zéro" in text
    rows = {row[0]: row[1:] for row in table(html, "Toutes les communes")}
    assert rows["Ville 93001"] == ["3 sur 3", "60", "35", "58,3 %", "35"]
    assert rows["Ville 93029"] == ["0 sur 1", "inconnu", "inconnu", "inconnu", "0"]


def test_the_chain_of_numbers_is_never_confused(operation):
    rows = table(get(client_of(Role.EQUIPMENT, operation), operation), "De l'annonce aux mains")
    assert rows[0] == [
        "Article",
        "annoncés",
        "reçus au dépôt",
        "déclarés sur place",
        "attribués",
        "expédiés",
        "acceptés",
        "en mains",
    ]
    assert rows[1] == [
        "Carte SIM (don)",
        "1400",
        "0",
        "50",
        "0",
        "0",
        "0",
        "50",
    ]


@pytest.mark.parametrize("role", READERS)
def test_who_oversees_sees_no_small_number(operation, role):
    client = client_of(role, operation)
    html = get(client, operation)
    assert "50 élèves équipés sur 90" in plain(html)
    assert "moins de 11" in plain(html)
    rows = {row[0]: row[1:] for row in table(get(client, operation, "/etablissements"), "Par établissement")}
    assert rows[SMALL][2:] == ["non affiché"] * 3
    assert rows["Collège Autre"][2:] == ["30", "15", "50,0 %"]
    assert rows[SILENT][1:] == ["pas encore répondu", "inconnu", "inconnu", "inconnu"]
    assert sum(row[2] == "non affiché" for row in rows.values()) >= 2


def test_the_academy_and_a_head_see_small_numbers_of_their_own(operation):
    rows = table(get(client_of(Role.ACADEMY, operation), operation, "/etablissements"), "Par établissement")
    assert [row[3:] for row in rows if row[0] == SMALL] == [["7", "3", "42,8 %", "3"]]
    own = table(get(client_of(Role.HEAD, operation), operation, "/etablissements"), "Par établissement")
    assert [row[0] for row in own[1:]] == [BIG]
    head = get(client_of(Role.HEAD, operation), operation)
    assert "20 élèves équipés sur 40" in plain(head)
    assert "Ville 93008" not in head and "annoncés" not in head


def test_an_inspector_sees_nothing_of_the_colleges(operation):
    html = get(client_of(Role.CIRCONSCRIPTION, operation), operation)
    assert "Ville" not in html and BIG not in html


def test_a_giver_sees_counts_by_commune_and_no_answer(operation):
    factories.in_hands(operation, School.objects.get(name="Collège Autre"), 15)
    client = client_of(Role.GIVER, operation)
    html = get(client, operation)
    rows = {row[0]: row[1:] for row in table(html, "Toutes les communes")}
    assert rows["Commune"] == ["Carte SIM (don) : en mains"]
    assert rows["Ville 93001"] == ["35"]
    assert rows["Ville 93008"] == rows["Ville 93029"] == ["non affiché"]
    assert "répondu" not in plain(html) and "manque" not in plain(html)
    get(client, operation, "/etablissements", 404)
    get(client, operation, "/etablissements.csv", 404)
    assert "65 entre les mains des élèves" in plain(client.get("/").content.decode())


def test_a_giver_of_something_else_finds_no_page(operation):
    stranger = Client()
    stranger.force_login(factories.user(Role.GIVER, factories.body("foundation")))
    get(stranger, operation, "", 404)


def test_no_name_is_anywhere(operation):
    Pupil.objects.update(class_label="CanariClasse")
    for pupil in Pupil.objects.all()[:5]:
        pupil.last_name = "CanariNom"
        pupil.save()
    for role in (*READERS, Role.ACADEMY, Role.EQUIPMENT, Role.GIVER, Role.HEAD):
        client = client_of(role, operation)
        tails = ["", "/communes.csv", "/jours.csv"]
        tails += [] if role == Role.GIVER else ["/etablissements", "/etablissements.csv"]
        for tail in tails:
            text = get(client, operation, tail)
            assert "Canari" not in text and "Famille" not in text, (role, tail)


def test_schools_can_be_cut_to_a_commune(operation):
    client = client_of(Role.EQUIPMENT, operation)
    rows = table(get(client, operation, "/etablissements?commune=93008"), "Par établissement")
    assert [row[0] for row in rows[1:]] == ["Collège Autre"]
    assert "Aucun établissement ici" in get(client, operation, "/etablissements?commune=%3Cscript%3E")


def test_the_curve_ends_at_what_is_in_hands(operation):
    html = get(client_of(Role.EQUIPMENT, operation), operation)
    assert table(html, "jour après jour")[-1][1] == "50"
    days = lines(get(client_of(Role.EQUIPMENT, operation), operation, "/jours.csv"))
    assert days[-1]["valeur"] == "50"


def test_each_line_of_a_file_is_a_fact(operation):
    rows = lines(get(client_of(Role.PREFECTURE, operation), operation, "/etablissements.csv"))
    small = [row for row in rows if row["etablissement"] == SMALL]
    assert {row["etat"] for row in small} == {"non affiché"} and {row["valeur"] for row in small} == {""}
    silent = [row for row in rows if row["etablissement"] == SILENT]
    assert {row["etat"] for row in silent} == {"inconnu"} and {row["valeur"] for row in silent} == {""}
    for row in rows:
        assert row["definition"] and row["source"] and re.match(r"\d{4}-\d\d-\d\d ", row["date"])
        assert row["interroges"] == "1"
    total = lines(get(client_of(Role.EQUIPMENT, operation), operation, "/communes.csv"))
    rate = next(row for row in total if row["code_commune"] == "total" and "taux" in row["indicateur"])
    assert (rate["valeur"], rate["unite"], rate["repondu"], rate["interroges"]) == (
        "55,5",
        "pour cent",
        "4",
        "5",
    )


def test_files_and_pages_agree(operation):
    client = client_of(Role.EQUIPMENT, operation)
    shown = {row[0]: row[2] for row in table(get(client, operation), "Toutes les communes")[1:]}
    filed = {
        row["commune"]: row["valeur"] or row["etat"]
        for row in lines(get(client, operation, "/communes.csv"))
        if "il en manque" in row["indicateur"] and row["commune"]
    }
    assert filed == shown


def test_no_cell_becomes_a_formula(operation):
    school = operation.handovers.first().school
    school.name = "=cmd|' /C calc'!A1"
    school.save()
    text = get(client_of(Role.EQUIPMENT, operation), operation, "/etablissements.csv")
    assert {row["etablissement"][0] for row in lines(text) if "cmd" in row["etablissement"]} == {"'"}


def test_a_draft_shows_its_own_service_an_empty_chain():
    service = factories.equipment_user()
    draft = factories.operation(service, opened=False)
    client = Client()
    client.force_login(service)
    assert "1 400" in plain(get(client, draft)).replace("\u202f", " ").replace("\xa0", " ")


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize("role", [Role.EQUIPMENT, Role.REGION, Role.ACADEMY, Role.GIVER])
def test_ten_times_more_schools_take_no_query_more(operation, role):
    client = client_of(role, operation)
    tails = [""] if role == Role.GIVER else ["", "/etablissements", "/etablissements.csv", "/communes.csv"]
    addresses = [f"/chiffres/{operation.public_id}{tail}" for tail in tails]
    before = [queries(client, address) for address in addresses]
    for rank in range(45):
        school = factories.school(commune=factories.commune(f"Ville {rank}", f"94{rank:03d}"))
        factories.answered(operation, school, 12)
        factories.in_hands(operation, school, 2)
    assert [queries(client, address) for address in addresses] == before
    assert max(before) <= 12


def test_a_long_list_is_cut_in_pages(operation):
    for rank in range(60):
        factories.school(name=f"Collège {rank:02d}")
    html = get(client_of(Role.EQUIPMENT, operation), operation, "/etablissements")
    assert len(table(html, "Par établissement")) == 51
    assert "page=2" in html
