"""A small département whose collectivité prepares, computes and chooses a scenario, in few words."""

from datetime import date
from typing import Any

from cartable.accounts.enums import Role
from cartable.bodies.models import Body
from cartable.census.models import ReturnLine
from cartable.equipment.actions.lots import receive_lot
from cartable.foundation import clock
from cartable.funding import actions as funding
from cartable.planning import actions
from cartable.planning.queries import latest_run
from tests import factories as make
from tests.funding import stage


class Office:
    """The équipement service of the 93 with an operation of SIM cards, a scenario on it, and an envelope of its own."""

    def __init__(self, stock: int = 20) -> None:
        self.lead = make.decider(Role.EQUIPMENT, make.body())
        self.body = Body.objects.get(id__in=self.lead.scope.body_ids)
        self.operation = make.operation(self.lead, make.pool(stock), make.pool(5, "ecole"))
        if stock:
            receive_lot(
                actor=self.lead,
                operation_id=self.operation.public_id,
                good="sim",
                mode="given",
                quantity=stock,
            )
        self.scenario = self.begin("Premier")

    def begin(self, name: str) -> Any:
        return actions.create_scenario(
            actor=self.lead, body_id=self.body.public_id, name=name, operation_ids=[self.operation.public_id]
        )

    def school(self, units: int, name: str = "", kind: str = "college", **more: Any) -> Any:
        """Give a school that asks for so many cards."""
        made = make.school(kind, **({"name": name} if name else {}), **more)
        make.answered(self.operation, made, units)
        return made

    def asks(self, school: Any, units: int) -> None:
        """Let a school ask for another number."""
        ReturnLine.objects.filter(of_return__school=school).update(pupils=units, units=units)

    def stock(self, units: int, scenario: Any = None, code: str = "sim", **more: Any) -> Any:
        given = {
            "label": "Cartes SIM",
            "origin": "stock",
            "good": "sim",
            "mode": "given",
            "stock": units,
            **more,
        }
        chosen = scenario or self.scenario
        return actions.put_good(actor=self.lead, scenario_id=chosen.public_id, code=code, **given)

    def offer(self, price: int = 1_000, **more: Any) -> Any:
        return self.stock(None, code="offre", origin="offer", price_cents=price, label="Offre", **more)

    def envelope(self, cents: int, holder: Any = None) -> Any:
        """Give an envelope of this year: the body's own, or one of the State held by `holder`."""
        year = clock.today().year
        own = holder is None
        line = stage.line(
            f"ligne{year}{'own' if own else 'state'}", None, own_money=own,
            **({"funder": self.body} if own else {}),
            of=stage.programme(code=f"p{own}", starts_on=date(2020, 1, 1), ends_on=date(2030, 12, 31)),
        )  # fmt: skip
        made = stage.envelope(line, self.body if own else stage.ministry(), year=year)
        funding.open_credits(actor=None, envelope_id=made.public_id, ae_cents=cents, cp_cents=cents)
        if own:
            return made
        below = stage.envelope(line, holder, made, year=year)
        stage.down(made, below, cents, on=clock.today())
        return below

    def fund(self, cents: int, envelope: Any = None, **more: Any) -> Any:
        given = {"label": "Fonds F", "kind": "department", "departments": ["93"], "code": "F", **more}
        return actions.put_fund(
            actor=self.lead,
            scenario_id=self.scenario.public_id,
            budget_cents=cents,
            envelope_id=envelope and envelope.public_id,
            **given,
        )

    def compute(self, scenario: Any = None) -> Any:
        return actions.compute(actor=self.lead, scenario_id=(scenario or self.scenario).public_id)

    def choose(self, scenario: Any = None, **more: Any) -> Any:
        """Choose a scenario by its last run."""
        one = scenario or self.scenario
        run = latest_run(one)
        given = {
            "reason": "Le plus juste",
            "contest_until": date(2030, 1, 1),
            "run_id": run and run.public_id,
        }
        return actions.choose(actor=self.lead, scenario_id=one.public_id, **{**given, **more})

    def head(self, school: Any) -> Any:
        return make.user(Role.HEAD, school)
