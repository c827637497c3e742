"""A damaged thing goes to repair and comes back, or is written off: each step dated, after an incident."""

from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.equipment import custody, places
from cartable.equipment.enums import REPAIR_MOVES, Condition, IncidentKind, RepairState
from cartable.equipment.models import Asset, AssetPlace, Incident, Movement, Repair
from cartable.equipment.perms import may_hand_over
from cartable.equipment.queries.repairs import repairs_led_by
from cartable.equipment.queries.stock import assets_visible_to
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer, post_many
from cartable.operations.enums import Good
from cartable.territories.models import School


NOT_HERE = "Cet article n'est ni en stock ni hors service : reprenez-le d'abord."


@transaction.atomic
def send_to_repair(*, actor: Any, key: UUID, asset_id: UUID) -> Repair:
    """Send a thing that stands in a school's stock, in the depot or out of service to its owner's workshop.

    The school that holds it sends it, or the owner. `key` is the repair's id: repeating it changes nothing. Refuses
    `asset`, `not_yours`, `not_here`, `sim`.
    """
    if known := Repair.objects.filter(public_id=key, asset__public_id=asset_id).first():
        return known
    asset = assets_visible_to(actor).filter(public_id=asset_id).first()
    if asset is None:
        raise Refused("asset", _("Ce matériel n'existe pas ou n'est pas le vôtre."))
    place = AssetPlace.objects.filter(asset=asset, until=None).select_for_update(of=("self",)).first()
    code = place.account.code if place else ""
    school = _school_of(asset, code)
    _check(actor, asset, code, school)
    repair = Repair.objects.create(
        public_id=key, asset=asset, incident=_incident(asset), school=school, sent_at=clock.now()
    )
    _carry(actor, repair, key, (code, places.repair(asset.product.owner)), "sent_to_repair")
    Asset.objects.filter(pk=asset.pk).update(condition=Condition.DAMAGED)
    _note(actor, "equipment.sent_to_repair", repair)
    return repair


def _check(actor: Any, asset: Asset, code: str, school: School | None) -> None:
    owns = asset.product.owner_id in bodies_as(actor, Role.EQUIPMENT)
    if asset.product.good == Good.SIM:
        raise Refused("sim", _("Une carte SIM ne se répare pas : échangez-la."))
    if not places.may_go_to_repair(code):
        raise Refused("not_here", NOT_HERE)
    if not owns and not (school is not None and may_hand_over(actor, school)):
        raise Refused(
            "not_yours",
            _("Seuls l'établissement qui le détient et son propriétaire l'envoient en réparation."),
        )


def _school_of(asset: Asset, code: str) -> School | None:
    """Give the school that holds a thing, or that had it last before it was put out of service."""
    if code == places.DEAD:
        last = Movement.objects.filter(asset=asset, transfer__target__code=code).order_by("-id").first()
        code = last.transfer.source.code if last else ""
    sort, _colon, uai = code.partition(":")
    return School.objects.filter(uai=uai).first() if sort in ("school", "on_loan", "given") else None


def _incident(asset: Asset) -> Incident:
    """Give the last incident of a thing, or note one now: it came back damaged."""
    known = asset.incidents.order_by("-at", "-id").first()
    return known or Incident.objects.create(asset=asset, kind=IncidentKind.BROKEN, at=clock.now())


def _carry(actor: Any, repair: Repair, key: UUID, way: tuple[str, str], reason: str) -> None:
    zone = repair.school.department.time_zone if repair.school else "Europe/Paris"
    step = NewTransfer(
        transfer_id=key,
        resource=repair.asset.product.code,
        source=way[0],
        target=way[1],
        amount=1,
        value_date=clock.today(zone),
        reason=reason,
        reference=str(repair.public_id),
    )
    (posted,) = post_many(actor=actor, transfers=[step])
    custody.carry([(repair.asset_id, posted)], clock.now())


@transaction.atomic
def end_repair(*, actor: Any, repair_id: UUID, outcome: str) -> Repair:
    """End a repair: the thing goes back where it came from in good order, or is written off. Again is nothing.

    For the owner's service. Refuses `repair`, `outcome`, `move_forbidden`.
    """
    found = repairs_led_by(actor).filter(public_id=repair_id).select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("repair", _("Cette réparation n'existe pas ou n'est pas celle de votre service."))
    if outcome not in (RepairState.REPAIRED, RepairState.WRITTEN_OFF):
        raise Refused("outcome", _("Dites si l'article est réparé ou réformé."), "outcome")
    if found.state == outcome:
        return found
    move(REPAIR_MOVES, found.state, outcome)
    found.state, found.ended_at = outcome, clock.now()
    found.save(update_fields=["state", "ended_at"])
    owner, mended = found.asset.product.owner, outcome == RepairState.REPAIRED
    home = places.school(found.school) if found.school else places.depot(owner)
    way = (places.repair(owner), home if mended else places.DEAD)
    _carry(actor, found, uuid5(found.public_id, "ended"), way, outcome)
    condition = Condition.GOOD if mended else Condition.DEAD
    Asset.objects.filter(pk=found.asset_id).update(condition=condition)
    _note(actor, "equipment.repair_ended", found, outcome=outcome)
    return found


def _note(actor: Any, verb: str, repair: Repair, **data: Any) -> None:
    said = {"article": repair.asset.product.code, "asset": repair.asset.public_id, **data}
    if repair.school:
        said["uai"] = repair.school.uai
    record(actor=actor, verb=verb, target=str(repair.public_id), data=said)
