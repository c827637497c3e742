"""Does the door let in who should, once, and keep out who guesses?"""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from pypdf import PdfReader

from cartable.accounts.actions import invite_all, invite_ecoles
from cartable.accounts.enums import Role
from cartable.accounts.models import Invitation, User
from cartable.foundation.clock import now
from cartable.messages.models import OutgoingMessage
from tests import factories
from tests.factories import PASSWORD


pytestmark = pytest.mark.django_db
WRONG = "Identifiant ou mot de passe incorrect"


def _sign_in(client, identifier, password=PASSWORD, **more):
    return client.post("/connexion", {"username": identifier, "password": password, **more})


def test_the_right_password_opens_whatever_the_case_of_the_identifier(client):
    factories.user(identifier="0930001a", password=PASSWORD)
    answer = _sign_in(client, " 0930001A ", next="/mon-compte")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/mon-compte"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "address", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(client, address):
    user = factories.user(password=PASSWORD)
    assert _sign_in(client, user.identifier, next=address).headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_identifier_get_the_same_answer(client):
    user = factories.user(password=PASSWORD)
    answers = [_sign_in(client, user.identifier, "faux"), _sign_in(client, "personne@example.test", "faux")]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(WRONG in answer.content.decode() for answer in answers)


def test_five_wrong_passwords_close_the_door_for_a_while_and_case_does_not_help(client):
    user = factories.user(identifier="tete@example.test", password=PASSWORD)
    statuses = [
        _sign_in(client, name, "faux").status_code for name in ("tete@example.test", "TETE@example.test") * 3
    ]
    assert statuses[-1] == 429
    closed = _sign_in(client, user.identifier)
    assert closed.status_code == 429
    assert "Attendez 15 minutes" in closed.content.decode()
    other = factories.user(password=PASSWORD)
    assert _sign_in(Client(), other.identifier).status_code == 302


def test_signing_out_takes_a_post(client):
    client.force_login(factories.user())
    assert client.get("/deconnexion").status_code == 405
    assert client.post("/deconnexion").status_code == 302
    assert client.get("/").status_code == 302


def test_a_page_left_open_asks_for_the_whole_page(client):
    answer = client.get("/connexion", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/connexion"


def _let_in(**school):
    made = factories.school(**school)
    invite_all(
        actor=factories.user(Role.EQUIPMENT, factories.body()), department_id=factories.department().public_id
    )
    return User.objects.get(assignments__school=made)


def test_a_link_is_looked_at_as_often_as_one_likes_and_used_once(client):
    user = _let_in(email="ce@ac-test.example")
    address = re.search(r"/acces/\S+", OutgoingMessage.objects.get().body)[0]
    for _ in range(3):
        assert user.identifier in client.get(address).content.decode()
        assert client.head(address).status_code == 200
    assert client.post(address, {"password": "court"}).status_code == 422
    assert client.post(address, {"password": PASSWORD}).status_code == 302
    assert client.get("/").status_code == 200
    assert Client().get(address).status_code == 404
    assert Client().post(address, {"password": "un autre mot de passe"}).status_code == 404


def test_a_code_by_letter_opens_the_account(client):
    user = _let_in()
    code = Invitation.objects.get().letter_code
    wrong = client.post(
        "/acces", {"identifier": user.identifier, "code": "AAAAA-AAAAA", "password": PASSWORD}
    )
    assert wrong.status_code == 422
    right = client.post(
        "/acces", {"identifier": user.identifier.upper(), "code": code.lower(), "password": PASSWORD}
    )
    assert right.status_code == 302
    assert client.get("/").status_code == 200


def test_a_new_password_ends_the_other_sessions(client):
    user = factories.user(password=PASSWORD)
    elsewhere = Client()
    _sign_in(client, user.identifier)
    _sign_in(elsewhere, user.identifier)
    answer = client.post("/mot-de-passe", {"old": PASSWORD, "new": "encore une longue phrase"})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_a_closed_account_is_out_at_the_next_page(client):
    user = factories.user()
    client.force_login(user)
    assert client.get("/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("minutes, still_in", [(59, True), (61, False)])
def test_an_hour_of_silence_ends_the_session(client, clock, minutes, still_in):
    client.force_login(factories.user())
    client.get("/")
    with clock.at(now() + timedelta(minutes=minutes)):
        assert (client.get("/").status_code == 200) is still_in


def test_twelve_hours_end_the_session_however_busy(client, clock):
    client.force_login(factories.user())
    start = now()
    for hour in range(13):
        with clock.at(start + timedelta(minutes=59 * hour)):
            answer = client.get("/")
    assert answer.status_code == 200
    with clock.at(start + timedelta(hours=12, minutes=20)):
        assert client.get("/").status_code == 302


def test_the_session_is_written_at_most_every_five_minutes(client, clock, django_assert_num_queries):
    client.force_login(factories.user())
    client.get("/accessibilite")

    def writes() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            client.get("/accessibilite")
        return sum(query["sql"].startswith("UPDATE") for query in seen)

    assert writes() == 0
    with clock.at(now() + timedelta(minutes=6)):
        assert writes() == 1
        assert writes() == 0


def test_the_letters_print_a_code_that_opens(client):
    equipment = factories.user(Role.EQUIPMENT, factories.body(phone="01 99 00 10 20"))
    school = factories.school(address_1="12 rue de la Paix", postcode="93300")
    invite_all(actor=equipment, department_id=factories.department().public_id)
    client.force_login(equipment)
    answer = client.get("/invitations/lettres.pdf")
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", text)[0]
    assert school.uai in text and "12 rue de la Paix" in text and "01 99 00 10 20" in text
    client.post("/invitations/lettres/parties")
    assert client.get("/invitations/lettres.pdf").status_code == 404
    opened = Client().post("/acces", {"identifier": school.uai, "code": code, "password": PASSWORD})
    assert opened.status_code == 302


def test_a_forgotten_password_sends_one_link_and_tells_nothing(client):
    factories.user(identifier="moi@example.test", email="moi@example.test", password=PASSWORD)
    answers = [
        client.post("/mot-de-passe-oublie", {"identifier": name}, follow=True).content.decode()
        for name in ("MOI@example.test", "moi@example.test", "personne@example.test")
    ]
    assert all("Si ce compte existe" in answer for answer in answers)
    assert OutgoingMessage.objects.get().recipient == "moi@example.test"
    address = re.search(r"/acces/\S+", OutgoingMessage.objects.get().body)[0]
    client.post(address, {"password": "une autre longue phrase"})
    assert _sign_in(Client(), "moi@example.test", "une autre longue phrase").status_code == 302


def test_a_letter_names_the_circonscription_that_writes_it(client):
    """A school that doubts a letter must find somebody to call."""
    place = factories.circonscription(name="Circonscription du Port", phone="01 48 00 00 01")
    factories.school("ecole", circonscription=place, email="")
    inspector = factories.user("circonscription", place)
    invite_ecoles(actor=inspector, circonscription_id=place.public_id)
    client.force_login(inspector, backend="django.contrib.auth.backends.ModelBackend")
    letter = PdfReader(io.BytesIO(client.get("/invitations/lettres.pdf").content)).pages[0].extract_text()
    assert "Circonscription du Port" in letter and letter.count("01 48 00 00 01") == 2
