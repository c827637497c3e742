"""Simulations for the demo: two to compare, and one that waits for the préfecture. Everything is invented."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from cartable.foundation import clock
from cartable.funding.models import Envelope
from cartable.operations.enums import Good, Mode
from cartable.planning import actions, tagging
from cartable.planning.enums import FundKind, Origin
from cartable.planning.models import Scenario
from cartable.scenarios.week import Week
from cartable.territories.enums import SchoolKind


def add_simulations(week: Week, envelope: Envelope) -> None:
    """Prepare three ways to serve what is still lacking, with a gift to come and tablets on offer."""
    first = _begin(week, "Le moins bien couvert d'abord", envelope=None)
    rep = actions.copy_scenario(
        actor=week.cast.equipment, scenario_id=first.public_id, name="L'éducation prioritaire d'abord"
    )
    _change(
        week,
        rep,
        coefficient_rep=Decimal("0.5"),
        coefficient_rep_plus=Decimal(1),
        coefficient_ips=Decimal("0.5"),
    )
    asked = _begin(week, "Avec les crédits de l'État", envelope=envelope)
    for one in (first, rep, asked):
        actions.compute(actor=week.cast.equipment, scenario_id=one.public_id)
    actions.ask_agreements(actor=week.cast.equipment, scenario_id=asked.public_id)


def _begin(week: Week, name: str, *, envelope: Envelope | None) -> Scenario:
    made = actions.create_scenario(
        actor=week.cast.equipment,
        body_id=week.cast.council.public_id,
        name=name,
        operation_ids=[week.op.public_id],
    )
    given = {"actor": week.cast.equipment, "scenario_id": made.public_id, "mode": Mode.GIVEN}
    later = clock.today() + timedelta(days=30)
    actions.put_good(
        **given, code="don", label="Don promis de cartes SIM", origin=Origin.GIFT, good=Good.SIM, stock=60,
        only_for=SchoolKind.COLLEGE, available_on=later,
    )  # fmt: skip
    actions.put_good(
        **given, code="tablettes", label="Tablettes du marché", origin=Origin.OFFER, good=Good.TABLET,
        price_cents=249_00, only_for=SchoolKind.COLLEGE, available_on=later,
    )  # fmt: skip
    _fund(week, made, envelope)
    return made


def _fund(week: Week, made: Scenario, envelope: Envelope | None) -> None:
    given: dict[str, Any] = {"label": "Crédits du département (supposés)", "only_for": ""}
    if envelope:
        given = {
            "label": "Crédits de l'État, QPV",
            "only_for": tagging.QPV,
            "envelope_id": envelope.public_id,
        }
    actions.put_fund(
        actor=week.cast.equipment,
        scenario_id=made.public_id,
        code="fonds",
        kind=FundKind.DEPARTMENT,
        departments=[week.cast.department.code],
        budget_cents=20_000_00,
        **given,
    )


def _change(week: Week, scenario: Scenario, **settings: Any) -> None:
    actions.change_scenario(actor=week.cast.equipment, scenario_id=scenario.public_id, **settings)
