"""XLSX and ODS sheets to rows of text, by calamine; formulas without a value are told apart first."""

import datetime
import zipfile
from collections.abc import Iterator
from io import BufferedReader

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from cartable.intake.markup import Reader, chunks_from, walk
from cartable.intake.stops import Fault, Stop


MAX_SHEETS = 30
# A spreadsheet keeps 15 digits: a longer number (ICCID, INE) typed as a number has lost its end.
EXACT = 10**15
NO_VALUE = Fault("formule sans valeur enregistrée : remplacez-la par sa valeur")
IN_ERROR = Fault("la formule de cette cellule est en erreur")
ROUNDED = Fault("nombre arrondi par le tableur (15 chiffres au plus) : mettez la colonne au format Texte")
Faults = dict[tuple[int, int], Fault]


def sheets(file: BufferedReader, kind: str) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Give (name, rows) of each visible sheet; rows are (line in the sheet, cells)."""
    try:
        book = CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise Stop("encrypted") from None
    except (CalamineError, ValueError, OSError):
        raise Stop("damaged") from None
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    for name in visible[:MAX_SHEETS]:
        try:
            sheet = book.get_sheet_by_name(name)
        except (CalamineError, ValueError, OSError):
            raise Stop("damaged") from None
        yield name, _rows(sheet, _faults(file, kind, name))


def _rows(sheet: CalamineSheet, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    if sheet.start is None:
        return
    left = sheet.start[1]  # calamine begins at the first row, but at the first column that is filled
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [""] * left + [_text(cell) for cell in cells]
        if faults:
            _mark(texts, number - 1, faults)
        yield number, texts


def _mark(texts: list[str], row: int, faults: Faults) -> None:
    for column in range(len(texts)):
        fault = faults.get((row, column))
        if fault is not None and not texts[column]:
            texts[column] = fault


def _text(cell: object) -> str:
    if type(cell) is str:
        return cell
    if type(cell) is float:
        return _number(cell)
    if type(cell) is bool:
        return "oui" if cell else "non"
    if type(cell) is datetime.datetime:
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ", "minutes")
    return str(cell)


def _number(cell: float) -> str:
    if not cell.is_integer():
        return repr(cell)
    return str(int(cell)) if abs(cell) < EXACT else ROUNDED


def _faults(file: BufferedReader, kind: str, name: str) -> Faults:
    """Find the formula cells that hold no value, or an error: calamine shows them as empty."""
    with zipfile.ZipFile(file) as archive:
        part = _sheet_part(archive, name) if kind == "xlsx" else "content.xml"
        if part not in archive.namelist() or not _suspect(archive, part):
            return {}
        reader = _XlsxFaults() if kind == "xlsx" else _OdsFaults(name)
        with archive.open(part) as stream:
            walk(chunks_from(stream), reader)
    return reader.faults


def _suspect(archive: zipfile.ZipFile, part: str) -> bool:
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            seen = tail + chunk
            if any(sign in seen for sign in (b"<f", b":f>", b":f ", b't="e"', b":formula")):
                return True
            tail = chunk[-10:]
    return False


def _sheet_part(archive: zipfile.ZipFile, name: str) -> str:
    book = _Named("sheet", "name", "id")
    _walk_part(archive, "xl/workbook.xml", book)
    relations = _Named("Relationship", "Id", "Target")
    _walk_part(archive, "xl/_rels/workbook.xml.rels", relations)
    target = relations.found.get(book.found.get(name, ""), "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _walk_part(archive: zipfile.ZipFile, part: str, reader: Reader) -> None:
    if part in archive.namelist():
        with archive.open(part) as stream:
            walk(chunks_from(stream), reader)


class _Named(Reader):
    """Collects one attribute by another, of all elements of one name (prefixes aside)."""

    def __init__(self, tag: str, key: str, value: str) -> None:
        super().__init__()
        self.tag, self.key, self.value = tag, key, value
        self.found: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == self.tag:
            plain = {name.rpartition(":")[2]: value for name, value in attributes.items()}
            self.found[plain.get(self.key, "")] = plain.get(self.value, "")


class _XlsxFaults(Reader):
    """Follows `<c r="B3" t="e"><f>…</f><v>…</v></c>`."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: Faults = {}
        self.row = self.column = -1
        self.error = self.formula = self.value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.column = -1
        elif tag == "c":
            self.column = _column(attributes.get("r", ""), self.column + 1)
            self.error = attributes.get("t") == "e"
            self.formula = self.value = False
        elif tag == "f":
            self.formula = True

    def end(self, tag: str, text: str) -> None:
        if tag == "v" and text:
            self.value = True
        elif tag == "c" and (self.error or (self.formula and not self.value)):
            self.faults[self.row, self.column] = IN_ERROR if self.error else NO_VALUE


def _column(reference: str, otherwise: int) -> int:
    """Read the column of `AB12` as a number from zero."""
    letters = reference.rstrip("0123456789")
    if not letters:
        return otherwise
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


class _OdsFaults(Reader):
    """Follows table:table-row and table:table-cell with their repetitions, in one table."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.faults: Faults = {}
        self.name, self.here = name, False
        self.row = self.column = self.rows = -1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if tag == "table":
            self.here = plain.get("name") == self.name
            self.row, self.rows = 0, 0
        elif tag == "table-row":
            self.row += self.rows
            self.rows, self.column = _times(plain, "number-rows-repeated"), 0
        elif tag in {"table-cell", "covered-table-cell"}:
            if self.here and "formula" in plain:
                self._judge(attributes, plain)
            self.column += _times(plain, "number-columns-repeated")

    def _judge(self, attributes: dict[str, str], plain: dict[str, str]) -> None:
        if "error" in (attributes.get("calcext:value-type"), plain.get("value-type")):
            self.faults[self.row, self.column] = IN_ERROR
        elif "value-type" not in plain or plain.get("string-value") == "":
            self.faults[self.row, self.column] = NO_VALUE


def _times(attributes: dict[str, str], name: str) -> int:
    return int(attributes.get(name, "1"))
