"""The page for the vice-president: what a plan gives, commune by commune."""

from cartable.documents import data, render
from cartable.foundation import clock
from cartable.planning.models import Plan
from cartable.planning.queries import by_commune, totals


def plan_sheet(plan: Plan) -> bytes:
    """Give the plan on paper (PDF): shares by commune, reserve, rule, a place to sign."""
    operation = plan.pool.operation
    zone = operation.department.time_zone
    sheet = data.Sheet(
        issuer=data.Party(name=operation.owner.name),
        made_on=clock.today(zone),
        source=f"Cartable, plan calculé le {plan.made_at.astimezone(clock.zone(zone)):%d/%m/%Y à %H:%M}",
    )
    return render.plan_sheet(sheet, [_page(plan)])


def _page(plan: Plan) -> data.PlanSheet:
    return data.PlanSheet(
        operation=plan.pool.operation.name,
        article=str(plan.pool.get_good_display()),
        rule=rule_in_words(plan),
        pools=(plan.pool.name,),
        shares=tuple(
            data.Share(
                commune=row["school__commune__name"] or "Commune inconnue",
                schools=row["schools"],
                counts=(row["given"],),
            )
            for row in by_commune(plan)
        ),
        stock=(plan.stock,),
        reserve=(plan.reserve,),
        answered=plan.answered,
        expected=plan.asked,
        reserve_reason="Gardée pour les établissements qui n’ont pas encore répondu, d’après ceux qui leur ressemblent."
        if plan.reserve
        else "",
        changed_by_hand=plan.allocations.exclude(change_reason="").count(),
    )


def rule_in_words(plan: Plan) -> tuple[str, ...]:
    """Say the rule of a plan as it is published."""
    words = {
        "leximin": "On sert d’abord l’établissement le moins bien couvert, jusqu’à épuisement du stock ou du besoin.",
        "proportional": "Chaque établissement reçoit en proportion de son besoin.",
        "equal": "Chaque établissement reçoit le même nombre, sans dépasser son besoin.",
    }
    found = totals(plan)
    return (
        words[plan.rule],
        f"Besoin exprimé : {found['need']} ; réparti : {found['quantity']} ; en réserve : {plan.reserve}.",
    )
