"""Can the administration keep the directory, and everybody who needs it look a school up?"""

import base64
import gzip
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.accounts.enums import Role
from cartable.intake.contracts import WEB
from cartable.journal.models import Entry
from cartable.territories.actions import load_reference
from cartable.territories.models import Circonscription, School
from tests import factories as make


pytestmark = pytest.mark.django_db
INVENTED = Path(__file__).parents[1] / "territories" / "annuaire_invente.csv"
HEADER, *LINES = INVENTED.read_text(encoding="utf-8-sig").splitlines()


@pytest.fixture
def administrator(client):
    load_reference()
    user = make.user(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def bring(client, *lines, name="annuaire.csv", content=None):
    content = content or "\r\n".join([HEADER, *lines]).encode()
    return client.post(reverse("directory-import"), {"file": SimpleUploadedFile(name, content)})


def counts(page):
    return [int(part.split("<")[0]) for part in page.split("<dd>")[1:6]]


def test_a_file_is_brought_and_says_what_became_of_each_line(client, administrator):
    assert counts(text(bring(client, *LINES))) == [5, 5, 0, 0, 0]
    moved = LINES[0].replace("0 rue des Essais", "9 rue des Essais")
    page = text(bring(client, moved, *LINES[1:3], LINES[3].replace("0939003", "0939004", 1)))
    assert counts(page) == [4, 0, 1, 2, 1]
    assert School.objects.count() == 5 and School.objects.get(uai="0939000C").address_1 == "9 rue des Essais"
    file = base64.b64decode(re.search(r'base64,([^"]+)"', page)[1]).decode("utf-8-sig")
    assert file.splitlines()[0] == "ligne;champ;valeur;motif" and len(file.splitlines()) == 2
    assert Entry.objects.latest("seq").actor == administrator.public_id


def test_a_file_that_is_packed_is_read(client, administrator):
    packed = gzip.compress(INVENTED.read_bytes())
    assert counts(text(bring(client, name="annuaire.csv.gz", content=packed))) == [5, 5, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("annuaire.csv", b"nom;prenom\r\nA;B\r\n"),
        ("annuaire.csv", "\r\n".join([HEADER, *[LINES[0]] * (WEB.max_rows + 1)]).encode()),
        ("annuaire.xlsx", b"this is no workbook"),
        ("annuaire.exe", b"MZ"),
        ("annuaire.csv", b" "),
    ],
    ids=["other columns", "too many lines", "no workbook", "other format", "empty"],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_leaves_nothing(client, administrator, name, content):
    page = text(bring(client, name=name, content=content), 422)
    assert (
        page.count('id="form-faults"') == 1 and "upload" not in page.split("form-faults")[1].split("</ul>")[0]
    )
    assert not School.objects.exists() and not Entry.objects.exists()


def test_who_keeps_one_place_brings_that_place_alone(client, administrator):
    client.force_login(make.user(Role.ADMINISTRATOR, make.department("13")))
    page = text(bring(client, *LINES))
    assert counts(page) == [5, 0, 0, 0, 5] and "pas de votre ressort" in page and "Aucune ligne" in page
    assert not School.objects.exists()


def test_nobody_else_brings_a_file(client, administrator):
    for role, place in ((Role.NATIONAL, None), (Role.AUDITOR, None), (Role.EQUIPMENT, make.body())):
        client.force_login(make.user(role, place))
        assert client.get(reverse("directory-import")).status_code == 404
        assert bring(client, *LINES).status_code == 404
    assert not School.objects.exists()


def test_a_school_is_found_and_its_facts_are_read(client, administrator):
    bring(client, *LINES)
    page = text(client.get(reverse("schools") + "?q=ecole inventee ville 1"))
    assert "1 établissement" in page and "0939001D" in page and "0939000C" not in page
    assert "Aucun établissement ne correspond" in text(client.get(reverse("schools") + "?q=nulle part"))
    school = School.objects.get(uai="0939001D")
    page = text(client.get(reverse("school", args=[school.public_id])))
    assert "1 rue des Essais" in page and "ecole1@example.test" in page and "26 novembre 2024" in page
    assert "inconnu" in page  # the file does not say how many pupils: not known is not zero


def test_a_circonscription_shows_its_ecoles(client, administrator):
    bring(client, *LINES)
    one = Circonscription.objects.get()
    page = text(client.get(reverse("circonscriptions") + "?q=inventée"))
    assert one.name in page and one.code in page
    page = text(client.get(reverse("circonscription", args=[one.public_id])))
    assert "0939000C" in page and one.department.name in page
    assert "Aucune circonscription" in text(client.get(reverse("circonscriptions") + "?q=ailleurs"))


def test_each_looks_up_what_is_theirs(client, administrator):
    here, there = make.school("ecole"), make.school(department=make.department("13"))
    for role, place in ((Role.PREFECTURE, here.department), (Role.CIRCONSCRIPTION, here.circonscription)):
        client.force_login(make.user(role, place))
        page = text(client.get(reverse("schools")))
        assert here.uai in page and there.uai not in page
        assert "Importer l'annuaire" not in page
        assert client.get(reverse("school", args=[there.public_id])).status_code == 404
        assert client.get(reverse("school", args=[here.public_id])).status_code == 200
    client.force_login(make.user(Role.GIVER, make.body("foundation")))
    assert client.get(reverse("schools")).status_code == 404


def test_an_empty_directory_is_the_first_thing_to_do(client, administrator):
    home = text(client.get(reverse("home")))
    assert "Importer l'annuaire" in home.split("À faire maintenant")[1].split("</section>")[0]
    make.school()
    assert "À faire maintenant" not in text(client.get(reverse("home")))


@pytest.mark.parametrize("name", ["schools", "circonscriptions"])
def test_lists_ask_as_many_questions_for_many_as_for_few(client, administrator, name):
    def asked():
        with CaptureQueriesContext(connection) as made:
            text(client.get(reverse(name)))
        return len(made)

    make.school("ecole", commune=make.commune())
    asked()
    few = asked()
    for _ in range(10):
        make.school("ecole", commune=make.commune())
    assert asked() == few
