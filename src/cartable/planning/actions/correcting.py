"""Correct what was chosen: another scenario comes in its place, from what was delivered."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.funding.actions import release_reservation
from cartable.funding.queries import reserved_for
from cartable.journal.actions import record
from cartable.planning.actions.reserving import give_back_to_depot, take_from_depot
from cartable.planning.actions.scenarios import copied, locked
from cartable.planning.enums import PLAN_MOVES, SCENARIO_MOVES, PlanState, ScenarioState
from cartable.planning.models import Plan, Scenario
from cartable.planning.queries import plans_led_by, reserved_by


def reference_of(scenario: Scenario) -> str:
    """Name what the money of a scenario is reserved for."""
    return f"scenario:{scenario.public_id}"


def replace(actor: Any, before: Scenario, reason: str) -> None:
    """Put the scenario that is corrected away: what it reserved and has not left is free for the one in its place."""
    old = Scenario.objects.select_for_update(of=("self",)).get(pk=before.pk)
    move(SCENARIO_MOVES, old.state, ScenarioState.REPLACED, reason)
    for plan in old.plans.filter(state=PlanState.APPROVED).select_for_update(of=("self",)).order_by("id"):
        move(PLAN_MOVES, plan.state, PlanState.REPLACED, reason)
        left = sum(row.quantity for row in reserved_by(plan.public_id))
        if left:
            give_back_to_depot(actor, plan, left)
        plan.state = PlanState.REPLACED
        plan.save(update_fields=["state"])
    for row in reserved_for(reference_of(old)):
        release_reservation(actor=None, reservation_id=row.public_id, reason=reason)
    old.state = ScenarioState.REPLACED
    old.save(update_fields=["state"])
    record(actor=actor, verb="planning.scenario_replaced", target=str(old.public_id), text=reason)


@transaction.atomic
def goods_arrived(*, actor: Any, plan_id: UUID) -> Plan:
    """Say that the goods of a plan stand in the depot: they are reserved for it, and may leave."""
    plan = plans_led_by(actor).filter(public_id=plan_id).select_for_update(of=("self",)).first()
    if plan is None:
        raise Refused("not_yours", _("Ce plan n'existe pas ou ne relève pas de votre service."))
    if plan.in_hand:
        return plan
    if plan.state != PlanState.APPROVED:
        raise Refused("plan_not_approved", _("Ce plan n'est plus en cours : rechargez la page."))
    shared = sum(plan.allocations.values_list("quantity", flat=True)) + plan.reserve
    take_from_depot(actor, plan, shared)
    plan.in_hand = True
    plan.save(update_fields=["in_hand"])
    record(actor=actor, verb="planning.goods_arrived", target=str(plan_id), data={"units": shared})
    return plan


@transaction.atomic
def correct(*, actor: Any, scenario_id: UUID, name: str) -> Scenario:
    """Begin the scenario that will replace a chosen one: what was delivered counts, the rest is planned anew."""
    before = locked(actor, scenario_id)
    if before.state != ScenarioState.CHOSEN:
        raise Refused("not_chosen", _("Seule une simulation retenue se corrige : rechargez la page."))
    made = copied(actor, before, name, corrects=before)
    record(
        actor=actor,
        verb="planning.correction_begun",
        target=str(made.public_id),
        data={"corrects": str(scenario_id)},
    )
    return made
