"""`cartable import …`: files that people have; lines refused go to a file, the run goes on."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from cartable.cli.output import answer, progress
from cartable.foundation.refused import Refused


COUNTS = ("lines", "created", "changed", "unchanged", "rejected")
REJECTS_SHOWN = 20


def schools(options: Namespace) -> int:
    """Import the directory of schools."""
    from cartable.territories.imports import import_schools

    report = import_schools(
        actor=None, paths=_paths(options), progress=progress, rejects=_rejects_path(options)
    )
    return _report(report, options)


def social_index(options: Namespace) -> int:
    """Import the social position index of schools."""
    from cartable.territories.profile_imports import import_social_indexes

    report = import_social_indexes(
        actor=None, paths=_paths(options), progress=progress, rejects=_rejects_path(options)
    )
    return _report(report, options)


def priority_education(options: Namespace) -> int:
    """Import lists of priority education and of the nearest QPV."""
    from cartable.territories.profile_imports import import_priority_education

    report = import_priority_education(
        actor=None,
        paths=_paths(options),
        year=options.school_year,
        progress=progress,
        rejects=_rejects_path(options),
    )
    return _report(report, options)


def cites_educatives(options: Namespace) -> int:
    """Import the list of cités éducatives."""
    from cartable.territories.cite_imports import import_cites_educatives

    report = import_cites_educatives(
        actor=None, paths=_paths(options), progress=progress, rejects=_rejects_path(options)
    )
    return _report(report, options)


def pupils(options: Namespace) -> int:
    """Import the pupils of one school."""
    from cartable.intake.contracts import COMMAND
    from cartable.intake.values import BadCell, uai
    from cartable.pupils.imports import import_pupils
    from cartable.territories.models import School

    try:
        code = uai(options.school)
    except BadCell as bad:
        raise Refused("uai", str(bad), "school") from bad
    school = School.objects.filter(uai=code).first()
    if school is None:
        raise Refused(
            "school_unknown", f"L'établissement {code} n'est pas dans l'annuaire : importez-le d'abord."
        )
    report = import_pupils(
        actor=None,
        school_id=school.public_id,
        paths=_paths(options),
        limits=COMMAND,
        rejects=_rejects_path(options),
        progress=progress,
    )
    return _report(report, options)


def stock(options: Namespace) -> int:
    """Import things with a number."""
    from cartable.equipment.imports import import_stock

    operation = _operation(options.operation)
    reports = [
        import_stock(
            actor=None,
            operation_id=operation.public_id,
            path=path,
            rejects=_rejects_path(options),
            progress=progress,
        )
        for path in _paths(options)
    ]
    return _report(_sum(reports), options)


def commitments(options: Namespace) -> int:
    """Import commitments of money."""
    from cartable.funding.imports import import_commitments

    reports = [
        import_commitments(
            actor=None, path=path, year=options.year, rejects=_rejects_path(options), progress=progress
        )
        for path in _paths(options)
    ]
    return _report(_sum(reports), options)


def _operation(public_id: str | None) -> Any:
    """Give the operation named, or the only open one."""
    from cartable.operations.enums import OperationState
    from cartable.operations.models import Operation

    rows = Operation.objects.exclude(state=OperationState.CLOSED)
    found = list((rows.filter(public_id=public_id) if public_id else rows)[:2])
    if len(found) == 1:
        return found[0]
    raise Refused(
        "operation",
        "Précisez l'opération avec --operation : " + ("aucune" if not found else "plusieurs") + " trouvée.",
    )


def _sum(reports: list[Any]) -> Any:
    total = reports[0]
    for report in reports[1:]:
        for name in COUNTS:
            setattr(total, name, getattr(total, name) + getattr(report, name))
        total.rejects += report.rejects
        total.notes += report.notes
    return total


def _paths(options: Namespace) -> list[Path]:
    paths = [Path(name) for name in options.files]
    for path in paths:
        if not path.is_file():
            raise Refused("no_file", f"Le fichier {path} n'existe pas ou n'est pas lisible.")
    return paths


def _rejects_path(options: Namespace) -> Path | None:
    return Path(options.rejects) if options.rejects else None


def _report(report: Any, options: Namespace) -> int:
    counts = {name: getattr(report, name) for name in COUNTS}
    sentences = [
        f"{counts['lines']} lignes lues : {counts['created']} créées, {counts['changed']} changées, "
        f"{counts['unchanged']} inchangées, {counts['rejected']} refusées.",
        *report.notes,
        *_first_rejects(report, options),
    ]
    answer({**counts, "notes": list(report.notes)}, as_json=options.json, sentences=sentences)
    return 0


def _first_rejects(report: Any, options: Namespace) -> list[str]:
    """Say why the first lines were refused, without their values: those go to the file that was asked for."""
    shown = [
        f"  ligne {reject.line}, {reject.field or 'ligne'} : {reject.reason}" for reject in report.rejects
    ]
    more = len(shown) - REJECTS_SHOWN
    if more > 0:
        shown = [*shown[:REJECTS_SHOWN], f"  … et {more} autres."]
    if shown and not options.rejects:
        shown.append("Pour les avoir toutes dans un fichier : --rejects FICHIER.")
    return shown
