"""A small story of money for the demo: the same programme seen by the ministry, a région, a préfecture and bearers.

Everything is invented. Each account finds something to read, and something that waits for it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import User
from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.foundation import clock
from cartable.funding.actions import (
    Bought,
    Ceiling,
    Part,
    commit,
    confirm,
    join,
    open_credits,
    open_envelope,
    open_line,
    open_programme,
)
from cartable.funding.enums import CeilingKind, CommitmentKind, Serves, Share
from cartable.funding.models import Envelope, Programme
from cartable.planning.enums import SplitKey
from cartable.planning.keys import children_of, figures
from cartable.planning.queries import available
from cartable.scenarios.cast import Cast
from cartable.scenarios.money import WHOM, Desk, bill, official, send, share
from cartable.scenarios.plan_2020.documents import ministry_of_the_plan


NAME = "Continuité éducative (démonstration)"


@dataclass(slots=True)
class Money:
    """The demo's programme and the envelopes of the nation, the région and the département."""

    programme: Programme
    nation: Envelope
    region: Envelope
    department: Envelope


def add_money(cast: Cast, monday: date) -> Envelope:
    """Bring the money down to the demo's département, spend some, leave the rest; give the préfecture's envelope."""
    with clock.at(_moment(monday)):
        money = _bring_down(cast)
        desk = Desk(_colleague(cast, 1), _colleague(cast, 2))
        _grant(money, desk, ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name="Les Amis de l'Étude"))
        _purchase(money, desk, cast)
        _waiting(money, desk)
    return money.department


def _moment(monday: date) -> datetime:
    """Give the Monday of the demo, or the first day of the year: an envelope knows one year."""
    first = date(clock.today().year, 1, 1)
    return min(datetime.combine(max(monday, first), time(9), UTC), clock.now())


def _bring_down(cast: Cast) -> Money:
    """Notify a split of the nation and one of the région, and leave another of each as a draft."""
    year, ministry = clock.today().year, ministry_of_the_plan()
    programme = open_programme(
        actor=None, code=f"demo-{year}", name=NAME, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)
    )
    line = open_line(
        actor=None,
        programme=programme,
        code="equipement",
        name="Équipement des élèves",
        funder=ministry,
        ceiling=Ceiling(CeilingKind.UP_TO, 2_000_000_00),
        basis="« jusqu'à 2 M€ » (inventé)",
        serves=Serves.QPV_PUPILS,
    )
    nation = open_envelope(actor=None, line_id=line.public_id, year=year, holder_id=ministry.public_id)
    open_credits(actor=None, envelope_id=nation.public_id, ae_cents=2_000_000_00, cp_cents=2_000_000_00)
    _share_the_nation(nation)
    region = nation.children.get(region=cast.department.region)
    _share_the_region(region, cast.department.code)
    return Money(programme, nation, region, region.children.get(department=cast.department))


def _share_the_nation(nation: Envelope) -> None:
    every = [child.code for child in children_of(nation) if child.usual]
    why = "Le nombre de quartiers, sans oublier une région."
    first = share(
        None, nation, "QPV, plancher 30 000 €", SplitKey.QPV, 1_500_000_00,
        among=every, floor_cents=30_000_00, reason=why,
    )  # fmt: skip
    send(None, first)
    share(
        None, nation, "Cités éducatives, à notifier", SplitKey.CITES, 400_000_00,
        among=every, reason="Le nombre de cités éducatives.",
    )  # fmt: skip


def _share_the_region(region: Envelope, code: str) -> None:
    urgent = share(
        None, region, "Urgence", SplitKey.OWN, 120_000_00,
        among=[code], typed={code: 1}, reason="Le seul département dont les besoins sont validés.",
    )  # fmt: skip
    send(None, urgent)
    known = figures(SplitKey.QPV, region, children_of(region))
    real = [place for place, figure in known.items() if figure is not None]
    share(
        None, region, "Autres départements, à notifier", SplitKey.QPV, available(region).ae_cents // 2,
        among=real, reason="Le nombre de quartiers.",
    )  # fmt: skip


def _colleague(cast: Cast, number: int) -> User:
    code = cast.department.code
    name = f"Préfecture, bureau {number}"
    return official(f"prefecture-{code}-{number}", name, Role.PREFECTURE, ScopeKind.DEPARTMENT, code)


def _grant(money: Money, desk: Desk, association: Body) -> None:
    """A grant that its bearer sees, with an instalment paid and a bill that waits to be accepted."""
    part = desk.grants(
        money.department, association, 12_000_00, "Ateliers de tutorat avec prêt d'ordinateurs"
    )
    desk.pays(part, 8_000_00, "Acompte")
    bill(None, part, "Fournisseur inventé", "F-001", [Bought("Ordinateur reconditionné", 30, 150_00)])


def _purchase(money: Money, desk: Desk, cast: Cast) -> None:
    """Sixty tablets: the State pays the price net of tax, the collectivité the tax, out of its own money."""
    own = open_line(
        actor=cast.equipment,
        programme=money.programme,
        code="tva",
        name="TVA des achats de l'État",
        funder=cast.council,
        own_money=True,
    )
    purse = open_envelope(
        actor=cast.equipment,
        line_id=own.public_id,
        year=money.nation.year,
        holder_id=cast.council.public_id,
    )
    open_credits(actor=cast.equipment, envelope_id=purse.public_id, ae_cents=20_000_00, cp_cents=20_000_00)
    seller = ensure_body(actor=None, kind=BodyKind.COMPANY, name="Fournisseur inventé")
    made = commit(
        actor=desk.first,
        kind=CommitmentKind.PURCHASE,
        bearer_id=seller.public_id,
        subject="60 tablettes",
        parts=[Part(money.department.public_id, 24_000_00)],
        net_cents=24_000_00,
        vat_rate=2000,
        serves_note=WHOM,
    )
    join(actor=None, commitment_id=made.public_id, part=Part(purse.public_id, 4_800_00, Share.VAT))
    confirm(actor=desk.second, commitment_id=made.public_id)


def _waiting(money: Money, desk: Desk) -> None:
    """A proposal that the demo's préfecture may confirm or refuse."""
    bearer = ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name="Emmaüs Connect")
    commit(
        actor=desk.first,
        kind=CommitmentKind.CONVENTION,
        bearer_id=bearer.public_id,
        subject="Ordinateurs reconditionnés et formation",
        parts=[Part(money.department.public_id, 40_000_00)],
        serves_note=WHOM,
    )
