"""Are the pages of pupils sound in a real browser: ticked by keyboard, typed, imported, at both widths?"""

import pytest
from django.urls import reverse

from cartable.accounts.enums import Role
from cartable.pupils.models import Need, Pupil
from tests import factories
from tests.browser.conftest import PHONE, check, look
from tests.pupils import lists


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school():
    return factories.school("ecole", name="École Jules Ferry")


@pytest.fixture
def page(visit, school):
    return visit(factories.user(Role.HEAD, school))


def at(name, *args):
    return reverse(name, args=args)


def test_the_pupils_are_ticked_from_the_keyboard_and_on_a_telephone(page, school):
    ana = factories.pupil(school, "Ana", "Durand", level="CM1", class_label="CM1 A")
    factories.pupil(school, "Bob", "Durand", level="CM1", class_label="CM1 A")
    page.goto(at("pupils", school.public_id))
    look(page, "pupils")
    page.get_by_label("appareil pour Durand Ana").focus()
    with page.expect_response(lambda answer: "reperer" in answer.url):
        page.keyboard.press("Space")
    page.get_by_text("enregistré").first.wait_for()
    page.keyboard.press("Tab")
    with page.expect_response(lambda answer: "reperer" in answer.url):
        page.keyboard.press("c")
    page.set_viewport_size(PHONE)
    with page.expect_response(lambda answer: "reperer" in answer.url):
        page.get_by_label("lien perdu pour Durand Bob").check()
    kinds = Need.objects.values_list("kind", "takes_sim", "of_pupils__pupil__public_id")
    assert set(kinds.filter(of_pupils__pupil=ana)) == {
        ("device", None, ana.public_id),
        ("connection", True, ana.public_id),
    }
    assert Need.objects.count() == 3
    page.reload()
    look(page, "pupils-marked")
    page.goto(at("pupil", ana.public_id))
    look(page, "pupil")


def test_a_search_shows_who_is_meant(page, school):
    for name in ("Ana", "Bob"):
        factories.pupil(school, name, "Durand")
    page.goto(at("pupils", school.public_id))
    page.get_by_label("Chercher un élève par son nom").press_sequentially("bob")
    page.get_by_text("1 élève trouvé").wait_for()
    assert "bob" not in page.url.lower() and page.get_by_text("Durand Ana").count() == 0
    check(page)


def test_a_family_is_typed_in_little_time(page, school):
    page.goto(at("family-new", school.public_id))
    look(page, "family")
    page.keyboard.type("Durand")
    page.keyboard.press("Tab")
    page.keyboard.type("0612345678")
    page.keyboard.press("Tab")
    page.keyboard.type("Ana")
    page.keyboard.press("Tab")
    page.keyboard.type("CM1")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Enregistrer, puis famille suivante").click()
    page.get_by_text("C'est enregistré : Durand Ana.").wait_for()
    assert Pupil.objects.get().level == "CM1" and Need.objects.get().kind == "device"
    page.get_by_role("button", name="Enregistrer, puis famille suivante").click()
    page.get_by_role("alert").wait_for()
    page.complaints.clear()  # the browser tells every 422 on its console
    look(page, "family-refused")


def test_a_list_is_brought_and_its_rejects_are_taken_away(page, school, tmp_path):
    path = lists.write(
        tmp_path, "eleves.csv", lists.ONDE_HEADER, lists.onde_pupil("EXEMPLE", "Zoé"),
        lists.onde_pupil("EXEMPLE", "Tom", "32/13/2012"),
    )  # fmt: skip
    page.goto(at("pupils-import", school.public_id))
    look(page, "pupils-import")
    page.get_by_label("Liste des élèves, ou des responsables").set_input_files(path)
    page.get_by_role("button", name="Importer").click()
    page.get_by_role("heading", name="Liste importée").wait_for()
    look(page, "pupils-report")
    with page.expect_download() as taken:
        page.get_by_text("Télécharger les lignes rejetées").click()
    assert taken.value.suggested_filename == "lignes-rejetees.csv"


def test_homes_and_order(page, school):
    ana, bob = factories.pupil(school, "Ana", "Durand"), factories.pupil(school, "Bob", "Durand")
    home = factories.home(ana, bob, city="Aubervilliers", undisclosed=True)
    home.guardians.create(title="Mme", last_name="Durand", first_name="Luce", phone="06 12 34 56 78")
    factories.home(ana, rank=2, kind="placement", address="Foyer")
    page.goto(at("pupil", ana.public_id))
    look(page, "pupil-homes")
    page.get_by_label("appareil pour Durand Ana").check()
    page.get_by_text("Durand Bob", exact=True).first.click()
    page.get_by_role("button", name="Enregistrer").click()
    page.goto(at("pupil-home", ana.public_id, home.public_id))
    look(page, "pupil-home")
    page.goto(at("needs-order", school.public_id))
    look(page, "needs-order")
    page.goto(at("pupil-correct", ana.public_id))
    check(page)
    page.goto(at("pupil-left", ana.public_id))
    check(page)


def test_who_lives_in_a_priority_neighbourhood_is_said_once(page, school):
    from cartable.census.models import Return
    from cartable.pupils.actions import mark
    from cartable.pupils.inputs import NeedInput

    pupils = [factories.pupil(school, name, "Durand") for name in ("Ana", "Bob", "Cleo")]
    factories.home(pupils[0], pupils[1], city="Aubervilliers")
    for pupil in pupils:
        mark(actor=None, pupil_id=pupil.public_id, lacks=[NeedInput("device")])
    operation = factories.operation(factories.equipment_user(), factories.pool(9, serves="ecole"))
    page.goto(at("answer", operation.public_id, school.public_id))
    look(page, "answer-not-placed")
    page.get_by_role("link", name="Le dire").click()
    look(page, "priority-areas")
    page.get_by_label("En QPV : Durand Ana, Durand Bob").focus()
    page.keyboard.press("o")
    page.get_by_role("button", name="Non pour tous").click()
    page.get_by_text("2 foyers enregistrés.").wait_for()
    page.goto(at("answer", operation.public_id, school.public_id))
    look(page, "answer-placed")
    assert page.get_by_text("comptés hors QPV").count() == 0 and not Return.objects.exists()
