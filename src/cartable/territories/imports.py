"""Schools from the official directory: read, merged by UAI, compared, written; one transaction a file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.intake.contracts import COMMAND, Limits, Reject, by_line, from_file
from cartable.intake.exporting import write_rejects
from cartable.intake.reading import read_table
from cartable.journal.actions import record
from cartable.territories.directory import CONTRACT, SchoolLine, read_line
from cartable.territories.models import Department, School
from cartable.territories.places import complete_contacts, places_of


BATCH = 2_000
# What the day of a line does not settle: an empty cell never erases it, a file without dates may complete it.
LASTING = frozenset(
    {
        "latitude",
        "longitude",
        "commune_id",
        "opened_on",
        "sector",
        "contract",
        "tutelle",
        "address_1",
        "postcode",
    }
)
EMPTY = ("", None)
COUNTS = ("lines", "created", "changed", "unchanged", "rejected")
WRITTEN = [
    f.name for f in School._meta.concrete_fields if f.name not in {"id", "public_id", "uai", "invented"}
]


@dataclass(slots=True)
class ImportReport:
    """What became of the lines: `created + changed + unchanged + rejected == lines`.

    `rejects` says why; `ill_read` are cells left out of lines that were taken; `notes` are remarks on whole files.
    """

    lines: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    files: int = 0
    rejects: list[Reject] = field(default_factory=list)
    ill_read: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: "ImportReport") -> None:
        """Add the counts and lists of one more file."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class ImportStopped(Refused):
    """A file that cannot be read stopped the run; `report` counts the files before it, which are kept."""

    def __init__(self, cause: Refused, path: Path, report: ImportReport) -> None:
        super().__init__(cause.code, f"{path.name} : {cause.sentence}", cause.field)
        self.report = report


def import_schools(
    *,
    actor: Any,
    paths: Sequence[Path | str],
    progress: Callable[[str], None] | None = None,
    rejects: Path | str | None = None,
    limits: Limits = COMMAND,
) -> ImportReport:
    """Import files of the directory, in their order; `actor` is an administrator, or None at the command line.

    `progress` is told one French sentence a file; `rejects` is where to write line, field, value and reason of
    the rejected lines. Raises `Refused` (`not_allowed`), and `ImportStopped` for a file that cannot be read: that
    file leaves nothing behind, those before it are kept.
    """
    return import_files(
        actor=actor,
        paths=paths,
        progress=progress,
        rejects=rejects,
        one=lambda path: _import_file(actor, path, limits),
    )


def import_files(
    *,
    actor: Any,
    paths: Sequence[Path | str],
    progress: Callable[[str], None] | None,
    rejects: Path | str | None,
    one: Callable[[Path], ImportReport],
) -> ImportReport:
    """Import public files one after the other, each by `one`, whole or not at all; add up what became of the lines."""
    if actor is not None and "administrator" not in actor.scope.roles:
        raise Refused("not_allowed", _("Seule l’administration peut importer l’annuaire des établissements."))
    total = ImportReport()
    try:
        for path in map(Path, paths):
            try:
                report = one(path)
            except Refused as cause:
                raise ImportStopped(cause, path, total) from cause
            if len(paths) > 1:
                report.rejects = [from_file(reject, path.name) for reject in report.rejects]
            total.add(report)
            if progress:
                progress(_sentence(path, report))
    finally:
        if rejects is not None:
            write_rejects(rejects, total.rejects)
    return total


def _sentence(path: Path, report: ImportReport) -> str:
    return _(
        "%(file)s : %(lines)d lignes lues, %(created)d créées, %(changed)d modifiées, "
        "%(unchanged)d inchangées, %(rejected)d rejetées"
    ) % {"file": path.name, **{name: getattr(report, name) for name in COUNTS}}


def _import_file(actor: Any, path: Path, limits: Limits) -> ImportReport:
    """Import one file, whole or not at all."""
    table = read_table(path, CONTRACT, limits=limits)
    found = frozenset(table.columns_found)
    read = [read_line(row, found) for row in table.rows]
    refused = [line for line in read if isinstance(line, Reject)]
    with transaction.atomic():
        report = _write(actor, [line for line in read if isinstance(line, SchoolLine)], found)
        report.rejects = by_line(CONTRACT, [*table.rejects, *refused, *report.rejects])
        report.rejected += table.lines - len(table.rows) + len(refused)
        report.lines, report.files, report.notes = table.lines, 1, list(table.notes)
        counts = {name: getattr(report, name) for name in COUNTS}
        data = {"sha256": table.sha256, **counts}
        record(actor=actor, verb="territories.schools_imported", data=data)
    return report


def _write(actor: Any, lines: list[SchoolLine], found: frozenset[str]) -> ImportReport:
    """Write what the lines bring; gives the counts, and the lines that this actor may not bring."""
    departments = departments_in_reach(actor)
    stored = _stored(lines)
    reach = {department.id for department in departments.values()}
    away = {uai for uai, school in stored.items() if school.department_id not in reach}
    refused = [fault for line in lines if (fault := _place_fault(line, departments, away))]
    barred = {fault.line for fault in refused}
    allowed = [line for line in lines if line.number not in barred]
    winners = [line for line in _merged(allowed) if not _is_older(line, stored.get(line.uai))]
    places = places_of(winners, departments, found)
    new, changed, touched = [], [], []
    for line in winners:
        facts = {**line.facts, **places[line.uai]}
        school = stored.get(line.uai)
        if school is None:
            new.append(School(uai=line.uai, source=line.source, source_date=line.date, **facts))
        elif _apply(school, line, facts):
            changed.append(school)
        elif _dated(school, line):
            touched.append(school)
    _save([*new, *changed, *touched])
    complete_contacts(departments[code].id for code in {line.department for line in winners})
    return ImportReport(
        created=len(new),
        changed=len(changed),
        unchanged=len(allowed) - len(new) - len(changed),
        rejected=len(refused),
        rejects=refused,
        ill_read=[cell for line in winners for cell in line.ill_read],
    )


def departments_in_reach(actor: Any) -> dict[str, Department]:
    """Give the départements in reach by their code, locked so that two imports take turns."""
    reach = Department.objects.all() if actor is None else Department.objects.visible_to(actor)
    locked = reach.select_for_update(of=("self",), no_key=True).order_by("id")
    return {department.en_code: department for department in locked}


def _stored(lines: list[SchoolLine]) -> dict[str, School]:
    """Give the schools that are already there, by UAI."""
    codes = sorted({line.uai for line in lines})
    parts = [codes[start : start + BATCH] for start in range(0, len(codes), BATCH)]
    return {school.uai: school for part in parts for school in School.objects.filter(uai__in=part)}


def _place_fault(line: SchoolLine, departments: dict[str, Department], away: set[str]) -> Reject | None:
    """Say why this actor may not bring this line, if it is so; `away` are the schools out of his reach."""
    if line.department not in departments:
        reason = _("Ce code de département est inconnu, ou n’est pas de votre ressort.")
    elif line.uai in away:
        reason = _("Cet établissement est dans un département qui n’est pas de votre ressort.")
    else:
        return None
    return Reject(line.number, "department", line.department, reason)


def _merged(lines: list[SchoolLine]) -> list[SchoolLine]:
    """Keep one line for each UAI: the newest, then the first."""
    kept: dict[str, SchoolLine] = {}
    for line in lines:
        rival = kept.setdefault(line.uai, line)
        if (line.date or date.min) > (rival.date or date.min):
            kept[line.uai] = line
    return list(kept.values())


def _is_older(line: SchoolLine, school: School | None) -> bool:
    return bool(school and school.source_date and line.date and line.date < school.source_date)


def _apply(school: School, line: SchoolLine, facts: dict[str, Any]) -> bool:
    """Put on a stored school what the line brings; tell whether any fact changed."""
    only_fill = line.date is None and school.source_date is not None
    changes = {
        name: value
        for name, value in facts.items()
        if (old := getattr(school, name)) != value
        and not (name in LASTING and value in EMPTY)
        and not (only_fill and (name not in LASTING or old not in EMPTY))
        and not (name == "priority" and _is_before(line.date, school.priority_on))
    }
    for name, value in changes.items():
        setattr(school, name, value)
    if changes:
        _dated(school, line)
    return bool(changes)


def _is_before(day: date | None, known: date | None) -> bool:
    """Tell whether a list of priority education is newer than this line of the directory."""
    return known is not None and (day or date.min) < known


def _dated(school: School, line: SchoolLine) -> bool:
    """Note where the facts now come from; tell whether that is news."""
    if line.date is None and school.source_date is not None:
        return False
    before = (school.source, school.source_date)
    school.source, school.source_date = line.source, line.date
    return before != (school.source, school.source_date)


def _save(schools: Iterable[School]) -> None:
    """Write new and known schools alike, in few statements."""
    School.objects.bulk_create(
        schools, batch_size=BATCH, update_conflicts=True, unique_fields=["uai"], update_fields=WRITTEN
    )
