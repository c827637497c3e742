"""The gate for the crawl: a family that waits for a card with an appointment, and holds a tablet on loan."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from cartable.accounts.models import User
from cartable.equipment.actions import (
    adopt_agreement,
    declare_held,
    hand_over,
    return_loan,
    schedule,
    send_to_repair,
)
from cartable.equipment.models import Asset, Handover
from cartable.foundation import clock
from cartable.pupils.actions import mark
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Need
from tests import factories


# The schools of one département borrow under the same text.
SHARED = {"agreement_id"}


def at_school(side: Any) -> None:
    """Let the side's family wait for a card, and borrow a tablet; after `crawl_works.works`."""
    agent = User.objects.filter(assignments__body=side.service, assignments__role="equipment").first()
    agreement = adopt_agreement(
        actor=agent,
        body_id=side.service.public_id,
        title="Convention de prêt",
        text="Article 1 – Objet\nLe prêt est gratuit.",
        deliberated_on=date(2020, 1, 6),
    )
    for good, mode in (("sim", "given"), ("tablet", "lent")):
        counts = {side.college.public_id: 2}
        declare_held(
            actor=agent, operation_id=side.things["operation_id"], good=good, mode=mode, counts=counts
        )
    lacks = [NeedInput("connection", takes_sim=True), NeedInput("device")]
    mark(actor=side.head, pupil_id=side.things["pupil_id"], lacks=lacks)
    side.things |= {
        "agreement_id": agreement.public_id,
        "need_id": _need(side, "connection").public_id,
        "appointment_id": _appointment(side),
        "handover_id": _loan(side),
        "repair_id": _repair(side),
    }


def _need(side: Any, kind: str) -> Need:
    return Need.objects.get(school=side.college, kind=kind)


def _appointment(side: Any) -> UUID:
    (made,) = schedule(
        actor=side.head,
        school_id=side.college.public_id,
        operation_id=side.things["operation_id"],
        starts_at=clock.now() + timedelta(hours=2),
        minutes_each=5,
        good="sim",
    )
    return made.public_id


def _repair(side: Any) -> UUID:
    """Lend another tablet to another pupil, take it back damaged, and send it to repair."""
    other = factories.pupil(side.college, first_name=side.canary("cadet"), last_name=side.canary("nom"))
    mark(actor=side.head, pupil_id=other.public_id, lacks=[NeedInput("device")])
    need = Need.objects.get(of_pupils__pupil=other)
    loan_id = _loan(side, need, f"REP-{side.name}")
    return_loan(actor=side.head, loan_id=loan_id, condition="damaged")
    asset = Asset.objects.get(handovers__public_id=loan_id)
    return send_to_repair(actor=side.head, key=uuid4(), asset_id=asset.public_id).public_id


def _loan(side: Any, need: Need | None = None, number: str = "") -> UUID:
    done = hand_over(
        actor=side.head,
        key=uuid4(),
        school_id=side.college.public_id,
        operation_id=side.things["operation_id"],
        need_id=(need or _need(side, "device")).public_id,
        good="tablet",
        number=number or f"TAB-{side.name}",
        receiver="legal_guardian",
        receiver_name=side.canary("receveur"),
        proof="agreement",
    )
    return done.handover.public_id


def any_handover(_request: Any, handover_id: UUID) -> Handover:
    """Give a hand-over to anybody: the scope taken away."""
    return Handover.objects.get(public_id=handover_id)


def any_just_done(request: Any, _place: Any) -> Handover | None:
    """Give whatever hand-over the address names: the scope taken away from a filter."""
    return Handover.objects.filter(public_id=request.GET["faite"]).first() if "faite" in request.GET else None
