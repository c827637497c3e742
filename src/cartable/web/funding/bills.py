"""Bills: declared by who bears the commitment, accepted or set aside by the service."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cartable.funding import actions
from cartable.funding.enums import CommitmentState, InvoiceState
from cartable.funding.models import CommitmentPart, Invoice
from cartable.funding.perms import bodies_borne_by
from cartable.funding.queries import envelopes_run_by
from cartable.funding.rules import show as euros
from cartable.web.funding.bill_forms import AcceptForm, BillForm
from cartable.web.funding.commitment_forms import ReasonForm
from cartable.web.funding.reach import (
    bill_url,
    commitment_crumbs,
    commitment_url,
    fetch_bill,
    fetch_commitment,
    fetch_part_of,
    parts_of,
    posted,
)
from cartable.web.funding.words import day, invoice_badge
from cartable.web.parts import crumb
from cartable.web.show import show, show_form
from cartable.web.table import Column, Table


def declare(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Declare a bill with what it bought."""
    found = fetch_commitment(request, commitment_id)
    parts = parts_of(found)
    mine = envelopes_run_by(request.user).filter(parts__in=parts).exists()
    if found.state != CommitmentState.COMMITTED or not (
        mine or found.bearer_id in bodies_borne_by(request.user)
    ):
        raise Http404
    form = BillForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if form.carries_out(actions.declare, actor=request.user, commitment_id=commitment_id, **form.asked):
            messages.success(request, _("La facture est déclarée ; le service qui finance la lira."))
            return redirect(commitment_url(found))
    return show(
        request,
        "funding/bill_new.html",
        title=_("Déclarer une facture"),
        crumbs=[*commitment_crumbs(request, parts), crumb(found.subject, commitment_url(found))],
        commitment=found,
        form=form,
        back=commitment_url(found),
    )


def bill(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """Show a bill: what it bought, and what became of it."""
    found = fetch_bill(request, bill_id)
    parts = parts_of(found.commitment)
    decides = envelopes_run_by(request.user).filter(parts__in=parts).exists()
    return show(
        request,
        "funding/bill.html",
        title=_("Facture %(number)s") % {"number": found.number},
        crumbs=[
            *commitment_crumbs(request, parts),
            crumb(found.commitment.subject, commitment_url(found.commitment)),
        ],
        bill=found,
        badge=invoice_badge(found),
        facts=_facts(found),
        lines=_lines_table(found),
        decides=decides and found.state == InvoiceState.DECLARED,
    )


def _facts(found: Invoice) -> list[tuple[Any, Any]]:
    return [
        (_("Fournisseur"), found.supplier_name),
        (_("Date"), day(found.dated)),
        (_("Hors taxes"), euros(found.net_cents)),
        (_("TVA"), euros(found.vat_cents)),
        (_("Total"), euros(found.net_cents + found.vat_cents)),
        (_("Déclarée le"), day(found.declared_on)),
    ]


def _lines_table(found: Invoice) -> Table:
    return Table(
        caption=_("Ce qui a été acheté"),
        columns=[
            Column(_("Bien ou service"), lambda line: line.good, heads=True),
            Column(_("Nombre"), lambda line: line.quantity, numeric=True),
            Column(_("Prix unitaire hors taxes"), lambda line: euros(line.unit_net_cents), numeric=True),
            Column(
                _("Total hors taxes"), lambda line: euros(line.quantity * line.unit_net_cents), numeric=True
            ),
        ],
        rows=found.lines.all(),
    )


def accept(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """Accept a bill: it justifies what was paid."""
    found, parts = _decided_on(request, bill_id)
    form = AcceptForm(posted(request), parts=parts)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(actions.accept, actor=request.user, invoice_id=bill_id, **form.asked):
            messages.success(request, _("La facture est retenue : elle justifie ce qui a été payé."))
            return redirect(bill_url(found))
    return show_form(
        request,
        form,
        title=_("Retenir la facture"),
        intro=f"{found.supplier_name}, {euros(found.net_cents + found.vat_cents)}",
        submit=_("Retenir"),
        **_around(request, found, parts),
    )


def refuse(request: HttpRequest, bill_id: UUID) -> HttpResponse:
    """Set a bill aside, with a reason that the bearer reads."""
    found, parts = _decided_on(request, bill_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if form.carries_out(
            actions.refuse_invoice, actor=request.user, invoice_id=bill_id, **form.cleaned_data
        ):
            messages.success(request, _("La facture est écartée ; le porteur lira le motif."))
            return redirect(bill_url(found))
    return show_form(
        request, form, title=_("Écarter la facture"), submit=_("Écarter"), **_around(request, found, parts)
    )


def _decided_on(request: HttpRequest, bill_id: UUID) -> tuple[Invoice, list[CommitmentPart]]:
    found = fetch_bill(request, bill_id)
    return found, fetch_part_of(request, found.commitment.public_id)[1]


def _around(request: HttpRequest, found: Invoice, parts: list[CommitmentPart]) -> dict[str, Any]:
    own = crumb(_("Facture %(number)s") % {"number": found.number}, bill_url(found))
    return {"back": bill_url(found), "crumbs": [*commitment_crumbs(request, parts), own]}
