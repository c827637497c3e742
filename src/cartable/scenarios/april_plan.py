"""The plan of Wednesday 29 April: 1,400 cards for collèges, 400 for écoles, tablets, and money for QPV pupils alone.

How many went to whom is the operation's; the money of programme 147 beside it is invented, as is its agreement.
"""

from datetime import date, timedelta

from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import User
from cartable.bodies.actions import bodies_for_department
from cartable.foundation import clock
from cartable.funding.actions import Ceiling, delegate, open_credits, open_envelope, open_line, open_programme
from cartable.funding.enums import CeilingKind, Serves
from cartable.funding.models import Envelope
from cartable.operations.enums import Good, Mode
from cartable.planning import actions, tagging
from cartable.planning.enums import FundKind, Origin
from cartable.planning.models import Plan, Scenario
from cartable.planning.queries import plans_led_by
from cartable.planning.queries.agreements import agreements_answered_by
from cartable.scenarios.money import official
from cartable.scenarios.plan_2020.documents import ministry_of_the_plan
from cartable.scenarios.week import Week
from cartable.territories.enums import SchoolKind


BUDGET = 10_000_00
TABLET = 249_00
CONTEST_DAYS = 8


def choose_plan(week: Week) -> list[Plan]:
    """Prepare the scenario of the week, let the préfecture agree, choose it; give its plans that may leave."""
    lead = _director(week)
    scenario = actions.create_scenario(
        actor=lead,
        body_id=week.cast.council.public_id,
        name="Cartes SIM et tablettes d'avril",
        operation_ids=[week.op.public_id],
    )
    _goods(week, lead, scenario)
    _fund(week, lead, scenario)
    run = actions.compute(actor=lead, scenario_id=scenario.public_id)
    actions.ask_agreements(actor=lead, scenario_id=scenario.public_id)
    prefect = _prefect(week)
    for asked in agreements_answered_by(prefect).filter(fund__scenario=scenario):
        actions.answer_agreement(actor=prefect, agreement_id=asked.public_id, agreed=True)
    actions.choose(
        actor=lead,
        scenario_id=scenario.public_id,
        run_id=run.public_id,
        reason="Le moins bien couvert d'abord ; les crédits de l'État aux seuls élèves des quartiers prioritaires.",
        contest_until=clock.today() + timedelta(days=CONTEST_DAYS),
    )
    return list(plans_led_by(lead).filter(scenario=scenario, in_hand=True).order_by("id"))


def _director(week: Week) -> User:
    """Give who decides for the équipement service, with a second factor: money is set aside."""
    return official(
        f"direction.{week.cast.setting.code}@departement.invalid",
        "Direction de l'équipement",
        Role.EQUIPMENT,
        ScopeKind.BODY,
        str(week.cast.council.public_id),
    )


def _prefect(week: Week) -> User:
    return official(
        f"delegue.{week.cast.setting.code}@prefecture.invalid",
        "Délégué du préfet",
        Role.PREFECTURE,
        ScopeKind.DEPARTMENT,
        week.cast.department.code,
    )


def _goods(week: Week, lead: User, scenario: Scenario) -> None:
    amounts = week.amounts
    given = {"actor": lead, "scenario_id": scenario.public_id, "origin": Origin.STOCK, "mode": Mode.GIVEN}
    for code, label, good, stock, kind in (
        ("sim-colleges", "Cartes SIM des collèges", Good.SIM, amounts.sims_colleges, SchoolKind.COLLEGE),
        ("sim-ecoles", "Cartes SIM des circonscriptions", Good.SIM, amounts.sims_ecoles, SchoolKind.ECOLE),
        ("tablettes", "Tablettes données", Good.TABLET, amounts.given, SchoolKind.COLLEGE),
    ):
        actions.put_good(**given, code=code, label=label, good=good, stock=stock, only_for=kind)
    actions.put_good(
        **given | {"origin": Origin.OFFER},
        code="tablettes-marche",
        label="Tablettes du marché",
        good=Good.TABLET,
        price_cents=TABLET,
        only_for=SchoolKind.COLLEGE,
        available_on=date(2020, 6, 15),
    )


def _fund(week: Week, lead: User, scenario: Scenario) -> None:
    actions.put_fund(
        actor=lead,
        scenario_id=scenario.public_id,
        code="p147",
        label="Programme 147, quartiers prioritaires",
        kind=FundKind.DEPARTMENT,
        departments=[week.cast.department.code],
        budget_cents=BUDGET,
        only_for=tagging.QPV,
        envelope_id=_envelope(week).public_id,
    )


def _envelope(week: Week) -> Envelope:
    """Open what the préfecture holds of programme 147 for the digital divide (invented)."""
    programme = open_programme(
        actor=None,
        code=f"p147-{week.cast.setting.code}",
        name="Programme 147, politique de la ville (reconstitution)",
        starts_on=date(2020, 1, 1),
        ends_on=date(2020, 12, 31),
    )
    line = open_line(
        actor=None,
        programme=programme,
        code="fracture-numerique",
        name="Fracture numérique",
        funder=ministry_of_the_plan(),
        ceiling=Ceiling(CeilingKind.UP_TO, 10 * BUDGET),
        basis="montant inventé",
        serves=Serves.QPV_PUPILS,
    )
    holder = bodies_for_department(actor=None, department=week.cast.department).prefecture
    nation = open_envelope(
        actor=None, line_id=line.public_id, year=2020, holder_id=ministry_of_the_plan().public_id
    )
    own = open_envelope(
        actor=None, line_id=line.public_id, year=2020, holder_id=holder.public_id, parent_id=nation.public_id
    )
    cents = {"ae_cents": 2 * BUDGET, "cp_cents": 2 * BUDGET}
    open_credits(actor=None, envelope_id=nation.public_id, **cents)
    delegate(actor=None, source_id=nation.public_id, target_id=own.public_id, **cents)
    return own
