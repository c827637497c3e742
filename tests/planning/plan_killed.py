"""A plan from its approval to its shipments, with fixed ids, to be killed at every statement."""

from datetime import UTC, date, datetime
from typing import Any

from cartable.accounts.models import User
from cartable.cli.checks import all_damages
from cartable.documents.models import StoredDocument
from cartable.equipment.actions.lots import receive_lot
from cartable.equipment.models import Shipment
from cartable.equipment.places import reserved
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.ledger.models import Account
from cartable.planning import actions
from cartable.planning.models import Allocation, AllocationShipment, Plan
from tests import factories as make


NINE = datetime(2020, 4, 27, 7, tzinfo=UTC)
LEAD = "service@example.test"


def prepare() -> None:
    """Propose a plan for two schools that answered, with a reserve for one that is silent."""
    with clock.at(NINE):
        lead = make.user("equipment", make.body(), identifier=LEAD)
        operation = make.operation(lead, make.pool(20))
        receive_lot(actor=lead, operation_id=operation.public_id, good="sim", mode="given", quantity=20)
        for name in ("A", "B"):
            make.answered(operation, make.school(name=name, pupils_count=500), 6)
        make.school(name="Silencieux", pupils_count=500)
        actions.propose(actor=lead, pool_id=operation.pools.get().public_id)


def _who() -> User:
    return User.objects.get(identifier=LEAD)


def approve() -> None:
    with clock.at(NINE):
        actions.approve(actor=_who(), plan_id=Plan.objects.get().public_id)


def prepare_approved() -> None:
    prepare()
    approve()


def release() -> None:
    with clock.at(NINE):
        actions.release(actor=_who(), plan_id=Plan.objects.get().public_id, planned_on=date(2020, 4, 30))


def change_share() -> None:
    with clock.at(NINE):
        share = Allocation.objects.get(school__name="A")
        actions.change_share(actor=_who(), allocation_id=share.public_id, quantity=5, reason="Un foyer parti")


def prepare_late() -> None:
    """Let the silent school answer after the plan."""
    prepare_approved()
    with clock.at(NINE):
        plan = Plan.objects.get()
        make.answered(plan.pool.operation, plan.reserve_lines.get().school, 2)


def serve_late() -> None:
    """Serve the school; whoever asks again is told that nothing is kept for it any more."""
    try:
        _serve_late()
    except Refused as refused:
        assert (
            refused.code == "nothing_kept" and Allocation.objects.filter(school__name="Silencieux").exists()
        )


def _serve_late() -> None:
    with clock.at(NINE):
        plan = Plan.objects.get()
        school = plan.pool.operation.campaign.returns.get(school__name="Silencieux").school
        actions.serve_late_answer(actor=_who(), plan_id=plan.public_id, school_id=school.public_id)


def free() -> None:
    with clock.at(NINE):
        actions.free_reserve(actor=_who(), plan_id=Plan.objects.get().public_id, reason="Tous ont répondu")


def state() -> dict[str, Any]:
    plan = Plan.objects.get()
    kept = Account.objects.filter(code=reserved(plan.public_id)).values_list("balance", flat=True)
    return {
        "plan": [plan.state, plan.reserve],
        "shares": list(plan.allocations.order_by("school__name").values_list("school__name", "quantity")),
        "reserved": list(kept),
        "shipments": [Shipment.objects.count(), AllocationShipment.objects.count()],
        "papers": StoredDocument.objects.count(),
        "entries": Entry.objects.filter(verb__startswith="planning.").count(),
        "damages": [damage.code for damage in all_damages()],
    }
