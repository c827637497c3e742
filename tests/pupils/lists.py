"""Lists as schools export them, made of invented people."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


ONDE_HEADER = (
    "Nom élève;Nom d'usage élève;Prénom élève;Date naissance;Sexe;INE;Adresse1;Cp1;Commune1;Pays1;"
    "Adresse2;Cp2;Commune2;Pays2; Cycle;Niveau;Libellé classe;Identifiant classe;Attestation fournie;"
    "Autorisation associations;Autorisation photo;Décision de passage"
)
CHILD = "Nom d'usage enfant;Nom de famille enfant;Prénom enfant;Classes enfants"
GUARDIANS_HEADER = (
    "Civilité Responsable;Nom usage responsable;Nom responsable;Prénom responsable;Adresse responsable;"
    "CP responsable;Commune responsable;Pays;Courriel;Téléphone domicile;Téléphone travail;Téléphone portable;"
    + ";".join([CHILD] * 3)
)


def write(folder: Path, name: str, *lines: str, encoding: str = "iso-8859-15") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def onde_pupil(
    last: str,
    first: str,
    born: str = "17/08/2012",
    level: str = "CE2",
    *,
    ine: str = "",
    homes: Sequence[str] = (),
) -> str:
    """One line; each home is "street|postcode|town"."""
    places = [*homes, "||", "||"][:2]
    addresses = ";".join(f"{place.replace('|', ';')};FRANCE" if place != "||" else ";;;" for place in places)
    return f"{last};;{first};{born};F;{ine};{addresses};CYCLE;{level};Classe de M Machin;9;Non;Non;Non;"


def onde_guardian(last: str, first: str, home: str, *children: str, phone: str = "") -> str:
    """One line; each child is "LAST First" and the line is as ragged as the real ones."""
    names = [child.split(" ", 1) for child in children]
    beside = ";".join(f";{name};{given};CLASSE  CE2" for name, given in names)
    place = home.replace("|", ";") if home else ";;"
    return f"M.;;{last};{first};{place};FRANCE;;;;{phone};{beside}"


def siecle_pupils(*pupils: str, uaj: str = "") -> str:
    """Each pupil is the inner XML of an ELEVE, with `id` and `class` before it: "12|4e 1|<PRENOM>…"."""
    parts = [pupil.split("|", 2) for pupil in pupils]
    eleves = "".join(f'<ELEVE ELEVE_ID="{number}">{inner}</ELEVE>' for number, _, inner in parts)
    classes = "".join(
        f'<STRUCTURES_ELEVE ELEVE_ID="{number}"><STRUCTURE><CODE_STRUCTURE>{label}</CODE_STRUCTURE>'
        "<TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>"
        for number, label, _ in parts
    )
    return (
        '<?xml version="1.0" encoding="ISO-8859-15"?><BEE_ELEVES VERSION="2.1"><PARAMETRES>'
        f"<UAJ>{uaj}</UAJ></PARAMETRES><DONNEES><ELEVES>{eleves}</ELEVES><STRUCTURES>{classes}</STRUCTURES>"
        "</DONNEES></BEE_ELEVES>"
    )


def siecle_pupil(
    number: str,
    last: str,
    first: str,
    born: str = "01/02/2007",
    label: str = "4e 1",
    ine: str = "",
    more: str = "",
) -> str:
    return (
        f"{number}|{label}|<ID_NATIONAL>{ine}</ID_NATIONAL><NOM_DE_FAMILLE>{last}</NOM_DE_FAMILLE>"
        f"<PRENOM>{first}</PRENOM><DATE_NAISS>{born}</DATE_NAISS>{more}"
    )


def siecle_guardians(people: Sequence[str], links: Sequence[str]) -> str:
    """Each person is "id|last|first|mobile|street|postcode"; each link "pupil|person|legal"."""
    persons, places = "", ""
    for person in people:
        number, last, first, mobile, street, postcode = person.split("|")
        persons += (
            f'<PERSONNE PERSONNE_ID="{number}"><NOM>{last}</NOM><PRENOM>{first}</PRENOM>'
            f"<TEL_PORTABLE>{mobile}</TEL_PORTABLE><ADRESSE_ID>{number}</ADRESSE_ID></PERSONNE>"
        )
        places += (
            f'<ADRESSE ADRESSE_ID="{number}"><LIGNE1_ADRESSE>{street}</LIGNE1_ADRESSE>'
            f"<CODE_POSTAL>{postcode}</CODE_POSTAL><LIBELLE_POSTAL>LILLE</LIBELLE_POSTAL></ADRESSE>"
        )
    joined = "".join(
        f"<RESPONSABLE_ELEVE><ELEVE_ID>{pupil}</ELEVE_ID><PERSONNE_ID>{person}</PERSONNE_ID>"
        f"<RESP_LEGAL>{legal}</RESP_LEGAL></RESPONSABLE_ELEVE>"
        for pupil, person, legal in (link.split("|") for link in links)
    )
    return (
        '<?xml version="1.0" encoding="ISO-8859-15"?><BEE_RESPONSABLES VERSION="2.1"><DONNEES>'
        f"<PERSONNES>{persons}</PERSONNES><RESPONSABLES>{joined}</RESPONSABLES><ADRESSES>{places}</ADRESSES>"
        "</DONNEES></BEE_RESPONSABLES>"
    )


def onde(*lines: str) -> str:
    """A list of pupils."""
    return "\r\n".join([ONDE_HEADER, *lines])


def guardians(*lines: str) -> str:
    """A list of guardians."""
    return "\r\n".join([GUARDIANS_HEADER, *lines])


def counts(report: Any) -> tuple[int, int, int, int]:
    """Created, changed, unchanged, rejected."""
    return report.created, report.changed, report.unchanged, report.rejected
