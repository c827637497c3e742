"""`cartable import …`: files that people have; lines refused go to a file, the run goes on."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cartable.cli.output import answer, progress
from cartable.foundation.refused import Refused


COUNTS = ("lines", "created", "changed", "unchanged", "rejected")
REJECTS_SHOWN = 20


def schools(options: Namespace) -> int:
    """Import the directory of schools."""
    from cartable.territories.imports import import_schools

    return _public(options, import_schools)


def social_index(options: Namespace) -> int:
    """Import the social position index of schools."""
    from cartable.territories.profile_imports import import_social_indexes

    return _public(options, import_social_indexes)


def priority_education(options: Namespace) -> int:
    """Import lists of priority education and of the nearest QPV."""
    from cartable.territories.profile_imports import import_priority_education

    return _public(options, import_priority_education, year=options.school_year)


def cites_educatives(options: Namespace) -> int:
    """Import the list of cités éducatives."""
    from cartable.territories.cite_imports import import_cites_educatives

    return _public(options, import_cites_educatives)


def _public(options: Namespace, run: Callable[..., Any], **more: Any) -> int:
    """Import public files, all of the same kind; what came before one that cannot be read is kept, and said."""
    from cartable.territories.imports import ImportStopped

    given = {"paths": _paths(options), "progress": progress, "rejects": _rejects_path(options)}
    try:
        return _report(run(actor=None, **given, **more), options)
    except ImportStopped as stopped:
        if not stopped.report.files:
            raise
        return _stopped(stopped, stopped.report, options)


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
    given = {"actor": None, "operation_id": operation.public_id, "progress": progress}
    return _one_by_one(options, lambda path: import_stock(path=path, **given))


def commitments(options: Namespace) -> int:
    """Import commitments of money."""
    from cartable.funding.imports import import_commitments

    given = {"actor": None, "year": options.year, "progress": progress}
    return _one_by_one(options, lambda path: import_commitments(path=path, **given))


def _one_by_one(options: Namespace, one: Callable[[Path], Any]) -> int:
    """Import files one after the other, each whole or not at all, and write the rejects of all of them together."""
    from cartable.intake.contracts import from_file
    from cartable.intake.exporting import write_rejects

    paths, rejects = _paths(options), _rejects_path(options)
    reports: list[Any] = []
    stop: Refused | None = None
    for path in paths:
        try:
            report = one(path)
        except Refused as cause:
            stop = Refused(cause.code, f"{path.name} : {cause.sentence}", cause.field)
            break
        if len(paths) > 1:
            report.rejects = [from_file(reject, path.name) for reject in report.rejects]
        reports.append(report)
    if stop and not reports:
        raise stop
    total = _sum(reports)
    if rejects:
        write_rejects(rejects, total.rejects)
    return _stopped(stop, total, options) if stop else _report(total, options)


def _stopped(stop: Refused, report: Any, options: Namespace) -> int:
    """Say which file stopped the run and what was kept of those before it."""
    progress(f"{stop.sentence} Les fichiers qui le précèdent sont enregistrés, ceux qui le suivent non.")
    _report(report, options)
    return 1


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
    """Give where rejects go; refuse it before anything is read where nothing can be written there."""
    if not options.rejects:
        return None
    path = Path(options.rejects)
    if any(path.absolute() == Path(name).absolute() for name in options.files):
        raise Refused(
            "rejects",
            "Le fichier des lignes refusées serait l'un des fichiers lus : donnez-lui un autre nom.",
        )
    new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        raise Refused(
            "rejects",
            f"Le fichier {path} ne peut pas être écrit : donnez à --rejects un fichier dans un dossier qui existe.",
        ) from error
    if new:
        path.unlink()
    return path


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
        f"  ligne {reject.line}, {reject.column or 'ligne'} : {reject.reason}" for reject in report.rejects
    ]
    more = len(shown) - REJECTS_SHOWN
    if more > 0:
        shown = [*shown[:REJECTS_SHOWN], f"  … et {more} autres."]
    if shown and not options.rejects:
        shown.append("Pour les avoir toutes dans un fichier : --rejects FICHIER.")
    return shown
