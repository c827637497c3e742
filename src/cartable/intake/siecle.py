"""SIECLE exports: the pupils' XML (BEE_ELEVES) and the guardians' XML (BEE_RESPONSABLES), listed fields only."""

from collections.abc import Iterator

from cartable.intake.cleaning import clean
from cartable.intake.contracts import Limits, Reject, Row
from cartable.intake.markup import Reader
from cartable.intake.stops import Stop


Record = dict[str, str]
ROOTS = {"BEE_ELEVES": "siecle_pupils", "BEE_RESPONSABLES": "siecle_guardians"}
# key: the elements that may hold it, best first
PUPIL = {
    "eleve_id": ("ELEVE_ID",),
    "national_id": ("ID_NATIONAL", "INE_RNIE", "INE_BEA"),
    "last_name": ("NOM_DE_FAMILLE", "NOM"),
    "usage_name": ("NOM_USAGE",),
    "first_name": ("PRENOM", "PRENOM_USUEL"),
    "birth_date": ("DATE_NAISS",),
    "left_on": ("DATE_SORTIE",),
    "mef": ("CODE_MEF",),
    "status": ("CODE_STATUT",),
}
LINK = {
    "eleve_id": ("ELEVE_ID",),
    "personne_id": ("PERSONNE_ID",),
    "legal": ("RESP_LEGAL", "NIVEAU_RESPONSABILITE"),
    "relationship": ("CODE_PARENTE", "CODE_LIEN"),
    "payer": ("RESP_FINANCIER", "PERS_PAIMENT", "PERS_PAIEMENT"),
    "contact": ("PERS_CONTACT",),
}
PERSON = {
    "civility": ("LC_CIVILITE", "LL_CIVILITE", "CODE_CIVILITE"),
    "last_name": ("NOM_DE_FAMILLE", "NOM", "NOM_USAGE"),
    "usage_name": ("NOM_USAGE",),
    "first_name": ("PRENOM",),
    "phone_home": ("TEL_PERSONNEL", "TEL_DOMICILE"),
    "phone_mobile": ("TEL_PORTABLE",),
    "phone_work": ("TEL_PROFESSIONNEL",),
    "email": ("MEL",),
}
ADDRESS = {
    "line1": ("LIGNE1_ADRESSE", "LIGNE1"),
    "line2": ("LIGNE2_ADRESSE", "LIGNE2"),
    "line3": ("LIGNE3_ADRESSE", "LIGNE3"),
    "line4": ("LIGNE4_ADRESSE", "LIGNE4"),
    "postcode": ("CODE_POSTAL",),
    "town": ("LIBELLE_POSTAL", "COMMUNE_ETRANGERE", "LL_COMMUNE_INSEE"),
    "country": ("LL_PAYS", "CODE_PAYS"),
}
PUPIL_KEYS = (*PUPIL, "class_label", "uaj")
GUARDIAN_KEYS = (*LINK, *PERSON, *ADDRESS)
RECORDS = {
    "siecle_pupils": {"PARAMETRES", "ELEVE", "STRUCTURES_ELEVE", "STRUCTURE"},
    "siecle_guardians": {"PERSONNE", "ADRESSE", "RESPONSABLE_ELEVE", "RESPONSABLE"},
}


class Root(Reader):
    """Reads the name of the first element."""

    kind = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.depth == 1:
            self.kind = ROOTS.get(tag.upper(), "other")


class Export(Root):
    """Collects the flat records of one export: attributes and direct children, nothing deeper."""

    def __init__(self, expected: str, limits: Limits) -> None:
        super().__init__()
        self.expected, self.limits = expected, limits
        self.records: dict[str, list[Record]] = {tag: [] for tag in RECORDS[expected]}
        self.open: list[tuple[int, Record]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if self.kind != self.expected:
            raise Stop("wrong_xml", seen=self.kind, expected=self.expected)
        if tag in self.records:
            record = {**attributes, "#line": str(self.line)}
            if tag == "STRUCTURE" and self.open:
                record["ELEVE_ID"] = self.open[-1][1].get("ELEVE_ID", "")
            self.open.append((self.depth, record))
            self.records[tag].append(record)
            if len(self.records[tag]) > self.limits.max_rows * 3:
                raise Stop("too_many_rows", limit=self.limits.max_rows)

    def end(self, tag: str, text: str) -> None:
        if not self.open:
            return
        depth, record = self.open[-1]
        if self.depth == depth:
            self.open.pop()
        elif self.depth == depth + 1 and text.strip():
            record.setdefault(tag, text)


def pupils(export: Export) -> Iterator[Row | Reject]:
    """Give a row for each pupil, with the division (STRUCTURE of type D) as class."""
    classes: dict[str, str] = {}
    for structure in export.records["STRUCTURE"]:
        if structure.get("TYPE_STRUCTURE", "").strip() == "D":
            classes.setdefault(structure["ELEVE_ID"], clean(structure.get("CODE_STRUCTURE", "")))
    uaj = next((clean(record.get("UAJ", "")) for record in export.records["PARAMETRES"]), "")
    for record in export.records["ELEVE"]:
        cells = _fields(record, PUPIL)
        yield Row(
            int(record["#line"]),
            {**cells, "class_label": classes.get(record.get("ELEVE_ID", ""), ""), "uaj": uaj},
        )


def guardians(export: Export) -> Iterator[Row | Reject]:
    """Give a row for each link between a person and a pupil, with that person's address."""
    people = {record.get("PERSONNE_ID", ""): record for record in export.records["PERSONNE"]}
    addresses = {record.get("ADRESSE_ID", ""): record for record in export.records["ADRESSE"]}
    for link in export.records["RESPONSABLE_ELEVE"] or export.records["RESPONSABLE"]:
        cells = _fields(link, LINK)
        cells["legal"] = cells["legal"].strip("0")  # 0: no legal authority
        person = people.get(cells["personne_id"])
        if person is None:
            yield Reject(
                int(link["#line"]), "personne_id", cells["personne_id"], "responsable absent du fichier"
            )
            continue
        address = addresses.get(person.get("ADRESSE_ID", "").strip(), person)
        cells |= _fields(person, PERSON) | _fields(address, ADDRESS)
        yield Row(int(link["#line"]), cells)


def _fields(record: Record, names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {
        key: clean(next((record[tag] for tag in tags if record.get(tag)), "")) for key, tags in names.items()
    }
