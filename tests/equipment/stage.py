"""A stage for the tests of goods: a service, an operation, a school with its head and families that lack things."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from stdnum import luhn

from cartable.equipment.actions import (
    Count,
    Hand,
    Handed,
    NewLine,
    adopt_agreement,
    confirm_receipt,
    declare_held,
    hand_over,
    prepare_many,
    receive_lot,
)
from cartable.equipment.checks import damages
from cartable.equipment.models import Shipment
from cartable.equipment.rules import receipt_code
from cartable.ledger import checks as ledger_checks
from cartable.ledger.queries import balance
from cartable.pupils.actions import mark
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Need, Pupil
from tests import factories


def iccid(number: int, start: str = "893310") -> str:
    """Give a French ICCID of 19 digits with its check digit: consecutive numbers give consecutive bodies."""
    body = f"{start}{number:012d}"
    return body + luhn.calc_check_digit(body)


@dataclass
class Stage:
    """What the tests act on. `service` leads the operation, `head` leads the school."""

    service: Any
    operation: Any
    school: Any
    head: Any
    made: int = field(default=0)

    @property
    def owner(self) -> Any:
        return self.operation.owner

    def another_school(self, **more: Any) -> tuple[Any, Any]:
        school = factories.school(**more)
        return school, factories.user("head", school)

    def family(
        self, *lacks: str, takes_sim: bool = True, pupils: int = 1, at: Any = None, **more: Any
    ) -> list[Need]:
        """Give the needs of a new family: each of its pupils lacks the same, in one home unless `home=False`."""
        school, head = at or (self.school, self.head)
        self.made += 1
        home = more.pop("home", {})
        children = [
            factories.pupil(school, f"Enfant{n}", f"Famille{self.made}", **more) for n in range(pupils)
        ]
        if home is not False:
            factories.home(*children, household_key=f"key{self.made}", **home)
        for child in children:
            needs = [NeedInput(k, takes_sim=takes_sim if k == "connection" else None) for k in lacks]
            mark(actor=head, pupil_id=child.public_id, lacks=needs)
        return list(Need.objects.filter(of_pupils__pupil__in=children).order_by("id"))

    def need(self, kind: str = "connection", **more: Any) -> Need:
        return self.family(kind, **more)[0]

    def receive(self, quantity: int = 10, good: str = "sim", mode: str = "given", **more: Any) -> Any:
        return receive_lot(
            actor=self.service,
            operation_id=self.operation.public_id,
            good=good,
            mode=mode,
            quantity=quantity,
            **more,
        )

    def ship(
        self, quantity: int, good: str = "sim", mode: str = "given", to: Any = None, **more: Any
    ) -> Shipment:
        line = NewLine((to or self.school).id, good, mode, quantity)
        return prepare_many(
            actor=self.service,
            operation_id=self.operation.public_id,
            lines=[line],
            planned_on=date(2020, 4, 30),
            **more,
        )[0]

    def confirm(self, shipment: Shipment, *counts: Count) -> Any:
        """Confirm a shipment from its slip; whole where no count is given."""
        lines = list(shipment.lines.order_by("id"))
        said = counts or [Count(line.quantity) for line in lines]
        return confirm_receipt(
            code=receipt_code(shipment.public_id),
            name="Mme Exemple",
            lines={line.public_id: count for line, count in zip(lines, said, strict=True)},
        )

    def stock(
        self, quantity: int = 5, good: str = "sim", mode: str = "given", to: Any = None, **more: Any
    ) -> Any:
        """Put so many in the school's stock: received, shipped, confirmed."""
        lot = self.receive(quantity, good, mode, **more).lot
        self.confirm(self.ship(quantity, good, mode, to=to))
        return lot

    def declare(self, quantity: int, good: str = "tablet", mode: str = "lent", at: Any = None) -> Any:
        return declare_held(
            actor=self.service,
            operation_id=self.operation.public_id,
            good=good,
            mode=mode,
            counts={(at or self.school).public_id: quantity},
        )

    def agree(self) -> Any:
        return adopt_agreement(
            actor=self.service,
            body_id=self.owner.public_id,
            title="Convention de prêt",
            text="Article 1",
            deliberated_on=date(2020, 4, 2),
        )

    def hand(self, need: Need, number: str, good: str = "sim", at: Any = None, **more: Any) -> Handed:
        school, head = at or (self.school, self.head)
        given = {"key": uuid4(), "receiver": "legal_guardian", "proof": "certificate", **more}
        return hand_over(
            actor=head,
            school_id=school.public_id,
            operation_id=self.operation.public_id,
            need_id=need.public_id,
            good=good,
            number=number,
            **given,
        )

    def lend(self, need: Need, number: str, **more: Any) -> Handed:
        return self.hand(need, number, good="tablet", proof="agreement", **more)

    def in_ledger(self, place: str, good: str = "sim", mode: str = "given") -> int:
        from cartable.equipment.models import Product

        products = Product.objects.filter(good=good, mode=mode)
        return sum(balance(product.code, place) for product in products)


def hand(need: Need, number: str, **more: Any) -> Hand:
    return Hand(
        **{"key": uuid4(), "need_id": need.public_id, "number": number, "receiver": "legal_guardian", **more}
    )


def stage(**more: Any) -> Stage:
    """Set the stage: an open operation of SIM cards and tablets for the collèges of the 93."""
    service = factories.equipment_user()
    pools = [
        factories.pool(1400),
        factories.pool(15000, good="tablet", mode="lent"),
        factories.pool(2000, good="tablet", mode="given"),
        factories.pool(400, serves="ecole", through_circonscription=True),
    ]
    operation = factories.operation(service, *pools, **more)
    school = factories.school()
    return Stage(service, operation, school, factories.user("head", school))


def nothing_damaged() -> bool:
    """Assert that goods and ledger hold together."""
    assert [*ledger_checks.damages(), *damages()] == []
    return True


def pupil_of(need: Need) -> Pupil:
    return need.of_pupils.get().pupil
