"""A small country for money: one ministry, two régions, three départements, and who decides in each."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding import actions
from cartable.funding.models import Commitment, Envelope, Line, Programme
from tests import factories


DAY = date(2020, 5, 4)


def programme(**more: Any) -> Programme:
    given = {
        "code": "plan",
        "name": "Plan 2020",
        "starts_on": date(2020, 4, 20),
        "ends_on": date(2021, 12, 31),
    }
    return actions.open_programme(actor=None, **{**given, **more})


def ministry() -> Body:
    return Body.objects.get_or_create(kind=BodyKind.MINISTRY, name="Ministère inventé")[0]


def up_to(cents: int | None) -> actions.Ceiling:
    return actions.Ceiling() if cents is None else actions.Ceiling("up_to", cents)


def line(code: str = "equipment_extra", cents: int | None = 5_000_000_00, **more: Any) -> Line:
    given = {
        "name": f"Ligne {code}",
        "funder": ministry(),
        "ceiling": up_to(cents),
    }
    return actions.open_line(
        actor=None, programme=more.pop("of", None) or programme(), code=code, **{**given, **more}
    )


def prefecture(department: Any) -> Body:
    name = f"Préfecture {department.code}"
    return Body.objects.get_or_create(
        kind=BodyKind.PREFECTURE, department=department, defaults={"name": name}
    )[0]


def region_prefecture(region: Any) -> Body:
    name = f"Préfecture de région {region.code}"
    kind = BodyKind.REGION_PREFECTURE
    return Body.objects.get_or_create(kind=kind, region=region, defaults={"name": name})[0]


def envelope(of: Line, holder: Body, parent: Envelope | None = None, year: int = 2020) -> Envelope:
    return actions.open_envelope(
        actor=None,
        line_id=of.public_id,
        year=year,
        holder_id=holder.public_id,
        parent_id=parent and parent.public_id,
    )


@dataclass
class Country:
    """Envelopes of one line: nation 5 M€, région 32 with the 59 and 62, région 84 with the 69; and their people."""

    line: Line = field(default_factory=line)

    def __post_init__(self) -> None:
        self.north = factories.region("32", "Hauts-de-France")
        self.east = factories.region("84", "Auvergne-Rhône-Alpes")
        self.d59 = factories.department(
            "59", "Nord", region=self.north, academy=factories.academy("09", "Lille")
        )
        self.d62 = factories.department(
            "62", "Pas-de-Calais", region=self.north, academy=factories.academy("09", "Lille")
        )
        self.d69 = factories.department(
            "69", "Rhône", region=self.east, academy=factories.academy("10", "Lyon")
        )
        self.nation = envelope(self.line, ministry())
        self.region = envelope(self.line, region_prefecture(self.north), self.nation)
        self.other_region = envelope(self.line, region_prefecture(self.east), self.nation)
        self.nord = envelope(self.line, prefecture(self.d59), self.region)
        self.pas = envelope(self.line, prefecture(self.d62), self.region)
        self.rhone = envelope(self.line, prefecture(self.d69), self.other_region)
        self.bearer = Body.objects.get_or_create(
            kind=BodyKind.ASSOCIATION, name="Association inventée", department=self.d59
        )[0]

    def fill(self, cents: int = 1_000_000_00) -> "Country":
        """Open the nation's credits and send `cents` (AE and CP) down to the région 32 and to the Nord."""
        actions.open_credits(
            actor=None, envelope_id=self.nation.public_id, ae_cents=2 * cents, cp_cents=2 * cents, on=DAY
        )
        for source, target in ((self.nation, self.region), (self.region, self.nord)):
            down(source, target, cents)
        return self


def down(source: Envelope, target: Envelope, cents: int, actor: Any = None, **more: Any) -> Any:
    """Delegate the same amount in AE and CP."""
    given = {"ae_cents": cents, "cp_cents": cents, "on": DAY, **more}
    return actions.delegate(actor=actor, source_id=source.public_id, target_id=target.public_id, **given)


def left(envelope: Envelope, credit: str = "ae", stage: str = "envelope") -> int:
    """Read what stands on one stage of an envelope."""
    return envelope.accounts.select_related("account").get(credit=credit, stage=stage).account.balance


def new() -> UUID:
    return uuid4()


def commit(country: Country, cents: int, actor: Any = None, **more: Any) -> Commitment:
    """Commit on the Nord's envelope, or on the one that is named."""
    envelope = more.pop("envelope", country.nord)
    given = {
        "kind": "order",
        "bearer_id": country.bearer.public_id,
        "subject": "Tablettes pour le quartier",
        "parts": [actions.Part(envelope.public_id, cents)],
        "on": DAY,
    }
    return actions.commit(actor=actor, **{**given, **more})
