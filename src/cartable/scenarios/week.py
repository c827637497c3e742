"""The week of the SIM cards, step by step: each function is one moment, played through the actions of the pages."""

import gc
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import uuid5

from cartable.accounts.actions import delegate
from cartable.accounts.enums import Right
from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.census.actions import open_campaign, send_back, submit, validate
from cartable.census.models import Return
from cartable.equipment import places
from cartable.equipment.actions.agreements import adopt_agreement
from cartable.equipment.actions.declared import declare_held
from cartable.equipment.actions.handovers import Hand, hand_over_many
from cartable.equipment.actions.lots import receive_lot
from cartable.equipment.actions.receipts import Count, confirm_receipt
from cartable.equipment.actions.shipments import send
from cartable.equipment.enums import Proof, Receiver
from cartable.equipment.imports import import_stock
from cartable.equipment.models import AssetPlace, Shipment
from cartable.equipment.queries import needs_waiting, school_stock
from cartable.equipment.rules import receipt_code
from cartable.intake.exporting import write_csv
from cartable.operations.actions import NewPool, create_operation
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation, Pool
from cartable.planning.actions import approve, free_reserve, propose, release, serve_late_answer
from cartable.planning.models import Plan
from cartable.scenarios.cast import Cast
from cartable.territories.enums import SchoolKind
from cartable.territories.models import School


Progress = Callable[[str], None]
AGREEMENT = """Article 1 – Objet
Le Département prête à l'élève une tablette et son chargeur, pour suivre l'école à la maison.
Article 2 – Durée
Le prêt est gratuit. Il dure jusqu'à la fin de l'année scolaire et peut être prolongé.
Article 3 – Soin et usage
La famille prend soin de l'appareil et le rend complet. L'usage est scolaire et familial.
Article 4 – Panne, perte, vol
En cas de panne, l'appareil est échangé. En cas de vol, la famille porte plainte et prévient l'établissement.
Article 5 – Restitution
L'appareil est rendu à l'établissement, contre un reçu qui décrit son état."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much there is of each thing."""

    sims_colleges: int
    sims_ecoles: int
    lent: int
    given: int


@dataclass(slots=True)
class Week:
    """An operation under way: its cast, its amounts and how many families each school names."""

    cast: Cast
    amounts: Amounts
    operation: Operation | None = None
    needs: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def op(self) -> Operation:
        if self.operation is None:
            raise RuntimeError("the operation is not open yet")
        return self.operation

    def pool(self, serves: str, good: str, mode: str) -> Pool:
        """Give a part of the operation."""
        return self.op.pools.get(serves=serves, good=good, mode=mode)


@contextmanager
def many_rows() -> Iterator[None]:
    """Let the collector of cycles rest while tens of thousands of rows are made: it finds none, and costs a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def paris(day: int, hour: int, minute: int = 0, *, month: int = 4) -> datetime:
    """Give a moment of spring 2020, Paris time (UTC+2)."""
    return datetime(2020, month, day, hour - 2, minute, tzinfo=UTC)


def open_operation(week: Week, name: str, opens: date, due: date) -> None:
    """Monday 9:00: what is given or lent, to whom, until when."""
    amounts = week.amounts
    pools = [
        NewPool("Cartes SIM des collèges", SchoolKind.COLLEGE, Good.SIM, Mode.GIVEN, amounts.sims_colleges),
        NewPool(
            "Cartes SIM des circonscriptions",
            SchoolKind.ECOLE,
            Good.SIM,
            Mode.GIVEN,
            amounts.sims_ecoles,
            through_circonscription=True,
        ),
        NewPool("Tablettes prêtées", SchoolKind.COLLEGE, Good.TABLET, Mode.LENT, amounts.lent),
        NewPool("Tablettes données", SchoolKind.COLLEGE, Good.TABLET, Mode.GIVEN, amounts.given),
    ]
    made = create_operation(
        actor=week.cast.equipment,
        owner_id=week.cast.council.public_id,
        name=name,
        opens_on=opens,
        answers_due_on=due,
        answers_due_hour=time(12, 0),
        pools=pools,
    )
    open_campaign(actor=week.cast.equipment, operation_id=made.public_id)
    made.refresh_from_db()
    week.operation = made


def receive_goods(week: Week, credit_until: date) -> None:
    """10:00: boxes of SIM cards from two givers, tablets with numbers, tablets that collèges hold already."""
    cast, amounts = week.cast, week.amounts
    sims = amounts.sims_colleges + amounts.sims_ecoles
    first = 893301200400000000 + int(cast.setting.code) * 1_000_000
    receive_lot(
        actor=cast.equipment,
        operation_id=week.op.public_id,
        good=Good.SIM,
        mode=Mode.GIVEN,
        quantity=sims,
        operator="SFR",
        sim_format="nano, micro, mini",
        credit_valid_until=credit_until,
        giver_ids=_givers(("Fondation SFR", BodyKind.FOUNDATION), ("Emmaüs Connect", BodyKind.ASSOCIATION)),
        ranges=[
            (str(first), str(first + sims // 2 - 1)),
            (str(first + sims // 2), str(first + sims - 1)),
        ],
    )
    _receive_tablets(week)
    adopt_agreement(
        actor=cast.equipment,
        body_id=cast.council.public_id,
        title="Convention de prêt d'une tablette",
        text=AGREEMENT,
        deliberated_on=date(2020, 3, 26),
    )
    declare_held(
        actor=cast.equipment,
        operation_id=week.op.public_id,
        good=Good.TABLET,
        mode=Mode.LENT,
        counts=_held(week),
        name="Tablette de collège",
    )


def _givers(*named: tuple[str, BodyKind]) -> list:
    return [ensure_body(actor=None, kind=kind, name=name).public_id for name, kind in named]


def _receive_tablets(week: Week) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tablettes.csv"
        numbers = (
            [f"TD{week.cast.setting.code}{n:06d}", "Tablette 10 pouces"] for n in range(week.amounts.given)
        )
        write_csv(path, ("numéro de série", "article"), numbers)
        import_stock(
            actor=week.cast.equipment,
            path=path,
            operation_id=week.op.public_id,
            mode=Mode.GIVEN,
            giver_ids=_givers(
                ("Fondation Rothschild", BodyKind.FOUNDATION), ("Le Choix de l'École", BodyKind.ASSOCIATION)
            ),
        )


def _held(week: Week) -> dict:
    """Spread the tablets that the collèges hold already in proportion to their pupils, to the last one."""
    colleges = week.cast.of_kind("college")
    return dict(
        zip(
            (s.public_id for s in colleges),
            shares([s.pupils_count or 0 for s in colleges], week.amounts.lent),
            strict=True,
        )
    )


def shares(sizes: Sequence[int], total: int) -> list[int]:
    """Spread `total` in proportion to sizes, whole numbers that sum to it."""
    whole, running, given = sum(sizes), 0, 0
    found = []
    for size in sizes:
        running += size
        upto = total * running // whole
        found.append(upto - given)
        given = upto
    return found


def plan_needs(week: Week) -> None:
    """Decide how many families of each school will be named: more than there is, everywhere."""
    colleges = week.cast.of_kind("college")
    devices = shares([s.pupils_count or 0 for s in colleges], week.amounts.lent + week.amounts.given * 5 // 4)
    sims = shares([s.pupils_count or 0 for s in colleges], week.amounts.sims_colleges * 3 // 2)
    for school, device, sim in zip(colleges, devices, sims, strict=True):
        week.needs[school.id] = (device + 2, sim + 1)
    ecoles = week.cast.of_kind("ecole")
    wanted = shares([s.pupils_count or 0 for s in ecoles], week.amounts.sims_ecoles * 3 // 2)
    for rank, (school, sim) in enumerate(zip(ecoles, wanted, strict=True)):
        week.needs[school.id] = (0, 0 if rank % 5 == 4 else sim + 1)


def delegate_to_cpe(week: Week, school: School, until: date) -> None:
    """13:30: a principal lends *mark* and *hand over* to the CPE."""
    delegate(
        actor=week.cast.heads[school.id],
        school_id=school.public_id,
        identifier=f"cpe.{school.uai.lower()}@ecole.invalid",
        display_name="Conseillère principale d'éducation",
        rights=[Right.MARK, Right.HAND_OVER],
        until=until,
    )


def validate_returns(week: Week) -> int:
    """The service validates what came in."""
    waiting = Return.objects.filter(campaign__operation=week.op, state="submitted").order_by("id")
    return validate(actor=week.cast.equipment, return_ids=list(waiting.values_list("public_id", flat=True)))


def send_one_back(week: Week, school: School) -> None:
    """One return comes back with a reason, and is sent again."""
    found = Return.objects.get(campaign__operation=week.op, school=school)
    send_back(
        actor=week.cast.equipment,
        return_id=found.public_id,
        reason="Le nombre de tablettes dépasse l'effectif de la classe : pouvez-vous vérifier ?",
    )
    submit(actor=week.cast.heads[school.id], operation_id=week.op.public_id, school_id=school.public_id)


def share_out(week: Week, pool: Pool) -> Plan:
    """14:00: ask for a plan of one pool and approve it."""
    plan = propose(actor=week.cast.equipment, pool_id=pool.public_id)
    return approve(actor=week.cast.equipment, plan_id=plan.public_id)


def serve_late(week: Week, plan: Plan) -> Plan | None:
    """Late answers take their part of the reserve; what is left of it is shared in a second plan."""
    answered = Return.objects.filter(campaign__operation=week.op, state__in=["submitted", "validated"])
    for kept in plan.reserve_lines.filter(school__in=answered.values("school")).select_related("school"):
        serve_late_answer(actor=week.cast.equipment, plan_id=plan.public_id, school_id=kept.school.public_id)
    left = free_reserve(
        actor=week.cast.equipment,
        plan_id=plan.public_id,
        reason="Les réponses sont closes : le reste est réparti.",
    )
    return share_out(week, plan.pool) if left else None


def ship(week: Week, plans: Iterable[Plan], on: date) -> list[Shipment]:
    """15:00: prepare the shipments of plans, and let the round go."""
    shipments = [
        shipment
        for plan in plans
        for shipment in release(actor=week.cast.equipment, plan_id=plan.public_id, planned_on=on)
    ]
    send(actor=week.cast.equipment, shipment_ids=[shipment.public_id for shipment in shipments])
    return shipments


def confirm(shipments: Iterable[Shipment]) -> None:
    """Thursday 8:00: each place confirms the count from the slip's QR, without an account."""
    for shipment in shipments:
        lines = {line.public_id: Count(line.quantity) for line in shipment.lines.all()}
        confirm_receipt(code=receipt_code(shipment.public_id), name="Accueil", lines=lines)


def at_the_gate(week: Week, school: School, good: str, mode: str, numbers: Sequence[str] = ()) -> int:
    """Monday 9:00: hand over everything of a sort that stands in the school, in the school's own order."""
    head, op = week.cast.heads[school.id], week.op
    here = sum(row.quantity for row in school_stock(school, op) if (row.good, row.mode) == (good, mode))
    needs = needs_waiting(head, school, op, good)[:here]
    known = list(numbers) or _numbers_at(school, good, mode)
    hands = [
        Hand(
            uuid5(op.public_id, f"{good}{mode}{need.public_id}"),
            need.public_id,
            number,
            Receiver.LEGAL_GUARDIAN,
        )
        for need, number in zip(needs, known, strict=False)
    ]
    if hands:
        hand_over_many(
            actor=head,
            school_id=school.public_id,
            operation_id=op.public_id,
            good=good,
            proof=Proof.AGREEMENT if mode == Mode.LENT else Proof.SIGNING_LIST,
            hands=hands,
        )
    return len(hands)


def _numbers_at(school: School, good: str, mode: str) -> list[str]:
    rows = AssetPlace.objects.filter(account__code=places.school(school), until=None)
    rows = rows.filter(asset__product__good=good, asset__product__mode=mode)
    return list(rows.order_by("asset__number").values_list("asset__number", flat=True))


def sim_numbers(week: Week) -> list[str]:
    """Give every card number of the boxes, in order."""
    lot = week.op.lots.get(product__good=Good.SIM)
    return [
        str(n) for span in lot.ranges.order_by("first") for n in range(int(span.first), int(span.last) + 1)
    ]


def cards_of(pile: Iterator[str], week: Week, school: School) -> list[str]:
    """Take as many cards off the pile as the school received."""
    rows = school_stock(school, week.op)
    return [next(pile) for _ in range(sum(row.quantity for row in rows if row.good == Good.SIM))]
