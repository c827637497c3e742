"""The money of the crawl: in each département an envelope that pays a commitment towards the side's collège."""

from datetime import date, timedelta
from typing import Any

from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.foundation import clock
from cartable.funding import actions
from cartable.funding.models import Commitment, Delegation, Envelope, Line
from tests.funding import stage


# The schools of one département have its envelope above them.
SHARED = {
    "programme_id",
    "envelope_id",
    "reservation_id",
    "above_envelope_id",
    "top_envelope_id",
    "money_line_id",
    "notification_id",
}


def subject(side_name: str) -> str:
    """Give the words that stand in the money of one side and nowhere else."""
    return f"Argent{side_name.capitalize()}"


def money(side: Any) -> None:
    """Put the envelope of the side's département and what it pays to the side's collège."""
    envelope = _envelope(side)
    bearer = ensure_body(actor=None, kind=BodyKind.SCHOOL, name=side.college.name, school=side.college)
    commitment = actions.commit(
        actor=None,
        kind="order",
        bearer_id=bearer.public_id,
        subject=subject(side.name),
        parts=[actions.Part(envelope.public_id, 100_00)],
    )
    part = commitment.parts.get()
    paid = actions.pay(actor=None, part_id=part.public_id, cents=60_00)
    due = clock.today() + timedelta(days=30)
    claim = actions.claim(actor=None, part_id=part.public_id, cents=10_00, due_on=due, reason="Trop versé")
    side.things |= {
        "envelope_id": envelope.public_id,
        "above_envelope_id": envelope.parent.public_id,
        "top_envelope_id": envelope.parent.parent.public_id,
        "money_line_id": envelope.line.public_id,
        "reservation_id": _set_aside(envelope),
        "programme_id": envelope.line.programme.public_id,
        "notification_id": Delegation.objects.get(target=envelope).public_id,
        "bearer_id": bearer.public_id,
        "commitment_id": commitment.public_id,
        "movement_id": paid.public_id,
        "recovery_id": claim.public_id,
        "bill_id": _bill(commitment).public_id,
    }


def _set_aside(envelope: Envelope) -> Any:
    """Give what is set aside on an envelope, made at the first call."""
    known = envelope.reservations.first()
    return (
        known
        or actions.reserve(
            actor=None, envelope_id=envelope.public_id, cents=5_00, purpose="Plan", reference="scenario:crawl"
        )
    ).public_id


def _envelope(side: Any) -> Envelope:
    """Give the envelope of the side's département, on a line of its own, filled from above."""
    known = Envelope.objects.filter(line__code=f"credits-{side.department.code}", level="department").first()
    return known or _filled(side, _line(side))


def _line(side: Any) -> Line:
    year = clock.today().year
    programme = stage.programme(
        code=f"credits-{side.department.code}",
        name="Crédits",
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
    )
    return stage.line(f"credits-{side.department.code}", cents=None, of=programme)


def _filled(side: Any, line: Line) -> Envelope:
    year = clock.today().year
    nation = stage.envelope(line, stage.ministry(), year=year)
    region = stage.envelope(line, stage.region_prefecture(side.department.region), nation, year=year)
    department = stage.envelope(line, stage.prefecture(side.department), region, year=year)
    given = {"actor": None, "ae_cents": 1_000_00, "cp_cents": 1_000_00}
    actions.open_credits(envelope_id=nation.public_id, **given)
    for source, target in ((nation, region), (region, department)):
        actions.delegate(source_id=source.public_id, target_id=target.public_id, **given)
    return department


def _bill(commitment: Commitment) -> Any:
    return actions.declare(
        actor=None,
        commitment_id=commitment.public_id,
        number="F-1",
        dated=clock.today(),
        supplier_name="Fournisseur",
        lines=[actions.Bought("Tablette", 1, 50_00)],
    )
