"""What a school reads: its shares in three numbers, why, and how to contest."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.accounts.queries import schools_led_by
from cartable.planning import actions, tagging
from cartable.planning.models import Scenario
from cartable.planning.papers import RULES
from cartable.planning.queries.decisions import (
    contestable_by,
    contests_of_schools,
    decided_for,
    explanations_of,
    schools_served_by,
    shares_of_schools,
)
from cartable.planning.weighing import coefficients_of, rule_of_weights
from cartable.territories.models import School
from cartable.web.decisions.forms import ContestForm
from cartable.web.parts import Badge, crumb
from cartable.web.scenarios.cells import count
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, in_french


MOST = 200  # shares shown before the reasons, which have pages


def shares(request: HttpRequest) -> HttpResponse:
    """Show the shares of the person's schools, and why each is what it is."""
    schools = schools_served_by(request.user)
    why = explanations_of(schools)
    return show(
        request,
        "decisions/shares.html",
        title=_("Ce qui vous est attribué"),
        table=_shares_table(schools),
        why=_why_table(request, why),
        rules=[(one.name, one.body.name, one.reason, _rule(one)) for one in decided_for(schools)],
        contests=_contests_table(schools),
        contestable=_contestable(request),
    )


def _rule(scenario: Scenario) -> str:
    own = scenario.own_weights.exists()
    return f"{_(RULES[scenario.rule])} {rule_of_weights(coefficients_of(scenario), own)}"


def _shares_table(schools: Any) -> Table:
    return Table(
        caption=_("Vos parts"),
        columns=[
            Column(_("Établissement"), lambda a: a.school.name, heads=True),
            Column(_("Article"), lambda a: a.plan.good.label),
            Column(_("Attribués"), lambda a: count(a.allocated), numeric=True),
            Column(_("Disponibles maintenant"), lambda a: count(a.available), numeric=True),
            Column(_("Reçus"), lambda a: count(a.received), numeric=True),
            Column(_("Livrable"), lambda a: _deliverable(a.plan)),
        ],
        rows=shares_of_schools(schools)[:MOST],
        empty=_("Rien ne vous est attribué pour l'instant."),
    )


def _deliverable(plan: Any) -> str:
    if plan.in_hand:
        return _("au dépôt")
    day = plan.good.available_on
    return date_format(day, "j F Y") if day else _("attendu")


def _why_table(request: HttpRequest, why: Any) -> Table:
    return Table(
        caption=_("Pourquoi ce nombre"),
        columns=[
            Column(_("Établissement"), lambda e: e.school.name, heads=True),
            Column(_("Répartition"), lambda e: e.scenario.name),
            Column(_("Public"), lambda e: tagging.in_words(e.tags)),
            Column(_("Besoin"), lambda e: f"{e.get_kind_display()} : {count(e.need)}"),
            Column(_("Raison"), lambda e: in_french(e.sentence)),
        ],
        rows=paged(request, why),
        empty=_("Aucune répartition ne vous concerne encore."),
    )


def _contests_table(schools: Any) -> Table:
    tones = {"open": "warning", "accepted": "success", "rejected": ""}
    return Table(
        caption=_("Vos contestations"),
        columns=[
            Column(_("Établissement"), lambda c: c.school.name, heads=True),
            Column(_("Répartition"), lambda c: c.scenario.name),
            Column(_("Motif"), lambda c: c.get_cause_display()),
            Column(_("État"), lambda c: Badge(c.get_state_display(), tones[c.state])),  # type: ignore[arg-type]
            Column(_("Réponse"), lambda c: in_french(c.answer) if c.answer else "—"),
        ],
        rows=contests_of_schools(schools)[:50],
        empty=_("Aucune contestation."),
    )


def _contestable(request: HttpRequest) -> list[tuple[School, Scenario]]:
    """Give what the person, as a head, may contest today."""
    led = schools_led_by(request.user).select_related("department")[:10]
    return [(school, scenario) for school in led for scenario in contestable_by(request.user, school)]


def contest_it(request: HttpRequest, chosen_id: UUID, school_id: UUID) -> HttpResponse:
    """Contest the share of a school that the person leads."""
    school = get_object_or_404(schools_led_by(request.user).select_related("department"), public_id=school_id)
    scenario = get_object_or_404(contestable_by(request.user, school), public_id=chosen_id)
    form = ContestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = {"scenario_id": chosen_id, "school_id": school_id, **form.cleaned_data}
        if form.carries_out(actions.contest, actor=request.user, **asked):
            messages.success(request, _("Votre contestation est déposée : vous lirez la réponse ici."))
            return redirect("school-shares")
    return show(
        request,
        "decisions/contest_new.html",
        form=form,
        title=_("Contester la part de %(school)s") % {"school": school.name},
        intro=_("Répartition « %(name)s », contestable jusqu'au %(day)s compris.")
        % {"name": scenario.name, "day": date_format(scenario.contest_until, "j F Y")},
        submit=_("Déposer la contestation"),
        back=reverse("school-shares"),
        crumbs=[crumb(_("Ce qui vous est attribué"), reverse("school-shares"))],
        why=explanations_of(schools_led_by(request.user).filter(pk=school.pk), scenario),
    )
