"""Pages of control: from a lot to the hands and back, with pseudonyms in the place of names. Nothing is written."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.equipment.models import Asset, AssetPlace, Lot
from cartable.equipment.queries.control import (
    Trails,
    assets_audited_by,
    assets_numbered,
    lots_audited_by,
    names_of_places,
    operations_audited_by,
    trails,
    transfers_of_asset,
    transfers_of_lot,
)
from cartable.operations.models import Operation
from cartable.web.audit import cells, words
from cartable.web.audit.cells import Cell
from cartable.web.forms import words_asked
from cartable.web.operations.views import state_badge
from cartable.web.parts import crumb
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, link


def control(request: HttpRequest) -> HttpResponse:
    """Show what can be controlled; a number that is known opens the thing that has it."""
    number = words_asked(request.GET)
    things = list(assets_numbered(request.user, number)[:2]) if number else []
    if len(things) == 1:
        return redirect("audit-asset", asset_id=things[0].public_id)
    operations = Table(
        caption=_("Opérations"),
        columns=[
            Column(
                _("Opération"),
                lambda one: link(one.name, reverse("audit-operation", args=[one.public_id])),
                heads=True,
            ),
            Column(_("Menée par"), lambda one: one.owner.name),
            Column(_("Ouverture"), lambda one: date_format(one.opens_on, "j F Y")),
            Column(_("État"), state_badge),
        ],
        rows=paged(request, operations_audited_by(request.user)),
        empty=_("Aucune opération dans votre périmètre."),
    )
    return show(
        request, "audit/control.html", title=_("Contrôle"), number=number, things=things, table=operations
    )


def audit_crumbs(*further: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the breadcrumb down to a page of control."""
    return [crumb(_("Contrôle"), reverse("audit")), *further]


def _of(operation: Operation) -> dict[str, Any]:
    return crumb(operation.name, reverse("audit-operation", args=[operation.public_id]))


def _operation(request: HttpRequest, operation_id: UUID) -> Operation:
    return get_object_or_404(operations_audited_by(request.user), public_id=operation_id)


def operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show the lots of an operation, and the way to its hand-overs."""
    found = _operation(request, operation_id)
    lots = lots_audited_by(request.user).filter(operation=found)
    return show(
        request,
        "audit/operation.html",
        title=found.name,
        crumbs=audit_crumbs(),
        operation=found,
        badge=state_badge(found),
        handed=len(trails(request.user, operation=found)),
        table=cells.table(
            cells.LOTS,
            paged(request, lots),
            caption=_("Lots entrés"),
            empty=_("Rien n'est encore entré."),
            csv=reverse("audit-lots-csv", args=[operation_id]),
        ),
    )


def lots_csv(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Give the lots of an operation."""
    rows = lots_audited_by(request.user).filter(operation=_operation(request, operation_id))
    return cells.file(cells.LOTS, rows, "lots")


def lot(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Show one lot: who gave it, its numbers, how it entered the ledger, where it was sent."""
    found = get_object_or_404(lots_audited_by(request.user), public_id=lot_id)
    entered = list(transfers_of_lot(found))
    return show(
        request,
        "audit/lot.html",
        title=_("Lot : %(article)s") % {"article": found.product.name},
        crumbs=audit_crumbs(_of(found.operation)),
        lot=found,
        origin=cells.lot_origin(found),
        numbers=cells.lot_numbers(found),
        transfers=cells.table(
            _named_transfers(entered), entered, caption=_("Écritures d'entrée"), empty=_("Aucune écriture.")
        ),
        lines=cells.table(
            LINES,
            paged(request, _lines_of(found)),
            caption=_("Expéditions"),
            empty=_("Rien n'est parti de ce lot."),
        ),
    )


LINES = [
    Cell(gettext_lazy("Expédition"), lambda line: line.shipment.number, heads=True),
    Cell(gettext_lazy("Établissement"), lambda line: f"{line.school.name} ({line.school.uai})"),
    Cell(gettext_lazy("État"), lambda line: line.shipment.get_state_display()),
    Cell(gettext_lazy("Parti"), lambda line: line.quantity, numeric=True),
    Cell(gettext_lazy("Accepté"), lambda line: _received(line, "accepted"), numeric=True),
    Cell(gettext_lazy("Refusé"), lambda line: _received(line, "rejected"), numeric=True),
    Cell(
        gettext_lazy("Écritures"),
        lambda line: str(line.shipment.public_id),
        lambda line: reverse("audit-transfers") + f"?reference={line.shipment.public_id}",
        short=True,
    ),
]


def _lines_of(found: Lot) -> Any:
    rows = found.shipment_lines.select_related("shipment", "school", "received")
    return rows.order_by("shipment__number", "id")


def _received(line: Any, column: str) -> int | None:
    return getattr(line.received, column) if hasattr(line, "received") else None


def _named_transfers(rows: list[Any]) -> list[Cell]:
    return cells.transfer_cells(names_of_places(cells.page_codes(rows)))


def _cut(request: HttpRequest, found: Operation) -> Trails:
    """Give the hand-overs that the address asks for: all, of one lot, or of the pupil of one of them."""
    where: dict[str, Any] = {"operation": found}
    if lot_id := _id(request, "lot"):
        where["asset__lot"] = get_object_or_404(lots_audited_by(request.user), public_id=lot_id)
    return trails(request.user, same_pupil_as=_id(request, "remise"), **where)


def _id(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET[name]) if request.GET.get(name) else None
    except ValueError as error:
        raise Http404 from error


def handovers(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show the hand-overs of an operation under pseudonyms."""
    found = _operation(request, operation_id)
    address = reverse("audit-handovers", args=[operation_id])
    shown = cells.table(
        cells.handover_cells(lambda trail: f"{address}?remise={trail.handover_id}"),
        paged(request, _cut(request, found)),
        caption=_("Remises"),
        empty=_("Aucune remise."),
        csv=reverse("audit-handovers-csv", args=[operation_id]) + f"?{request.GET.urlencode()}",
    )
    return show(
        request,
        "audit/handovers.html",
        title=_("Remises"),
        crumbs=audit_crumbs(_of(found)),
        operation=found,
        cut=bool(request.GET.get("lot") or request.GET.get("remise")),
        table=shown,
    )


def handovers_csv(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Give these hand-overs as a file."""
    rows = _cut(request, _operation(request, operation_id))[: cells.LONGEST_FILE]
    return cells.file(cells.handover_cells(), rows, "remises")


def _asset(request: HttpRequest, asset_id: UUID) -> Asset:
    return get_object_or_404(assets_audited_by(request.user), public_id=asset_id)


def asset(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Show the life of one thing: where it stood, what moved it, in whose hands it was, what went wrong."""
    found = _asset(request, asset_id)
    moved = list(transfers_of_asset(found))
    stood = list(found.places.select_related("account").order_by("since", "id"))
    names = names_of_places({*cells.page_codes(moved), *(place.account.code for place in stood)})
    address = reverse("audit-handovers", args=[found.lot.operation.public_id])
    zone = ZoneInfo(found.lot.operation.department.time_zone)
    return show(
        request,
        "audit/asset.html",
        title=_("Matériel %(number)s") % {"number": found.number},
        crumbs=audit_crumbs(_of(found.lot.operation)),
        asset=found,
        places=cells.table(_place_cells(names, zone), stood, caption=_("Où il se trouvait")),
        transfers=cells.table(
            cells.transfer_cells(names),
            moved,
            caption=_("Ce qui l'a déplacé"),
            empty=_("Aucune écriture ne le nomme : il est entré compté avec son lot."),
            csv=reverse("audit-asset-csv", args=[asset_id]),
        ),
        handovers=cells.table(
            cells.handover_cells(lambda trail: f"{address}?remise={trail.handover_id}"),
            list(trails(request.user, asset=found)),
            caption=_("Entre quelles mains"),
            empty=_("Il n'a jamais été remis."),
        ),
        incidents=cells.table(
            _incident_cells(zone),
            list(found.incidents.order_by("at", "id")),
            caption=_("Incidents"),
            empty=_("Aucun incident."),
        ),
    )


def _incident_cells(zone: ZoneInfo) -> list[Cell]:
    return [
        Cell(_("Le"), lambda one: one.at.astimezone(zone), heads=True),
        Cell(_("Incident"), lambda one: one.get_kind_display()),
        Cell(_("Plainte déposée"), lambda one: _("oui") if one.police_report else _("non")),
    ]


def _place_cells(names: dict[str, str], zone: ZoneInfo) -> list[Cell]:
    def place(row: AssetPlace) -> str:
        return words.place_word(row.account.code, names.get(row.account.code, ""))

    return [
        Cell(_("Lieu"), place, heads=True),
        Cell(_("Depuis le"), lambda row: row.since.astimezone(zone)),
        Cell(_("Jusqu'au"), lambda row: row.until.astimezone(zone) if row.until else None),
    ]


def asset_csv(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Give what moved one thing."""
    moved = list(transfers_of_asset(_asset(request, asset_id)))
    return cells.file(_named_transfers(moved), moved, "mouvements")
