"""Files for the tests of the reader: small builders of honest and hostile ones."""

import gzip
import io
import zipfile
from pathlib import Path

from cartable.intake.contracts import Column, Contract


PUPILS = Contract(
    "la liste des élèves",
    (
        Column("last_name", ("Nom", "Nom élève"), required=True),
        Column("first_name", ("Prénom", "Prénom élève"), required=True),
        Column("birth_date", ("Date de naissance", "Date naissance")),
        Column("class_label", ("Classe",)),
    ),
)
HEADER = "Nom;Prénom;Date de naissance;Classe"
LINE = "DURAND;Zoé;17/08/2012;CE1"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
    'Target="%s"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Liste" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>%s</sheetData></worksheet>"
)
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_MANIFEST = (
    '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<m:file-entry m:full-path="/" m:media-type="{ODS_TYPE}"/>%s</m:manifest>'
)
ODS_CONTENT = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Liste">%s</table:table></office:spreadsheet></office:body></office:document-content>'
)


def csv_bytes(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """Give a pupils' CSV: the header, then `lines` (one honest line by default)."""
    return end.join([HEADER, *(lines or (LINE,)), ""]).encode(encoding)


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def zip_bytes(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


TITLES = (
    '<row r="1">'
    + "".join(cell(f"{c}1", t) for c, t in zip("ABCD", HEADER.split(";"), strict=True))
    + "</row>"
)
PUPIL = (
    '<row r="2">' + "".join(cell(f"{c}2", t) for c, t in zip("ABCD", LINE.split(";"), strict=True)) + "</row>"
)


def xlsx_bytes(rows: str = TITLES + PUPIL, *, doctype: str = "", **more: bytes | str) -> bytes:
    """Give a workbook from the XML of its rows; `more` adds or replaces parts (`__` stands for `/`)."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS % ("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS % ("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": SHEET % (doctype, rows),
    }
    return zip_bytes({**parts, **more})


def ods_cell(text: str, times: int = 1) -> str:
    repeated = f'table:number-columns-repeated="{times}" ' if times > 1 else ""
    return (
        f'<table:table-cell {repeated}office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    )


def ods_row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


ODS_TITLES = ods_row(*map(ods_cell, HEADER.split(";")))
ODS_PUPIL = ods_row(*map(ods_cell, LINE.split(";")))


def ods_bytes(rows: str = ODS_TITLES + ODS_PUPIL, *, entry: str = "", **more: bytes | str) -> bytes:
    parts = {
        "mimetype": ODS_TYPE,
        "META-INF/manifest.xml": ODS_MANIFEST % entry,
        "content.xml": ODS_CONTENT % rows,
    }
    return zip_bytes({**parts, **more})


def siecle_bytes(doctype: str = "", pupils: str | None = None, encoding: str = "ISO-8859-15") -> bytes:
    one = (
        '<ELEVE ELEVE_ID="1"><ID_NATIONAL>0000000012A</ID_NATIONAL><NOM_DE_FAMILLE>ŒUVRÉ</NOM_DE_FAMILLE>'
        "<PRENOM>Zoé</PRENOM><DATE_NAISS>31/12/2008</DATE_NAISS><VILLE_NAISS>SECRET</VILLE_NAISS></ELEVE>"
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<BEE_ELEVES VERSION="2.1"><PARAMETRES><UAJ>0930001W</UAJ>'
        f"</PARAMETRES><DONNEES><ELEVES>{one if pupils is None else pupils}</ELEVES><STRUCTURES>"
        '<STRUCTURES_ELEVE ELEVE_ID="1"><STRUCTURE><CODE_STRUCTURE>LATIN</CODE_STRUCTURE><TYPE_STRUCTURE>G'
        "</TYPE_STRUCTURE></STRUCTURE><STRUCTURE><CODE_STRUCTURE>4A</CODE_STRUCTURE><TYPE_STRUCTURE>D</TYPE_STRUCTURE>"
        "</STRUCTURE></STRUCTURES_ELEVE></STRUCTURES></DONNEES></BEE_ELEVES>"
    ).encode(encoding)


def gzip_bomb(size: int) -> bytes:
    """Give a gzip of `size` zeros and a header that lies about it."""
    return gzip.compress(b"Nom;Pr\xc3\xa9nom\n" + b"a" * size)[:-4] + (10).to_bytes(4, "little")
