"""What the equipment service does in the week, on its pages."""

import re
from pathlib import Path

from playwright.sync_api import Page

from cartable.equipment.models import Shipment
from tests.browser.pages.page import choose, fill, follow, pdf, press, row, says
from tests.browser.pages.town import LILAS, OFFICE, PARKS, PREAU, SILENT, code


NAME = "Cartes SIM et tablettes, avril 2020"
SIM_COLLEGES, SIM_ECOLES = "carte SIM à donner · collège", "carte SIM à donner · école"
TABLETS = "tablette à donner · collège"
# (article, given or lent, for whom, how many, through the circonscription)
PARTS = (
    ("carte SIM", "donné", "collège", "12", False),
    ("carte SIM", "donné", "école", "6", True),
    ("tablette", "prêté", "collège", "8", False),
    ("tablette", "donné", "collège", "2", False),
)
FIRST_CARD = 893301200400000100
AGREEMENT = """Article 1 – Objet
Le Département prête à l'élève une tablette et son chargeur.

Article 2 – Durée
Le prêt est gratuit et dure jusqu'à la fin de l'année scolaire."""


def open_operation(page: Page) -> str:
    """Open the operation with its parts, and give its address."""
    follow(page, "Ouvrir une opération")
    fill(page, {
        "Nom de l'opération": NAME, "Ouverture": "2020-04-27", "Réponses attendues": "2020-04-29",
        "Heure limite": "12:00", "Contact pour les données": "dpd@departement.invalid",
    })  # fmt: skip
    press(page, "Créer l'opération")
    for good, mode, serves, quantity, relay in PARTS:
        follow(page, "Ajouter une part")
        fill(page, {"Article": good, "Pour": serves, "Quantité": quantity, "Livrer par la circ": relay})
        choose(page, mode)
        press(page, "Ajouter")
    press(page, "Ouvrir l'opération")
    assert says(page, "les établissements peuvent répondre", "mercredi 29 avril 2020 à 12:00")
    assert says(page, "0 établissement sur 6 a répondu")
    return page.url


def adopt_agreement(page: Page) -> None:
    """Register the text that the council voted, without which nothing is lent."""
    follow(page, "Enregistrer la convention de prêt")
    fill(page, {"Titre": "Convention de prêt", "Délibération": "2020-03-26", "Texte voté": AGREEMENT})
    press(page, "Enregistrer cette version")
    assert says(page, "Version 1, délibération du 26 mars 2020")


def invite(page: Page) -> tuple[str, str]:
    """Let collèges and circonscriptions in, in one step; give the identifier and the code of the only letter."""
    follow(page, "Ouvrir les accès : Val-d'Orge")
    press(page, "Ouvrir les accès")
    assert says(page, "3 liens partent par courriel, 1 lettre est à imprimer.")
    letter = pdf(page, "Télécharger les lettres (PDF)")
    found = re.search(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}\b", letter)
    assert found and code(2) in letter and code(1) not in letter, letter
    press(page, "Les lettres sont parties")
    return code(2), found[0]


def receive_goods(page: Page, folder: Path) -> None:
    """Receive two boxes of SIM cards through two givers, numbered tablets, and what collèges hold already."""
    follow(page, "Stock et réceptions")
    follow(page, "Réceptionner un lot")
    fill(page, {"Article": "carte SIM", "Nombre": "18", "Opérateur": "SFR", "Format": "nano"})
    fill(page, {
        "Crédit valable": "2020-06-03",
        "Boîte 1 : premier": str(FIRST_CARD), "Boîte 1 : dernier": str(FIRST_CARD + 8),
        "Boîte 2 : premier": str(FIRST_CARD + 9), "Boîte 2 : dernier": str(FIRST_CARD + 17),
        "Donateur 1": "Fondation SFR", "Le donateur 1": "fondation",
        "Donateur 2": "Emmaüs Connect", "Le donateur 2": "association",
    })  # fmt: skip
    choose(page, "donné")
    press(page, "Enregistrer la réception")
    assert says(page, "Le lot est enregistré.", "Fondation SFR → Emmaüs Connect")
    _import_tablets(page, folder)
    _declare_held(page, folder)


def _import_tablets(page: Page, folder: Path) -> None:
    path = folder / "tablettes.csv"
    path.write_text("numéro de série;article\nTD0001;Tablette 10 pouces\nTD0002;Tablette 10 pouces\n")
    follow(page, "Importer du matériel numéroté")
    fill(page, {
        "Fichier": str(path), "Donateur 1": "Le Choix de l'École", "Le donateur 1": "association",
        "Donateur 2": "Fondation Rothschild", "Le donateur 2": "fondation",
    })  # fmt: skip
    choose(page, "donné")
    press(page, "Importer")
    assert says(page, "2 lignes lues : 2 créées, 0 changées, 0 inchangées, 0 refusées")
    follow(page, "Voir le stock")
    assert says(page, "Le Choix de l'École → Fondation Rothschild")


def _declare_held(page: Page, folder: Path) -> None:
    path = folder / "deja-la.csv"
    path.write_text(f"UAI;nombre\n{code(3)};5\n")
    follow(page, "Déclarer ce qui est déjà dans les établissements")
    fill(page, {"Fichier": str(path), "Article": "tablette", "Donné ou prêté": "prêté"})
    press(page, "Déclarer")
    assert says(page, "Total déclaré : 5. Établissements ajoutés : 1")


def follow_up(page: Page) -> None:
    """Read who answered, who is silent, and send one return back."""
    assert says(page, "4 établissements sur 6 ont répondu", "dont 1 « personne n'en a besoin ici »")
    follow(page, "Qui n'a pas répondu")
    assert says(page, SILENT, PREAU, "01 99 00 10 03", "appelez-les")
    assert PARKS not in (page.locator("table").text_content() or "")
    page.go_back()
    follow(page, "Voir les réponses")
    follow(page, LILAS)
    follow(page, "Renvoyer pour correction")
    fill(page, {"Motif": "Le nombre de clés paraît grand : pouvez-vous vérifier ?"})
    press(page, "Renvoyer pour correction")
    assert says(page, "La remontée est renvoyée à l'établissement, avec votre motif.")


def validate(page: Page) -> None:
    """Validate what came in."""
    follow(page, "Voir les réponses")
    assert says(page, "4 établissements sur 6 ont répondu")
    press(page, "Valider les 4 remontées reçues")
    assert says(page, "Remontées validées : 4.")


def share_cards_of_colleges(page: Page) -> None:
    """Ask for a plan with a reserve for the silent, read it, change a share with a reason, approve."""
    follow(page, "Répartition")
    follow(page, f"Répartir : {SIM_COLLEGES}")
    press(page, "Calculer le plan")
    assert says(page, "Réserve pour ceux qui n'ont pas répondu (estimée)", SILENT, "des élèves dans")
    line = row(page, PARKS)
    assert re.search(r"8 sur 8|8 demand", " ".join((line.text_content() or "").split()))
    follow(line, "Modifier")
    fill(page, {"Part": "7", "Motif": "Une carte est gardée pour les pannes"})
    press(page, "Enregistrer")
    assert says(page, "Modifié à la main (calculé : 8) : Une carte est gardée pour les pannes")
    assert "Boisclair" in pdf(page, "Page pour signature (PDF)")
    press(page, "Approuver le plan")
    assert says(page, "Le plan est approuvé ; les articles sont réservés.")


def share_rest(page: Page, operation: str) -> None:
    """Share the cards of the écoles and the given tablets, and approve."""
    for part, reserve in ((SIM_ECOLES, True), (TABLETS, False)):
        page.goto(operation)
        follow(page, "Répartition")
        with page.expect_navigation():
            page.get_by_role("link", name=f"Répartir : {part}").click()
        fill(page, {"Garder une réserve": reserve})
        press(page, "Calculer le plan")
        press(page, "Approuver le plan")
        ship(page)


def ship(page: Page) -> None:
    """Prepare the shipments of the approved plan on the screen."""
    follow(page, "Préparer les expéditions")
    fill(page, {"Tournée du": "2020-04-30"})
    press(page, "Préparer")
    assert says(page, "Expéditions préparées")


def send_round(page: Page) -> list[tuple[str, str]]:
    """Print the papers of the round, let it go; give where each shipment goes and the address of its QR code."""
    slips, leaflets = pdf(page, "Bordereaux (PDF)"), pdf(page, "Feuillets des établissements (PDF)")
    assert PARKS in leaflets and LILAS in leaflets and SILENT not in leaflets, leaflets
    shipments = list(Shipment.objects.select_related("to_school", "to_circonscription"))
    assert all(shipment.number in slips for shipment in shipments) and OFFICE in slips
    press(page, "La tournée est partie")
    assert says(page, f"Expéditions parties : {len(shipments)}.")
    addresses = []
    for shipment in shipments:
        follow(page, shipment.number)
        slip = pdf(page, "Bordereau (PDF)")
        found = re.search(r"/reception/[0-9a-f]{20}", slip.replace(" ", ""))
        assert found and shipment.number in slip, slip
        addresses.append((OFFICE if shipment.to_circonscription else PARKS, found[0]))
        page.go_back()
    return addresses


def serve_late_answer(page: Page) -> None:
    """Give a school that answered after the plan its part of the reserve, and the rest back to the depot."""
    follow(page, "Répartition")
    follow(page.get_by_role("table"), SIM_COLLEGES)
    press(page, f"Servir {SILENT}, qui a répondu depuis (réservé : 4)")
    assert says(page, "La part est prise sur la réserve.", "2 sur 2 demandés")
    follow(page, "Libérer la réserve")
    fill(page, {"Motif": "Les réponses sont closes"})
    press(page, "Libérer la réserve")
    assert says(page, "Articles revenus au dépôt : 2.")
    ship(page)
