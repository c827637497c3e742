"""Lines of a file of commitments: each cell read, each fault said in its column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding import rules
from cartable.funding.actions.shared import fingerprint, short
from cartable.funding.enums import CommitmentKind
from cartable.intake import values
from cartable.intake.contracts import Column, Contract, Reject, Row
from cartable.territories.rules import fold


CONTRACT = Contract(
    name="la liste des engagements",
    columns=(
        Column(
            "reference",
            (
                *("reference", "ref", "numero d'engagement", "n d'engagement", "numero ej", "n ej", "ej"),
                *("engagement juridique", "engagement", "numero", "id"),
            ),
            required=True,
        ),
        Column("line", ("ligne", "code ligne", "ligne budgetaire", "dispositif", "line"), required=True),
        Column("programme", ("programme", "code programme", "plan")),
        Column("year", ("exercice", "annee", "year")),
        Column(
            "territory",
            ("territoire", "departement", "code departement", "dep", "uo", "code territoire", "territory"),
            required=True,
        ),
        Column(
            "bearer",
            ("siret porteur", "siret du porteur", "siret", "rna", "porteur", "bearer"),
            required=True,
        ),
        Column("subject", ("objet", "libelle", "intitule", "action", "subject"), required=True),
        Column("kind", ("nature", "acte", "type", "type d'acte", "kind")),
        Column("net", ("montant ht", "montant", "montant engage", "ht", "amount"), required=True),
        Column("vat_rate", ("taux de tva", "taux tva", "tva %", "tva", "vat")),
        Column("on", ("date", "date d'engagement", "date de decision", "decide le", "le"), required=True),
        Column("serves_note", ("public", "qpv", "quartier", "territoire servi", "public servi")),
        Column("justify_by", ("a justifier avant", "date de justification", "echeance")),
    ),
)
KINDS = {
    "arrete": CommitmentKind.ORDER,
    "convention": CommitmentKind.CONVENTION,
    "achat": CommitmentKind.PURCHASE,
    "marche": CommitmentKind.PURCHASE,
    "commande": CommitmentKind.PURCHASE,
    "order": CommitmentKind.ORDER,
    "purchase": CommitmentKind.PURCHASE,
}


class EnvelopeFacts:
    """What a line needs to know of the envelope that pays it; `left` in cents at the end of each day of its year."""

    __slots__ = ("envelope", "left", "serves", "threshold", "year")

    def __init__(self, envelope: Any, left: list[int]) -> None:
        self.envelope, self.left, self.year = envelope, left, envelope.year
        self.serves = envelope.line.serves != "anyone"
        self.threshold = envelope.line.second_person_from_cents


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """One good line: `key` tells it from all others of its envelope, `mark` is the hash of its content."""

    line: int
    key: UUID
    mark: str
    facts: EnvelopeFacts
    bearer_id: int
    reference: str
    subject: str
    kind: str
    net: int
    vat_rate: int
    vat: int
    on: date
    serves_note: str
    justify_by: date | None

    @property
    def whole(self) -> int:
        """The price with its tax."""
        return self.net + self.vat


# `AMBIGUOUS` where several envelopes answer to one code, year and territory.
AMBIGUOUS = None
Envelopes = Mapping[tuple[str, str, str], EnvelopeFacts | None]


class Faulty(Exception):
    """A cell that cannot be taken: its column, and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def read_line(
    row: Row, envelopes: Envelopes, bearers: Mapping[str, int], today: date, year: str
) -> CommitmentLine | Reject:
    """Read one line; `year` holds where the file names none."""
    try:
        return _read(row, envelopes, bearers, today, year)
    except Faulty as fault:
        return Reject(row.line, fault.field, row.cells.get(fault.field, ""), fault.reason)


def _read(
    row: Row, envelopes: Envelopes, bearers: Mapping[str, int], today: date, year: str
) -> CommitmentLine:
    cells = row.cells
    reference = _text(cells, "reference", 40)
    facts = _envelope(cells, envelopes, year)
    net = _cell(cells, "net", lambda text: rules.whole_cents(rules.euros(text)))
    rate = _cell(cells, "vat_rate", _rate)
    on = _cell(cells, "on", values.date)
    if on is None:
        raise Faulty("on", _("la date manque"))
    _cell(cells, "on", lambda _text: rules.day_within(on, facts.year, today))
    note = _text(cells, "serves_note", 300, needed=facts.serves)
    given = {
        "reference": reference,
        "subject": _text(cells, "subject", 200),
        "kind": _kind(cells),
        "net": net,
        "vat_rate": rate,
        "vat": rules.vat(net, rate),
        "on": on,
        "serves_note": note,
        "justify_by": _cell(cells, "justify_by", lambda text: rules.justified_after(values.date(text), on)),
        "bearer_id": _bearer(cells, bearers),
    }
    return CommitmentLine(
        line=row.line,
        key=uuid5(facts.envelope.public_id, f"import:{reference}"),
        mark=fingerprint(None, **given),
        facts=facts,
        **given,
    )


def _cell(cells: Mapping[str, str], field: str, read: Callable[[str], Any]) -> Any:
    """Read a cell; what refuses it gives the reason."""
    try:
        return read(cells[field])
    except values.BadCell as bad:
        raise Faulty(field, bad.reason) from bad
    except Refused as no:
        raise Faulty(field, _clause(no.sentence)) from no


def _clause(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:].removesuffix('.')}"


def _text(cells: Mapping[str, str], field: str, length: int, *, needed: bool = True) -> str:
    words = _cell(cells, field, lambda text: short(text, length, field))
    if needed and not words:
        raise Faulty(field, _("cette cellule est vide : complétez-la"))
    return str(words)


def _envelope(cells: Mapping[str, str], envelopes: Envelopes, year: str) -> EnvelopeFacts:
    place = cells["territory"].strip().upper()
    place = place.zfill(2) if place.isdigit() else place
    programme = fold(cells["programme"])
    line, asked = fold(cells["line"]), cells["year"].strip().removesuffix(".0") or year
    named = (f"{programme}/{line}", asked, place)
    # A column « programme » may hold the number of the State's budget programme: then the line alone tells.
    key = named if named in envelopes else (line, asked, place)
    facts = envelopes.get(key)
    if facts is AMBIGUOUS and key in envelopes:
        raise Faulty(
            "line",
            _(
                "plusieurs de vos enveloppes répondent à ce code : ajoutez une colonne « programme » avec le "
                "code du programme"
            ),
        )
    if facts is None:
        raise Faulty(
            "territory", _("aucune de vos enveloppes ne porte cette ligne, cet exercice et ce territoire")
        )
    return facts


def _bearer(cells: Mapping[str, str], bearers: Mapping[str, int]) -> int:
    code = "".join(cells["bearer"].split()).upper()
    if code not in bearers:
        raise Faulty("bearer", _("ce porteur est inconnu : enregistrez-le d'abord, par son SIRET ou son RNA"))
    return bearers[code]


def _kind(cells: Mapping[str, str]) -> str:
    words = fold(cells["kind"]).split()
    if not words:
        return CommitmentKind.ORDER.value
    for start, kind in KINDS.items():
        if words[0].startswith(start):
            return kind.value
    raise Faulty("kind", _("nature inconnue : écrivez arrêté, convention ou achat"))


def _rate(text: str) -> int:
    bare = text.replace("%", "").strip()
    return rules.check_rate(rules.euros(bare)) if bare else 0
