"""A scenario from its choice to its shipments and its correction, with fixed rows, to be killed at every statement."""

from datetime import UTC, date, datetime
from typing import Any

from cartable.accounts.models import User
from cartable.cli.checks import all_damages
from cartable.equipment.actions.lots import receive_lot
from cartable.equipment.models import Shipment
from cartable.equipment.places import reserved
from cartable.foundation import clock
from cartable.funding.models import Reservation
from cartable.journal.models import Entry
from cartable.ledger.models import Account
from cartable.messages.models import OutgoingMessage
from cartable.planning import actions
from cartable.planning.models import Allocation, Explanation, Plan, Scenario
from cartable.planning.queries import latest_run
from tests.planning.deciding import Office


NINE = datetime(2020, 5, 4, 7, tzinfo=UTC)
LATER = date(2020, 6, 1)
LEAD = "service@example.test"


def prepare() -> None:
    """Compute a scenario of cards in stock, a gift to come and an offer, for two schools and a silent one."""
    with clock.at(NINE):
        office = Office()
        User.objects.filter(pk=office.lead.pk).update(identifier=LEAD)
        office.school(20, "A", pupils_count=500, email="a@example.test")
        office.school(12, "B", pupils_count=500, email="b@example.test")
        office.school(0, "C", kind="ecole", pupils_count=90)
        office.stock(12)
        office.stock(4, origin="gift", code="don")
        office.offer()
        office.fund(6_000, office.envelope(50_000))
        office.compute()


def _who() -> User:
    return User.objects.get(identifier=LEAD)


def _choose(name: str) -> None:
    with clock.at(NINE):
        scenario = Scenario.objects.get(name=name)
        run = latest_run(scenario)
        actions.choose(
            actor=_who(),
            scenario_id=scenario.public_id,
            run_id=run.public_id if run else scenario.public_id,
            reason="Le plus juste",
            contest_until=LATER,
        )


def choose() -> None:
    _choose("Premier")


def prepare_chosen() -> None:
    prepare()
    choose()


def release() -> None:
    with clock.at(NINE):
        plan = Plan.objects.get(good__code="sim")
        actions.release(actor=_who(), plan_id=plan.public_id, planned_on=date(2020, 5, 6))


def arrive() -> None:
    with clock.at(NINE):
        actions.goods_arrived(actor=_who(), plan_id=Plan.objects.get(good__code="don").public_id)


def prepare_arrived() -> None:
    prepare_chosen()
    with clock.at(NINE):
        operation = Plan.objects.filter(good__code="don").get().pool.operation
        receive_lot(actor=_who(), operation_id=operation.public_id, good="sim", mode="given", quantity=4)


def prepare_correction() -> None:
    """Let what was in stock leave, then compute the scenario that comes in the place of the first."""
    prepare_chosen()
    release()
    with clock.at(NINE):
        first = Scenario.objects.get(name="Premier")
        new = actions.correct(actor=_who(), scenario_id=first.public_id, name="Corrigé")
        actions.remove_good(actor=_who(), scenario_id=new.public_id, code="sim")
        actions.compute(actor=_who(), scenario_id=new.public_id)


def correct() -> None:
    _choose("Corrigé")


def state() -> dict[str, Any]:
    """Tell all that the acts may change."""
    plans = Plan.objects.order_by("id").values_list(
        "scenario__name", "good__code", "state", "in_hand", "stock"
    )
    kept = [reserved(plan.public_id) for plan in Plan.objects.all()]
    return {
        "scenarios": [list(row) for row in Scenario.objects.order_by("id").values_list("name", "state")],
        "plans": [list(row) for row in plans],
        "shares": Allocation.objects.count(),
        "reasons": Explanation.objects.count(),
        "money": sorted(Reservation.objects.values_list("amount_cents", flat=True)),
        "reserved": sorted(
            Account.objects.filter(code__in=kept, balance__gt=0).values_list("balance", flat=True)
        ),
        "shipments": Shipment.objects.count(),
        "told": sorted(
            [one.recipient, one.subject]
            for one in OutgoingMessage.objects.filter(dedup_key__startswith="choice:")
        ),
        "entries": Entry.objects.filter(verb__startswith="planning.").count(),
        "damages": [damage.code for damage in all_damages()],
    }
