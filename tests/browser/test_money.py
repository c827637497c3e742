"""Do the pages of money hold in a browser: two lines side by side, a commitment by two people, mistakes, keyboard?"""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding import actions
from cartable.funding.models import Commitment, Delegation, Line
from tests import factories
from tests.browser.conftest import PHONE, look
from tests.browser.pages.page import fill, follow, press, says
from tests.browser.pages.town import set_clock
from tests.factories import strong
from tests.funding.stage import DAY, Country, down, envelope, line, region_prefecture
from tests.money_people import People


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EXTRA = "Délégation supplémentaire pour l'équipement"
CITES = "Cités éducatives 2020 : jusqu'à 15 %"


@pytest.fixture
def country(transactional_db, monkeypatch):
    set_clock(monkeypatch)("2020-11-30T12:00")
    return told(Country(line(name=EXTRA)))


def told(country: Country) -> Country:
    """Tell Hauts-de-France: 695,294 € delegated on one line, at most 690,000 € on the other."""
    given = {"actor": None, "ae_cents": 1_000_000_00, "cp_cents": 1_000_000_00, "on": DAY}
    actions.open_credits(envelope_id=country.nation.public_id, **given)
    down(country.nation, country.region, 695_294_00, announced_on=date(2020, 4, 27))
    down(country.region, country.nord, 300_000_00)
    down(country.region, country.pas, 95_294_00)
    cites = line("cites", None, name=CITES)
    actions.set_ceiling(
        actor=None,
        line=cites,
        region=country.north,
        ceiling=actions.Ceiling("up_to", 690_000_00),
        basis="15 % de 4,6 M€ par an",
    )
    actions.set_ceiling(
        actor=None,
        line=country.line,
        region=country.north,
        ceiling=actions.Ceiling("exactly", 695_294_00),
        basis="Crédits supplémentaires délégués à la région",
    )
    nation = envelope(cites, country.nation.holder)
    actions.open_credits(envelope_id=nation.public_id, **given)
    down(nation, envelope(cites, region_prefecture(country.north), nation), 200_000_00)
    one = actions.commit(
        actor=None,
        kind="convention",
        bearer_id=country.bearer.public_id,
        subject="120 tablettes et clés 4G pour les élèves de trois quartiers",
        parts=[actions.Part(country.nord.public_id, 20_000_00)],
        on=date(2020, 5, 18),
        justify_by=date(2020, 12, 31),
    )
    part = one.parts.get()
    actions.pay(actor=None, part_id=part.public_id, cents=12_500_50, on=date(2020, 6, 2), reason="DP 1")
    actions.justify(actor=None, part_id=part.public_id, cents=4_000_00, on=date(2020, 9, 1))
    return country


def signed_in(visit, person, **more):
    """Give the browser of somebody who gave her second factor."""
    page, client, name = visit(person, **more), Client(), settings.SESSION_COOKIE_NAME
    strong(client, person)
    (weak,) = (cookie for cookie in page.context.cookies() if cookie["name"] == name)
    page.context.add_cookies([{**weak, "value": client.cookies[name].value}])
    return page


def test_the_two_lines_of_a_region_stand_side_by_side(visit, country):
    page = signed_in(visit, People(country).region)
    page.goto("/credits/")
    assert says(page, EXTRA, CITES, "695\u202f294,00\u00a0€ exactement", "jusqu'à 690\u202f000,00\u00a0€")
    look(page, "money-region")
    boxes = [card.bounding_box() for card in page.locator("section.cartable-figure").all()]
    assert len(boxes) == 2 and boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] < boxes[1]["x"]
    page.goto("/credits/jours")
    look(page, "money-days")
    for name, one in {"region": country.region, "nord": country.nord}.items():
        page.goto(reverse("envelope", args=[one.public_id]))
        look(page, f"money-envelope-{name}")
    page.goto(reverse("notification", args=[Delegation.objects.get(target=country.region).public_id]))
    look(page, "money-notification")
    page.goto(reverse("envelope-redeploy", args=[country.region.public_id]))
    look(page, "money-redeploy")
    page.goto(reverse("money-pieces") + "?chiffre=engage")
    look(page, "money-pieces")


def test_a_commitment_takes_two_people_from_a_telephone_and_with_the_keyboard(visit, country):
    people = People(country)
    page = signed_in(visit, people.prefect, viewport=PHONE)
    page.goto(reverse("envelope", args=[country.nord.public_id]))
    page.get_by_role("link", name="Engager une dépense").click()
    page.get_by_label("Nom, SIRET, RNA ou UAI du porteur").fill("inventée")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Association inventée").click()
    press(page, "Engager")
    assert page.get_by_role("alert").is_visible()
    page.complaints[:] = [said for said in page.complaints if "422" not in said]
    look(page, "money-commit-mistakes")
    fill(page, {"Objet": "300 ordinateurs", "Montant": "30 000,50"})
    page.get_by_text("convention", exact=True).click()
    page.get_by_role("button", name="Engager").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert says(page, "En attente d'une seconde personne")
    look(page, "money-proposed")
    one = Commitment.objects.get(state="proposed")
    second = signed_in(visit, people.colleague)
    second.goto("/")
    look(second, "money-home")
    second.get_by_role("link", name="Voir l'engagement").click()
    second.get_by_role("link", name="Confirmer l'engagement").click()
    press(second, "Confirmer")
    assert says(second, "L'engagement est confirmé.")
    one.refresh_from_db()
    assert one.state == "committed"


def test_a_bearer_declares_a_bill_with_its_goods(visit, country):
    page = signed_in(visit, People(country).bearer)
    page.goto("/")
    page.get_by_role("link", name="Voir ce qui est à justifier").click()
    look(page, "money-borne")
    page.get_by_role("link", name="120 tablettes").click()
    look(page, "money-commitment-of-bearer")
    page.get_by_role("link", name="Déclarer une facture").click()
    press(page, "Déclarer la facture")
    page.complaints[:] = [said for said in page.complaints if "422" not in said]
    look(page, "money-bill-mistakes")
    fill(
        page,
        {"Fournisseur": "Revendeur", "Numéro de la facture": "F-2020-12", "Date de la facture": "2020-06-20"},
    )
    first = page.get_by_role("group", name="Ligne 1")
    first.get_by_label("Bien ou service").fill("Tablette")
    first.get_by_label("Nombre").fill("30")
    first.get_by_label("Prix unitaire").fill("133,32")
    press(page, "Déclarer la facture")
    assert says(page, "La facture est déclarée", "30 × Tablette")
    page.get_by_role("link", name="F-2020-12").click()
    look(page, "money-bill")


def test_a_city_finds_what_it_has_to_pay_and_adds_it(visit, country):
    """The State buys from a seller; the city, which is named, pays the tax of it."""
    place = factories.commune("Exemple", "59001", department=country.d59)
    city = Body.objects.create(kind=BodyKind.LOCAL_AUTHORITY, name="Ville d'Exemple", commune=place)
    till = envelope(line("tva", None, name="TVA des tablettes", funder=city, own_money=True), city)
    given = {"ae_cents": 10_000_00, "cp_cents": 10_000_00, "on": DAY}
    actions.open_credits(actor=None, envelope_id=till.public_id, **given)
    seller = Body.objects.create(kind=BodyKind.COMPANY, name="Revendeur inventé", department=country.d59)
    page = signed_in(visit, People(country).prefect)
    page.goto(reverse("commitment-write", args=[country.nord.public_id, seller.public_id]))
    page.get_by_text("achat", exact=True).click()
    page.get_by_text("Un cofinanceur", exact=False).click()
    page.get_by_label("Taux de TVA").select_option("2000")
    fill(page, {"Objet": "80 tablettes", "Montant": "10 000", "Cofinanceur attendu": "Ville d'Exemple"})
    look(page, "money-commit-cofunder")
    press(page, "Engager")
    look(page, "money-awaited")
    mayor = signed_in(visit, factories.user("equipment", city), viewport=PHONE)
    mayor.goto("/")
    look(mayor, "money-home-of-cofunder")
    mayor.get_by_role("link", name="Voir l'engagement").click()
    look(mayor, "money-awaited-of-cofunder")
    mayor.get_by_role("link", name="Ajouter votre part").click()
    look(mayor, "money-join")
    press(mayor, "Ajouter")
    assert says(mayor, "Votre part est ajoutée.")
    assert Commitment.objects.get(subject="80 tablettes").state == "committed"


def test_the_ministry_specifies_a_line_that_its_document_left_open(visit, country):
    page = signed_in(visit, People(country).national)
    left_open = Line.objects.get(name=CITES)
    page.goto(reverse("money-line", args=[left_open.public_id]))
    look(page, "money-line")
    follow(page, "Préciser le plafond de la ligne")
    fill(
        page,
        {
            "Ce que dit le document": "part d'une autre enveloppe",
            "Part, en %": "15",
            "Montant dont c'est une part": "1",
        },
    )
    press(page, "Enregistrer")
    page.complaints[:] = [said for said in page.complaints if "422" not in said]
    look(page, "money-ceiling-mistake")
    fill(page, {"Montant dont c'est une part": "46 000 000"})
    press(page, "Enregistrer")
    assert says(page, "C'est enregistré.", "jusqu'à 6,9 M€ (15 % de 46 M€)")


def test_what_is_left_to_pay_is_paid_the_next_year_with_credits_of_that_year(visit, country, monkeypatch):
    set_clock(monkeypatch)("2021-03-15T12:00")
    people, came = People(country), date(2021, 2, 1)
    actions.open_credits(actor=None, envelope_id=country.nation.public_id, cp_cents=7_499_50, on=came)
    down(country.nation, country.region, 7_499_50, ae_cents=0, on=came)
    page = signed_in(visit, people.region)
    page.goto(reverse("envelope-delegate", args=[country.region.public_id]))
    fill(page, {"Pour": "Préfecture 59", "Crédits de paiement": "7 499,50", "Date": "2021-03-01"})
    look(page, "money-credits-of-2021")
    press(page, "Déléguer")
    page = signed_in(visit, people.prefect)
    page.goto(reverse("commitment-pay", args=[Commitment.objects.get().public_id]))
    fill(page, {"Montant": "5 000", "Payé le": "2021-03-10"})
    look(page, "money-payment-of-2021")
    press(page, "Noter le paiement")
    page.goto(reverse("envelope", args=[country.nord.public_id]))
    assert says(page, "Crédits de paiement par année", "2\u202f499,50\u00a0€")
    look(page, "money-years")
