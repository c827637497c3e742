"""Does the door ask for the second factor wherever it must, and lead on to where the person was going?"""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from cartable.accounts.actions import invite_all, prove, remove_second_factor
from cartable.accounts.enums import Role
from cartable.accounts.models import Invitation, SecondFactor, User
from cartable.accounts.queries import factor_of
from cartable.accounts.totp import code_at
from cartable.foundation.clock import now
from cartable.messages.models import OutgoingMessage
from cartable.web import proof, register
from cartable.web.forms import Form
from cartable.web.register import ANYONE_SIGNED_IN, PUBLIC, Page, door
from tests import factories
from tests.factories import PASSWORD


pytestmark = pytest.mark.django_db
HERE = "/mon-compte/second-facteur"
WRONG = "000000"
GUESSES = pytest.mark.parametrize("many", [60, pytest.param(1000, marks=pytest.mark.soak)])


@pytest.fixture
def person():
    return factories.user(password=PASSWORD, email="moi@example.test")


@pytest.fixture(autouse=True)
def still(clock):
    """Stop the clock in the middle of a step, so that no code changes while a test runs."""
    with clock.at("2026-11-25T09:00:15+01:00"):
        yield


def first_step(client, user, **more):
    return client.post("/connexion", {"username": user.identifier, "password": PASSWORD, **more})


def inside(client) -> bool:
    return client.get("/mon-compte").status_code == 200


def test_the_password_alone_opens_nothing_to_who_has_a_factor(client, person):
    factor = factories.second_factor(person)
    answer = first_step(client, person, next="/mon-compte")
    assert answer.headers["Location"] == "/connexion/code" and not inside(client)
    assert client.post("/connexion/code", {"code": WRONG}).status_code == 422
    assert not inside(client)
    answer = client.post("/connexion/code", {"code": code_at(factor.key)})
    assert answer.headers["Location"] == "/mon-compte" and inside(client)


def test_a_code_that_served_does_not_let_a_second_browser_in(client, person):
    factor = factories.second_factor(person)
    other = Client()
    first_step(client, person), first_step(other, person)
    code = code_at(factor.key)
    assert client.post("/connexion/code", {"code": code}).status_code == 302
    assert other.post("/connexion/code", {"code": code}).status_code == 422 and not inside(other)


def test_a_recovery_code_lets_in_and_few_left_are_said(client, person):
    codes = enrol(client, person)
    client.post("/deconnexion")
    for code in codes[:7]:
        first_step(client, person)
        assert "Code de secours" in client.get("/connexion/code?secours=1").content.decode()
        page = client.post("/connexion/code?secours=1", {"code": code}, follow=True).content.decode()
        client.post("/deconnexion")
    assert "Il vous reste 3 codes de secours" in page


def test_the_second_step_does_not_wait_for_ever(client, person, clock):
    factor = factories.second_factor(person)
    first_step(client, person)
    with clock.at(now() + timedelta(minutes=11)):
        answer = client.post("/connexion/code", {"code": code_at(factor.key)})
    assert answer.headers["Location"] == "/connexion" and not inside(client)


def test_nobody_is_half_in_after_the_password_changed_or_the_account_closed(client, person):
    factor = factories.second_factor(person)
    first_step(client, person)
    person.set_password("une autre longue phrase")
    person.save()
    assert client.post("/connexion/code", {"code": code_at(factor.key)}).headers["Location"] == "/connexion"
    person.set_password(PASSWORD)
    person.save()
    first_step(client, person)
    User.objects.update(is_active=False)
    assert client.post("/connexion/code", {"code": code_at(factor.key)}).headers["Location"] == "/connexion"


def test_the_second_step_is_nobody_s_without_the_first(client):
    assert client.get("/connexion/code").headers["Location"] == "/connexion"


@GUESSES
def test_guesses_at_the_second_step_are_looked_at_five_times(client, person, monkeypatch, many):
    factories.second_factor(person)
    seen = []
    monkeypatch.setattr("cartable.accounts.totp.matching_step", lambda *a, **k: seen.append(a))
    first_step(client, person)
    answers = [client.post("/connexion/code", {"code": f"{n:06d}"}) for n in range(many)]
    assert {answer.status_code for answer in answers} == {422} and len(seen) == 5
    assert "Attendez 15 min" in answers[-1].content.decode()
    fresh = Client()
    first_step(fresh, person)
    fresh.post("/connexion/code", {"code": WRONG})
    assert len(seen) == 5, "another browser, or another address, does not give more guesses"


@GUESSES
def test_guesses_at_the_password_are_looked_at_five_times(client, person, monkeypatch, many):
    seen = []
    monkeypatch.setattr("cartable.accounts.models.User.check_password", lambda *a: seen.append(a) and False)
    answers = [
        client.post("/connexion", {"username": person.identifier, "password": f"essai {n}"})
        for n in range(many)
    ]
    assert len(seen) == 5 and answers[-1].status_code == 429


def test_neither_a_new_link_nor_a_letter_stands_in_for_the_factor(client, person):
    factories.second_factor(person)
    client.post("/mot-de-passe-oublie", {"identifier": person.identifier})
    address = re.search(r"/acces/\S+", OutgoingMessage.objects.get().body)[0]
    answer = client.post(address, {"password": "une autre longue phrase"})
    assert answer.headers["Location"] == "/connexion/code" and not inside(client)

    school = factories.school()
    invite_all(
        actor=factories.user(Role.EQUIPMENT, factories.body()), department_id=factories.department().public_id
    )
    head = User.objects.get(assignments__school=school)
    factories.second_factor(head)
    code = Invitation.objects.get(channel="letter").letter_code
    other = Client()
    answer = other.post("/acces", {"identifier": head.identifier, "code": code, "password": PASSWORD})
    assert answer.headers["Location"] == "/connexion/code" and not inside(other)


def enrol(client, person) -> list[str]:
    first_step(client, person)
    client.post(f"{HERE}/commencer")
    code = code_at(SecondFactor.objects.get(user=person).key)
    page = client.post(HERE, {"code": code, "password": PASSWORD}).content.decode()
    return re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", page)


def test_enrolling_by_the_pages(client, person):
    first_step(client, person)
    assert "Commencer" in client.get(HERE).content.decode()
    assert client.post(f"{HERE}/commencer").headers["Location"] == HERE
    key = SecondFactor.objects.get().key
    page = client.get(HERE).content.decode()
    assert f"{key[:4]} {key[4:8]}" in page and "data:image/svg+xml" in page and "erreur" not in page
    assert client.post(HERE, {"code": WRONG, "password": PASSWORD}).status_code == 422
    done = client.post(HERE, {"code": code_at(key), "password": PASSWORD})
    codes = re.findall(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", done.content.decode())
    assert len(codes) == 10
    page = client.get(HERE).content.decode()
    assert "En service depuis" in page and key[:4] not in page and not [c for c in codes if c in page]


def test_sending_the_enrolment_again_changes_nothing(client, person):
    codes = enrol(client, person)
    key = SecondFactor.objects.get().key
    assert client.post(HERE, {"code": code_at(key), "password": PASSWORD}).status_code == 200
    assert client.post(f"{HERE}/commencer").status_code == 422
    assert len(codes) == 10 and SecondFactor.objects.get().key == key


def test_looking_at_the_page_makes_nothing(client, person):
    client.force_login(person)
    client.get(HERE)
    assert not SecondFactor.objects.exists()


def test_new_codes_and_taking_off_by_the_pages(client, person, clock):
    enrol(client, person)
    key = SecondFactor.objects.get().key
    assert client.post(f"{HERE}/codes", {"password": PASSWORD, "code": WRONG}).status_code == 422
    with clock.at(now() + timedelta(minutes=1)):
        page = client.post(f"{HERE}/codes", {"password": PASSWORD, "code": code_at(key)}).content.decode()
        assert len(re.findall(r"<code>[0-9A-Z]{5}-[0-9A-Z]{5}</code>", page)) == 10
        assert client.post(f"{HERE}/retrait", {"password": "faux", "code": code_at(key)}).status_code == 422
    with clock.at(now() + timedelta(minutes=2)):
        assert client.post(f"{HERE}/retrait", {"password": PASSWORD, "code": code_at(key)}).status_code == 302
    assert not SecondFactor.objects.exists()


def test_an_administrator_resets_after_showing_who_she_is(client, person):
    factories.second_factor(person)
    client.force_login(factories.user(Role.ADMINISTRATOR, password=PASSWORD))
    address = f"/comptes/{person.public_id}/second-facteur"
    assert address in client.get(f"/comptes/{person.public_id}").content.decode()
    assert "Votre mot de passe" in client.get(address).content.decode()
    asked = client.post(address)
    assert asked.status_code == 422 and "Votre mot de passe" in asked.content.decode()
    assert factor_of(person)
    assert client.post(address, {"proof": "faux"}).status_code == 422
    assert client.post(address, {"proof": PASSWORD}).status_code == 302
    assert factor_of(person) is None


# A page that commits money, as another family would register it.


def view(request) -> HttpResponse:
    form = AmountForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and proof.confirmed(request, form):
        return HttpResponse(f"engagé {form.cleaned_data['amount']}")
    return HttpResponse(str(form), status=422 if form.is_bound else 200)


class AmountForm(Form):
    from django import forms

    amount = forms.IntegerField()


@pytest.fixture
def strong_page(monkeypatch, settings):
    """Put the page in the place of one that has an address already."""
    from django.urls import path

    entry = Page("money", "argent", frozenset({Role.PREFECTURE}), ("GET", "POST"), strong=True)
    urls = type("urls", (), {})()
    from cartable.config import urls as ours

    urls.urlpatterns = [path("argent", door(view, entry), name="money"), *ours.urlpatterns]
    settings.ROOT_URLCONF = urls
    return "/argent"


@pytest.fixture
def officer():
    return factories.user(Role.PREFECTURE, factories.department(), password=PASSWORD)


def test_a_strong_page_leads_to_enrol_and_back(client, officer, strong_page):
    first_step(client, officer)
    answer = client.get(f"{strong_page}?ligne=2")
    assert answer.headers["Location"] == f"{HERE}?next=%2Fargent%3Fligne%3D2"
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'value="/argent?ligne=2"' in page
    begun = client.post(f"{HERE}/commencer", {"next": "/argent?ligne=2"})
    assert begun.headers["Location"] == answer.headers["Location"]
    code = code_at(SecondFactor.objects.get().key)
    done = client.post(
        begun.headers["Location"], {"code": code, "password": PASSWORD, "next": "/argent?ligne=2"}
    )
    assert 'href="/argent?ligne=2"' in done.content.decode()
    assert client.get(strong_page).status_code == 200


def test_a_session_that_began_before_the_factor_gives_it_once(client, officer, strong_page):
    first_step(client, officer)
    factor = factories.second_factor(officer)
    answer = client.get(strong_page)
    assert answer.headers["Location"] == "/confirmer?next=%2Fargent"
    assert client.post("/confirmer?next=%2Fargent", {"proof": PASSWORD}).status_code == 422
    answer = client.post("/confirmer?next=%2Fargent", {"proof": code_at(factor.key)})
    assert answer.headers["Location"] == "/argent" and client.get(strong_page).status_code == 200


def test_a_strong_page_stays_hidden_from_other_roles_and_from_nobody(client, person, strong_page):
    assert client.get(strong_page).headers["Location"].startswith("/connexion")
    factories.strong(client, person)
    assert client.get(strong_page).status_code == 404


def test_nothing_is_done_by_a_post_without_the_factor(client, officer, strong_page):
    client.force_login(officer)
    answer = client.post(strong_page, {"amount": "5"})
    assert answer.headers["Location"] == f"{HERE}?next=%2Fargent"


def test_a_part_of_a_page_sends_the_whole_page(client, officer, strong_page):
    client.force_login(officer)
    answer = client.get(strong_page, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"{HERE}?next=%2Fargent"


def test_a_factor_that_was_taken_off_no_longer_counts(client, officer, strong_page, clock):
    factor = factories.strong(client, officer)
    assert client.get(strong_page).status_code == 200
    remove_second_factor(actor=officer, password=PASSWORD, code=code_at(factor.key))
    assert client.get(strong_page).status_code == 302
    factories.second_factor(officer)
    assert client.get(strong_page).headers["Location"].startswith("/confirmer")


@pytest.mark.parametrize("minutes, passes", [(0, True), (4, True), (6, False)])
def test_a_proof_holds_five_minutes(client, officer, strong_page, clock, minutes, passes):
    factories.strong(client, officer)
    with clock.at(now() + timedelta(minutes=minutes)):
        answer = client.post(strong_page, {"amount": "5"})
    assert (answer.content.decode() == "engagé 5") is passes


def test_the_form_comes_back_as_it_was_typed_with_one_field_more(client, officer, strong_page, clock):
    factor = factories.strong(client, officer)
    with clock.at(now() + timedelta(minutes=10)):
        asked = client.post(strong_page, {"amount": "123456"})
        page = asked.content.decode()
        assert asked.status_code == 422 and 'value="123456"' in page and 'name="proof"' in page
        assert client.post(strong_page, {"amount": "123456", "proof": PASSWORD}).status_code == 422
        code = code_at(factor.key)
        done = client.post(strong_page, {"amount": "123456", "proof": code})
        assert done.content.decode() == "engagé 123456"
        assert client.post(strong_page, {"amount": "7"}).content.decode() == "engagé 7"


def test_a_wrong_form_is_not_asked_for_a_proof(client, officer, strong_page, clock):
    factories.strong(client, officer)
    with clock.at(now() + timedelta(minutes=10)):
        page = client.post(strong_page, {"amount": "beaucoup"}).content.decode()
    assert 'name="proof"' not in page


def test_guesses_in_a_form_count_as_at_the_door(client, officer, strong_page, clock, monkeypatch):
    factor = factories.strong(client, officer)
    with clock.at(now() + timedelta(minutes=10)):
        for _ in range(5):
            client.post(strong_page, {"amount": "5", "proof": WRONG})
        answer = client.post(strong_page, {"amount": "5", "proof": code_at(factor.key)})
        assert "Attendez 15 min" in answer.content.decode()
        first_step(Client(), officer)
        with pytest.raises(Exception, match="Attendez"):
            prove(actor=officer, code=code_at(factor.key))


def test_guesses_of_a_password_again_close_the_door_too(client, person):
    client.force_login(person)
    answers = [client.post("/confirmer", {"proof": f"essai {n}"}).status_code for n in range(7)]
    assert answers[0] == 422 and answers[-1] == 429
    assert first_step(Client(), person).status_code == 429


def test_who_has_no_factor_is_fresh_by_password_and_strong_by_nothing(rf: RequestFactory, person):
    request = rf.get("/")
    request.user, request.session = person, {}
    assert not proof.is_fresh(request)
    proof.note_proof(request, None)
    assert proof.is_fresh(request) and not proof.is_strong(request)
    factories.second_factor(person)
    assert not proof.is_fresh(request), "a password is no longer enough once there is a factor"


def test_a_public_page_cannot_be_strong():
    with pytest.raises(ValueError, match="public"):
        register.page("x", view, name="strong-and-public", roles=PUBLIC, strong=True)


def test_nobody_is_led_elsewhere_after_confirming(client, person):
    client.force_login(person)
    answer = client.post("/confirmer?next=//ailleurs.example", {"proof": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert Page("x", "x", ANYONE_SIGNED_IN, ("GET",)).strong is False


def test_a_right_is_given_and_ended_only_after_showing_who_one_is(client, person):
    administrator = factories.user(Role.ADMINISTRATOR, password=PASSWORD)
    client.force_login(administrator)
    address = f"/comptes/{person.public_id}/droits"
    right = {"role": "auditor", "scope_kind": "everywhere", "place": "", "valid_from": "", "valid_until": ""}
    assert 'name="proof"' in client.get(address).content.decode()
    assert client.post(address, right).status_code == 422 and not person.assignments.exists()
    assert client.post(address, {**right, "proof": PASSWORD}).status_code == 302
    given = person.assignments.get()
    assert 'name="proof"' not in client.get(address).content.decode(), "just proven"
    client.force_login(administrator)
    client.session.flush()
    client.force_login(administrator)
    assert client.post(f"/droits/{given.public_id}/fin").status_code == 422
    assert person.assignments.get().valid_until is None
    assert client.post(f"/droits/{given.public_id}/fin", {"proof": PASSWORD}).status_code == 302
    assert person.assignments.get().valid_until is not None
    opened = {**right, "identifier": "neuf@example.test", "display_name": "Neuf", "email": ""}
    assert client.post("/comptes/nouveau", opened).status_code == 302
