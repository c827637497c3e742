"""Pages of shipments: the round and its papers; the receipt, with or without an account."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.equipment.actions.findings import take_found
from cartable.equipment.actions.receipts import confirm_receipt
from cartable.equipment.actions.shipments import cancel, send
from cartable.equipment.enums import ShipmentState
from cartable.equipment.models import ReceiptLine, Shipment, ShipmentLine
from cartable.equipment.papers import leaflets, packing_slips
from cartable.equipment.perms import may_receive
from cartable.equipment.queries import (
    gaps,
    shipment_of_code,
    shipments_led_by,
    shipments_visible_to,
    with_counts,
)
from cartable.equipment.queries.repairs import gaps_open_to
from cartable.operations.models import Operation
from cartable.operations.perms import may_lead
from cartable.web.answers import pdf
from cartable.web.operations.forms import ReasonForm
from cartable.web.operations.views import fetch, fetch_led, operation_crumbs
from cartable.web.parts import Badge, Tone, crumb
from cartable.web.shipments.forms import CodeForm, FoundForm, ReceiptForm
from cartable.web.show import moment, paged, show, show_form
from cartable.web.table import Column, Table, link


TONES: dict[str, Tone] = {"prepared": "new", "sent": "info", "received": "success", "cancelled": ""}


def destination(shipment: Shipment) -> str:
    """Say where a shipment goes."""
    return str(shipment.to_school.name if shipment.to_school else shipment.to_circonscription.name)


def state_badge(shipment: Any) -> Badge:
    """Give the state of a shipment; what did not arrive whole is said."""
    if getattr(shipment, "turned_away", 0):
        return Badge(_("reçue, %(n)d en écart") % {"n": shipment.turned_away}, "warning")
    return Badge(shipment.get_state_display(), TONES[shipment.state])


def shipment_list(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """List the shipments of an operation, with the papers of the round."""
    operation = fetch(request, operation_id)
    rows = with_counts(shipments_visible_to(request.user).filter(operation=operation))
    leads = may_lead(request.user, operation)
    return show(
        request,
        "shipments/list.html",
        title=_("Expéditions"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        leads=leads,
        prepared=rows.filter(state=ShipmentState.PREPARED).count(),
        table=_shipments_table(request, rows, leads),
        gaps=_gaps_table(operation) if leads else None,
        findable=gaps_open_to(request.user).filter(line__shipment__operation=operation)[:50],
    )


def _shipments_table(request: HttpRequest, rows: Any, leads: bool) -> Table:
    return Table(
        caption=_("Expéditions"),
        columns=[
            Column(
                _("Numéro"), lambda s: link(s.number, reverse("shipment", args=[s.public_id])), heads=True
            ),
            Column(_("Pour"), destination),
            Column(_("Tournée"), lambda s: date_format(s.planned_on, "j F Y")),
            Column(_("Articles"), lambda s: s.units, numeric=True),
            Column(_("État"), state_badge),
        ],
        rows=paged(request, rows),
        empty=_("Aucune expédition : approuvez un plan, puis préparez-les.")
        if leads
        else _("Rien n'est encore parti vers vous. L'expédition sera ici dès qu'elle sera prête."),
    )


def _gaps_table(operation: Operation) -> Table:
    return Table(
        caption=_("Écarts constatés à la réception"),
        columns=[
            Column(_("Établissement"), lambda g: g.line.school.name, heads=True),
            Column(_("Article"), lambda g: g.line.lot.product.name),
            Column(_("Expédié"), lambda g: g.shipped, numeric=True),
            Column(_("Accepté"), lambda g: g.accepted, numeric=True),
            Column(_("Écart"), lambda g: g.rejected, numeric=True),
            Column(_("Motif"), lambda g: g.get_reason_display()),
        ],
        rows=gaps(operation),
        empty=_("Aucun écart constaté."),
    )


def shipment(request: HttpRequest, shipment_id: UUID) -> HttpResponse:
    """Show a shipment and its lines."""
    found = get_object_or_404(with_counts(shipments_visible_to(request.user)), public_id=shipment_id)
    received = {row.line_id: row for row in ReceiptLine.objects.filter(line__shipment=found)}
    leads = may_lead(request.user, found.operation)
    waiting = found.state in (ShipmentState.PREPARED, ShipmentState.SENT)
    return show(
        request,
        "shipments/shipment.html",
        title=_("Expédition %(number)s") % {"number": found.number},
        crumbs=_crumbs(found.operation),
        shipment=found,
        destination=destination(found),
        badge=state_badge(found),
        leads=leads,
        receives=waiting and may_receive(request.user, found),
        table=_lines_table(_lines_for(request, found), received),
    )


def _crumbs(operation: Operation) -> list[dict[str, Any]]:
    return [
        *operation_crumbs(operation),
        crumb(_("Expéditions"), reverse("shipments", args=[operation.public_id])),
    ]


def _lines_for(request: HttpRequest, found: Shipment) -> Any:
    """Give the lines in reach: who leads or relays sees all, a school its own: never one school to another."""
    lines = found.lines.select_related("school__commune", "lot__product").order_by("school__uai", "id")
    if may_lead(request.user, found.operation) or may_receive(request.user, found):
        return lines
    return lines.filter(request.user.scope.schools("school__"))


def _lines_table(lines: Any, received: dict[int, ReceiptLine]) -> Table:
    def of(line: ShipmentLine, name: str) -> object:
        return getattr(received[line.id], name) if line.id in received else "—"

    return Table(
        caption=_("Contenu"),
        columns=[
            Column(_("Établissement"), lambda li: li.school.name, heads=True),
            Column(_("Article"), lambda li: li.lot.product.name),
            Column(_("Expédié"), lambda li: li.quantity, numeric=True),
            Column(_("Accepté"), lambda li: of(li, "accepted"), numeric=True),
            Column(_("Refusé"), lambda li: of(li, "rejected"), numeric=True),
        ],
        rows=lines,
    )


def found(request: HttpRequest, shipment_line_id: UUID) -> HttpResponse:
    """Take into stock what was missing at receipt and turns up."""
    gap = get_object_or_404(gaps_open_to(request.user), line__public_id=shipment_line_id)
    leads = may_lead(request.user, gap.line.shipment.operation)
    form = FoundForm(request.POST or None, initial={"quantity": gap.missing}, in_depot=leads)
    url = reverse("shipments", args=[gap.line.shipment.operation.public_id])
    if request.method == "POST" and form.is_valid():
        if form.carries_out(take_found, actor=request.user, line_id=shipment_line_id, **form.cleaned_data):
            messages.success(request, _("C'est noté : les articles retrouvés sont en stock."))
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Articles retrouvés : %(school)s") % {"school": gap.line.school.name},
        intro=_("Expédition %(number)s, %(article)s : il en manque %(missing)d.")
        % {
            "number": gap.line.shipment.number,
            "article": gap.line.lot.product.name,
            "missing": gap.missing,
        },
        submit=_("Mettre en stock"),
        back=url,
        crumbs=_crumbs(gap.line.shipment.operation),
    )


def send_round(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Note that the prepared shipments of an operation have left."""
    operation = fetch_led(request, operation_id)
    ready = shipments_led_by(request.user).filter(operation=operation, state=ShipmentState.PREPARED)
    count = send(actor=request.user, shipment_ids=list(ready.values_list("public_id", flat=True)))
    messages.success(request, _("Expéditions parties : %(n)d.") % {"n": count})
    return redirect("shipments", operation_id=operation_id)


def cancel_shipment(request: HttpRequest, shipment_id: UUID) -> HttpResponse:
    """Cancel a shipment that has not left, with a reason."""
    found = get_object_or_404(shipments_led_by(request.user), public_id=shipment_id)
    form = ReasonForm(request.POST or None)
    url = reverse("shipment", args=[shipment_id])
    if request.method == "POST" and form.is_valid():
        if form.carries_out(cancel, actor=request.user, shipment_id=shipment_id, **form.cleaned_data):
            messages.success(request, _("L'expédition est annulée ; les articles sont revenus au dépôt."))
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Annuler l'expédition %(number)s") % {"number": found.number},
        submit=_("Annuler l'expédition"),
        back=url,
        crumbs=_crumbs(found.operation),
    )


def slips(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Give the packing slips of the round."""
    operation = fetch_led(request, operation_id)
    return pdf(packing_slips(operation, _round(request, operation)), "bordereaux")


def all_leaflets(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Give one leaflet for each school of the round."""
    operation = fetch_led(request, operation_id)
    return pdf(leaflets(operation, _round(request, operation)), "feuillets")


def _round(request: HttpRequest, operation: Operation) -> list[Shipment]:
    states = (ShipmentState.PREPARED, ShipmentState.SENT)
    found = list(
        shipments_led_by(request.user).filter(operation=operation, state__in=states).order_by("number")
    )
    if not found:
        raise Http404
    return found


def slip(request: HttpRequest, shipment_id: UUID) -> HttpResponse:
    """Give the packing slip of one shipment."""
    found = get_object_or_404(shipments_led_by(request.user), public_id=shipment_id)
    return pdf(packing_slips(found.operation, [found]), f"bordereau-{found.number}")


def receive(request: HttpRequest, shipment_id: UUID) -> HttpResponse:
    """Confirm the count of a shipment, for a school or a circonscription with an account."""
    found = get_object_or_404(shipments_visible_to(request.user), public_id=shipment_id)
    if not may_receive(request.user, found):
        raise Http404
    form = ReceiptForm(
        request.POST or None, lines=_slip_lines(found), initial={"name": request.user.display_name}
    )
    url = reverse("shipment", args=[shipment_id])
    if request.method == "POST" and form.is_valid():
        arguments = {"shipment_id": shipment_id, "name": form.cleaned_data["name"], "lines": form.counts()}
        if form.carries_out(confirm_receipt, actor=request.user, **arguments):
            messages.success(request, _("Merci. La réception est enregistrée."))
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Réception de l'expédition %(number)s") % {"number": found.number},
        submit=_("Confirmer la réception"),
        back=url,
        crumbs=[*_crumbs(found.operation), crumb(found.number, url)],
    )


def _slip_lines(found: Shipment) -> list[ShipmentLine]:
    return list(found.lines.select_related("school", "lot__product").order_by("school__uai", "id"))


def receipt_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a slip whose QR cannot be read."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = shipment_of_code(form.cleaned_data["code"])
        if found is not None:
            return redirect("receipt", code=form.cleaned_data["code"].replace(" ", "").lower())
        form.add_error("code", _("Ce code n'est pas reconnu : vérifiez-le sur le bordereau."))
    return show_form(request, form, title=_("Confirmer une réception"), submit=_("Continuer"))


def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm a count from the slip's QR, without an account."""
    found = shipment_of_code(code)
    if found is None:
        raise Http404
    if found.state == ShipmentState.RECEIVED:
        day = moment(found.receipt.confirmed_at, found.operation.department.time_zone)
        return show(
            request, "shipments/received.html", title=_("Réception enregistrée"), shipment=found, day=day
        )
    form = ReceiptForm(request.POST or None, lines=_slip_lines(found))
    if request.method == "POST" and form.is_valid():
        arguments = {"code": code, "name": form.cleaned_data["name"], "lines": form.counts()}
        if form.carries_out(confirm_receipt, actor=None, **arguments):
            return redirect("receipt", code=code)
    return show_form(
        request,
        form,
        title=_("Réception de l'expédition %(number)s") % {"number": found.number},
        intro=_("Pour %(where)s. Comptez, corrigez si besoin, confirmez.") % {"where": destination(found)},
        submit=_("Confirmer la réception"),
    )
