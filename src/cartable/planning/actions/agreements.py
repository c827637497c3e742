"""Ask those whose money a scenario would spend, and answer."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.planning.actions.scenarios import draft, locked
from cartable.planning.enums import SCENARIO_MOVES, AgreementState, ScenarioState
from cartable.planning.models import FundAgreement, Scenario
from cartable.planning.queries import latest_run
from cartable.planning.queries.agreements import (
    agreements_answered_by,
    agreements_needed,
    agreements_of,
    must_ask,
)


@transaction.atomic
def ask_agreements(*, actor: Any, scenario_id: UUID) -> Scenario:
    """Ask everybody whose money the scenario would spend; it is frozen while they answer, and reserves nothing."""
    scenario = draft(actor, scenario_id)
    if latest_run(scenario) is None:
        raise Refused("not_computed", _("Calculez la simulation avant de demander les accords."))
    if not must_ask(scenario):
        raise Refused(
            "nobody_to_ask", _("Aucun accord n'est nécessaire : vous pouvez retenir cette simulation.")
        )
    now = clock.now()
    agreements_of(scenario).delete()
    FundAgreement.objects.bulk_create(
        FundAgreement(
            fund=needed.fund,
            side=needed.side,
            asked_at=now,
            state=AgreementState.AGREED if needed.given else AgreementState.ASKED,
            answered_at=now if needed.given else None,
            answered_by=actor if needed.given else None,
        )
        for needed in agreements_needed(scenario)
    )
    _moved(scenario, ScenarioState.ASKED)
    record(actor=actor, verb="planning.agreements_asked", target=str(scenario_id))
    return scenario


def _moved(scenario: Scenario, to: ScenarioState) -> None:
    move(SCENARIO_MOVES, scenario.state, to)
    scenario.state = to
    scenario.save(update_fields=["state"])


@transaction.atomic
def withdraw_request(*, actor: Any, scenario_id: UUID) -> Scenario:
    """Take a request back, to change the scenario: what was agreed to is asked anew later."""
    scenario = locked(actor, scenario_id)
    if scenario.state == ScenarioState.DRAFT:
        return scenario
    _moved(scenario, ScenarioState.DRAFT)
    agreements_of(scenario).delete()
    record(actor=actor, verb="planning.request_withdrawn", target=str(scenario_id))
    return scenario


@transaction.atomic
def answer_agreement(*, actor: Any, agreement_id: UUID, agreed: bool, reason: str = "") -> FundAgreement:
    """Agree or refuse for one's own side; a refusal says why. An answer may be changed until the choice."""
    seen = agreements_answered_by(actor).filter(public_id=agreement_id).order_by().values("pk")
    rows = FundAgreement.objects.filter(pk__in=seen)
    scenario = Scenario.objects.filter(funds__agreements__in=rows).select_for_update(of=("self",)).first()
    agreement = rows.select_for_update(of=("self",)).first()
    if scenario is None or agreement is None:
        raise Refused(
            "not_yours", _("Cette demande d'accord n'existe plus ou ne relève pas de votre service.")
        )
    if scenario.state != ScenarioState.ASKED:
        raise Refused("already_decided", _("Cette simulation n'attend plus d'accord : rechargez la page."))
    words = " ".join(reason.split())[:300]
    if not agreed and not words:
        raise Refused("reason_missing", _("Indiquez le motif du refus, en une phrase."), "reason")
    state = AgreementState.AGREED if agreed else AgreementState.REFUSED
    if (agreement.state, agreement.reason) == (state, words):
        return agreement
    agreement.state, agreement.reason = state, words
    agreement.answered_at, agreement.answered_by = clock.now(), actor
    agreement.save(update_fields=["state", "reason", "answered_at", "answered_by"])
    record(
        actor=actor,
        verb="planning.agreement_answered",
        target=str(agreement_id),
        data={"scenario": str(scenario.public_id), "side": agreement.side, "agreed": agreed},
        text=words,
    )
    return agreement
