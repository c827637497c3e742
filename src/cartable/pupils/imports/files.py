"""Which list a file holds, told by its content, and its lines."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.intake import values
from cartable.intake.contracts import Contract, Limits, Reject, Row, Table
from cartable.intake.enums import RunKind
from cartable.intake.reading import kind_of, read_siecle_guardians, read_siecle_pupils, read_table
from cartable.pupils.enums import Source
from cartable.pupils.imports import contracts
from cartable.pupils.imports.lines import Doubts, GuardianLine, PupilLine, Reader
from cartable.territories.models import School


Line = TypeVar("Line", PupilLine, GuardianLine)
# The columns are not those: another list may fit.
NOT_THIS_ONE = {"missing_columns", "no_header"}
TABLES: tuple[tuple[Contract, RunKind, Source], ...] = (
    (contracts.ONDE_GUARDIANS, RunKind.GUARDIANS, Source.ONDE),
    (contracts.ONDE_PUPILS, RunKind.PUPILS, Source.ONDE),
    (contracts.FREGATA, RunKind.PUPILS, Source.FREGATA),
    (contracts.TEMPLATE, RunKind.PUPILS, Source.TEMPLATE),
)


@dataclass(slots=True)
class Listing:
    """One file read whole: its lines, those not taken, and what there is to say. `lines` counts both."""

    kind: RunKind
    source: Source
    sha256: str
    lines: int
    pupils: list[PupilLine] = field(default_factory=list)
    guardians: list[GuardianLine] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_listing(path: Path, school: School, limits: Limits) -> Listing:
    """Read a list of pupils or of guardians; raises Refused, and nothing is read, if it cannot be read whole."""
    table, kind, source = _read(path, limits)
    _number(table)
    doubts = Doubts()
    reader = Reader(school, clock.today(school.department.time_zone), doubts)
    found = Listing(
        kind, source, table.sha256, table.lines, rejects=list(table.rejects), notes=list(table.notes)
    )
    if kind == RunKind.PUPILS:
        found.notes += _check_school(table, school)
        found.pupils = _taken(table.rows, lambda row: reader.pupil(_with_ine(row)), found.rejects)
    elif source == Source.SIECLE:
        found.guardians = _by_person(_taken(table.rows, reader.siecle_guardian, found.rejects))
    else:
        found.guardians = _taken(table.rows, reader.guardian, found.rejects)
    found.notes += doubts.notes()
    return found


def _number(table: Table) -> None:
    """Number the records of an XML that stands on one line: each must be counted, and named, by itself."""
    lines = [row.line for row in table.rows] + [reject.line for reject in table.rejects]
    if len(lines) == len(set(lines)) or not table.rows or "eleve_id" not in table.rows[0].cells:
        return
    table.rows = [replace(row, line=number) for number, row in enumerate(table.rows, 1)]
    rest = enumerate(table.rejects, len(table.rows) + 1)
    table.rejects = [replace(reject, line=number) for number, reject in rest]


def _read(path: Path, limits: Limits) -> tuple[Table, RunKind, Source]:
    kind = kind_of(path, limits=limits)
    if kind == "siecle_pupils":
        return read_siecle_pupils(path, limits=limits), RunKind.PUPILS, Source.SIECLE
    if kind == "siecle_guardians":
        return read_siecle_guardians(path, limits=limits), RunKind.GUARDIANS, Source.SIECLE
    refusal = None
    for contract, run_kind, source in TABLES:
        try:
            return read_table(path, contract, limits=limits), run_kind, source
        except Refused as refused:
            if refused.code not in NOT_THIS_ONE:
                raise
            refusal = refused
    raise Refused(
        "unknown_list",
        "Cette liste n'est pas reconnue. Déposez l'export des élèves ou des responsables (SIECLE, ONDE, FREGATA), "
        "ou le modèle Cartable, avec sa ligne de titres.",
    ) from refusal


def _with_ine(row: Row) -> Row:
    """SIECLE names the INE otherwise."""
    if "national_id" in row.cells:
        row.cells["ine"] = row.cells.pop("national_id")
    return row


def _taken(rows: list[Row], read: Callable[[Row], Line | Reject], rejects: list[Reject]) -> list[Line]:
    lines: list[Line] = []
    for row in rows:
        line = read(row)
        if isinstance(line, Reject):
            rejects.append(line)
        else:
            lines.append(line)
    return lines


def _check_school(table: Table, school: School) -> list[str]:
    """Refuse the file of another school; an UAI that is none is only told."""
    written = next((row.cells["uaj"] for row in table.rows if row.cells.get("uaj")), "")
    try:
        uai = values.uai(written)
    except values.BadCell as bad:
        return [f"L'établissement inscrit dans le fichier n'a pas pu être vérifié : {bad.reason}."]
    if uai and uai != school.uai:
        raise Refused(
            "other_school",
            _(
                "Ce fichier est celui de l'établissement %(uai)s, et non de %(own)s : déposez l'export du vôtre."
            )
            % {"uai": uai, "own": school.uai},
        )
    return []


def _by_person(links: list[GuardianLine]) -> list[GuardianLine]:
    """Join the links of one person: SIECLE has a line for each child, in the order of the file."""
    people: dict[str, GuardianLine] = {}
    for link in links:
        known = people.get(link.key)
        people[link.key] = link if known is None else _joined(known, link)
    return list(people.values())


def _joined(known: GuardianLine, link: GuardianLine) -> GuardianLine:
    return replace(known, rank=min(known.rank, link.rank), children=known.children + link.children)
