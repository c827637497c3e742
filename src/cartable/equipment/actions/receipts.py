"""Confirm what arrived: with an account, or with the code of the slip and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.equipment import custody, places
from cartable.equipment.actions.shipments import things_of
from cartable.equipment.enums import SHIPMENT_MOVES, RejectionReason, ShipmentState
from cartable.equipment.models import Receipt, ReceiptLine, Shipment, ShipmentLine
from cartable.equipment.perms import may_receive
from cartable.equipment.queries.shipments import shipments_visible_to
from cartable.equipment.rules import receipt_hash
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer, post_many
from cartable.ledger.models import Transfer


@dataclass(frozen=True, slots=True)
class Count:
    """What became of one line: so many accepted, so many turned away and why."""

    accepted: int
    rejected: int = 0
    reason: str = ""


@transaction.atomic
def confirm_receipt(
    *,
    actor: Any = None,
    code: str = "",
    shipment_id: UUID | None = None,
    name: str,
    lines: Mapping[UUID, Count],
    key: UUID | None = None,
) -> Receipt:
    """Confirm what arrived, line by line (by public id): accepted + rejected = shipped, a rejection says why.

    The slip's `code` is enough; a person with an account may name the shipment instead. What was accepted stands
    in the school, what is missing leaves the books as missing, the rest goes back to the depot. A second
    confirmation that says the same gives the first. Refuses `code`, `not_yours`, `name`, `lines`, `count`,
    `reason_missing`, `already_confirmed`.
    """
    shipment = _shipment(actor, code, shipment_id)
    rows = list(shipment.lines.select_related("lot__product", "lot__depot", "school").order_by("id"))
    _check(rows, lines)
    if known := Receipt.objects.filter(shipment=shipment).first():
        return _same(known, rows, lines)
    name = name.strip() or getattr(actor, "display_name", "")
    if not name:
        raise Refused("name", _("Écrivez le nom de la personne qui reçoit."), "name")
    move(SHIPMENT_MOVES, shipment.state, ShipmentState.RECEIVED)
    shipment.state = ShipmentState.RECEIVED
    shipment.save(update_fields=["state"])
    receipt = Receipt.objects.create(
        public_id=key or uuid4(),
        shipment=shipment,
        confirmed_at=clock.now(),
        confirmed_by=actor,
        confirmed_name=name[:120],
    )
    ReceiptLine.objects.bulk_create(_line(receipt, row, lines[row.public_id]) for row in rows)
    _arrive(actor, shipment, rows, lines)
    _note(actor, shipment, lines)
    return receipt


def _shipment(actor: Any, code: str, shipment_id: UUID | None) -> Shipment:
    """Lock the shipment that a code or a person with the right names."""
    by_account = False
    if actor is None or shipment_id is None:
        rows = Shipment.objects.filter(receipt_hash=receipt_hash(code))
    else:
        by_account = True
        rows = shipments_visible_to(actor).filter(public_id=shipment_id)
    rows = Shipment.objects.filter(pk__in=rows.values("pk")).select_related("operation__department", "sender")
    shipment = rows.select_for_update(of=("self",)).first()
    if shipment is None:
        raise Refused("code", _("Ce code n'est celui d'aucune expédition : relisez le bordereau."), "code")
    if by_account and not may_receive(actor, shipment):
        raise Refused("not_yours", _("Vous n'avez pas le droit de recevoir cette livraison."))
    return shipment


def _check(rows: list[ShipmentLine], lines: Mapping[UUID, Count]) -> None:
    if {row.public_id for row in rows} != set(lines):
        raise Refused("lines", _("Répondez pour chaque ligne du bordereau, et pour elles seules."), "lines")
    for row in rows:
        count = lines[row.public_id]
        if min(count.accepted, count.rejected) < 0 or count.accepted + count.rejected != row.quantity:
            sentence = _("%(school)s : accepté et refusé doivent faire %(shipped)d, le nombre du bordereau.")
            said = {"school": row.school.name, "shipped": row.quantity}
            raise Refused("count", sentence % said, str(row.public_id))
        if count.rejected and count.reason not in RejectionReason.values:
            raise Refused(
                "reason_missing", _("Dites pourquoi des articles sont refusés."), str(row.public_id)
            )


def _line(receipt: Receipt, row: ShipmentLine, count: Count) -> ReceiptLine:
    return ReceiptLine(
        receipt=receipt,
        line=row,
        shipped=row.quantity,
        accepted=count.accepted,
        rejected=count.rejected,
        reason=count.reason if count.rejected else "",
    )


def _same(known: Receipt, rows: list[ShipmentLine], lines: Mapping[UUID, Count]) -> Receipt:
    """Answer a second confirmation: the first one where both say the same, else a refusal."""
    said = {row.line_id: (row.accepted, row.rejected, row.reason) for row in known.lines.all()}
    again = {
        row.id: (count.accepted, count.rejected, count.reason if count.rejected else "")
        for row in rows
        for count in [lines[row.public_id]]
    }
    if said != again:
        sentence = _(
            "Cette livraison a déjà été confirmée le %(day)s avec d'autres nombres : appelez l'expéditeur."
        )
        raise Refused("already_confirmed", sentence % {"day": f"{known.confirmed_at:%d/%m/%Y}"})
    return known


def _arrive(actor: Any, shipment: Shipment, rows: list[ShipmentLine], lines: Mapping[UUID, Count]) -> None:
    """Post what was accepted and what was not, with the things that travelled."""
    steps = [(row, step) for row in rows for step in _steps(shipment, row, lines[row.public_id])]
    posted = post_many(actor=actor, transfers=[step for _row, step in steps])
    things = things_of(rows)
    pairs: list[tuple[int, Transfer]] = []
    for (row, step), transfer in zip(steps, posted, strict=True):
        # What has a number is accepted first: it is looked for where it was expected.
        travelled = things[row.public_id]
        pairs += [(asset_id, transfer) for asset_id in travelled[: step.amount]]
        things[row.public_id] = travelled[step.amount :]
    custody.carry(pairs, clock.now())


def _steps(shipment: Shipment, row: ShipmentLine, count: Count) -> list[NewTransfer]:
    back = places.MISSING if count.reason == RejectionReason.MISSING else places.depot(row.lot.depot)
    moves = (
        ("accepted", count.accepted, places.school(row.school), "received"),
        ("rejected", count.rejected, back, f"rejected_{count.reason}"),
    )
    return [
        NewTransfer(
            transfer_id=uuid5(row.public_id, word),
            resource=row.lot.product.code,
            source=places.transit(shipment.public_id),
            target=target,
            amount=amount,
            value_date=clock.today(shipment.operation.department.time_zone),
            reason=reason,
            reference=str(shipment.public_id),
        )
        for word, amount, target, reason in moves
        if amount
    ]


def _note(actor: Any, shipment: Shipment, lines: Mapping[UUID, Count]) -> None:
    data = {
        "number": shipment.number,
        "accepted": sum(count.accepted for count in lines.values()),
        "rejected": sum(count.rejected for count in lines.values()),
        "by": "account" if actor else "slip",
    }
    record(actor=actor, verb="equipment.shipment_received", target=str(shipment.public_id), data=data)
