"""The page for the vice-president: what a plan gives, commune by commune."""

from datetime import datetime

from django.utils.translation import gettext, gettext_noop

from cartable.documents import data, french, render
from cartable.foundation import clock
from cartable.operations.rules import good_name
from cartable.planning.enums import Rule
from cartable.planning.models import Plan
from cartable.planning.queries import by_commune, totals


def plan_sheet(plan: Plan) -> bytes:
    """Give the plan on paper (PDF): shares by commune, reserve, rule, a place to sign."""
    operation = plan.pool.operation
    zone = operation.department.time_zone
    sheet = data.Sheet(
        issuer=data.Party(name=operation.owner.name),
        made_on=clock.today(zone),
        source=f"Cartable, plan calculé le {_moment(plan.made_at.astimezone(clock.zone(zone)))}",
    )
    return render.plan_sheet(sheet, [_page(plan)])


def _moment(at: datetime) -> str:
    return f"{french.day(at)} à {french.hour(at)}"


def _page(plan: Plan) -> data.PlanSheet:
    return data.PlanSheet(
        operation=plan.pool.operation.name,
        article=good_name(plan.pool.good),
        rule=_rule_as_published(plan),
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
        reserve_reason="gardée pour les établissements qui n’ont pas encore répondu, d’après ceux qui leur ressemblent."
        if plan.reserve
        else "",
        changed_by_hand=plan.allocations.exclude(change_reason="").count(),
    )


RULES = {
    Rule.LEXIMIN: gettext_noop(
        "On sert d’abord l’établissement le moins bien couvert, jusqu’à épuisement du stock ou du besoin."
    ),
    Rule.PROPORTIONAL: gettext_noop("Chaque établissement reçoit en proportion de son besoin."),
    Rule.EQUAL: gettext_noop("Chaque établissement reçoit le même nombre, sans dépasser son besoin."),
}


def rule_in_words(plan: Plan) -> str:
    """Say the rule of a plan, in the reader's language."""
    return gettext(RULES[Rule(plan.rule)])


def _rule_as_published(plan: Plan) -> tuple[str, ...]:
    """Say the rule and its result as they are printed: in French, the language of the act."""
    found = totals(plan)
    return (
        RULES[Rule(plan.rule)],
        f"Besoin exprimé : {found['need']} ; réparti : {found['quantity']} ; en réserve : {plan.reserve}.",
    )
