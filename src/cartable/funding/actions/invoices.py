"""The bearer declares its bills against a commitment; the service accepts them, which justifies what was paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move as change
from cartable.funding import perms
from cartable.funding.actions.payments import move_part, take_part
from cartable.funding.actions.shared import (
    derived,
    fingerprint,
    known,
    made,
    once,
    reason_given,
    short,
)
from cartable.funding.enums import (
    INVOICE_MOVES,
    CommitmentKind,
    CommitmentState,
    InvoiceState,
    MovementKind,
    Share,
)
from cartable.funding.models import Commitment, CommitmentPart, Envelope, Invoice, InvoiceLine
from cartable.funding.queries.stages import claimed_on, stages_of
from cartable.funding.queries.visible import commitments_visible_to
from cartable.funding.rules import bill_totals, check_rate, not_before, not_later, show, spread, whole_cents
from cartable.journal.actions import record


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of a bill: what, how many, the unit price net of tax in cents."""

    good: str
    quantity: int
    unit_net_cents: int


@once
def declare(
    *,
    actor: Any,
    commitment_id: UUID,
    number: str,
    dated: date,
    supplier_name: str,
    lines: Sequence[Bought],
    vat_rate: int = 0,
    key: UUID | None = None,
) -> Invoice:
    """Declare a bill, as the bearer of the commitment or the service that decides on it; the tax is computed.

    Refuses `not_yours`, `not_committed`, `number`, `supplier`, `lines`, `declared_twice`, `vat_rate`, `amount_…`,
    `date_not_come`, `date_before`, `key_reused`.
    """
    mark = fingerprint(actor, bill=[commitment_id, number, dated, supplier_name, vat_rate], lines=list(lines))
    if row := known(Invoice, key, mark):
        return row
    commitment = _declared_on(actor, commitment_id)
    _dated(commitment, dated)
    kept = _lines(lines)
    net, tax = bill_totals([(line.quantity, line.unit_net_cents) for line in kept], check_rate(vat_rate))
    row = Invoice(
        public_id=made(key),
        fingerprint=mark,
        commitment=commitment,
        number=_named(number, 60, "number"),
        dated=dated,
        supplier_name=_named(supplier_name, 160, "supplier"),
        net_cents=whole_cents(net),
        vat_rate=vat_rate,
        vat_cents=tax,
        declared_on=clock.today(),
        declared_by=actor,
    )
    _once_only(row)
    row.save(force_insert=True)
    for line in kept:
        line.invoice = row
    InvoiceLine.objects.bulk_create(kept)
    data = {"commitment": commitment_id, "net": net, "vat": tax}
    record(actor=actor, verb="funding.bill_declared", target=str(row.public_id), data=data)
    return row


@transaction.atomic
def accept(
    *,
    actor: Any,
    invoice_id: UUID,
    amounts: Mapping[UUID, int] | None = None,
    on: date | None = None,
) -> Invoice:
    """Accept a bill: it justifies what was paid on the parts (their `public_id`) of the commitment.

    Without `amounts`, the net of the bill goes to the parts that pay the net, the tax to those that pay the tax, each
    up to what is paid and not justified; a grant pays both. Refuses `not_yours`, `not_enough` where less than the bill
    was paid (then say the `amounts`), `claimed`, `over_bill`, `date_before` (the bill), `move_forbidden`.
    A repeat changes nothing.
    """
    row = _locked(actor, invoice_id)
    if row.state == InvoiceState.ACCEPTED:
        return row
    change(INVOICE_MOVES, row.state, InvoiceState.ACCEPTED)
    sentence = _("La facture est du %(first)s : elle ne peut pas être retenue avant ce jour.")
    not_before(on or clock.today(), row.dated, "date_before", sentence)
    parts = list(row.commitment.parts.select_related("commitment").order_by("id"))
    for part, cents in _given(row, parts, amounts) if amounts is not None else _shared(row, parts):
        key = derived(row.public_id, f"justified:{part.public_id}:{row.movements.count()}")
        taken = take_part(actor, part.public_id)
        move_part(actor, key, row.fingerprint, taken, MovementKind.JUSTIFICATION, cents, on, invoice=row)
    row.state = InvoiceState.ACCEPTED
    row.save(update_fields=["state"])
    record(actor=actor, verb="funding.bill_accepted", target=str(invoice_id))
    return row


@transaction.atomic
def refuse_invoice(*, actor: Any, invoice_id: UUID, reason: str) -> Invoice:
    """Set a bill aside, with a reason that the bearer reads; it may declare another."""
    row = _locked(actor, invoice_id)
    if row.state == InvoiceState.REFUSED:
        return row
    change(INVOICE_MOVES, row.state, InvoiceState.REFUSED, reason)
    row.state, row.reason = InvoiceState.REFUSED, reason_given(reason)
    row.save(update_fields=["state", "reason"])
    record(actor=actor, verb="funding.bill_refused", target=str(invoice_id), text=reason)
    return row


def _declared_on(actor: Any, commitment_id: UUID) -> Commitment:
    """Fetch the commitment that a bill is declared on: its bearer, or who decides on it, may."""
    rows = Commitment.objects.filter(public_id=commitment_id)
    if actor is not None:
        run = Envelope.objects.filter(perms.run_by(actor)).order_by()
        mine = Q(bearer__in=perms.bodies_borne_by(actor))
        mine |= Q(pk__in=CommitmentPart.objects.filter(envelope__in=run).values("commitment"))
        rows = commitments_visible_to(actor).filter(mine, public_id=commitment_id)
    commitment = rows.first()
    if commitment is None:
        raise Refused("not_yours", _("Cet engagement n'existe pas ou ne relève pas de votre service."))
    if commitment.state != CommitmentState.COMMITTED:
        sentence = _("Cet engagement est « %(state)s » : rien ne peut être payé ni justifié dessus.")
        raise Refused("not_committed", sentence % {"state": commitment.get_state_display()})
    return commitment


def _dated(commitment: Commitment, dated: date) -> None:
    """Refuse a bill to come, and one from before what it is paid with.

    What the State buys is committed before it is ordered (décret 2012-1246, articles 29 et 30); a grant may pay for
    spending that preceded its arrêté, since the programme began or within the year of its credits.
    """
    not_later(dated, clock.today(), "dated")
    if commitment.kind == CommitmentKind.PURCHASE:
        first = commitment.decided_on
        sentence = _("L'achat a été engagé le %(first)s : sa facture ne peut pas être datée d'avant.")
    else:
        first = _first_day(commitment)
        sentence = _("Ce financement paie des dépenses faites depuis le %(first)s : vérifiez la date.")
    not_before(dated, first, "date_before", sentence, "dated")


def _first_day(commitment: Commitment) -> date:
    parts = commitment.parts.order_by().values_list("envelope__year", "envelope__line__programme__starts_on")
    return min(day for year, starts in parts for day in (date(year, 1, 1), starts))


def _lines(lines: Sequence[Bought]) -> list[InvoiceLine]:
    if not lines or any(line.quantity < 1 for line in lines):
        raise Refused(
            "lines", _("Indiquez au moins un bien ou service, avec son nombre et son prix unitaire."), "lines"
        )
    return [
        InvoiceLine(
            good=_named(line.good, 160, "lines"),
            quantity=line.quantity,
            unit_net_cents=whole_cents(line.unit_net_cents, "lines", zero=True),
        )
        for line in lines
    ]


def _named(text: str, length: int, field: str) -> str:
    words = short(text, length, field)
    if not words:
        raise Refused(field, _("Complétez ce champ : il figure sur la facture."), field)
    return words


def _once_only(row: Invoice) -> None:
    twins = Invoice.objects.filter(
        commitment=row.commitment, supplier_name=row.supplier_name, number=row.number
    )
    if twins.exclude(state=InvoiceState.REFUSED).exists():
        raise Refused(
            "declared_twice",
            _("Cette facture est déjà déclarée sur cet engagement : vérifiez son numéro."),
            "number",
        )


def _locked(actor: Any, invoice_id: UUID) -> Invoice:
    run = Envelope.objects.filter(perms.run_by(actor)).order_by()
    parts = CommitmentPart.objects.filter(envelope__in=run).values("commitment")
    rows = Invoice.objects.filter(commitment__in=parts).select_related("commitment")
    row = rows.select_for_update(of=("self",)).filter(public_id=invoice_id).first()
    if row is None:
        raise Refused("not_yours", _("Cette facture n'existe pas ou ne relève pas de votre service."))
    return row


def _given(
    row: Invoice, parts: Sequence[CommitmentPart], amounts: Mapping[UUID, int]
) -> list[tuple[CommitmentPart, int]]:
    by_id = {part.public_id: part for part in parts}
    if not amounts or amounts.keys() - by_id.keys():
        raise Refused("parts", _("Indiquez le montant retenu sur chaque part de cet engagement."), "amounts")
    given = [(by_id[part_id], whole_cents(cents)) for part_id, cents in amounts.items()]
    if (asked := sum(cents for _part, cents in given)) > (bill := row.net_cents + row.vat_cents):
        sentence = _("La facture est de %(bill)s, le montant retenu serait de %(asked)s : diminuez-le.")
        raise Refused("over_bill", sentence % {"bill": show(bill), "asked": show(asked)}, "amounts")
    return given


def _shared(row: Invoice, parts: Sequence[CommitmentPart]) -> list[tuple[CommitmentPart, int]]:
    """Share a bill among parts: tax to those that pay the tax where there are some, the rest to the others."""
    tax = [part for part in parts if part.share == Share.VAT]
    net = [part for part in parts if part.share == Share.NET]
    sums = [(net, row.net_cents), (tax, row.vat_cents)] if tax else [(net, row.net_cents + row.vat_cents)]
    stages, claimed = stages_of(parts), claimed_on(parts)
    free = {part.pk: stages[part.pk].settled - claimed[part.pk] for part in parts}
    shared = []
    for payers, cents in sums:
        given = spread(cents, [free[part.pk] for part in payers])
        if sum(given) != cents:
            sentence = _(
                "Il reste %(left)s de payé, non justifié et non réclamé, la facture est de %(asked)s : dites le "
                "montant retenu."
            )
            said = {"left": show(sum(free[part.pk] for part in payers)), "asked": show(cents)}
            raise Refused("not_enough", sentence % said, "amounts")
        shared += [(part, some) for part, some in zip(payers, given, strict=True) if some]
    return shared
