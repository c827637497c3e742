"""The invented families of the collège, as SIECLE writes them; craters of the Moon, no name is met by chance."""

from pathlib import Path
from typing import NamedTuple

from tests.browser.pages.town import code


class Child(NamedTuple):
    """A pupil and the adult of his home; who has no adult of his own lives with the one before him."""

    last_name: str
    first_name: str
    division: str
    phone: str = ""
    mail: str = ""

    @property
    def shown(self) -> str:
        return f"{self.last_name} {self.first_name}"


ANA = Child("ARZACHEL", "Ana", "6e A", "0639980101", "arzachel@courriel.invalid")
BOB = Child("ARZACHEL", "Bob", "4e B")
CHILDREN = (
    ANA,
    BOB,
    Child("BULLIALDUS", "Chloé", "6e A", "0639980102", "bullialdus@courriel.invalid"),
    Child("CLAVIUS", "Dina", "6e A", "0639980103"),
    Child("DESLANDRE", "Élie", "5e A", "0639980104"),
    Child("ERATOS", "Fanny", "5e A", "0639980105"),
    Child("FRACASTOR", "Gino", "5e A", "0639980106"),
    Child("GASSENDI", "Hugo", "4e B", "0639980107"),
    Child("HIPPARQUE", "Inès", "4e B", "0639980108"),
    Child("IRIDUM", "Jade", "3e A", "0639980109"),
    Child("JANSSEN", "Karim", "3e A", "0639980110"),
    Child("KIRCHER", "Léo", "3e A", "0639980111"),
    Child("LANGRENUS", "Mia", "3e A", "0639980112"),
    Child("MERSENIUS", "Noé", "3e A", "0639980113"),
)
CANARIES = (
    *dict.fromkeys(child.last_name.casefold() for child in CHILDREN),
    *("nectaris", "orontius", "petavius", "regiomont", "schiller"),
)
HEAD = '<?xml version="1.0" encoding="ISO-8859-15"?>'


def write_siecle(folder: Path) -> tuple[Path, Path]:
    """Write the two exports of the collège: its pupils, and those who answer for them."""
    pupils, adults = folder / "ElevesAvecAdresses.xml", folder / "ResponsablesAvecAdresses.xml"
    pupils.write_text(_pupils(), encoding="iso-8859-15")
    adults.write_text(_adults(), encoding="iso-8859-15")
    return pupils, adults


def _pupils() -> str:
    eleves = "".join(
        f'<ELEVE ELEVE_ID="{n}"><ID_NATIONAL/><NOM_DE_FAMILLE>{child.last_name}</NOM_DE_FAMILLE>'
        f"<PRENOM>{child.first_name}</PRENOM><DATE_NAISS>{n:02d}/03/2007</DATE_NAISS></ELEVE>"
        for n, child in enumerate(CHILDREN, 1)
    )
    divisions = "".join(
        f'<STRUCTURES_ELEVE ELEVE_ID="{n}"><STRUCTURE><CODE_STRUCTURE>{child.division}</CODE_STRUCTURE>'
        "<TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>"
        for n, child in enumerate(CHILDREN, 1)
    )
    return (
        f'{HEAD}<BEE_ELEVES VERSION="2.1"><PARAMETRES><UAJ>{code(1)}</UAJ></PARAMETRES><DONNEES>'
        f"<ELEVES>{eleves}</ELEVES><STRUCTURES>{divisions}</STRUCTURES></DONNEES></BEE_ELEVES>"
    )


def _adults() -> str:
    people, homes, links, home = "", "", "", 0
    for n, child in enumerate(CHILDREN, 1):
        if child.phone:
            home = n
            people += (
                f'<PERSONNE PERSONNE_ID="{n}"><NOM_DE_FAMILLE>{child.last_name}</NOM_DE_FAMILLE>'
                f"<PRENOM>Maud</PRENOM><TEL_PORTABLE>{child.phone}</TEL_PORTABLE><MEL>{child.mail}</MEL>"
                f"<ADRESSE_ID>{n}</ADRESSE_ID></PERSONNE>"
            )
            homes += (
                f'<ADRESSE ADRESSE_ID="{n}"><LIGNE1_ADRESSE>{n} rue de la Lune</LIGNE1_ADRESSE>'
                "<CODE_POSTAL>99101</CODE_POSTAL><LIBELLE_POSTAL>FONTENELLE</LIBELLE_POSTAL></ADRESSE>"
            )
        links += (
            f"<RESPONSABLE_ELEVE><ELEVE_ID>{n}</ELEVE_ID><PERSONNE_ID>{home}</PERSONNE_ID>"
            "<RESP_LEGAL>1</RESP_LEGAL></RESPONSABLE_ELEVE>"
        )
    return (
        f'{HEAD}<BEE_RESPONSABLES VERSION="2.1"><DONNEES><PERSONNES>{people}</PERSONNES>'
        f"<RESPONSABLES>{links}</RESPONSABLES><ADRESSES>{homes}</ADRESSES></DONNEES></BEE_RESPONSABLES>"
    )
