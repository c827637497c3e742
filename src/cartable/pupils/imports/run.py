"""One import: files read whole, then written in one transaction, counted and journalled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from cartable.foundation.refused import Refused
from cartable.intake.actions import begin_run, fail_run, finish_run
from cartable.intake.contracts import WEB, Limits, Reject
from cartable.intake.enums import RunKind
from cartable.intake.exporting import write_rejects
from cartable.intake.models import ImportRun
from cartable.journal.actions import record
from cartable.pupils.actions.shared import lock_school
from cartable.pupils.imports.files import Listing, read_listing
from cartable.pupils.imports.guardians import absorb_waiting, write_guardians
from cartable.pupils.imports.pupils import Seen, write_pupils
from cartable.pupils.imports.tally import Tally
from cartable.pupils.perms import may_mark
from cartable.pupils.queries import schools_served_by
from cartable.territories.models import School


Progress = Callable[[str], None]
MOST_FILES = 6
# The word of a column for who reads the rejects.
FIELDS = {
    "last_name": "nom",
    "first_name": "prénom",
    "birth_date": "date de naissance",
    "children": "enfants",
    "legal": "responsabilité légale",
    "personne_id": "identifiant du responsable",
}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: created + changed + unchanged + rejected = lines.

    `rejects` may hold names: they are given to the person who imports, once, and kept nowhere.
    """

    created: int
    changed: int
    unchanged: int
    rejected: int
    lines: int
    notes: tuple[str, ...]
    rejects: tuple[Reject, ...] = field(default=(), repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """Give the five counts by their names."""
        return {
            name: getattr(self, name) for name in ("lines", "created", "changed", "unchanged", "rejected")
        }


def import_pupils(
    *,
    actor: Any,
    school_id: UUID,
    paths: Sequence[Path],
    limits: Limits = WEB,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import lists of pupils and of guardians into one school; `school_id` is its public id.

    Lists are told apart by their content, in any order, together or one after the other. A list that cannot be
    read is refused and nothing of any is written. `rejects` is a file to write the lines not taken to;
    `progress` is told one French sentence as lines are written.
    """
    school = _school(actor, school_id)
    if not 1 <= len(paths) <= MOST_FILES:
        raise Refused(
            "files", "Choisissez la liste des élèves, celle des responsables, ou les deux.", "files"
        )
    listings = [read_listing(path, school, limits) for path in paths]
    if len({listing.sha256 for listing in listings}) < len(listings):
        raise Refused("same_file", "Le même fichier est choisi deux fois : retirez-en un.", "second")
    runs = [
        begin_run(actor=actor, kind=listing.kind, sha256=listing.sha256, target=school.uai)
        for listing in listings
    ]
    try:
        report = _write(actor, school_id, listings, runs, progress)
    except Refused as refused:
        for run in runs:
            fail_run(actor=actor, run=run.public_id, code=refused.code)
        raise
    if rejects is not None:
        write_rejects(rejects, report.rejects)
    return report


def _school(actor: Any, school_id: UUID) -> School:
    school = schools_served_by(actor).filter(public_id=school_id).first()
    if school is None or not may_mark(actor, school):
        raise Refused("not_yours", "Vous ne pouvez pas importer d'élèves dans cet établissement.")
    return school


@transaction.atomic
def _write(
    actor: Any, school_id: UUID, listings: list[Listing], runs: list[ImportRun], progress: Progress | None
) -> ImportReport:
    school = lock_school(actor, school_id)
    tallies = [Tally(listing.lines, listing.rejects) for listing in listings]
    step = _stepper(progress, sum(len(each.pupils) + len(each.guardians) for each in listings))
    seen = Seen()
    with_pupils = any(listing.kind == RunKind.PUPILS for listing in listings)
    for listing, tally in zip(listings, tallies, strict=True):
        if listing.kind == RunKind.PUPILS:
            write_pupils(school, listing.source, listing.pupils, tally, seen, step)
    for listing, tally in zip(listings, tallies, strict=True):
        _seat_those_beside(school, listing, tally)
    if with_pupils:
        absorb_waiting(school)
    for listing, tally in zip(listings, tallies, strict=True):
        if listing.kind == RunKind.GUARDIANS:
            write_guardians(school, listing.guardians, tally, step, wait=not with_pupils)
    for run, tally in zip(runs, tallies, strict=True):
        finish_run(actor=actor, run=run.public_id, **tally.counts)
    report = _report(listings, tallies, seen)
    data = {"uai": school.uai, "files": [listing.sha256 for listing in listings], **report.counts}
    record(actor=actor, verb="pupils.imported", target=str(school_id), data=data)
    return report


def _seat_those_beside(school: School, listing: Listing, tally: Tally) -> None:
    """Seat the adults that stand on their pupil's own line; the line is already counted."""
    taken = [pupil for pupil in listing.pupils if pupil.line in tally.outcomes and not pupil.gone]
    for rank in (0, 1):
        beside = Tally(0, [])
        adults = [pupil.guardians[rank] for pupil in taken if len(pupil.guardians) > rank]
        write_guardians(school, adults, beside, lambda _: None, wait=False)
        for line, outcome in beside.outcomes.items():
            tally.also(line, outcome)


def _stepper(progress: Progress | None, total: int) -> Callable[[int], None]:
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(f"{done} lignes sur {total}")

    return step


def _report(listings: list[Listing], tallies: list[Tally], seen: Seen) -> ImportReport:
    counts = [tally.counts for tally in tallies]
    notes = [note for listing in listings for note in listing.notes]
    several = len(listings) > 1
    return ImportReport(
        **{name: sum(each[name] for each in counts) for name in counts[0]},
        notes=tuple(dict.fromkeys([*notes, *seen.notes()])),
        rejects=tuple(_told(reject, listing, several) for listing in listings for reject in listing.rejects),
    )


def _told(reject: Reject, listing: Listing, several: bool) -> Reject:
    """Name the column in French, and the file where there are several."""
    file = f" (fichier des {listing.kind.label})" if several else ""
    return Reject(reject.line, FIELDS.get(reject.field, reject.field), reject.value, f"{reject.reason}{file}")
