"""Who must agree to a scenario that spends another's money, and who may answer for whom."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as, departments_as
from cartable.bodies.enums import BodyKind
from cartable.funding.queries import envelopes_run_by
from cartable.planning.enums import AgreementState, FundKind, Side
from cartable.planning.models import FundAgreement, Scenario, ScenarioFund
from cartable.territories.models import Department


# The troïka of a cité éducative: préfecture, Éducation nationale, commune (its label's specifications, 2019).
TROIKA = (Side.PREFECT, Side.EDUCATION, Side.COMMUNE)


@dataclass(frozen=True, slots=True)
class Needed:
    """An agreement that a fund needs; `given` where the body that asks is itself the one that would be asked."""

    fund: ScenarioFund
    side: Side
    given: bool


def agreements_needed(scenario: Scenario) -> list[Needed]:
    """List what a scenario must be agreed to: the holders of its envelopes, and the troïka of each cité éducative."""
    funds = scenario.funds.filter(envelope__isnull=False).select_related("envelope__holder", "cite")
    return [Needed(fund, side, _is_self(scenario, fund, side)) for fund in funds for side in _sides(fund)]


def _sides(fund: ScenarioFund) -> tuple[Side, ...]:
    """Give who is asked for a fund; the préfecture of a cité that holds its envelope answers once, for both."""
    if fund.kind != FundKind.CITE_EDUCATIVE or fund.cite is None or fund.envelope is None:
        return (Side.HOLDER,)
    holder = fund.envelope.holder
    of_cite = holder.kind == BodyKind.PREFECTURE and holder.department_id == fund.cite.department_id
    return TROIKA if of_cite else (*TROIKA, Side.HOLDER)


def _is_self(scenario: Scenario, fund: ScenarioFund, side: Side) -> bool:
    body = scenario.body
    if side == Side.HOLDER:
        return fund.envelope is not None and fund.envelope.holder_id == body.pk
    if fund.cite is None:
        return False
    if side == Side.PREFECT:
        return body.kind == BodyKind.PREFECTURE and body.department_id == fund.cite.department_id
    return side == Side.COMMUNE and fund.cite.communes.filter(pk=body.commune_id or 0).exists()


def must_ask(scenario: Scenario) -> bool:
    """Tell whether somebody else must agree before the scenario may be chosen."""
    return any(not needed.given for needed in agreements_needed(scenario))


def agreements_answered_by(user: Any) -> QuerySet[FundAgreement]:
    """Give the agreements that the user may answer: of his envelopes, and his side of a cité's troïka."""
    rows = FundAgreement.objects.select_related(
        "fund__scenario__body", "fund__envelope__line", "fund__cite", "answered_by"
    )
    return rows.filter(answered_by(user)).order_by("-asked_at", "id")


def answered_by(user: Any) -> Q:
    """Filter agreements on those of the user's side."""
    prefect = Department.objects.filter(departments_as(user, Role.PREFECTURE)).order_by().values("id")
    academy = Department.objects.filter(departments_as(user, Role.ACADEMY)).order_by().values("id")
    holder = envelopes_run_by(user).order_by().values("id")
    return (
        Q(side=Side.HOLDER, fund__envelope__in=holder)
        | Q(side=Side.PREFECT, fund__cite__department__in=prefect)
        | Q(side=Side.EDUCATION, fund__cite__department__in=academy)
        | Q(side=Side.COMMUNE, fund__cite__communes__bodies__in=bodies_as(user, Role.EQUIPMENT))
    )


def agreements_of(scenario: Scenario) -> QuerySet[FundAgreement]:
    """Give the agreements asked for a scenario that the caller has read."""
    rows = FundAgreement.objects.filter(fund__scenario=scenario)
    return rows.select_related("fund__envelope__holder", "fund__cite", "answered_by").order_by(
        "fund_id", "side"
    )


def all_agreed(scenario: Scenario) -> bool:
    """Tell whether every agreement that the scenario needs was given."""
    given = set(agreements_of(scenario).filter(state=AgreementState.AGREED).values_list("fund_id", "side"))
    return all((one.fund.pk, one.side.value) in given or one.given for one in agreements_needed(scenario))
