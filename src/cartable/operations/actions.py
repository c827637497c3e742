"""What may be done with an operation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import transaction

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.bodies.models import Body
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.operations.enums import OPERATION_MOVES, Good, Mode, NamedBy, OperationState
from cartable.operations.models import Operation, OperationGiver, Pool
from cartable.operations.queries import operations_led_by
from cartable.operations.rules import pool_name
from cartable.pupils.enums import Criterion
from cartable.territories.enums import SchoolKind
from cartable.territories.models import Department


NOT_YOURS = "Seul le service qui mène cette opération peut faire cela."


@dataclass(frozen=True, slots=True)
class NewPool:
    """A part of an operation to be made: `quantity` goods of one sort for one sort of school."""

    name: str
    serves: SchoolKind
    good: Good
    mode: Mode
    quantity: int
    named_by: NamedBy = NamedBy.SCHOOL
    through_circonscription: bool = False


def led(actor: Any, operation_id: UUID, *, lock: bool = False) -> Operation:
    """Fetch an operation that `actor` leads, or refuse."""
    rows = operations_led_by(actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    operation = rows.filter(public_id=operation_id).first()
    if operation is None:
        raise Refused("not_yours", NOT_YOURS)
    return operation


@transaction.atomic
def create_operation(
    *,
    actor: Any,
    owner_id: UUID,
    name: str,
    opens_on: date,
    answers_due_on: date,
    answers_due_hour: time | None = None,
    one_per_household: bool = True,
    pools: Sequence[NewPool] = (),
    department_id: UUID | None = None,
    data_contact: str = "",
) -> Operation:
    """Open the file of an operation, in preparation, with its pools."""
    owner = Body.objects.filter(public_id=owner_id, id__in=bodies_as(actor, Role.EQUIPMENT)).first()
    if owner is None:
        raise Refused("not_yours", "Vous ne pouvez ouvrir une opération que pour votre propre organisme.")
    if answers_due_on < opens_on:
        raise Refused(
            "dates",
            "La date de réponse ne peut pas précéder l'ouverture : corrigez l'une des deux.",
            "answers_due_on",
        )
    operation = Operation.objects.create(
        name=_name(name),
        owner=owner,
        department=_department(owner, department_id),
        opens_on=opens_on,
        answers_due_on=answers_due_on,
        answers_due_hour=answers_due_hour,
        one_per_household=one_per_household,
        data_contact=data_contact or owner.privacy_contact,
    )
    record(
        actor=actor, verb="operations.created", target=str(operation.public_id), data={"owner": str(owner_id)}
    )
    for pool in pools:
        add_pool(actor=actor, operation_id=operation.public_id, pool=pool)
    return operation


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Refused("name", "Donnez un nom à l'opération, par exemple « Cartes SIM, avril 2020 ».", "name")
    if len(name) > 120:
        raise Refused("name", "Le nom dépasse 120 caractères : raccourcissez-le.", "name")
    return name


def _department(owner: Body, department_id: UUID | None) -> Department:
    own = owner.department
    if own and department_id in (None, own.public_id):
        return own
    raise Refused("department", "Cet organisme n'agit que dans son propre département.", "department")


@transaction.atomic
def add_pool(*, actor: Any, operation_id: UUID, pool: NewPool) -> Pool:
    """Add a part to an operation."""
    operation = led(actor, operation_id, lock=True)
    if pool.quantity < 1:
        raise Refused("quantity", "Indiquez combien d'articles cette part contient (au moins 1).", "quantity")
    if operation.pools.filter(serves=pool.serves, good=pool.good, mode=pool.mode).exists():
        raise Refused(
            "pool_twice", "Cette part existe déjà : changez sa quantité au lieu d'en créer une autre.", "good"
        )
    made = Pool.objects.create(
        operation=operation,
        name=pool.name.strip() or pool_name(pool.good, pool.mode, pool.serves),
        serves=pool.serves,
        good=pool.good,
        mode=pool.mode,
        quantity=pool.quantity,
        named_by=pool.named_by,
        through_circonscription=pool.through_circonscription,
    )
    record(
        actor=actor,
        verb="operations.pool_added",
        target=str(made.public_id),
        data={"operation": str(operation_id), "good": pool.good, "quantity": pool.quantity},
    )
    return made


@transaction.atomic
def set_criteria(*, actor: Any, operation_id: UUID, criteria: Sequence[str]) -> Operation:
    """Say in which order schools are proposed to serve families: some criteria, each once, the first one first."""
    operation = led(actor, operation_id, lock=True)
    if not set(criteria) <= set(Criterion.values) or len(set(criteria)) != len(criteria):
        raise Refused("criteria", "Choisissez chaque critère une fois au plus.", "first")
    operation.criteria = "|".join(criteria)
    operation.save(update_fields=["criteria"])
    record(
        actor=actor,
        verb="operations.criteria_set",
        target=str(operation_id),
        data={"criteria": list(criteria)},
    )
    return operation


@transaction.atomic
def change_quantity(*, actor: Any, pool_id: UUID, quantity: int, reason: str) -> Pool:
    """Change how many a part announces, with a reason."""
    pool = Pool.objects.filter(public_id=pool_id, operation__in=operations_led_by(actor)).first()
    if pool is None:
        raise Refused("not_yours", NOT_YOURS)
    if quantity < 1:
        raise Refused("quantity", "Indiquez combien d'articles cette part contient (au moins 1).", "quantity")
    if not reason.strip():
        raise Refused("reason_missing", "Indiquez le motif, en une phrase.", "reason")
    before, pool.quantity = pool.quantity, quantity
    pool.save(update_fields=["quantity"])
    record(
        actor=actor,
        verb="operations.quantity_changed",
        target=str(pool_id),
        data={"before": before, "after": quantity},
        text=reason,
    )
    return pool


@transaction.atomic
def change_state(*, actor: Any, operation_id: UUID, to: OperationState, reason: str = "") -> Operation:
    """Open, close or open again an operation."""
    operation = led(actor, operation_id, lock=True)
    if operation.state == to:
        return operation
    move(OPERATION_MOVES, operation.state, to, reason)
    if to == OperationState.OPEN and not operation.pools.exists():
        raise Refused(
            "no_pool", "Ajoutez au moins une part (article, quantité, établissements) avant d'ouvrir."
        )
    before, operation.state = operation.state, to
    operation.save(update_fields=["state"])
    record(
        actor=actor,
        verb="operations.state_changed",
        target=str(operation_id),
        data={"from": before, "to": to, "at": clock.now().isoformat()},
        text=reason,
    )
    return operation


def add_giver(*, operation: Operation, body: Body, rank: int = 1) -> None:
    """Let a giver see the operation's counts; called by the action that receives the gift."""
    OperationGiver.objects.get_or_create(operation=operation, body=body, defaults={"rank": rank})
