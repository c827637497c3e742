"""Can a person put a second factor in use, sign in with it and do without her telephone, in a browser?"""

import pytest

from cartable.accounts.enums import Role
from cartable.accounts.models import SecondFactor
from cartable.accounts.totp import code_at
from tests import factories
from tests.browser.conftest import PHONE, look
from tests.factories import PASSWORD


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def forget_codes() -> None:
    """Let a code of this half minute serve again: the test does not wait for the next one."""
    SecondFactor.objects.update(last_step=0)


def refused(page) -> None:
    """Wait for the form to come back, and forget that the browser says so too."""
    page.get_by_role("alert").first.wait_for()
    page.complaints[:] = [said for said in page.complaints if "422" not in said]


def first_step(page, user) -> None:
    page.goto("/connexion")
    page.locator("#id_username").fill(user.identifier)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def test_from_enrolment_to_a_code_on_paper(visit):
    user = factories.user(Role.PREFECTURE, factories.department(), password=PASSWORD)
    page = visit(viewport=PHONE)
    first_step(page, user)
    page.goto("/mon-compte")
    look(page, "factor-mine")
    page.get_by_role("link", name="Activer la double authentification").click()
    look(page, "factor-none")
    page.get_by_role("button", name="Commencer").click()
    look(page, "factor-key")
    page.get_by_label("Code affiché par l'application").fill("12")
    page.get_by_role("button", name="Mettre en service").click()
    refused(page)
    look(page, "factor-mistake")
    page.get_by_label("Code affiché par l'application").fill(code_at(SecondFactor.objects.get().key))
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Mettre en service").click()
    look(page, "factor-codes")
    paper = page.locator(".cartable-codes code").first.inner_text()
    page.get_by_role("link", name="continuer").click()
    page.goto("/mon-compte/second-facteur")
    look(page, "factor-there")
    page.goto("/mon-compte/second-facteur/retrait")
    look(page, "factor-remove")

    page = visit(viewport=PHONE)
    first_step(page, user)
    look(page, "factor-second-step")
    forget_codes()
    page.get_by_label("Code de votre application").fill(code_at(SecondFactor.objects.get().key))
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Bonjour")

    page = visit(viewport=PHONE)
    first_step(page, user)
    page.get_by_role("link", name="utiliser un code de secours").click()
    look(page, "factor-paper")
    page.get_by_label("Code de secours").fill(paper.lower())
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Bonjour")
    page.goto("/confirmer?next=/mon-compte")
    look(page, "factor-confirm")

    page = visit(factories.user(Role.ADMINISTRATOR))
    page.goto(f"/comptes/{user.public_id}")
    look(page, "factor-account")
    page.get_by_role("link", name="Réinitialiser la double authentification").click()
    look(page, "factor-reset")
