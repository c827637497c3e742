"""The works of one week for the crawl: an operation with its census, its plan, its goods on the way."""

from datetime import timedelta
from typing import Any

from cartable.accounts.models import User
from cartable.equipment.actions import Count, confirm_receipt, prepare_many, receive_lot
from cartable.equipment.actions.shipments import NewLine
from cartable.equipment.rules import receipt_code
from cartable.foundation import clock
from cartable.operations.models import Operation, OperationGiver
from cartable.planning.actions import approve, propose
from tests import factories


# The schools of one département take part in the same operation.
SHARED = {"operation_id", "pool_id", "plan_id"}


def works(side: Any) -> None:
    """Put the operation of the side's département and what the side's school has in it."""
    agent = factories.user("equipment", side.service)
    operation = Operation.objects.filter(owner=side.service).first() or _opened(side, agent)
    answer = factories.answered(operation, side.college, 3)
    pool = operation.pools.order_by("id").first()
    line = NewLine(side.college.id, "sim", "given", 2)
    (shipment,) = prepare_many(
        actor=agent,
        operation_id=operation.public_id,
        lines=[line],
        planned_on=clock.today() + timedelta(days=1),
    )
    side.things |= {
        "shipment_line_id": _gap(side, agent, operation),
        "operation_id": operation.public_id,
        "pool_id": pool.public_id,
        "return_id": answer.public_id,
        "shipment_id": shipment.public_id,
        "code": receipt_code(shipment.public_id),
    }


def _gap(side: Any, agent: User, operation: Operation) -> Any:
    """Let a shipment arrive with one card missing; give the line."""
    line = NewLine(side.college.id, "sim", "given", 2)
    round_on = clock.today() + timedelta(days=1)
    (shipment,) = prepare_many(
        actor=agent, operation_id=operation.public_id, lines=[line], planned_on=round_on
    )
    row = shipment.lines.get()
    counts = {row.public_id: Count(1, 1, "missing")}
    confirm_receipt(code=receipt_code(shipment.public_id), name="Réception", lines=counts)
    return row.public_id


def _opened(side: Any, agent: User) -> Operation:
    """Open an operation with SIM cards in the depot; it runs now, whatever the day of the test."""
    operation = factories.operation(
        agent,
        factories.pool(100),
        factories.pool(50, serves="ecole"),
        name=f"Opération {side.department.code}",
        opens_on=clock.today(),
        answers_due_on=clock.today() + timedelta(days=2),
    )
    OperationGiver.objects.create(operation=operation, body=side.giver, rank=1)
    receive_lot(
        actor=agent,
        operation_id=operation.public_id,
        good="sim",
        mode="given",
        quantity=60,
        giver_ids=[side.giver.public_id],
    )
    return operation


def plans(sides: dict[str, Any]) -> None:
    """Share the goods once every school has answered, so that each sees its part of the approved plan."""
    made: dict[Any, Any] = {}
    for side in sides.values():
        pool = side.things["pool_id"]
        plan = made.setdefault(pool, None) or _approved(side.service, pool)
        made[pool] = plan
        share = plan.allocations.get(school=side.college)
        side.things |= {"plan_id": plan.public_id, "allocation_id": share.public_id}


def _approved(service: Any, pool: Any) -> Any:
    agent = User.objects.filter(assignments__body=service, assignments__role="equipment").first()
    plan = propose(actor=agent, pool_id=pool, keep_reserve=False)
    return approve(actor=agent, plan_id=plan.public_id)
