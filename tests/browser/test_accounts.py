"""Do the pages of accounts hold in a browser, with objects, mistakes and a keyboard?"""

import pytest

from cartable.accounts.enums import Role
from tests import crawl_objects, factories
from tests.browser.conftest import PHONE, look
from tests.factories import PASSWORD


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_pages_with_objects(visit):
    sides = crawl_objects.build()
    own = sides["own"]
    page = visit(factories.user(Role.ADMINISTRATOR))
    for name, address in {
        "accounts": "/comptes",
        "accounts-found-nothing": "/comptes?q=zzz",
        "account": f"/comptes/{own.things['account_id']}",
        "account-new": "/comptes/nouveau",
        "right-new": f"/comptes/{own.things['account_id']}/droits",
        "right-end": f"/droits/{own.things['right_id']}/fin",
        "invitations": "/invitations",
        "invite": f"/invitations/departement/{own.department.public_id}",
    }.items():
        page.goto(address)
        look(page, name)
    page = visit(own.head)
    for name, address in {
        "delegations": "/delegations",
        "delegation-end": f"/delegations/{own.things['delegation_id']}/fin",
        "mine": "/mon-compte",
        "not-found": "/comptes",
    }.items():
        page.complaints.clear()
        page.goto(address)
        page.complaints[:] = [said for said in page.complaints if "404" not in said]
        look(page, name)
    page = visit()
    page.goto(f"/acces/{own.things['token']}")
    look(page, "first-access-link")


def test_a_head_lends_a_right_from_a_telephone_after_a_mistake(visit):
    head = factories.user(Role.HEAD, factories.school())
    page = visit(head, viewport=PHONE)
    page.goto("/delegations")
    page.get_by_role("link", name="Confier des droits").click()
    page.get_by_role("button", name="Confier ces droits").click()
    assert page.get_by_role("alert").is_visible()
    page.complaints[:] = [said for said in page.complaints if "422" not in said]
    look(page, "delegation-mistakes")
    page.get_by_label("Nom de votre collègue").fill("M. Conseiller")
    page.get_by_label("Son adresse électronique").fill("cpe@example.test")
    page.get_by_text("repérer les élèves").click()
    page.get_by_label("Jusqu'au").fill(_soon())
    page.get_by_role("button", name="Confier ces droits").click()
    assert page.get_by_text("votre collègue peut commencer").is_visible()


def _soon() -> str:
    from datetime import timedelta

    from cartable.foundation import clock

    return (clock.today() + timedelta(days=30)).isoformat()


def test_signing_in_takes_only_the_keyboard(visit):
    user = factories.user(Role.HEAD, factories.school(), password=PASSWORD)
    page = visit()
    page.goto("/mot-de-passe-oublie")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Contenu"
    page.goto("/")
    assert page.evaluate("document.activeElement.id") == "id_username"
    page.keyboard.type(user.identifier)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Bonjour")
    assert page.get_by_role("heading", level=1).inner_text().startswith("Bonjour")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_menu_opens_on_a_telephone(visit):
    page = visit(factories.user(Role.HEAD, factories.school()), viewport=PHONE)
    page.goto("/")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Délégations").click()
    page.wait_for_url("**/delegations")
