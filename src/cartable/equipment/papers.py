"""What the papers of a shipment say: slip with QR, leaflet for the school, list to sign."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.formats import date_format

from cartable.bodies.models import Body
from cartable.documents import data, render
from cartable.equipment.models import Shipment, ShipmentLine
from cartable.equipment.rules import receipt_code
from cartable.foundation import clock
from cartable.operations.enums import Good
from cartable.operations.models import Operation
from cartable.territories.models import Circonscription, School


def lines_of(shipments: Iterable[Shipment]) -> dict[int, list[ShipmentLine]]:
    """Give the lines of shipments by shipment, with lot, article, ranges and school (three queries)."""
    found: dict[int, list[ShipmentLine]] = {shipment.id: [] for shipment in shipments}
    rows = ShipmentLine.objects.filter(shipment__in=found).select_related("lot__product", "school__commune")
    for line in rows.prefetch_related("lot__ranges").order_by("school__uai", "id"):
        found[line.shipment_id].append(line)
    return found


def sheet(operation: Operation) -> data.Sheet:
    """Give what all papers of an operation's shipments share."""
    return data.Sheet(
        issuer=party(operation.owner),
        made_on=clock.today(operation.department.time_zone),
        source=f"Cartable, opération « {operation.name} »",
    )


def party(who: Body | School | Circonscription | None) -> data.Party:
    """Give a body, a school or a circonscription as printed, with the address that is known."""
    if who is None:
        return data.Party("")
    lines: tuple[str, ...] = ()
    if isinstance(who, School):
        town = f"{who.postcode} {who.commune.name if who.commune else ''}".strip()
        lines = tuple(line for line in (who.address_1, who.address_2, who.address_3, town) if line)
    return data.Party(name=who.name, lines=lines, phone=who.phone, email=who.email)


def receipt_address(shipment: Shipment) -> str:
    """Give the address that the slip's QR opens."""
    return f"{settings.PUBLIC_ADDRESS}/reception/{receipt_code(shipment.public_id)}"


def packing_slips(operation: Operation, shipments: Sequence[Shipment]) -> bytes:
    """Give the packing slips of shipments as one PDF, one after the other in the order of the round."""
    lines = lines_of(shipments)
    pages = [_slip(shipment, lines[shipment.id]) for shipment in shipments]
    return render.packing_slip(sheet(operation), pages)


def _slip(shipment: Shipment, lines: Sequence[ShipmentLine]) -> data.PackingSlip:
    return data.PackingSlip(
        number=shipment.number,
        leaves_on=shipment.planned_on,
        sender=party(shipment.sender),
        recipient=party(shipment.to_school or shipment.to_circonscription),
        lines=tuple(_slip_line(lot_lines) for lot_lines in _by_lot(lines)),
        receipt_address=receipt_address(shipment),
        onward=tuple(_onward(line) for line in lines) if shipment.to_circonscription_id else (),
    )


def _by_lot(lines: Sequence[ShipmentLine]) -> list[list[ShipmentLine]]:
    found: dict[int, list[ShipmentLine]] = {}
    for line in lines:
        found.setdefault(line.lot_id, []).append(line)
    return list(found.values())


def _slip_line(lines: Sequence[ShipmentLine]) -> data.SlipLine:
    """Give a line; the numbers of a lot are printed only where all of them are in this very shipment."""
    lot, quantity = lines[0].lot, sum(line.quantity for line in lines)
    span = next((box for box in lot.ranges.all() if box.count == lot.quantity == quantity), None)
    return data.SlipLine(
        article=lot.product.name,
        quantity=quantity,
        lot=date_format(lot.received_on, "d/m/Y"),
        operator=lot.operator,
        first_number=span.first if span else "",
        last_number=span.last if span else "",
    )


def _onward(line: ShipmentLine) -> data.OnwardCount:
    town = line.school.commune.name if line.school.commune else ""
    return data.OnwardCount(line.school.name, town, line.lot.product.name, line.quantity)


def leaflets(operation: Operation, shipments: Sequence[Shipment]) -> bytes:
    """Give one page for each school that receives something."""
    by_school: dict[School, list[tuple[Shipment, ShipmentLine]]] = {}
    lines = lines_of(shipments)
    for shipment in shipments:
        for line in lines[shipment.id]:
            by_school.setdefault(line.school, []).append((shipment, line))
    pages = [_leaflet(operation, school, rows) for school, rows in by_school.items()]
    return render.leaflet(sheet(operation), pages)


def _leaflet(
    operation: Operation, school: School, rows: Sequence[tuple[Shipment, ShipmentLine]]
) -> data.Leaflet:
    sims = [line for _shipment, line in rows if line.lot.product.good in (Good.SIM, Good.KEY)]
    ends = [line.lot.credit_valid_until for line in sims if line.lot.credit_valid_until]
    return data.Leaflet(
        school=school.name,
        operation=operation.name,
        supplies=tuple(data.Supply(line.quantity, line.lot.product.name) for _shipment, line in rows),
        arrives_on=min(shipment.planned_on for shipment, _line in rows),
        when="aux jours et heures que l'établissement vous indique",
        where="à l'accueil de l'établissement",
        contact=data.Party(school.name, phone=school.phone),
        credit_until=min(ends) if ends else None,
        title=_title(bool(sims)),
        activation=data.HOW_TO_ACTIVATE if sims else (),
        if_it_fails=data.IF_IT_FAILS
        if sims
        else ("Rapportez l'appareil à l'établissement, avec ses accessoires.",),
    )


def _title(sims: bool) -> str:
    return "Une carte SIM pour suivre l'école" if sims else "Un appareil pour suivre l'école"
