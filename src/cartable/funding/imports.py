"""Commitments from a file: each line committed or rejected with its reason, all in one transaction.

A line is known by its envelope and its reference: a second run of the same file changes nothing, and a reference
that comes again with another content is rejected. From the threshold on a line is only proposed: a file is one person.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.bodies.models import Body
from cartable.foundation import clock
from cartable.funding import daily, perms
from cartable.funding.actions.committing import Asked, first_transfer
from cartable.funding.actions.shared import derived
from cartable.funding.enums import CommitmentState, Credit, Share, Stage
from cartable.funding.models import Commitment, CommitmentPart, Envelope
from cartable.funding.reading import AMBIGUOUS, CONTRACT, CommitmentLine, EnvelopeFacts, Envelopes, read_line
from cartable.funding.rules import show
from cartable.intake.contracts import COMMAND, Limits, Reject, by_line
from cartable.intake.exporting import write_rejects
from cartable.intake.reading import read_table
from cartable.journal.actions import record
from cartable.ledger.actions import post_many
from cartable.ledger.models import Account
from cartable.territories.rules import fold


BATCH = 2_000
COUNTS = ("lines", "created", "changed", "unchanged", "rejected")
Code = tuple[str, str, str]


@dataclass(slots=True)
class CommitmentReport:
    """What became of the lines: `created + unchanged + rejected == lines`; `rejects` says why.

    `proposed` of those created wait for a second person; `cents` is what was committed or reserved.
    """

    lines: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    proposed: int = 0
    cents: int = 0
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_commitments(
    *,
    actor: Any,
    path: Path | str,
    year: int | None = None,
    rejects: Path | str | None = None,
    progress: Callable[[str], None] | None = None,
    limits: Limits = COMMAND,
) -> CommitmentReport:
    """Commit the lines of a CSV, XLSX or ODS file on envelopes that `actor` decides on, one reference a line.

    The territory is a département ("59"), a région ("R32"), "FR" for the nation, or the SIRET of a collectivité;
    `year` holds where the file names none (default: this year). `rejects` is where to write line, field, value and
    reason of the lines that are not taken. Refuses what cannot be read at all, and `second_factor`.
    """
    perms.demand_second_factor(actor)
    table = read_table(path, CONTRACT, limits=limits)
    with _collector_at_rest(), transaction.atomic():
        envelopes = _envelopes(actor)
        today, bearers = clock.today(), _bearers(row.cells["bearer"] for row in table.rows)
        asked_year = str(year or today.year)
        read = [read_line(row, envelopes, bearers, today, asked_year) for row in table.rows]
        refused = [one for one in read if isinstance(one, Reject)]
        report = _write(actor, [one for one in read if isinstance(one, CommitmentLine)])
        report.rejected += table.lines - len(table.rows) + len(refused)
        report.rejects = by_line(CONTRACT, [*table.rejects, *refused, *report.rejects])
        report.lines, report.notes = table.lines, [*table.notes, *_notes(report)]
        counts = {name: getattr(report, name) for name in (*COUNTS, "proposed", "cents")}
        record(actor=actor, verb="funding.commitments_imported", data={"sha256": table.sha256, **counts})
    if rejects is not None:
        write_rejects(rejects, report.rejects)
    if progress:
        progress(_sentence(Path(path), report))
    return report


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let the garbage collector rest: it walks all these rows again and again (a third of the time), and frees none."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _envelopes(actor: Any) -> Envelopes:
    """Give the envelopes that `actor` decides on by line, year and territory, with what is left; they are locked."""
    rows = Envelope.objects.filter(perms.run_by(actor)).select_related(
        "line__programme", "department", "region", "holder"
    )
    accounts = Account.objects.filter(
        envelope_account__envelope__in=rows.order_by().values("pk"),
        envelope_account__credit=Credit.AE,
        envelope_account__stage=Stage.ENVELOPE,
    )
    locked = accounts.select_for_update(of=("self",), no_key=True).order_by("id")
    names = dict(locked.values_list("envelope_account__envelope_id", "pk"))
    years = {names[row.pk]: row.year for row in rows if row.pk in names}
    held = daily.held_by_day(years)
    found: dict[Code, EnvelopeFacts | None] = {}
    for envelope in rows:
        facts = EnvelopeFacts(envelope, held.get(names.get(envelope.pk, 0), [0] * daily.DAYS))
        line, programme = fold(envelope.line.code), fold(envelope.line.programme.code)
        for code in (line, f"{programme}/{line}"):
            for place in _places(envelope):
                key = code, str(envelope.year), place
                found[key] = AMBIGUOUS if key in found else facts
    return found


def _places(envelope: Envelope) -> Iterator[str]:
    if envelope.level == "local":
        yield envelope.holder.siret
    elif envelope.department:
        yield envelope.department.code
    else:
        yield f"R{envelope.region.code}" if envelope.region else "FR"


def _bearers(codes: Iterable[str]) -> dict[str, int]:
    wanted = sorted({"".join(code.split()).upper() for code in codes} - {""})
    found: dict[str, int] = {}
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        for column in ("siret", "rna"):
            rows = Body.objects.filter(**{f"{column}__in": part}).order_by("id")
            found |= dict(rows.values_list(column, "id"))
    return found


def _write(actor: Any, lines: Sequence[CommitmentLine]) -> CommitmentReport:
    report = CommitmentReport()
    seen: dict[Any, int] = {}
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        keys = [line.key for line in batch]
        known = dict(Commitment.objects.filter(public_id__in=keys).values_list("public_id", "fingerprint"))
        new = [line for line in batch if _is_new(line, known, seen, report)]
        _commit(actor, new)
        report.created += len(new)
        report.cents += sum(line.whole for line in new)
    return report


def _is_new(
    line: CommitmentLine, known: dict[Any, str], seen: dict[Any, int], report: CommitmentReport
) -> bool:
    """Tell whether a line is to be committed; count it where it is known already, reject it where it cannot be."""
    first = seen.setdefault(line.key, line.line)
    if first != line.line:
        fault = _("cette référence est déjà à la ligne %(line)d") % {"line": first}
        return _reject(report, line, "reference", line.reference, fault)
    if line.key in known:
        if known[line.key] != line.mark:
            fault = _("cette référence est déjà enregistrée avec un autre contenu")
            return _reject(report, line, "reference", line.reference, fault)
        report.unchanged += 1
        return False
    if not daily.take(line.facts.left, line.whole, line.on):
        return _reject_lack(report, line)
    report.proposed += _is_proposed(line)
    return True


def _reject_lack(report: CommitmentReport, line: CommitmentLine) -> bool:
    if first := daily.first_day(line.facts.left, line.whole, line.facts.year):
        fault = _("à cette date, cet argent n'était pas encore dans l'enveloppe : pas avant le %(first)s")
        return _reject(report, line, "on", f"{line.on:%d/%m/%Y}", fault % {"first": f"{first:%d/%m/%Y}"})
    fault = _("il reste %(left)s dans l'enveloppe, il faudrait %(asked)s")
    said = {"left": show(line.facts.left[-1]), "asked": show(line.whole)}
    return _reject(report, line, "net", show(line.net), fault % said)


def _reject(report: CommitmentReport, line: CommitmentLine, column: str, value: str, fault: str) -> bool:
    report.rejected += 1
    report.rejects.append(Reject(line.line, column, value, fault))
    return False


def _is_proposed(line: CommitmentLine) -> bool:
    return line.whole >= line.facts.threshold


def _commit(actor: Any, lines: Sequence[CommitmentLine]) -> None:
    """Write a batch: the commitments, their transfers at once, their parts."""
    commitments = Commitment.objects.bulk_create(_commitment(actor, line) for line in lines)
    asked = [
        (commitment, one) for commitment, line in zip(commitments, lines, strict=True) for one in _parts(line)
    ]
    posted = post_many(
        actor=actor,
        transfers=[first_transfer(commitment, one, commitment.decided_on) for commitment, one in asked],
    )
    CommitmentPart.objects.bulk_create(
        CommitmentPart(
            public_id=one.key,
            commitment=commitment,
            envelope=one.envelope,
            share=one.share,
            amount_cents=one.cents,
            transfer=transfer,
        )
        for (commitment, one), transfer in zip(asked, posted, strict=True)
    )


def _commitment(actor: Any, line: CommitmentLine) -> Commitment:
    return Commitment(
        public_id=line.key,
        fingerprint=line.mark,
        kind=line.kind,
        bearer_id=line.bearer_id,
        subject=line.subject,
        number=line.reference,
        state=CommitmentState.PROPOSED if _is_proposed(line) else CommitmentState.COMMITTED,
        decided_on=line.on,
        net_cents=line.net,
        vat_rate=line.vat_rate,
        vat_cents=line.vat,
        serves_note=line.serves_note,
        justify_by=line.justify_by,
        proposed_by=actor,
    )


def _parts(line: CommitmentLine) -> Iterator[Asked]:
    """One envelope pays the price net of tax, and the tax where there is some."""
    for rank, (share, cents) in enumerate(((Share.NET, line.net), (Share.VAT, line.vat))):
        if cents:
            yield Asked(line.facts.envelope, cents, share, derived(line.key, f"part:{rank}"))


def _notes(report: CommitmentReport) -> Iterator[str]:
    if report.proposed:
        yield ngettext(
            "%(n)d engagement attend une seconde personne.",
            "%(n)d engagements attendent une seconde personne.",
            report.proposed,
        ) % {"n": report.proposed}


def _sentence(path: Path, report: CommitmentReport) -> str:
    return _(
        "%(file)s : %(lines)d lignes lues, %(created)d créées, %(changed)d modifiées, "
        "%(unchanged)d inchangées, %(rejected)d rejetées"
    ) % {"file": path.name, **{name: getattr(report, name) for name in COUNTS}}
