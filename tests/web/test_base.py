"""Does the ground of every page hold: access, language, session, refusals, errors, headers?"""

import pytest

from cartable.accounts.enums import Role
from cartable.accounts.models import RefusedAccess
from tests import factories


pytestmark = pytest.mark.django_db


def test_a_page_asks_who_you_are(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/connexion?next=/"


def test_home_opens_once_signed_in(client):
    client.force_login(factories.user(Role.HEAD, factories.school()))
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Collège Jean Moulin" in answer.content.decode()


def test_public_pages_open_to_all(client):
    for address in ("/connexion", "/etat", "/accessibilite", "/donnees-personnelles"):
        assert client.get(address).status_code == 200, address


def test_what_is_not_there_is_one_page_in_french(client):
    client.force_login(factories.user())
    answer = client.get("/rien")
    assert answer.status_code == 404
    assert "Page introuvable" in answer.content.decode()
    assert not RefusedAccess.objects.exists()
