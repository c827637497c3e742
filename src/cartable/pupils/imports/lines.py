"""One line of a file as the house understands it: a pupil, or a guardian with children; or why it is not taken."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from cartable.intake import values
from cartable.intake.contracts import Reject, Row
from cartable.pupils import rules
from cartable.pupils.enums import HomeKind
from cartable.territories.models import School


LONGEST_NAME, LONGEST_CLASS, LONGEST_ADDRESS = 80, 40, 200
FIRST_BIRTH = date(1930, 1, 1)


@dataclass(frozen=True, slots=True)
class Address:
    """A place as written; `place` is what it is compared by."""

    address: str
    postcode: str
    city: str
    place: str


@dataclass(frozen=True, slots=True)
class Child:
    """The child of a guardian's line: a keyed hash (id, names, or whole identity), and the class where it helps."""

    key: str
    line: int
    class_label: str = ""


@dataclass(frozen=True, slots=True)
class GuardianLine:
    """An adult and the children he answers for. `key` is a keyed hash of who he is in this school."""

    key: str
    rank: int
    title: str
    last_name: str
    first_name: str
    phone: str
    email: str
    address: Address | None
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class PupilLine:
    """A pupil of a file. `gone` is why the file says that he is not there any more ("" if he is)."""

    line: int
    last_name: str
    usage_name: str
    first_name: str
    birth_date: date | None
    level: str
    class_label: str
    ine_hash: str
    source_key: str
    match_key: str
    name_key: str
    addresses: tuple[Address, ...] = ()
    home_kind: str = HomeKind.FAMILY
    undisclosed: bool = False
    in_priority_area: bool | None = None
    guardians: tuple[GuardianLine, ...] = ()
    gone: str = ""
    left_on: date | None = None


@dataclass(slots=True)
class Doubts:
    """What was left aside of lines that are taken all the same: what → line numbers."""

    found: dict[str, list[int]] = field(default_factory=dict)

    def add(self, what: str, line: int) -> None:
        self.found.setdefault(what, []).append(line)

    def notes(self) -> list[str]:
        """Say each in French, with the first lines concerned."""
        return [f"{what} : {where(lines)}." for what, lines in self.found.items()]


def where(lines: list[int]) -> str:
    """Say which lines: "3 lignes (4, 7, 9)"."""
    shown = ", ".join(map(str, lines[:5])) + ("…" if len(lines) > 5 else "")
    return f"{len(lines)} ligne{'s' if len(lines) > 1 else ''} ({shown})"


@dataclass(frozen=True, slots=True)
class Reader:
    """What turns rows into lines for one school on one day; `doubts` gathers what was left aside."""

    school: School
    today: date
    doubts: Doubts

    def pupil(self, row: Row) -> PupilLine | Reject:
        """Read one pupil; a name or a date that cannot be is a reject, a telephone that cannot be is a doubt."""
        cells = row.cells
        for key in ("last_name", "first_name"):
            if not cells[key]:
                return Reject(row.line, key, "", "nom ou prénom manquant")
            if len(cells[key]) > LONGEST_NAME or not any(sign.isalpha() for sign in cells[key]):
                return Reject(row.line, key, cells[key][:LONGEST_NAME], "ce n’est pas un nom")
        try:
            born = _birth_date(cells["birth_date"], self.today)
            left = values.date(cells.get("left_on", ""))
        except values.BadCell as bad:
            return Reject(row.line, "birth_date", cells["birth_date"], bad.reason)
        return self._pupil(row, born, left)

    def _pupil(self, row: Row, born: date | None, left: date | None) -> PupilLine:
        cells, school = row.cells, self.school
        names = (cells["last_name"], cells["first_name"])
        label = cells.get("class_label", "")[:LONGEST_CLASS]
        inactive = rules.bare(label).startswith("inactif")
        match, name = rules.identity_keys(school, *names, born)
        return PupilLine(
            line=row.line,
            last_name=names[0],
            usage_name=cells.get("usage_name", "")[:LONGEST_NAME],
            first_name=names[1],
            birth_date=born,
            level=rules.parse_level(
                label, school.kind, stated=cells.get("level", ""), mef=cells.get("mef", "")
            ),
            class_label="" if inactive else label,
            ine_hash=rules.ine_hash(cells.get("ine", "")),
            source_key=rules.source_key(school, "eleve", cells.get("eleve_id", "")),
            match_key=match,
            name_key=name,
            addresses=self._addresses(cells),
            home_kind=self._home_kind(row),
            undisclosed=bool(self._yes(row, "undisclosed")),
            in_priority_area=self._priority_area(row),
            guardians=self._guardians_beside(row, match),
            gone=_gone(left, inactive, self.today),
            left_on=left,
        )

    def _addresses(self, cells: dict[str, str]) -> tuple[Address, ...]:
        found = (
            read_address(
                cells.get(f"address_{n}", ""), cells.get(f"postcode_{n}", ""), cells.get(f"city_{n}", "")
            )
            for n in (1, 2)
        )
        kept = {address.place: address for address in found if address}
        return tuple(kept.values())

    def _home_kind(self, row: Row) -> str:
        return HomeKind.PLACEMENT if self._yes(row, "placement") else HomeKind.FAMILY

    def _yes(self, row: Row, key: str) -> bool | None:
        try:
            return values.yes_no(row.cells.get(key, ""))
        except values.BadCell:
            self.doubts.add("Réponse oui ou non illisible, comptée comme oui par prudence", row.line)
            return True

    def _priority_area(self, row: Row) -> bool | None:
        """Read yes or no; what cannot be read, or stands without an address, is not known and counts outside."""
        try:
            said = values.yes_no(row.cells.get("priority_area", ""))
        except values.BadCell:
            self.doubts.add("QPV oui ou non illisible, non repris", row.line)
            return None
        if said is not None and not self._addresses(row.cells):
            self.doubts.add("QPV indiqué sans adresse, non repris", row.line)
            return None
        return said

    def _guardians_beside(self, row: Row, match_key: str) -> tuple[GuardianLine, ...]:
        """Read the adults that stand on the pupil's own line (Cartable's template)."""
        child = Child(match_key, row.line)
        second = self._addresses(row.cells)
        found = []
        for rank in (1, 2):
            cells = {key: row.cells.get(f"guardian_{rank}_{key}", "") for key in ADULT}
            if not (cells["last_name"] or cells["phone_mobile"] or cells["email"]):
                continue
            address = second[min(rank, len(second)) - 1] if second else None
            found.append(self._guardian(row.line, cells, rank, address, (child,)))
        return tuple(found)

    def guardian(self, row: Row) -> GuardianLine | Reject:
        """Read one ONDE guardian with the children of his line."""
        cells = row.cells
        children = tuple(
            Child(
                rules.name_key(self.school, group["last_name"] or group["usage_name"], group["first_name"]),
                row.line,
                group["class_label"][:LONGEST_CLASS],
            )
            for group in row.groups
            if (group["last_name"] or group["usage_name"]) and group["first_name"]
        )
        if not children:
            return Reject(row.line, "children", "", "aucun enfant sur cette ligne")
        if not (cells["last_name"] or cells["usage_name"]):
            return Reject(row.line, "last_name", "", "nom du responsable manquant")
        address = read_address(cells["address"], cells["postcode"], cells["city"])
        return self._guardian(row.line, cells, 1, address, children)

    def siecle_guardian(self, row: Row) -> GuardianLine | Reject:
        """Read one SIECLE link; who has no legal responsibility is left aside: nobody here needs his coordinates."""
        cells = row.cells
        if cells["legal"] not in {"1", "2"}:
            return Reject(row.line, "legal", cells["legal"], "sans responsabilité légale : non repris")
        if not cells["last_name"]:
            return Reject(row.line, "last_name", "", "nom du responsable manquant")
        lines = ", ".join(cells[f"line{n}"] for n in (1, 2, 3, 4) if cells[f"line{n}"])
        child = Child(rules.source_key(self.school, "eleve", cells["eleve_id"]), row.line)
        address = read_address(lines, cells["postcode"], cells["town"])
        return self._guardian(row.line, cells, int(cells["legal"]), address, (child,))

    def _guardian(
        self,
        line: int,
        cells: dict[str, str],
        rank: int,
        address: Address | None,
        children: tuple[Child, ...],
    ) -> GuardianLine:
        number = cells.get("personne_id", "")
        name = f"{rules.bare(cells['last_name'])}|{rules.bare(cells['first_name'])}"
        return GuardianLine(
            key=rules.source_key(self.school, "personne", number)
            or rules.source_key(self.school, "nom", name),
            rank=rank,
            title=cells.get("title", cells.get("civility", ""))[:8],
            last_name=(cells.get("usage_name") or cells["last_name"])[:LONGEST_NAME],
            first_name=cells["first_name"][:LONGEST_NAME],
            phone=self._phone(line, cells),
            email=self._value(
                values.email, cells.get("email", ""), "Adresse électronique illisible, non reprise", line
            ),
            address=address,
            children=children,
        )

    def _phone(self, line: int, cells: dict[str, str]) -> str:
        """Give the first number that can be dialled: mobile, home, work."""
        numbers = [cells.get(f"phone_{place}", "") for place in ("mobile", "home", "work")]
        for number in filter(None, numbers):
            try:
                return values.phone(number)
            except values.BadCell:
                continue
        if any(numbers):
            self.doubts.add("Téléphone illisible, non repris", line)
        return ""

    def _value(self, read: Callable[[str], str], text: str, what: str, line: int) -> str:
        try:
            return read(text)
        except values.BadCell:
            self.doubts.add(what, line)
            return ""


ADULT = ("title", "last_name", "first_name", "phone_mobile", "email")


def read_address(address: str, postcode: str, city: str) -> Address | None:
    """Give an address, or None where there is no street; a foreign postcode is kept as it is written."""
    if not address.strip():
        return None
    try:
        code = values.postcode(postcode)
    except values.BadCell:
        code = postcode[:10]
    text = address[:LONGEST_ADDRESS]
    place = rules.bare_address(text, code)
    return Address(text, code, city[:LONGEST_NAME], place) if place else None


def _birth_date(text: str, today: date) -> date | None:
    born = values.date(text)
    if born and not FIRST_BIRTH <= born <= today:
        raise values.BadCell("date de naissance improbable")
    return born


def _gone(left: date | None, inactive: bool, today: date) -> str:
    if left and left <= today:
        return f"sorti de l’établissement le {left:%d/%m/%Y} : non repris"
    return "élève inactif : non repris" if inactive else ""
