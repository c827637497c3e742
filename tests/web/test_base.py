"""Does the ground of every page hold: access, reads that only read, language, refusals, errors, headers?"""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from cartable.accounts.enums import Role
from cartable.accounts.models import RefusedAccess, User
from cartable.config.urls import urlpatterns as of_the_house
from cartable.foundation.refused import Refused
from cartable.web.register import ANYONE_SIGNED_IN, PUBLIC, REGISTER, Page, WriteOnRead, door, page
from tests import factories
from tests.conftest import HOUSE


pytestmark = pytest.mark.django_db


class Roads:
    """The addresses of the house and a few that misbehave, for tests only."""

    handler404 = "cartable.web.errors.not_found"
    handler500 = "cartable.web.errors.broken"


def _road(view, access=ANYONE_SIGNED_IN, methods=("GET", "POST")):
    """Give a URL configuration with one more page at /essai/."""
    roads = Roads()
    roads.urlpatterns = [
        *of_the_house,
        path("essai/<str:thing>", door(view, Page("trial", "", access, methods)), name="trial"),
    ]
    return override_settings(ROOT_URLCONF=roads)


@pytest.fixture
def head(client):
    user = factories.user(Role.HEAD, factories.school())
    client.force_login(user)
    return user


def test_a_page_asks_who_you_are(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/connexion?next=/"


def test_home_opens_once_signed_in_and_is_never_kept(client, head):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Collège Jean Moulin" in answer.content.decode()


def test_public_pages_open_to_all(client):
    for address in ("/connexion", "/etat", "/accessibilite", "/donnees-personnelles", "/acces"):
        assert client.get(address).status_code == 200, address


def test_what_is_not_there_is_one_page_in_french(client, head):
    answer = client.get("/rien")
    assert answer.status_code == 404
    assert "Page introuvable" in answer.content.decode()
    assert not RefusedAccess.objects.exists()


def test_a_page_of_another_role_does_not_exist_and_the_attempt_is_kept(client, head):
    assert client.get("/comptes").status_code == 404
    kept = RefusedAccess.objects.get()
    assert (kept.user, kept.route, kept.code) == (head, "accounts", "role_missing")


def test_an_object_out_of_sight_does_not_exist_and_the_attempt_is_kept(client):
    client.force_login(factories.user(Role.ADMINISTRATOR, factories.department()))
    stranger = factories.user()
    assert client.get(f"/comptes/{stranger.public_id}").status_code == 404
    assert RefusedAccess.objects.get().code == "not_visible"


def test_a_read_that_writes_is_stopped(head):
    def careless(request):
        User.objects.filter(pk=request.user.pk).update(language="en")
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = head
    with pytest.raises(WriteOnRead), transaction.atomic():
        door(careless, Page("trial", "", ANYONE_SIGNED_IN, ("GET",)))(request)
    request.method = "POST"
    assert door(careless, Page("trial", "", ANYONE_SIGNED_IN, ("GET", "POST")))(request).status_code == 200


def test_two_pages_never_share_a_name():
    taken = next(iter(REGISTER))
    with pytest.raises(ValueError, match=taken):
        page("ailleurs", lambda request: HttpResponse(), name=taken, roles=PUBLIC, methods=("DELETE",))


def test_a_refusal_is_a_page_with_its_sentence_and_nothing_is_kept(client, head):
    def refusing(request, thing):
        User.objects.filter(pk=request.user.pk).update(display_name="perdu")
        raise Refused("no", "Il reste 3 cartes : demandez-en 3 au plus.")

    with _road(refusing):
        answer = client.post("/essai/1")
    assert answer.status_code == 422
    assert "Il reste 3 cartes" in answer.content.decode()


def test_our_own_fault_is_a_page_that_needs_nothing(client, head):
    def broken(request, thing):
        raise RuntimeError("secret de famille")

    client.raise_request_exception = False
    with _road(broken):
        answer = client.get("/essai/1")
    assert answer.status_code == 500
    assert "inattendue" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_form_that_waited_too_long_is_explained(client):
    client.handler.enforce_csrf_checks = True
    answer = client.post("/connexion", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "rien n'a été enregistré" in answer.content.decode().replace("&#x27;", "'")


def test_the_browser_does_not_choose_the_language(client):
    answer = client.get("/connexion", headers={"Accept-Language": "en"})
    assert '<html lang="fr"' in answer.content.decode()


def test_the_language_is_kept_for_the_account_and_for_the_visitor(client, head):
    client.post("/langue", {"language": "en", "next": "/mon-compte"})
    assert User.objects.get(pk=head.pk).language == "en"
    client.post("/deconnexion")
    assert '<html lang="en"' in client.get("/connexion").content.decode()
    client.post("/langue", {"language": "xx"})
    assert client.cookies["django_language"].value == "en"


@pytest.mark.parametrize("address", ["/connexion", "/", "/rien", "/etat"])
def test_every_answer_carries_the_headers_that_guard_it(client, address):
    answer = client.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_watchman_gets_json(client):
    assert client.get("/etat", headers={"Accept": "application/json"}).json() == {"store": True}


def test_the_brand_of_the_republic_is_shown_only_where_the_state_runs_it(client):
    brand = "République<br>Française"
    assert brand not in client.get("/connexion").content.decode()
    with override_settings(RUN_BY_THE_STATE=True):
        assert brand in client.get("/connexion").content.decode()


def test_a_store_with_demo_accounts_says_so(client):
    assert "Démonstration" not in client.get("/connexion").content.decode()
    factories.user(demo=True)
    assert "Démonstration" in client.get("/connexion").content.decode()


def test_a_progress_bar_counts_beyond_a_thousand():
    from django.template.loader import render_to_string

    shown = render_to_string(
        "components/progress.html", {"id": "p", "label": "Réponses", "value": 1400, "max": 15000}
    )
    assert 'value="1400" max="15000"' in shown


def test_every_icon_in_use_is_in_a_style_sheet_that_is_loaded():
    """Only the families of icons in use are loaded: another icon would silently be an empty square."""
    pages = [path.read_text(encoding="utf-8") for path in (HOUSE / "web" / "templates").rglob("*.html")]
    used = set(re.findall(r"fr-icon-[a-z0-9-]+", " ".join(pages)))
    sheets = re.findall(
        r"static '(dsfr/[^']+\.css)'", (HOUSE / "web/templates/theme/assets.html").read_text()
    )
    styles = " ".join(Path(finders.find(sheet)).read_text(encoding="utf-8") for sheet in sheets)
    assert used and {icon for icon in used if f".{icon}:" not in styles} == set()
