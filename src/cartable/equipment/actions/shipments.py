"""Prepare what leaves the depot, let it leave, call it back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.equipment import custody, places
from cartable.equipment.actions.depot import Depot, Piece
from cartable.equipment.actions.depot import NewLine as NewLine
from cartable.equipment.announcing import announce
from cartable.equipment.enums import SHIPMENT_MOVES, ShipmentState
from cartable.equipment.models import Movement, Shipment, ShipmentCounter, ShipmentLine
from cartable.equipment.queries.shipments import shipments_led_by
from cartable.equipment.rules import receipt_code, receipt_hash
from cartable.foundation import clock
from cartable.foundation.ids import new_public_id
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer, open_account, post_many
from cartable.ledger.models import Transfer
from cartable.operations.actions import led
from cartable.operations.models import Operation
from cartable.territories.models import School


def prepare_shipment(
    *,
    actor: Any,
    operation_id: UUID,
    lines: Sequence[NewLine],
    planned_on: date,
    source: str | None = None,
    through_circonscription: bool = False,
) -> Shipment:
    """Prepare one shipment: to one school, or to the circonscription that relays it to its écoles."""
    with transaction.atomic():
        made = prepare_many(
            actor=actor,
            operation_id=operation_id,
            lines=lines,
            planned_on=planned_on,
            source=source,
            through_circonscription=through_circonscription,
        )
        if len(made) != 1:
            raise Refused(
                "one_destination", _("Une expédition va à une seule destination : séparez les lignes.")
            )
    return made[0]


@transaction.atomic
def prepare_many(
    *,
    actor: Any,
    operation_id: UUID,
    lines: Sequence[NewLine],
    planned_on: date,
    source: str | None = None,
    through_circonscription: bool = False,
) -> list[Shipment]:
    """Prepare a shipment for each school, or for each circonscription that relays; few queries whatever their number.

    `source` is the account that the goods leave (`places.reserved(plan)`), the owner's depot where none is said.
    A line that no single lot can fill is cut in two. Refuses `not_yours`, `school`, `quantity`, `not_enough`.
    """
    operation = led(actor, operation_id, lock=True)
    schools = _schools(actor, operation, lines)
    depot = Depot(operation, source or places.depot(operation.owner), {line.good for line in lines})
    pieces = [(schools[line.school_id], piece) for line in lines for piece in depot.cut(line)]
    shipments = _shipments(operation, [school for school, _p in pieces], planned_on, through_circonscription)
    rows = _lines(pieces, shipments, through_circonscription)
    _leave_depot(actor, depot, rows)
    made = sorted(set(shipments.values()), key=lambda shipment: shipment.number)
    record(
        actor=actor,
        verb="equipment.shipments_prepared",
        target=str(operation_id),
        data={
            "shipments": len(made),
            "units": sum(row.quantity for row in rows),
            "first": made[0].number,
            "last": made[-1].number,
            "source": depot.source,
        },
    )
    return made


def _schools(actor: Any, operation: Operation, lines: Sequence[NewLine]) -> dict[int, School]:
    if not lines or any(line.quantity < 1 for line in lines):
        raise Refused(
            "quantity", _("Indiquez pour chaque ligne combien d'articles partent (au moins 1)."), "quantity"
        )
    wanted = {line.school_id for line in lines}
    reach = School.objects.visible_to(actor).filter(department_id=operation.department_id)
    rows = reach.select_related("circonscription")
    found = {school.id: school for part in custody.batches(wanted) for school in rows.filter(id__in=part)}
    if wanted - found.keys():
        raise Refused("school", _("Un établissement n'est pas du département de cette opération."), "school")
    return found


def _relay(school: School, through_circonscription: bool) -> Any:
    return (through_circonscription and school.circonscription) or school


def _shipments(
    operation: Operation, schools: Iterable[School], planned_on: date, through_circonscription: bool
) -> dict[Any, Shipment]:
    """Make one shipment for each destination, numbered one after the other in the order of the round."""
    wanted = dict.fromkeys(_relay(school, through_circonscription) for school in schools)
    now, year = clock.now(), clock.today(operation.department.time_zone).year
    numbers = _numbers(year, len(wanted))
    made = {}
    for place, number in zip(wanted, numbers, strict=True):
        public_id = new_public_id()
        is_school = isinstance(place, School)
        made[place] = Shipment(
            public_id=public_id,
            number=f"E-{year}-{number:05d}",
            operation=operation,
            sender=operation.owner,
            to_school=place if is_school else None,
            to_circonscription=None if is_school else place,
            planned_on=planned_on,
            prepared_at=now,
            receipt_hash=receipt_hash(receipt_code(public_id)),
        )
    Shipment.objects.bulk_create(made.values())
    return made


def _numbers(year: int, count: int) -> range:
    ShipmentCounter.objects.get_or_create(year=year)
    counter = ShipmentCounter.objects.select_for_update(of=("self",)).get(year=year)
    counter.last += count
    counter.save(update_fields=["last"])
    return range(counter.last - count + 1, counter.last + 1)


def _lines(
    pieces: Sequence[tuple[School, Piece]], shipments: dict[Any, Shipment], through_circonscription: bool
) -> list[ShipmentLine]:
    """Make the lines, those of one school and lot in one."""
    rows: dict[tuple[int, int], ShipmentLine] = {}
    for school, piece in pieces:
        shipment = shipments[_relay(school, through_circonscription)]
        empty = ShipmentLine(shipment=shipment, school=school, lot=piece.lot, quantity=0)
        rows.setdefault((school.id, piece.lot.id), empty).quantity += piece.quantity
    return ShipmentLine.objects.bulk_create(rows.values())


def _leave_depot(actor: Any, depot: Depot, lines: Sequence[ShipmentLine]) -> None:
    transfers = [
        NewTransfer(
            transfer_id=line.public_id,
            resource=line.lot.product.code,
            source=depot.source,
            target=places.transit(line.shipment.public_id),
            amount=line.quantity,
            value_date=depot.day,
            reason="shipment_prepared",
            reference=str(line.shipment.public_id),
        )
        for line in lines
    ]
    posted = post_many(actor=actor, transfers=transfers)
    pairs = [
        (asset_id, transfer)
        for line, transfer in zip(lines, posted, strict=True)
        for asset_id in depot.pick(line.lot, line.quantity)
    ]
    if pairs:
        custody.carry(pairs, clock.now())


@transaction.atomic
def send(*, actor: Any, shipment_ids: Sequence[UUID]) -> int:
    """Let prepared shipments leave, and write to those who wait for them; give how many left now.

    Those already on the road stay as they are.
    """
    rows = _locked(actor, shipment_ids)
    leaving = [row for row in rows if row.state != ShipmentState.SENT]
    now = clock.now()
    for row in leaving:
        move(SHIPMENT_MOVES, row.state, ShipmentState.SENT)
        row.state, row.sent_at = ShipmentState.SENT, now
    Shipment.objects.bulk_update(leaving, ["state", "sent_at"])
    for row in leaving:
        record(
            actor=actor,
            verb="equipment.shipment_sent",
            target=str(row.public_id),
            data={"number": row.number},
        )
    announce(actor=actor, shipments=leaving)
    return len(leaving)


def _locked(actor: Any, shipment_ids: Sequence[UUID]) -> list[Shipment]:
    rows = shipments_led_by(actor).filter(public_id__in=shipment_ids)
    found = list(rows.select_for_update(of=("self",)).order_by("id"))
    if len(found) != len(set(shipment_ids)):
        raise Refused("shipment", _("Cette expédition n'existe pas ou n'est pas la vôtre."))
    return found


@transaction.atomic
def cancel(*, actor: Any, shipment_id: UUID, reason: str) -> Shipment:
    """Call a shipment back before it is confirmed, with a reason: its goods go back where they came from."""
    shipment = _locked(actor, [shipment_id])[0]
    move(SHIPMENT_MOVES, shipment.state, ShipmentState.CANCELLED, reason)
    shipment.state = ShipmentState.CANCELLED
    shipment.save(update_fields=["state"])
    _come_back(actor, shipment)
    record(actor=actor, verb="equipment.shipment_cancelled", target=str(shipment_id), text=reason)
    return shipment


def _come_back(actor: Any, shipment: Shipment) -> None:
    """Reverse the transfers of a shipment; its things stand in the depot again, reserved or not."""
    lines = list(shipment.lines.select_related("lot__product", "lot__depot").order_by("id"))
    sent = Transfer.objects.select_related("source", "target").in_bulk(
        [line.public_id for line in lines], field_name="public_id"
    )
    day = clock.today(shipment.operation.department.time_zone)
    back = [
        NewTransfer(
            transfer_id=uuid5(line.public_id, "cancelled"),
            resource=line.lot.product.code,
            source=sent[line.public_id].target.code,
            target=sent[line.public_id].source.code,
            amount=line.quantity,
            value_date=day,
            reason="shipment_cancelled",
            reference=str(shipment.public_id),
            reverses=line.public_id,
        )
        for line in lines
    ]
    posted = post_many(actor=actor, transfers=back)
    things = things_of(lines)
    for line, transfer in zip(lines, posted, strict=True):
        depot = open_account(resource=line.lot.product.code, code=places.depot(line.lot.depot))
        custody.carry(
            [(asset, transfer) for asset in things[line.public_id]], clock.now(), account_id=depot.id
        )


def things_of(lines: Iterable[ShipmentLine]) -> dict[UUID, list[int]]:
    """Give the things (by id) that travel in each line, in the order of their numbers."""
    found: dict[UUID, list[int]] = defaultdict(list)
    rows = Movement.objects.filter(transfer__public_id__in=[line.public_id for line in lines])
    for line_id, asset_id in rows.order_by("asset__number_key").values_list(
        "transfer__public_id", "asset_id"
    ):
        found[line_id].append(asset_id)
    return found
