"""Cités éducatives from the official list: read, compared, written, and their schools proposed from public facts."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.intake.contracts import COMMAND, MEGABYTE, Limits, Reject, by_line
from cartable.intake.reading import read_table
from cartable.journal.actions import record
from cartable.territories.cite_lines import CITES, CiteLine, arrondissements, read_cites
from cartable.territories.cites import propose_schools, put_links
from cartable.territories.imports import COUNTS, ImportReport, departments_in_reach, import_files
from cartable.territories.models import CiteEducative, Commune, Department


# The official list weighs 50 kB; a JSON is read whole, and takes ten times its size while it is.
LIMITS = replace(COMMAND, max_bytes=20 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line whose places were found; `missing` are communes that the directory does not have."""

    line: CiteLine
    department: Department
    commune_ids: frozenset[int]
    missing: tuple[tuple[str, str], ...]


def import_cites_educatives(
    *,
    actor: Any,
    paths: Sequence[Path | str],
    progress: Callable[[str], None] | None = None,
    rejects: Path | str | None = None,
    limits: Limits = LIMITS,
) -> ImportReport:
    """Import lists of cités éducatives (GeoJSON, or the same columns as a table), in their order.

    Same manners as `imports.import_schools`; a line that names two cités counts for two. A commune that the directory
    does not have is said and left out. While nobody settled the schools of a cité, they are proposed anew at each
    import (`cites.propose_schools`); what a person settled stays.
    """
    return import_files(
        actor=actor,
        paths=paths,
        progress=progress,
        rejects=rejects,
        one=lambda path: _import_file(actor, path, limits),
    )


def _import_file(actor: Any, path: Path, limits: Limits) -> ImportReport:
    """Import one file, whole or not at all."""
    table = read_table(path, CITES, limits=limits)
    lines, refused = read_cites(table.rows)
    with transaction.atomic():
        report = _write(actor, path, lines)
        report.rejects = by_line(CITES, [*table.rejects, *refused, *report.rejects])
        report.rejected = len(report.rejects)
        report.lines = len(lines) + len(table.rejects) + len(refused)
        report.files, report.notes = 1, [*table.notes, *report.notes]
        data = {"sha256": table.sha256, **{name: getattr(report, name) for name in COUNTS}}
        record(actor=actor, verb="territories.citeeducative_imported", data=data)
    return report


def _write(actor: Any, path: Path, lines: list[CiteLine]) -> ImportReport:
    departments = {department.code: department for department in departments_in_reach(actor).values()}
    stored = {
        cite.code: cite for cite in CiteEducative.objects.select_for_update(of=("self",)).order_by("id")
    }
    communes = _communes(lines)
    found = [_placed(line, departments, stored, communes) for line in lines]
    placed = [one for one in found if isinstance(one, Placed)]
    refused = [one for one in found if isinstance(one, Reject)]
    new = [_as_row(one, path) for one in placed if one.line.code not in stored]
    changed = [cite for one in placed if (cite := stored.get(one.line.code)) and _apply(cite, one, path)]
    CiteEducative.objects.bulk_create(new)
    CiteEducative.objects.bulk_update(changed, ["name", "department", "label_on", "source"])
    cites = {cite.code: cite for cite in (*stored.values(), *new)}
    moved = put_links(
        CiteEducative.communes.through,
        "commune",
        {cites[one.line.code].id: one.commune_ids for one in placed},
    )
    proposed = propose_schools(cites[one.line.code].id for one in placed)
    touched = ({cite.id for cite in changed} | moved | proposed) - {cite.id for cite in new}
    return ImportReport(
        created=len(new),
        changed=len(touched),
        unchanged=len(placed) - len(new) - len(touched),
        rejects=refused,
        notes=[*_unknown_communes(placed), *_proposed(len(proposed))],
    )


def _communes(lines: list[CiteLine]) -> dict[str, Commune]:
    wanted = {code for line in lines for code, _name in line.communes}
    wanted |= {
        part for line in lines for code, _name in line.communes for part in arrondissements(code, line.name)
    }
    return {commune.code: commune for commune in Commune.objects.all() if commune.code in wanted}


def _placed(
    line: CiteLine,
    departments: dict[str, Department],
    stored: dict[str, CiteEducative],
    communes: dict[str, Commune],
) -> Placed | Reject:
    """Find the places of a line; its communes' codes tell the département, even where they are not known."""
    codes = Counter(code for pair in line.communes if (code := _department_code(pair[0], departments)))
    held = stored.get(line.code)
    if not codes or (held and held.department_id not in {one.id for one in departments.values()}):
        reason = _("Le département de cette cité éducative est inconnu, ou n’est pas de votre ressort.")
        return Reject(line.number, "communes", ", ".join(code for code, _name in line.communes), reason)
    found: set[int] = set()
    missing = []
    for code, name in line.communes:
        known = [communes[part].id for part in (code, *arrondissements(code, line.name)) if part in communes]
        found.update(known)
        missing += [] if known else [(code, name)]
    department = departments[min(codes, key=lambda code: (-codes[code], code))]
    return Placed(line, department, frozenset(found), tuple(missing))


def _department_code(commune: str, departments: dict[str, Department]) -> str:
    """Give the code of the département in reach that an INSEE code begins with: three digits overseas, else two."""
    return next((code for code in (commune[:3], commune[:2]) if code in departments), "")


def _as_row(one: Placed, path: Path) -> CiteEducative:
    line = one.line
    facts = {"name": line.name, "department": one.department, "label_on": line.label_on}
    return CiteEducative(code=line.code, source=path.name[:200], **facts)


def _apply(cite: CiteEducative, one: Placed, path: Path) -> bool:
    """Put on a stored cité what the list says; a month that is not known erases none."""
    before = (cite.name, cite.department_id, cite.label_on)
    cite.name, cite.department_id = one.line.name, one.department.id
    cite.label_on = one.line.label_on or cite.label_on
    changed = before != (cite.name, cite.department_id, cite.label_on)
    if changed:
        cite.source = path.name[:200]
    return changed


def _unknown_communes(placed: Iterable[Placed]) -> Iterable[str]:
    for one in placed:
        for code, name in one.missing:
            yield _(
                "Commune absente de l’annuaire, laissée de côté : %(commune)s, cité éducative « %(cite)s »."
            ) % {
                "commune": f"{name} ({code})" if name else code,
                "cite": one.line.name,
            }


def _proposed(count: int) -> Iterable[str]:
    if count:
        yield ngettext(
            "Établissements proposés pour une cité éducative, à vérifier par la préfecture ou l’académie.",
            "Établissements proposés pour %(count)d cités éducatives, à vérifier par la préfecture ou l’académie.",
            count,
        ) % {"count": count}
