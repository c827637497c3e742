"""The page of a commitment: who decided, what each envelope pays, what was paid, justified, claimed back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cartable.accounts.models import User
from cartable.equipment.models import Lot
from cartable.equipment.queries import lots_paid_by
from cartable.funding.enums import CommitmentState, MovementKind, RecoveryState
from cartable.funding.models import Commitment, CommitmentPart, Envelope, Invoice, Movement, Recovery
from cartable.funding.papers import grant_sheet
from cartable.funding.queries import envelopes_run_by, envelopes_visible_to, parts_awaited_from, stages_of
from cartable.funding.queries.stages import Stages
from cartable.funding.rules import show as euros
from cartable.funding.words import awaited, due
from cartable.web.answers import pdf
from cartable.web.funding.reach import (
    bill_url,
    commitment_crumbs,
    envelope_url,
    fetch_commitment,
    parts_of,
)
from cartable.web.funding.words import commitment_badge, day, invoice_badge, recovery_badge
from cartable.web.register import may_open
from cartable.web.show import show
from cartable.web.table import Column, Table, link


# What can be undone by the exact reverse.
UNDONE = set(MovementKind) - {MovementKind.CONFIRMATION, MovementKind.REFUSAL, MovementKind.CORRECTION}


def commitment(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Show a commitment and, to who decides on it or bears it, what can be done."""
    found = fetch_commitment(request, commitment_id)
    parts = parts_of(found)
    run = _run_among(request.user, [part.envelope for part in parts])
    stages = stages_of(parts)
    total = sum(stages.values(), Stages())
    return show(
        request,
        "funding/commitment.html",
        title=found.subject,
        crumbs=commitment_crumbs(request, parts),
        commitment=found,
        badge=commitment_badge(found),
        facts=_facts(found, total),
        waits=found.state == CommitmentState.PROPOSED,
        lacking=_said_lacking(request.user, found, parts),
        people=_people(found) if run else [],
        acts=_acts(request.user, found, parts, run, total),
        parts=_parts_table(request.user, parts, stages),
        movements=_movements_table(parts, run),
        bills=_bills_table(found),
        recoveries=_recoveries_table(parts, run),
        lots=_lots_table(request.user, found),
    )


def sheet(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Give the summary of a commitment on paper."""
    return pdf(grant_sheet(fetch_commitment(request, commitment_id)), "engagement")


def _run_among(user: User, envelopes: list[Envelope]) -> set[int]:
    """Give which of these envelopes the person decides on."""
    mine = envelopes_run_by(user).filter(pk__in=[one.pk for one in envelopes])
    return set(mine.values_list("pk", flat=True))


def _facts(found: Commitment, total: Stages) -> list[tuple[Any, Any]]:
    rate = f"{number_format(found.vat_rate / 100)} %"
    tax = [(_("TVA (%(rate)s)") % {"rate": rate}, euros(found.vat_cents))] if found.vat_rate else []
    amount = _("Montant hors taxes") if tax else _("Montant")
    return [
        (amount, euros(found.net_cents)),
        *tax,
        (_("Payé"), euros(total.paid)),
        (_("Reste à payer"), euros(total.committed)),
        (_("Justifié"), euros(total.justified)),
        (_("Payé, à justifier"), euros(total.settled)),
        (_("À justifier avant le"), day(found.justify_by)),
    ]


def _lacking(found: Commitment, parts: list[CommitmentPart]) -> str:
    """Say how much a co-funder still has to bring."""
    lacking = found.net_cents + found.vat_cents - sum(part.amount_cents for part in parts)
    return euros(lacking) if found.state == CommitmentState.PROPOSED and lacking else ""


def _said_lacking(user: User, found: Commitment, parts: list[CommitmentPart]) -> str:
    """Say what is awaited, from whom; "your part" to who has to bring it."""
    lacking = _lacking(found, parts)
    if not lacking:
        return ""
    if mine := parts_awaited_from(user).filter(commitment=found):
        return _("On attend votre part : %(due)s") % {"due": ", ".join(map(due, mine))}
    if said := awaited(found.awaited.filter(part=None).select_related("body")):
        return _("Attendu de %(awaited)s") % {"awaited": said}
    return _("Il manque la part d'un cofinanceur : %(lacking)s") % {"lacking": lacking}


def _people(found: Commitment) -> list[tuple[Any, Any]]:
    known = [(_("Proposé par"), found.proposed_by), (_("Confirmé par"), found.confirmed_by)]
    return [(words, person.display_name) for words, person in known if person]


def _acts(
    user: User, found: Commitment, parts: list[CommitmentPart], run: set[int], total: Stages
) -> list[tuple[Any, str]]:
    """Give what the person may do now: a word and an address, the usual one first."""
    names: dict[str, Any] = {}
    first = bool(parts) and parts[0].envelope_id in run
    if found.state == CommitmentState.PROPOSED:
        names = _acts_of_waiting(user, found, parts, run, first)
    elif found.state == CommitmentState.COMMITTED:
        names = _acts_of_running(run, total)
    elif found.state == CommitmentState.CLOSED and run:
        names = {"commitment-reopen": _("Rouvrir")}
    if run and not found.number:
        names["commitment-number"] = _("Ajouter le numéro d'engagement")
    return [
        (words, reverse(name, args=[found.public_id]))
        for name, words in names.items()
        if may_open(user, name)
    ]


def _acts_of_waiting(
    user: User, found: Commitment, parts: list[CommitmentPart], run: set[int], first: bool
) -> dict[str, Any]:
    names: dict[str, Any] = {}
    lacking = _lacking(found, parts)
    if first and found.proposed_by_id != user.pk and not lacking:
        names["commitment-confirm"] = _("Confirmer l'engagement")
    if lacking and _may_bring(user, found):
        names["commitment-join"] = _("Ajouter votre part")
    if run:
        names["commitment-refuse"] = _("Refuser ou retirer")
    return names


def _may_bring(user: User, found: Commitment) -> bool:
    """Tell whether somebody may add a part: who is awaited, or any funder where nobody was named."""
    if parts_awaited_from(user).filter(commitment=found).exists():
        return True
    return not found.awaited.filter(part=None).exists() and envelopes_run_by(user).exists()


def _acts_of_running(run: set[int], total: Stages) -> dict[str, Any]:
    bill = {"bill-new": _("Déclarer une facture")}
    if not run:
        return bill
    possible = {
        "commitment-pay": (_("Noter un paiement"), total.committed),
        "bill-new": (bill["bill-new"], True),
        "commitment-justify": (_("Noter une justification"), total.settled),
        "commitment-credit-note": (_("Noter un avoir"), total.settled),
        "commitment-release": (_("Retirer ce qui reste"), total.committed),
        "commitment-claim": (_("Réclamer un reversement"), total.settled),
        "commitment-close": (_("Solder"), not total.left),
    }
    return {name: words for name, (words, open_now) in possible.items() if open_now}


def _parts_table(user: User, parts: list[CommitmentPart], stages: dict[int, Stages]) -> Table:
    seen = set(envelopes_visible_to(user).filter(parts__in=parts).values_list("pk", flat=True))
    return Table(
        caption=_("Qui paie"),
        columns=[
            Column(_("Enveloppe"), lambda part: _envelope_cell(part.envelope, seen), heads=True),
            Column(_("Part"), lambda part: part.get_share_display()),
            Column(_("Montant"), lambda part: euros(part.amount_cents), numeric=True),
            Column(_("Payé"), lambda part: euros(stages[part.pk].paid), numeric=True),
            Column(_("Reste à payer"), lambda part: euros(stages[part.pk].committed), numeric=True),
            Column(_("Justifié"), lambda part: euros(stages[part.pk].justified), numeric=True),
            Column(_("Reversé"), lambda part: euros(stages[part.pk].returned), numeric=True),
        ],
        rows=parts,
    )


def _envelope_cell(envelope: Envelope, seen: set[int]) -> Any:
    name = f"{envelope.holder.name}, {envelope.line.name}, {envelope.year}"
    return link(name, envelope_url(envelope)) if envelope.pk in seen else name


def _movements_table(parts: list[CommitmentPart], run: set[int]) -> Table:
    rows = Movement.objects.filter(part__in=parts).select_related(
        "part__envelope__holder", "undoes", "undone_by"
    )
    columns = [
        Column(_("Date"), lambda one: day(one.on), heads=True),
        Column(_("Nature"), _kind),
        Column(_("Enveloppe"), lambda one: one.part.envelope.holder.name),
        Column(_("Montant"), lambda one: euros(one.amount_cents), numeric=True),
        Column(_("Motif ou référence"), lambda one: one.reason or "—"),
    ]
    if run:
        columns.append(Column(_("Corriger"), lambda one: _undo_link(one, run)))
    return Table(
        caption=_("Paiements et suites"),
        columns=columns,
        rows=rows.order_by("on", "id"),
        empty=_("Rien n'est encore payé."),
    )


def _kind(one: Movement) -> str:
    if one.undoes:
        return _("annule : %(kind)s") % {"kind": one.undoes.get_kind_display()}
    return one.get_kind_display()


def _undo_link(one: Movement, run: set[int]) -> Any:
    if hasattr(one, "undone_by"):
        return _("annulé")
    if one.kind not in UNDONE or one.part.envelope_id not in run:
        return "—"
    return link(_("Annuler"), reverse("movement-undo", args=[one.public_id]))


def _bills_table(found: Commitment) -> Table:
    return Table(
        caption=_("Factures déclarées par le porteur"),
        columns=[
            Column(_("Facture"), lambda one: link(one.number, bill_url(one)), heads=True),
            Column(_("Fournisseur"), lambda one: one.supplier_name),
            Column(_("Date"), lambda one: day(one.dated)),
            Column(_("Hors taxes"), lambda one: euros(one.net_cents), numeric=True),
            Column(_("TVA"), lambda one: euros(one.vat_cents), numeric=True),
            Column(_("Biens"), goods_of),
            Column(_("État"), invoice_badge),
        ],
        rows=found.invoices.prefetch_related("lines").order_by("dated", "id"),
        empty=_("Aucune facture n'est encore déclarée."),
    )


def goods_of(bill: Invoice) -> str:
    """Say what a bill bought, in short."""
    return ", ".join(f"{line.quantity} × {line.good}" for line in bill.lines.all())


def _recoveries_table(parts: list[CommitmentPart], run: set[int]) -> Table | None:
    rows = list(Recovery.objects.filter(part__in=parts).select_related("part"))
    if not rows:
        return None
    columns = [
        Column(_("Réclamé le"), lambda one: day(one.claimed_on), heads=True),
        Column(_("Montant"), lambda one: euros(one.claimed_cents), numeric=True),
        Column(_("À reverser avant le"), lambda one: day(one.due_on)),
        Column(_("Motif"), lambda one: one.reason),
        Column(_("État"), recovery_badge),
    ]
    if run:
        columns += [
            Column(
                _("Reçu"), lambda one: _recovery_link(one, run, "recovery-receive", _("Noter la réception"))
            ),
            Column(_("Abandonner"), lambda one: _recovery_link(one, run, "recovery-waive", _("Abandonner"))),
        ]
    return Table(caption=_("Reversements réclamés"), columns=columns, rows=rows)


def _lots_table(user: User, found: Commitment) -> Table | None:
    """Give the lots that the commitment paid: from here a control follows each thing to hands and back."""
    rows = list(lots_paid_by([found]))
    if not rows:
        return None
    follows = may_open(user, "audit-lot")

    def article(lot: Lot) -> Any:
        return (
            link(lot.product.name, reverse("audit-lot", args=[lot.public_id]))
            if follows
            else lot.product.name
        )

    return Table(
        caption=_("Ce qui est arrivé, payé par cet engagement"),
        columns=[
            Column(_("Article"), article, heads=True),
            Column(_("Nombre"), lambda lot: lot.quantity, numeric=True),
            Column(_("Reçu le"), lambda lot: day(lot.received_on)),
            Column(_("Opération"), lambda lot: lot.operation.name),
        ],
        rows=rows,
    )


def _recovery_link(one: Recovery, run: set[int], page: str, words: str) -> Any:
    if one.state != RecoveryState.CLAIMED or one.part.envelope_id not in run:
        return "—"
    return link(words, reverse(page, args=[one.public_id]))
