"""What was missing at receipt turns up: it comes into stock by one action that names the gap."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from cartable.equipment import custody, places
from cartable.equipment.models import AssetPlace, Finding, Receipt, ReceiptLine
from cartable.equipment.queries.repairs import gaps_open_to
from cartable.equipment.rules import readings
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer, post_many
from cartable.operations.perms import may_lead


@transaction.atomic
def take_found(
    *,
    actor: Any,
    key: UUID,
    line_id: UUID,
    quantity: int,
    numbers: Sequence[str] = (),
    in_depot: bool = False,
) -> Finding:
    """Take into stock what was missing of a line (the shipment line's public id): in its school, or in the depot.

    Who receives finds it in the school, who sent it also in the depot. Where only a part of things with numbers
    turns up, `numbers` says which. `key` makes a retry harmless. Refuses `gap`, `quantity`, `numbers`, `not_yours`.
    """
    if known := Finding.objects.filter(public_id=key, gap__line__public_id=line_id).first():
        return known
    gap = gaps_open_to(actor).filter(line__public_id=line_id).first()
    if gap is None:
        raise Refused("gap", _("Rien ne manque à cette ligne, ou elle n'est pas la vôtre."))
    Receipt.objects.select_for_update(of=("self",)).get(pk=gap.receipt_id)
    operation = gap.line.shipment.operation
    if in_depot and not may_lead(actor, operation):
        raise Refused("not_yours", _("Seul l'expéditeur retrouve des articles dans son dépôt."), "in_depot")
    missing = gap.rejected - gap.findings.aggregate(found=Sum("quantity", default=0))["found"]
    if not 0 < quantity <= missing:
        sentence = _("Il en manque %(missing)d : indiquez un nombre entre 1 et %(missing)d.")
        raise Refused("quantity", sentence % {"missing": missing}, "quantity")
    things = _things(gap, quantity, numbers)
    made = Finding.objects.create(
        public_id=key,
        gap=gap,
        quantity=quantity,
        depot=gap.line.lot.depot if in_depot else None,
        found_at=clock.now(),
    )
    _bring_back(actor, made, things)
    data = {"number": gap.line.shipment.number, "quantity": quantity, "uai": gap.line.school.uai}
    record(actor=actor, verb="equipment.found", target=str(line_id), data={**data, "depot": in_depot})
    return made


def _things(gap: ReceiptLine, quantity: int, numbers: Sequence[str]) -> list[int]:
    """Give the things with a number that turn up: all that are missing, or those that are named."""
    rows = AssetPlace.objects.filter(
        until=None,
        account__code=places.MISSING,
        asset__movements__transfer__public_id=gap.line.public_id,
    )
    keys = dict(rows.select_for_update(of=("self",)).values_list("asset__number_key", "asset_id"))
    if numbers:
        wanted = [_known(keys, number) for number in numbers]
        if len(set(wanted)) != quantity:
            raise Refused("numbers", _("Donnez autant de numéros que d'articles retrouvés."), "numbers")
        return wanted
    if keys and quantity < len(keys):
        raise Refused("numbers", _("Ces articles ont un numéro : dites lesquels sont retrouvés."), "numbers")
    return list(keys.values())


def _known(keys: dict[str, int], number: str) -> int:
    text = "".join(number.split()).upper()
    forms = [text, *(readings(text) if text.isdigit() and 18 <= len(text) <= 20 else ())]
    found = next((keys[form] for form in forms if form in keys), None)
    if found is None:
        sentence = _("Le numéro %(number)s ne manquait pas à cette ligne : relisez-le.")
        raise Refused("numbers", sentence % {"number": text}, "numbers")
    return found


def _bring_back(actor: Any, made: Finding, things: Sequence[int]) -> None:
    line = made.gap.line
    step = NewTransfer(
        transfer_id=made.public_id,
        resource=line.lot.product.code,
        source=places.MISSING,
        target=places.depot(made.depot) if made.depot else places.school(line.school),
        amount=made.quantity,
        value_date=clock.today(line.shipment.operation.department.time_zone),
        reason="found",
        reference=str(line.shipment.public_id),
    )
    (posted,) = post_many(actor=actor, transfers=[step])
    custody.carry([(asset_id, posted) for asset_id in things], clock.now())
