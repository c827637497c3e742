"""What schools and their circonscription do until Wednesday noon, on their pages."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import PHONE
from tests.browser.pages.families import CHILDREN, write_siecle
from tests.browser.pages.page import fill, follow, press, row, says
from tests.browser.pages.service import NAME
from tests.browser.pages.town import LILAS, MUSE, OFFICE


CPE = "cpe.parks@ecole.invalid"
SIM, KEY, DEVICE = "carte SIM", "clé 4G", "appareil"
# What each of the eleven lacks, in the order of the list; the last three pupils lack nothing.
LACKS: tuple[tuple[str, ...], ...] = (
    (SIM,), (SIM,), (SIM, DEVICE), (SIM, DEVICE), (SIM, DEVICE), (SIM,), (SIM,), (SIM,),
    (SIM, "devoirs par courrier"), (KEY, "aide aux parents"), ("lien perdu",),
)  # fmt: skip
OF_THE_ECOLE = (
    ("NECTARIS", "Paul", "CM1", SIM, ""),
    ("ORONTIUS", "Rose", "CP", SIM, "devoirs par courrier"),
    ("PETAVIUS", "Sami", "CM2", KEY, "lien perdu"),
)
OF_THE_LATE = (("REGIOMONT", "Tess", "6E", SIM, ""), ("SCHILLER", "Ugo", "3E", SIM, ""))


def delegate(page: Page) -> None:
    """Lend *mark* and *hand over* to the CPE until the end of June."""
    follow(page, "Délégations")
    follow(page, "Confier des droits")
    fill(page, {
        "Nom de votre collègue": "M. Conseiller", "Son adresse": CPE, "Jusqu'au": "2020-06-30",
        "repérer les élèves": True, "remettre et reprendre": True,
    })  # fmt: skip
    press(page, "Confier ces droits")
    assert says(page, "votre collègue peut commencer", "M. Conseiller")


def bring_list(page: Page, folder: Path) -> None:
    """Bring the two exports of SIECLE as they are."""
    follow(page, "Vos élèves")
    follow(page, "Importer une liste")
    pupils, adults = write_siecle(folder)
    fill(page, {"Liste des élèves, ou": str(pupils), "L'autre liste": str(adults)})
    press(page, "Importer")
    assert says(page, "Liste importée", "Lignes lues28", "Rejetées0")
    follow(page, "Voir les élèves")


def tick_eleven(page: Page) -> None:
    """Tick what each of the eleven lacks: every line saves itself."""
    for child, lacks in zip(CHILDREN, LACKS, strict=False):
        line = row(page, child.shown)
        for lack in lacks:
            with page.expect_response(lambda answer: "/reperer" in answer.url) as saved:
                if lack in (SIM, KEY):
                    line.get_by_role("combobox").select_option(label=lack)
                else:
                    line.get_by_label(f"{lack} pour").check(force=True)
            assert saved.value.ok
    page.reload()
    assert says(page, "14 élèves", "11 à qui il manque quelque chose")


def send_answer(page: Page) -> None:
    """Send the return: numbers, no name."""
    follow(page, "Répondre")
    assert says(page, "Voici ce qui partira : des nombres, aucun nom.")
    press(page, "Envoyer la remontée")
    assert says(page, "Merci. La remontée est envoyée")


def declare_tablets(page: Page) -> None:
    """Say how many tablets the collège holds already."""
    follow(page, "Répondre")
    follow(page, "L'établissement en avait déjà ?")
    fill(page, {"Article": "tablette", "Nombre déjà": "3"})
    press(page, "Déclarer ce nombre")
    assert says(page, "C'est noté.", "Tablette 3")


def answer_nobody(page: Page) -> None:
    """Say that nobody here needs it: an answer."""
    follow(page, "Répondre")
    press(page, "Personne n'en a besoin ici")
    assert says(page, "est une réponse : elle est enregistrée")


def invite_ecoles(page: Page) -> None:
    """Let the directors of the écoles in."""
    follow(page, "Invitations")
    follow(page, f"Ouvrir l'accès aux écoles : {OFFICE}")
    press(page, "Ouvrir les accès")
    assert says(page, "3 liens partent par courriel")


def enter_by_telephone(page: Page) -> None:
    """Enter for an école that phoned; it is marked as entered for it."""
    follow(page, "Voir mes écoles")
    assert says(page, f"{SIM} à donner · école : 6 à répartir", LILAS, MUSE)
    follow(page, f"Saisir pour elle : {MUSE}")
    fill(page, {f"Foyers sans connexion : {SIM}": "2"})
    press(page, "Enregistrer la réponse")
    assert says(page, f"La réponse est enregistrée : {MUSE}.", "saisie par la circonscription")


def type_families(page: Page, *families: tuple[str, str, str, str, str]) -> None:
    """Type families, one short form after the other, on a telephone, and send the answer."""
    page.set_viewport_size(PHONE)
    follow(page, "Vos élèves")
    follow(page, "Saisir une famille")
    for last_name, first_name, level, connection, other in families:
        fill(page, {"Nom de famille": last_name, "Téléphone": "06 39 98 02 02", "Prénom": first_name})
        fill(page, {"Niveau": level, "Connexion": connection, **({other: True} if other else {})})
        press(page, "Enregistrer, puis famille suivante")
        assert says(page, f"C'est enregistré : {last_name} {first_name}.")
    page.goto("/")
    send_answer(page)


def correct(page: Page) -> None:
    """Read why the return came back, correct it and send it again."""
    assert says(page, "Le nombre de clés paraît grand")
    follow(page, "Corriger la réponse")
    assert says(page, "Renvoyée pour correction", NAME)
    follow(page, "Repérer des élèves")
    with page.expect_response(lambda answer: "/reperer" in answer.url) as saved:
        row(page, "PETAVIUS").get_by_role("combobox").select_option(label=SIM)
    assert saved.value.ok
    page.goto("/")
    follow(page, "Corriger la réponse")
    press(page, "Envoyer la remontée")
