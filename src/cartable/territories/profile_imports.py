"""Social position index and priority education: read, compared with what is known of that year, written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.intake.contracts import COMMAND, Contract, Limits, Reject, Row, Table, by_line
from cartable.intake.reading import read_table
from cartable.intake.values import BadCell
from cartable.journal.actions import record
from cartable.territories.imports import BATCH, COUNTS, ImportReport, departments_in_reach, import_files
from cartable.territories.models import PriorityFact, School, SocialIndex
from cartable.territories.profiles import (
    INDEXES,
    PARQUET_MEMORY,
    PRIORITY,
    SOCIAL_INDEX,
    STATUS_COLUMNS,
    ProfileLine,
    file_says,
    first_day,
    read_index,
    read_priority,
    school_year,
)


Key = tuple[int, str]


def import_social_indexes(
    *,
    actor: Any,
    paths: Sequence[Path | str],
    progress: Callable[[str], None] | None = None,
    rejects: Path | str | None = None,
    limits: Limits = COMMAND,
) -> ImportReport:
    """Import files of the social position index (écoles, collèges, lycées), in their order.

    Each school year is kept beside the others, so that an older file never undoes a newer one. Same manners as
    `imports.import_schools`; a school that the directory does not have is a rejected line.
    """

    def one(path: Path) -> ImportReport:
        table = _read(path, SOCIAL_INDEX, limits, set(INDEXES), "IPS")
        return _import(actor, path, SOCIAL_INDEX, table, SocialIndex, read_index)

    return import_files(actor=actor, paths=paths, progress=progress, rejects=rejects, one=one)


def import_priority_education(
    *,
    actor: Any,
    paths: Sequence[Path | str],
    year: str = "",
    progress: Callable[[str], None] | None = None,
    rejects: Path | str | None = None,
    limits: Limits = COMMAND,
) -> ImportReport:
    """Import lists of priority education (REP, REP+) and of the nearest QPV, in their order.

    `year` is the school year of lists that do not say theirs, neither in a column nor in their name. The newest
    list also tells `School.priority`, unless the directory is newer; one without a year only where nothing is dated.
    """
    try:
        given = school_year(year)
    except BadCell as bad:
        raise Refused(
            "school_year",
            _("« %(text)s » n’est pas une année scolaire : écrivez 2021-2022.") % {"text": year[:40]},
            "school_year",
        ) from bad

    def one(path: Path) -> ImportReport:
        says = file_says(path.name)
        says = replace(says, school_year=given) if given else says
        wanted = set() if says.status is not None else {*STATUS_COLUMNS, "qpv_code"}
        table = _read(path, PRIORITY, limits, wanted, "EP, REP+")
        says = (
            says
            if not STATUS_COLUMNS & {*table.columns_found} or _mostly_empty(table)
            else replace(says, status=None)
        )
        return _import(actor, path, PRIORITY, table, PriorityFact, lambda row: read_priority(row, says))

    return import_files(actor=actor, paths=paths, progress=progress, rejects=rejects, one=one)


def _mostly_empty(table: Table) -> bool:
    """Tell a column of labels that was filled on its first line only, for all."""
    labels = [row.cells["status"] for row in table.rows]
    return "rep" not in table.columns_found and len(list(filter(None, labels))) * 2 < len(labels)


def _read(path: Path, contract: Contract, limits: Limits, wanted: set[str], missing: str) -> Table:
    """Read a file that has at least one of the wanted columns."""
    table = read_table(path, contract, limits=replace(limits, memory=max(limits.memory, PARQUET_MEMORY)))
    if wanted and not wanted & {*table.columns_found}:
        raise Refused(
            "missing_columns",
            _("Il manque dans %(name)s : %(missing)s. Complétez le fichier.")
            % {"name": contract.name, "missing": missing},
        )
    return table


@transaction.atomic
def _import(
    actor: Any,
    path: Path,
    contract: Contract,
    table: Table,
    model: Any,
    read: Callable[[Row], ProfileLine | Reject],
) -> ImportReport:
    """Write one file that was read, whole or not at all."""
    found = [read(row) for row in table.rows]
    unread = [line for line in found if isinstance(line, Reject)]
    report = _write(actor, path, model, [line for line in found if isinstance(line, ProfileLine)])
    report.rejects = by_line(contract, [*table.rejects, *unread, *report.rejects])
    report.rejected += table.lines - len(table.rows) + len(unread)
    report.lines, report.files, report.notes = table.lines, 1, list(table.notes)
    data = {"sha256": table.sha256, **{name: getattr(report, name) for name in COUNTS}}
    record(actor=actor, verb=f"territories.{model._meta.model_name}_imported", data=data)
    return report


def _write(actor: Any, path: Path, model: Any, lines: list[ProfileLine]) -> ImportReport:
    """Write what the lines bring, one row a school and year."""
    reach = {department.id for department in departments_in_reach(actor).values()}
    schools = _schools({line.uai for line in lines}, reach)
    refused = [_unknown(line) for line in lines if line.uai not in schools]
    lines = [line for line in lines if line.uai in schools]
    merged, contradictions = _merged(lines)
    stored = _stored(model, [school.id for school in schools.values()])
    new, changed = [], []
    undated = [(line, stored.get((schools[line.uai].id, ""))) for line in merged if not line.school_year]
    doubtful = {line.number: fault for line, row in undated if row and (fault := _contradicts(line, row))}
    merged = [line for line in merged if line.number not in doubtful]
    contradictions += doubtful.values()
    for line in merged:
        key = (schools[line.uai].id, line.school_year)
        row = stored.get(key)
        if row is None:
            new.append(model(school_id=key[0], school_year=key[1], source=path.name[:200], **line.facts))
        elif _apply(row, line.facts):
            row.source = path.name[:200]
            changed.append(row)
    model.objects.bulk_create(new, batch_size=BATCH)
    if changed:
        model.objects.bulk_update(changed, sorted({*_facts_of(model), "source"}), batch_size=BATCH)
    if model is PriorityFact:
        _tell_schools(schools, merged)
    refused += contradictions
    return ImportReport(
        created=len(new),
        changed=len(changed),
        unchanged=len(lines) - len(contradictions) - len(new) - len(changed),
        rejected=len(refused),
        rejects=refused,
        ill_read=[cell for line in merged for cell in line.ill_read],
    )


def _schools(uais: set[str], reach: set[int]) -> dict[str, School]:
    codes = sorted(uais)
    parts = [codes[start : start + BATCH] for start in range(0, len(codes), BATCH)]
    rows = (school for part in parts for school in School.objects.filter(uai__in=part))
    return {school.uai: school for school in rows if school.department_id in reach}


def _unknown(line: ProfileLine) -> Reject:
    reason = _("Cet établissement n’est pas dans l’annuaire, ou n’est pas de votre ressort.")
    return Reject(line.number, "uai", line.uai, reason)


def _merged(lines: list[ProfileLine]) -> tuple[list[ProfileLine], list[Reject]]:
    """Join the lines of one school and year; a line that contradicts an earlier one is refused."""
    kept: dict[tuple[str, str], ProfileLine] = {}
    refused = []
    for line in lines:
        first = kept.setdefault((line.uai, line.school_year), line)
        known = {key: value for key, value in first.facts.items() if value is not None}
        odd = [
            key for key, value in line.facts.items() if value is not None and known.get(key, value) != value
        ]
        if not odd:
            first.facts |= {**line.facts, **known}
        else:
            reason = _("Cette ligne contredit la ligne %(line)s.") % {"line": first.number}
            refused.append(Reject(line.number, odd[0], str(line.facts[odd[0]]), reason))
    return list(kept.values()), refused


def _contradicts(line: ProfileLine, row: Any) -> Reject | None:
    """Say why a line without a year is not taken: another list without a year says something else."""
    for name, value in line.facts.items():
        if getattr(row, name) not in (None, "", value):
            reason = _("« %(file)s » dit autre chose, et aucune des deux listes n’est datée.") % {
                "file": row.source
            }
            return Reject(line.number, name, str(value), reason)
    return None


def _stored(model: Any, school_ids: list[int]) -> dict[Key, Any]:
    parts = [school_ids[start : start + BATCH] for start in range(0, len(school_ids), BATCH)]
    rows = (row for part in parts for row in model.objects.filter(school_id__in=part))
    return {(row.school_id, row.school_year): row for row in rows}


def _facts_of(model: Any) -> Iterable[str]:
    return (
        f.name for f in model._meta.concrete_fields if f.name not in {"id", "school", "school_year", "source"}
    )


def _apply(row: Any, facts: dict[str, Any]) -> bool:
    """Put on a row what a line brings; an empty cell erases nothing."""
    changes = {
        name: value for name, value in facts.items() if value is not None and getattr(row, name) != value
    }
    for name, value in changes.items():
        setattr(row, name, value)
    return bool(changes)


def _tell_schools(schools: dict[str, School], lines: list[ProfileLine]) -> None:
    """Put the newest status on the schools themselves, unless something newer said it already."""
    changed = {}
    for line in sorted(lines, key=lambda line: line.school_year):
        school, day = schools[line.uai], first_day(line.school_year)
        known = max(school.source_date or date.min, school.priority_on or date.min)
        if "status" in line.facts and day >= known:
            school.priority, school.priority_on = line.facts["status"], day if line.school_year else None
            changed[school.id] = school
    School.objects.bulk_update(changed.values(), ["priority", "priority_on"], batch_size=BATCH)
