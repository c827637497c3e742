"""What a school does with what it received: the count, the visits, the gate, the returns, on its pages."""

from playwright.sync_api import Page
from stdnum import luhn

from tests.browser.conftest import DESK, PHONE
from tests.browser.pages.page import choose, fill, follow, holds, pdf, pdf_at, press, says, text_of
from tests.browser.pages.service import FIRST_CARD


FOCUSED = """() => { const at = document.activeElement;
  return (at.labels && at.labels.length ? at.labels[0] : at).textContent.split(/\\s+/).join(' ').trim(); }"""
PREPARED = "Ouvrir la page de remise"


def card(rank: int) -> str:
    """Give the number printed on a card of the first box, with its check digit."""
    body = str(FIRST_CARD + rank)
    return body + luhn.calc_check_digit(body)


def confirm(page: Page, address: str) -> None:
    """Confirm a count from the QR code of a slip, without an account; a card is missing in the box of seven."""
    page.set_viewport_size(PHONE)
    page.goto(address)
    if "7 annoncés" in text_of(page):
        page.get_by_label("Combien en avez-vous reçu").first.fill("6")
        press(page, "Confirmer la réception")
        assert says(page, "erreur")
        page.complaints.clear()  # the browser tells every 422 on its console
        fill(page, {"Motif": "manquant à l'ouverture"})
    fill(page, {"Votre nom": "L'accueil"})
    press(page, "Confirmer la réception")
    assert says(page, "a été reçue", "vous n'avez plus rien à faire")


def plan_visits(page: Page) -> None:
    """Give appointments, print the call list, write to the families that have an address."""
    follow(page, PREPARED)
    follow(page, "Rendez-vous")
    follow(page, "Planifier des rendez-vous")
    fill(page, {"Article": "carte SIM", "Jour": "2020-05-04", "Première famille": "09:00", "Minutes": "10"})
    press(page, "Donner les rendez-vous")
    assert says(page, "6 rendez-vous sont prévus.", "lundi 4 mai", "à appeler")
    calls = pdf(page, "Liste d'appel (PDF)")
    assert "06 39 98 01 03" in calls and "06 39 98 01 01" not in calls, calls
    assert holds(pdf(page, "Feuille des rendez-vous (PDF)"), "lundi 4 mai", "9 h", "Clavius")
    follow(page, "Prévenir les familles")
    press(page, "Envoyer les courriels")
    assert says(page, "2 familles prévenues par courriel. 4 familles à appeler.")


def lists_to_sign(page: Page, gate: str) -> None:
    """Open the list to sign, the attestations and the agreements before the families come."""
    for paper, words in (
        ("emargement.pdf?article=sim", "Clavius"),
        ("attestations.pdf?article=sim", "Clavius"),
        ("conventions.pdf?article=tablet&pour=attente", "Convention de prêt"),
    ):
        assert holds(pdf_at(page, f"{gate}/{paper}"), words, where=paper)


def hand_by_keyboard(page: Page, name: str, good: str, number: str, signed: str = "") -> None:
    """Hand a thing over on a telephone without touching it: name, Enter, number, Enter."""
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.activeElement.id") == "search"
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.type(name)
    page.get_by_text("trouvée").first.wait_for()
    _tab_to(page, "Remettre", name, good)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "number"
    page.keyboard.type(number)
    if signed:
        _choose_by_arrows(page, signed)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert says(page, "C'est remis", number)
    page.set_viewport_size(DESK)


def _tab_to(page: Page, *words: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED).casefold()
        if all(word.casefold() in focused for word in words):
            return
    raise AssertionError(f"the keyboard does not reach {words} on {page.url}: {text_of(page)}")


def _choose_by_arrows(page: Page, answer: str) -> None:
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "proof":
            break
    for _ in range(6):
        if answer in page.evaluate(FOCUSED):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows do not reach {answer}")


def open_hand(page: Page, name: str, good: str) -> None:
    """Open the form of one family at the gate."""
    follow(page.locator("li.gate-card").filter(has_text=name).filter(has_text=good), "Remettre")


def hand_to_aunt(page: Page, name: str, number: str) -> None:
    """Hand a card to an aunt whom the family authorised; her name is asked for."""
    open_hand(page, name, "carte SIM")
    fill(page, {"Numéro de l'article": number})
    choose(page, "Un autre adulte")
    press(page, "Remettre")
    assert says(page, "Écrivez le nom de la personne qui reçoit.")
    page.complaints.clear()
    fill(page, {"Nom de cette personne": "Mme Tante"})
    press(page, "Remettre")
    follow(page, "Corriger")
    assert says(page, "Mme Tante, adulte autorisé", number)


def hand_gift(page: Page, name: str, number: str) -> None:
    """Hand over a given tablet against an attestation."""
    open_hand(page, name, "tablette")
    fill(page, {"Numéro de l'article": number})
    choose(page, "Tablette (don) : attestation")
    press(page, "Remettre")
    assert holds(pdf(page, "Attestation de remise (PDF)"), name, number)


def absent(page: Page, name: str) -> None:
    """Somebody does not come: the next family has the thing."""
    press(
        page.locator("li.gate-card").filter(has_text=name).filter(has_text="rendez-vous"),
        "Absent, au suivant",
    )
    assert says(page, "Absence notée. La famille suivante a rendez-vous")


def open_done(page: Page, name: str) -> None:
    """Open what was handed over to a family."""
    follow(page, "Déjà remis")
    follow(page, f"Voir la remise à {name}")


def swap(page: Page, name: str, number: str) -> None:
    """A card is dead: another one in its place."""
    open_done(page, name)
    follow(page, "Échanger")
    fill(page, {"Numéro de l'article": number})
    press(page, "Enregistrer l'échange")
    assert says(page, "L'échange est enregistré.", number)


def give_back_and_leave(page: Page, name: str) -> None:
    """A pupil leaves: what was given comes back."""
    open_done(page, name)
    follow(page, "Reprendre")
    fill(page, {"L'élève quitte": True})
    press(page, "Enregistrer la restitution")
    assert says(page, "L'article est rendu")


def return_and_prolong(page: Page, number: str) -> None:
    """In June: one lent tablet comes back, signed, with its condition; the others are prolonged all at once."""
    follow(page, "Noter des retours")
    fill(page, {"Numéros": number, "Rendus le": "2020-06-26"})
    choose(page, "usé")
    press(page, "Enregistrer les retours")
    assert says(page, "1 restitution est notée.", "Tous (1)")
    assert holds(pdf(page, "Reçus de ce qui est rendu aujourd'hui"), number, "usé")
    follow(page, "Prolonger tous les prêts")
    fill(page, {"Nouvelle date": "2020-08-31"})
    press(page, "Prolonger")
    assert says(page, "1 prêt est prolongé.", "31 août 2020")
