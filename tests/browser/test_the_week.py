"""Can the whole week of the 1,800 SIM cards be done on the pages, by its people, in a real browser?

One operation at the size of a village: three collèges, one circonscription with three écoles. Each person signs in
through the page for it; nothing but what happens outside the house (the mail that leaves, a scanner) is done for them.
"""

import pytest

from cartable.accounts.enums import Role
from cartable.cli.checks import all_damages
from tests.browser.pages import census, figures, gate, service
from tests.browser.pages.page import fill, follow, holds, pdf, press, says
from tests.browser.pages.town import (
    IEN,
    OFFICE,
    PARKS,
    PASSWORD,
    Town,
    department,
    giver,
    link_in,
    open_town,
    person,
    set_clock,
    sound,
)  # fmt: skip


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRINCIPAL, LATE, DIRECTOR = "ce.parks@ecole.invalid", "ce.silence@ecole.invalid", "ce.lilas@ecole.invalid"


@pytest.fixture
def town(visit, monkeypatch, settings, live_server, tmp_path) -> Town:
    settings.PUBLIC_ADDRESS = live_server.url.replace("localhost", "127.0.0.1")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    it_is = set_clock(monkeypatch)
    it_is("2020-04-27 08:50")
    return open_town(visit, it_is, tmp_path / "mail")


def test_the_week(town, tmp_path):
    operation, letters = monday_morning(town, tmp_path)
    monday_afternoon(town, tmp_path, letters)
    round_ = wednesday(town, operation)
    thursday(town, round_)
    too_late(town, operation, letters[LATE])
    at_the_gate(town)
    figures_for_all(town, operation)
    credit_and_returns(town)
    assert all_damages() == []
    assert [page.complaints for page in town.pages.values() if page.complaints] == []


def monday_morning(town, folder):
    """9:00 to 11:00: the operation, the accounts, the boxes; the circonscription begins."""
    town.it_is("2020-04-27 09:00")
    page = town.screen(town.service)
    sound(page)
    operation = service.open_operation(page)
    page = town.screen(town.service)
    service.adopt_agreement(page)
    page.goto("/invitations")
    identifier, code = service.invite(page)
    page.goto(operation)
    service.receive_goods(page, folder)
    letters = town.post()
    town.it_is("2020-04-27 11:00")
    page = town.arrive(IEN, link_in(letters[IEN]))
    sound(page)
    census.invite_ecoles(page)
    page.goto("/")
    census.enter_by_telephone(page)
    nobody_here(town, identifier, code)
    return operation, letters


def nobody_here(town, identifier, code):
    """A head without e-mail comes with the code of a letter."""
    page = town.newcomer(identifier)
    page.goto("/connexion")
    with page.expect_navigation():
        page.get_by_role("link", name="J'ai reçu un code par courrier").click()
    fill(page, {"Identifiant": identifier, "Code reçu": code.lower(), "Choisissez": PASSWORD})
    press(page, "Ouvrir mon accès")
    sound(page)
    census.answer_nobody(page)


def monday_afternoon(town, folder, letters):
    """13:30 and 14:30: the collège through its CPE, the director without secretary."""
    town.it_is("2020-04-27 13:30")
    letters |= town.post()
    page = town.arrive(PRINCIPAL, link_in(letters[PRINCIPAL]))
    sound(page)
    census.delegate(page)
    page = town.arrive(census.CPE, link_in(town.post()[census.CPE]))
    sound(page)
    census.bring_list(page, folder)
    census.tick_eleven(page)
    sound(page)
    census.declare_tablets(town.screen(PRINCIPAL))
    census.send_answer(town.screen(PRINCIPAL))
    town.it_is("2020-04-27 14:30")
    page = town.arrive(DIRECTOR, link_in(letters[DIRECTOR]))
    sound(page)
    census.type_families(page, *census.OF_THE_ECOLE)


def wednesday(town, operation):
    """12:00 to 15:00: who answered, the plan, the shipments."""
    town.it_is("2020-04-29 12:00")
    service.follow_up(town.screen(town.service, operation))
    census.correct(town.screen(DIRECTOR))
    service.validate(town.screen(town.service, operation))
    town.it_is("2020-04-29 14:00")
    page = town.screen(town.service, operation)
    service.share_cards_of_colleges(page)
    service.ship(page)
    service.share_rest(page, operation)
    return service.send_round(page)


def thursday(town, round_):
    """8:00 and 14:00: the counts are confirmed, the visits are planned."""
    town.it_is("2020-04-30 08:00")
    stranger = town.newcomer("nobody")
    for place, address in round_:
        if place == PARKS:
            gate.confirm(stranger, address)
    stranger.goto(next(address for place, address in round_ if place == OFFICE))
    sound(stranger)
    page = town.screen(IEN)
    follow(page, "Confirmer la réception")
    press(page, "Confirmer la réception")
    assert says(page, "Merci. La réception est enregistrée.")
    town.it_is("2020-04-30 14:00")
    page = town.screen(census.CPE)
    sound(page)
    gate.plan_visits(page)
    letter = town.post()["arzachel@courriel.invalid"]
    assert "lundi 4 mai 2020 à 9 h" in letter and "Arzachel" not in letter


def too_late(town, operation, letter):
    """The silent collège answers at last: its part was kept for it."""
    page = town.arrive(LATE, link_in(letter))
    census.type_families(page, *census.OF_THE_LATE)
    service.serve_late_answer(town.screen(town.service, operation))


def at_the_gate(town):
    """Monday 9:00: hand over, and what happens at a gate."""
    town.it_is("2020-05-04 09:00")
    page = town.screen(census.CPE)
    follow(page, gate.PREPARED)
    door = page.url
    sound(page)
    gate.lists_to_sign(page, door)
    gate.hand_by_keyboard(page, "Arzachel", "carte SIM", gate.card(0))
    gate.hand_by_keyboard(page, "Bullialdus", "tablette", "PRET0001", signed="convention de prêt")
    assert holds(pdf(page, "Convention de prêt (PDF)"), "26 mars 2020", "Bullialdus", "PRET0001")
    gate.hand_by_keyboard(page, "Clavius", "tablette", "PRET0002")
    for step, *words in (
        (gate.hand_to_aunt, "Clavius", gate.card(1)),
        (gate.hand_gift, "Deslandre", "TD0001"),
        (gate.absent, "Deslandre"),
        (gate.swap, "Arzachel", gate.card(2)),
    ):
        page.goto(door)
        step(page, *words)
    page.goto(door)
    gate.hand_by_keyboard(page, "Eratos", "carte SIM", gate.card(3), signed="liste d'émargement")
    gate.give_back_and_leave(page, "Eratos")


def figures_for_all(town, operation):
    """15:00: the service, the préfecture and a giver read the same counts, as far as each may; no name."""
    town.it_is("2020-05-04 15:00")
    page = town.screen(town.service, operation)
    figures.open_figures(page, operation)
    chain = figures.line(page, figures.SIM)
    assert (chain["annoncés"], chain["reçus au dépôt"], chain["en mains"]) == ("18", "18", "2"), chain
    assert says(page, "5 établissements sur 6 ont répondu", "Jour après jour")
    figures.names_nobody(page)
    with pytest.raises(AssertionError, match="names"):
        figures.names_nobody(town.screen(census.CPE, "/eleves/"))  # who serves the school does read names
    for who in (person(Role.PREFECTURE, department()), person(Role.GIVER, giver("Fondation SFR"))):
        page = town.screen(who)
        sound(page)
        figures.names_nobody(page)
        figures.open_figures(page, operation)
        sound(page)
        figures.names_nobody(page)
        chain = figures.line(page, figures.SIM)
        assert (chain["reçus au dépôt"], chain["en mains"]) == ("18", "non affiché"), chain
        assert ["total", ""] in [line[:2] for line in figures.read_csv(page)]


def credit_and_returns(town):
    """23 days later the credit ends within a week; in June what was lent comes back."""
    town.it_is("2020-05-27 09:00")
    assert holds(town.post()[PRINCIPAL], "crédit", "2 cartes", "3 juin 2020")
    page = town.screen(PRINCIPAL)
    follow(page, "Voir les familles à prévenir")
    assert says(page, gate.card(2), gate.card(1))
    town.it_is("2020-06-26 10:00")
    page = town.screen(census.CPE, "/prets/")
    sound(page)
    gate.return_and_prolong(page, "PRET0001")
