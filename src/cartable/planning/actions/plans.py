"""What may be done with a plan: propose it, change a share by hand, approve, release, serve a late answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cartable.census.queries import units_needed
from cartable.documents.actions import store
from cartable.documents.enums import Kind
from cartable.engines.allocation import AllocationRefused
from cartable.engines.allocation.one_pool import Group, Line, Result, share
from cartable.equipment.actions.shipments import NewLine, prepare_many
from cartable.equipment.models import Shipment
from cartable.equipment.places import reserved
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.operations.actions import led
from cartable.operations.models import Pool
from cartable.operations.queries import operations_led_by, schools_asked
from cartable.planning.actions.reserving import give_back_to_depot, take_from_depot
from cartable.planning.enums import PLAN_MOVES, PlanState, Rule
from cartable.planning.models import Allocation, AllocationPart, AllocationShipment, Plan, ReserveLine
from cartable.planning.papers import plan_sheet
from cartable.planning.queries import already_promised, committed, plans_led_by, reserved_by, sheet_of
from cartable.planning.rules import Answered, Estimate, Estimator, Weights
from cartable.territories.models import School


NOT_YOURS = "Ce plan n'existe pas ou ne relève pas de votre service."
# What the engine refuses of what a page may ask, in the words of the page.
ENGINE_REFUSALS = {
    "floors_exceed_stock": gettext_noop(
        "Le minimum de chaque établissement demande plus que le stock : diminuez-le, ou mettez zéro."
    ),
    "weight": gettext_noop("Un poids est un nombre plus grand que zéro : corrigez-le."),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A school in a plan: what it needs, or is estimated to need while it is silent."""

    school: School
    need: int
    silent: Estimate | None
    served: int


@transaction.atomic
def propose(
    *,
    actor: Any,
    pool_id: UUID,
    rule: str = Rule.LEXIMIN,
    weights: Weights | None = None,
    floor: int = 0,
    keep_reserve: bool = True,
) -> Plan:
    """Compute how many of a pool go to which school, the silent ones as a reserve; nothing moves yet."""
    pool = _led_pool(actor, pool_id)
    weights = weights or Weights()
    asked = _asked(pool, keep_reserve)
    stock = pool.quantity - committed(pool.id)
    result = _share(asked, stock, rule, weights, floor)
    plan = _write(actor, pool, rule, asked, result)
    record(
        actor=actor,
        verb="planning.proposed",
        target=str(plan.public_id),
        data={"pool": str(pool_id), "input": plan.input_hash, "stock": plan.stock, "reserve": plan.reserve},
    )
    return plan


def _led_pool(actor: Any, pool_id: UUID) -> Pool:
    pool = Pool.objects.filter(public_id=pool_id, operation__in=operations_led_by(actor)).first()
    if pool is None:
        raise Refused("not_yours", "Cette part n'existe pas ou ne relève pas de votre service.")
    return pool


def _asked(pool: Pool, keep_reserve: bool) -> list[_Asked]:
    """Give the schools of a pool that answered, and the silent ones with an estimate."""
    needed, promised = units_needed(pool), already_promised(pool.id)
    schools = list(schools_asked(pool.operation).filter(kind=pool.serves).order_by("uai"))
    known = [s for s in schools if s.id in needed]
    estimator = Estimator(Answered(s.priority, s.pupils_count, needed[s.id]) for s in known)
    asked = [_Asked(s, needed[s.id], None, promised.get(s.id, 0)) for s in known]
    if keep_reserve:
        for school in schools:
            if school.id not in needed:
                estimate = estimator.of(school.priority, school.pupils_count)
                asked.append(_Asked(school, estimate.need, estimate, promised.get(school.id, 0)))
    return asked


def _share(asked: Sequence[_Asked], stock: int, rule: str, weights: Weights, floor: int) -> Result:
    groups = [
        Group(
            code=row.school.uai,
            need=row.need,
            weight=weights.of(row.school.priority),
            floor=floor,
            served=row.served,
        )
        for row in asked
    ]
    try:
        return share(groups, max(stock, 0), rule=rule)
    except AllocationRefused as refused:
        raise Refused(refused.code, ENGINE_REFUSALS.get(refused.code, refused.sentence)) from refused


def _write(actor: Any, pool: Pool, rule: str, asked: Sequence[_Asked], result: Result) -> Plan:
    lines = {line.code: line for line in result.lines}
    silent = [row for row in asked if row.silent is not None]
    known = [row for row in asked if row.silent is None]
    Plan.objects.filter(pool=pool, state=PlanState.DRAFT).update(state=PlanState.DROPPED)
    plan = Plan.objects.create(
        pool=pool,
        rule=rule,
        stock=result.stock,
        reserve=sum(lines[row.school.uai].given for row in silent),
        made_at=clock.now(),
        made_by=actor,
        input_hash=result.input_hash,
        answered=len(known),
        asked=schools_asked(pool.operation).filter(kind=pool.serves).count(),
    )
    Allocation.objects.bulk_create(_allocation(plan, row, lines[row.school.uai]) for row in known)
    ReserveLine.objects.bulk_create(
        ReserveLine(
            plan=plan,
            school=row.school,
            estimated_need=row.need,
            kept=lines[row.school.uai].given,
            basis=row.silent.basis,
        )
        for row in silent
        if row.silent
    )
    return plan


def _allocation(plan: Plan, row: _Asked, line: Line) -> Allocation:
    return Allocation(
        plan=plan,
        school=row.school,
        need=row.need,
        weight=Decimal(line.weight.numerator) / line.weight.denominator,
        floor=line.minimum,
        computed=line.given,
        quantity=line.given,
        level="" if line.level is None else f"{line.level.numerator}/{line.level.denominator}",
        sentence=line.sentence,
    )


@transaction.atomic
def change_share(*, actor: Any, allocation_id: UUID, quantity: int, reason: str) -> Allocation:
    """Change one share by hand, with a reason, within the stock of the plan."""
    allocation = Allocation.objects.filter(public_id=allocation_id, plan__in=plans_led_by(actor)).first()
    if allocation is None:
        raise Refused("not_yours", NOT_YOURS)
    plan = _locked(actor, allocation.plan.public_id)
    if plan.state != PlanState.DRAFT:
        raise Refused("plan_closed", "Ce plan n'est plus modifiable : demandez-en un nouveau.")
    if quantity < 0:
        raise Refused("quantity", "Une part ne peut pas être négative.", "quantity")
    if quantity != allocation.computed and not reason.strip():
        raise Refused("reason_missing", "Indiquez le motif, en une phrase.", "reason")
    why = reason.strip()[:300] if quantity != allocation.computed else ""
    if (quantity, why) == (allocation.quantity, allocation.change_reason):
        return allocation
    _check_room(plan, allocation, quantity)
    before, allocation.quantity, allocation.change_reason = allocation.quantity, quantity, why
    allocation.save(update_fields=["quantity", "change_reason"])
    record(
        actor=actor,
        verb="planning.share_changed",
        target=str(allocation_id),
        data={"school": allocation.school.uai, "before": before, "after": quantity},
        text=reason,
    )
    return allocation


def _check_room(plan: Plan, allocation: Allocation, quantity: int) -> None:
    others = sum(plan.allocations.exclude(pk=allocation.pk).values_list("quantity", flat=True))
    room = plan.stock - plan.reserve - others
    if quantity > room:
        raise Refused(
            "over_stock",
            _(
                "Il reste %(room)d articles pour cet établissement : diminuez d'abord une autre part, ou la réserve."
            )
            % {"room": room},
            "quantity",
        )


def _locked(actor: Any, plan_id: UUID) -> Plan:
    plan = plans_led_by(actor).filter(public_id=plan_id).select_for_update(of=("self",)).first()
    if plan is None:
        raise Refused("not_yours", NOT_YOURS)
    return plan


@transaction.atomic
def approve(*, actor: Any, plan_id: UUID) -> Plan:
    """Approve a plan: its goods pass from the depot to its reservation, all or nothing; its page is kept as it is."""
    found = plans_led_by(actor).filter(public_id=plan_id).first()
    if found is None:
        raise Refused("not_yours", NOT_YOURS)
    led(actor, found.pool.operation.public_id, lock=True)
    plan = _locked(actor, plan_id)
    if plan.state == PlanState.APPROVED:
        return plan
    move(PLAN_MOVES, plan.state, PlanState.APPROVED)
    wanted = sum(plan.allocations.values_list("quantity", flat=True)) + plan.reserve
    if wanted > plan.pool.quantity - committed(plan.pool_id):
        raise Refused(
            "pool_taken", "Un autre plan a pris une partie de ces articles : demandez un nouveau plan."
        )
    take_from_depot(actor, plan, wanted)
    plan.state, plan.approved_at, plan.approved_by = PlanState.APPROVED, clock.now(), actor
    plan.save(update_fields=["state", "approved_at", "approved_by"])
    store(actor=actor, kind=Kind.PLAN_SHEET, content=plan_sheet(plan), reference=sheet_of(plan))
    record(
        actor=actor,
        verb="planning.approved",
        target=str(plan_id),
        data={"units": wanted, "reserve": plan.reserve, "input": plan.input_hash},
    )
    return plan


@transaction.atomic
def release(*, actor: Any, plan_id: UUID, planned_on: date) -> list[Shipment]:
    """Prepare the shipments of every share that has none yet, and keep which line carries which share."""
    plan = _locked(actor, plan_id)
    if plan.state != PlanState.APPROVED:
        raise Refused("plan_not_approved", "Approuvez le plan avant de préparer les expéditions.")
    if not plan.in_hand:
        raise Refused(
            "not_in_hand", "Ces articles sont attendus : indiquez d'abord qu'ils sont arrivés au dépôt."
        )
    waiting = list(
        plan.allocations.filter(quantity__gt=0, shipped_by=None)
        .select_related("school")
        .order_by("school__uai")
    )
    if not waiting:
        return []
    shipments = prepare_many(
        actor=actor,
        operation_id=plan.pool.operation.public_id,
        lines=[NewLine(row.school_id, plan.pool.good, plan.pool.mode, row.quantity) for row in waiting],
        planned_on=planned_on,
        source=reserved(plan.public_id),
        through_circonscription=plan.pool.through_circonscription,
    )
    by_school = {row.school_id: row for row in waiting}
    AllocationShipment.objects.bulk_create(
        AllocationShipment(allocation=by_school[line.school_id], line=line)
        for shipment in shipments
        for line in shipment.lines.all()
    )
    record(actor=actor, verb="planning.released", target=str(plan_id), data={"shipments": len(shipments)})
    return shipments


@transaction.atomic
def serve_late_answer(*, actor: Any, plan_id: UUID, school_id: UUID) -> Allocation:
    """Give a school that answered after the plan what was kept for it, at most its need; the rest stays kept."""
    plan = _locked(actor, plan_id)
    if plan.state != PlanState.APPROVED:
        raise Refused("plan_not_approved", "Approuvez le plan avant de servir une réponse tardive.")
    kept = plan.reserve_lines.filter(school__public_id=school_id).select_related("school").first()
    if kept is None:
        raise Refused("nothing_kept", "Rien n'est réservé pour cet établissement dans ce plan.")
    need = units_needed(plan.pool).get(kept.school_id)
    if need is None:
        raise Refused("still_silent", "Cet établissement n'a pas encore répondu : sa part reste en réserve.")
    quantity = min(need, kept.kept)
    allocation = Allocation.objects.create(
        plan=plan,
        school=kept.school,
        need=need,
        computed=quantity,
        quantity=quantity,
        sentence=_late_sentence(need, kept.kept, quantity),
    )
    _take_parts(kept, allocation, quantity)
    plan.reserve -= quantity
    plan.save(update_fields=["reserve"])
    kept.delete()
    record(
        actor=actor,
        verb="planning.late_answer_served",
        target=str(plan_id),
        data={"school": allocation.school.uai, "quantity": quantity},
    )
    return allocation


def _take_parts(kept: ReserveLine, allocation: Allocation, quantity: int) -> None:
    """Say of what the share is made, as the reserve said it, in order until it is full."""
    left, parts = quantity, []
    for part in kept.parts.order_by("id"):
        units = min(left, part.quantity)
        left -= units
        if units:
            parts.append(
                AllocationPart(allocation=allocation, tags=part.tags, fund_id=part.fund_id, quantity=units)
            )
    AllocationPart.objects.bulk_create(parts)


def _late_sentence(need: int, kept: int, quantity: int) -> str:
    bound = "toute sa demande" if quantity == need else "tout ce qui lui était réservé"
    return f"Réponse reçue après le plan : {quantity} sur {need} demandés, pris sur la réserve de {kept} ({bound})."


@transaction.atomic
def free_reserve(*, actor: Any, plan_id: UUID, reason: str) -> int:
    """Give what is left of a plan's reserve back to the depot, so that a new plan can share it; give how many.

    Of a plan that another replaced, all that stands in its name: a shipment that was cancelled since comes back there.
    """
    plan = _locked(actor, plan_id)
    if plan.state not in (PlanState.APPROVED, PlanState.REPLACED):
        raise Refused("plan_not_approved", "Ce plan n'est pas approuvé : il ne réserve rien.")
    if not reason.strip():
        raise Refused("reason_missing", "Indiquez le motif, en une phrase.", "reason")
    replaced = plan.state == PlanState.REPLACED
    left = sum(row.quantity for row in reserved_by(plan.public_id)) if replaced else plan.reserve
    if left:
        give_back_to_depot(actor, plan, left)
        plan.reserve = 0
        plan.save(update_fields=["reserve"])
        plan.reserve_lines.all().delete()
        record(
            actor=actor, verb="planning.reserve_freed", target=str(plan_id), data={"units": left}, text=reason
        )
    return left
