"""What do the SIECLE exports give, bare or zipped, declared rightly or wrongly?"""

from pathlib import Path

import pytest

from cartable.foundation.refused import Refused
from cartable.intake.reading import kind_of, read_siecle_guardians, read_siecle_pupils
from tests.intake.files import csv_bytes, put, siecle_bytes, zip_bytes


PUPIL = {
    "eleve_id": "1",
    "national_id": "0000000012A",
    "last_name": "ŒUVRÉ",
    "usage_name": "",
    "first_name": "Zoé",
    "birth_date": "31/12/2008",
    "left_on": "",
    "mef": "",
    "status": "",
    "class_label": "4A",
    "uaj": "0930001W",
}
GUARDIANS = """<?xml version="1.0" encoding="UTF-8"?><BEE_RESPONSABLES VERSION="2.0"><DONNEES>
<ADRESSES><ADRESSE ADRESSE_ID="7"><LIGNE1_ADRESSE>1 rue  Inventée</LIGNE1_ADRESSE><CODE_POSTAL>93300</CODE_POSTAL>
<LIBELLE_POSTAL>AUBERVILLIERS</LIBELLE_POSTAL><LL_PAYS>FRANCE</LL_PAYS></ADRESSE></ADRESSES>
<PERSONNES>
<PERSONNE PERSONNE_ID="5"><NOM>EXEMPLE</NOM><PRENOM>Jean</PRENOM><LC_CIVILITE>M.</LC_CIVILITE>
<TEL_PORTABLE>0600000001</TEL_PORTABLE><MEL>jean@example.org</MEL><ADRESSE_ID>7</ADRESSE_ID></PERSONNE>
<PERSONNE PERSONNE_ID="6"><NOM_DE_FAMILLE>TÉMOIN</NOM_DE_FAMILLE><NOM_USAGE>FAUX</NOM_USAGE></PERSONNE>
<PERSONNE PERSONNE_ID="8"><NOM>SANS LIEN</NOM></PERSONNE>
</PERSONNES>
<RESPONSABLES>
<RESPONSABLE_ELEVE><ELEVE_ID>1</ELEVE_ID><PERSONNE_ID>5</PERSONNE_ID><RESP_LEGAL>1</RESP_LEGAL>
<CODE_PARENTE>1</CODE_PARENTE><RESP_FINANCIER>1</RESP_FINANCIER></RESPONSABLE_ELEVE>
<RESPONSABLE_ELEVE><ELEVE_ID>1</ELEVE_ID><PERSONNE_ID>6</PERSONNE_ID><RESP_LEGAL>0</RESP_LEGAL></RESPONSABLE_ELEVE>
<RESPONSABLE_ELEVE><ELEVE_ID>1</ELEVE_ID><PERSONNE_ID>9</PERSONNE_ID></RESPONSABLE_ELEVE>
</RESPONSABLES></DONNEES></BEE_RESPONSABLES>"""


@pytest.mark.parametrize(
    ("data", "noted"),
    [
        (siecle_bytes(), False),
        (zip_bytes({"ElevesSansAdresses.xml": siecle_bytes()}), False),
        (siecle_bytes(encoding="utf-8"), False),
        (siecle_bytes(encoding="utf-16"), False),
        (siecle_bytes().decode("iso-8859-15").encode(), True),
        (siecle_bytes(encoding="utf-8").decode().encode("cp1252"), True),
    ],
    ids=["bare", "zipped", "utf-8", "utf-16", "utf-8 said latin", "latin said utf-8"],
)
def test_pupils(data: bytes, noted: bool, tmp_path: Path) -> None:
    path = put(tmp_path / "a", data)
    assert kind_of(path) == "siecle_pupils"
    table = read_siecle_pupils(path)
    assert [row.cells for row in table.rows] == [PUPIL] and bool(table.notes) is noted


def test_the_division_is_the_class_and_nothing_else_leaves(tmp_path: Path) -> None:
    assert "SECRET" not in str(read_siecle_pupils(put(tmp_path / "a", siecle_bytes())))


def test_guardians(tmp_path: Path) -> None:
    path = put(tmp_path / "a", GUARDIANS.encode())
    assert kind_of(path) == "siecle_guardians"
    table = read_siecle_guardians(path)
    first, second = (row.cells for row in table.rows)
    assert (first["eleve_id"], first["last_name"], first["legal"], first["payer"]) == (
        "1",
        "EXEMPLE",
        "1",
        "1",
    )
    assert (first["line1"], first["postcode"], first["town"]) == ("1 rue Inventée", "93300", "AUBERVILLIERS")
    assert (first["phone_mobile"], first["email"], first["civility"]) == (
        "0600000001",
        "jean@example.org",
        "M.",
    )
    assert (second["last_name"], second["usage_name"], second["legal"], second["line1"]) == (
        "TÉMOIN",
        "FAUX",
        "",
        "",
    )
    assert [(reject.line, reject.value) for reject in table.rejects] == [(14, "9")] and table.lines == 3
    assert "SANS LIEN" not in str(table)


def test_the_wrong_export_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="l’export des responsables, et non l’export des élèves"):
        read_siecle_pupils(put(tmp_path / "a", GUARDIANS.encode()))
    with pytest.raises(Refused) as caught:
        kind_of(put(tmp_path / "b", b"<rss/>"))
    assert caught.value.code == "wrong_xml"
    assert kind_of(put(tmp_path / "c", csv_bytes())) == "table"


def test_the_guardians_of_the_largest_school_fit_in_one_upload(tmp_path: Path) -> None:
    """3,000 pupils with three adults each; decision 6 has the figures."""
    link = "<RESPONSABLE_ELEVE><ELEVE_ID>{0}</ELEVE_ID><PERSONNE_ID>5</PERSONNE_ID></RESPONSABLE_ELEVE>"
    head, tail = GUARDIANS.split("<RESPONSABLES>\n")[0], "</RESPONSABLES></DONNEES></BEE_RESPONSABLES>"
    links = "".join(link.format(number // 3) for number in range(9_000))
    table = read_siecle_guardians(put(tmp_path / "a", f"{head}<RESPONSABLES>{links}{tail}".encode()))
    assert len(table.rows) == 9_000 and table.rejects == []
