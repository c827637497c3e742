"""The simulations of the crawl: one in preparation, one that waits for an agreement, one chosen, by département."""

from datetime import timedelta
from typing import Any

from cartable.accounts.models import User
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.census.models import Return, ReturnLine
from cartable.foundation import clock
from cartable.operations.actions import add_pool
from cartable.operations.models import Operation
from cartable.planning import actions
from cartable.planning.models import FundAgreement, Plan, Scenario
from cartable.planning.queries import latest_run
from tests import factories
from tests.funding import stage


# The schools of one département are planned for together.
SHARED = {"scenario_id", "chosen_id", "scenario_plan_id", "fund_agreement_id"}


def scenarios(sides: dict[str, Any]) -> None:
    """Plan tablets to come for the schools of each département, and let each school contest its share."""
    for side in sides.values():
        answer = Return.objects.get(school=side.college, campaign__operation__owner=side.service)
        ReturnLine.objects.create(of_return=answer, level="6E", kind="device", pupils=4, units=4)
    made: dict[Any, dict[str, Any]] = {}
    for side in sides.values():
        side.things |= made.setdefault(side.service.pk, {}) or _of_service(side, made)
        side.things["contest_id"] = actions.contest(
            actor=side.head,
            scenario_id=side.things["chosen_id"],
            school_id=side.college.public_id,
            cause="need",
            text="Dix élèves de plus",
        ).public_id


def _of_service(side: Any, made: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    lead = User.objects.filter(assignments__body=side.service, assignments__role="equipment").first()
    factories.second_factor(lead)
    operation = Operation.objects.get(owner=side.service)
    add_pool(actor=lead, operation_id=operation.public_id, pool=factories.pool(1, good="tablet", mode="lent"))
    draft, asked, chosen = (_scenario(lead, operation, name) for name in ("Brouillon", "Demandée", "Retenue"))
    _fund(lead, asked, side)
    for one in (draft, asked, chosen):
        actions.compute(actor=lead, scenario_id=one.public_id)
    actions.ask_agreements(actor=lead, scenario_id=asked.public_id)
    actions.choose(
        actor=lead,
        scenario_id=chosen.public_id,
        run_id=latest_run(chosen).public_id,
        reason="Le plus juste",
        contest_until=clock.today() + timedelta(days=9),
    )
    made[side.service.pk] = {
        "scenario_id": draft.public_id,
        "chosen_id": chosen.public_id,
        "scenario_plan_id": Plan.objects.get(scenario=chosen).public_id,
        "fund_agreement_id": FundAgreement.objects.get(fund__scenario=asked).public_id,
    }
    return made[side.service.pk]


def _scenario(lead: User, operation: Operation, name: str) -> Scenario:
    made = actions.create_scenario(
        actor=lead,
        body_id=operation.owner.public_id,
        name=f"{name} {operation.department.code}",
        operation_ids=[operation.public_id],
    )
    actions.put_good(
        actor=lead, scenario_id=made.public_id, code="don", label="Tablettes promises", origin="gift", good="tablet",
        mode="lent", stock=5,
    )  # fmt: skip
    return made


def _fund(lead: User, scenario: Scenario, side: Any) -> None:
    """Let a scenario plan with money that the préfecture holds."""
    year, department = clock.today().year, side.department
    line = stage.line("simule", None, of=stage.programme(code="sim", **_years()))
    nation = stage.envelope(line, stage.ministry(), year=year)
    holder = Body.objects.filter(kind=BodyKind.PREFECTURE, department=department).first() or stage.prefecture(
        department
    )
    envelope = stage.envelope(line, holder, nation, year=year)
    actions.put_fund(
        actor=lead, scenario_id=scenario.public_id, code="F", label="Crédits de l'État", kind="department",
        departments=[department.code], budget_cents=1_000, envelope_id=envelope.public_id,
    )  # fmt: skip


def _years() -> dict[str, Any]:
    year = clock.today().year
    return {
        "starts_on": clock.today().replace(year=year, month=1, day=1),
        "ends_on": clock.today().replace(month=12, day=31),
    }
