"""Pages of decisions: what waits, agreements, the choice, what it became, contests and corrections."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.funding.queries import reserved_for
from cartable.funding.rules import show as euros
from cartable.planning import actions
from cartable.planning.actions.correcting import reference_of
from cartable.planning.enums import AgreementState, ContestState, ScenarioState
from cartable.planning.models import Scenario
from cartable.planning.queries import latest_run, plans_led_by, scenarios_led_by, scenarios_visible_to
from cartable.planning.queries.agreements import agreements_answered_by, agreements_of, must_ask
from cartable.planning.queries.decisions import contests_led_by, contests_of, plans_of, three_numbers
from cartable.planning.queries.parts import schools_to_call
from cartable.web.decisions.forms import AgreementForm, AnswerForm, ChooseForm, CorrectForm
from cartable.web.parts import Badge, Tone
from cartable.web.scenarios import cells
from cartable.web.show import paged, show, show_form
from cartable.web.table import Column, Table, in_french, link


AGREEMENT_TONES: dict[str, Tone] = {"asked": "warning", "agreed": "success", "refused": "error"}
CONTEST_TONES: dict[str, Tone] = {"open": "warning", "accepted": "success", "rejected": ""}
CONTEST_DAYS = 15


def waiting(request: HttpRequest) -> HttpResponse:
    """List what waits for the person: agreements and contests."""
    asked = agreements_answered_by(request.user).filter(fund__scenario__state=ScenarioState.ASKED)
    contests = contests_led_by(request.user).filter(state=ContestState.OPEN)
    return show(
        request,
        "decisions/waiting.html",
        title=_("À décider"),
        crumbs=[cells.home()],
        asked=Table(
            caption=_("Accords demandés"),
            columns=[
                Column(_("Simulation"), lambda a: link(a.fund.scenario.name, _agreement_url(a)), heads=True),
                Column(_("Organisme"), lambda a: a.fund.scenario.body.name),
                Column(_("Fonds"), lambda a: a.fund.label),
                Column(_("Au plus"), lambda a: euros(a.fund.budget_cents), numeric=True),
                Column(_("Réponse"), _agreement_badge),
            ],
            rows=asked,
            empty=_("Aucun accord ne vous est demandé."),
        ),
        contests=Table(
            caption=_("Contestations à instruire"),
            columns=[
                Column(_("Établissement"), lambda c: link(c.school.name, _contest_url(c)), heads=True),
                Column(_("Simulation"), lambda c: c.scenario.name),
                Column(_("Motif"), lambda c: c.get_cause_display()),
                Column(_("Déposée le"), lambda c: date_format(c.made_at, "j F Y")),
            ],
            rows=contests,
            empty=_("Aucune contestation n'attend de réponse."),
        ),
    )


def _agreement_url(agreement: Any) -> str:
    return reverse("fund-agreement", args=[agreement.public_id])


def _contest_url(contest: Any) -> str:
    return reverse("contest-answer", args=[contest.public_id])


def _agreement_badge(agreement: Any) -> Badge:
    return Badge(agreement.get_state_display(), AGREEMENT_TONES[agreement.state])


def _carried(request: HttpRequest, said: str, act: Any, **asked: Any) -> None:
    """Do what a button asks, and say it or why not."""
    try:
        act(actor=request.user, **asked)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, said)


def ask(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Ask everybody whose money a simulation would spend."""
    _led(request, scenario_id)
    said = _("Les accords sont demandés. Rien n'est réservé en attendant.")
    _carried(request, said, actions.ask_agreements, scenario_id=scenario_id)
    return redirect("scenario", scenario_id=scenario_id)


def withdraw(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Take a request back."""
    _led(request, scenario_id)
    said = _("La demande est reprise : la simulation peut être modifiée.")
    _carried(request, said, actions.withdraw_request, scenario_id=scenario_id)
    return redirect("scenario", scenario_id=scenario_id)


def _led(request: HttpRequest, scenario_id: UUID) -> Scenario:
    return get_object_or_404(scenarios_led_by(request.user), public_id=scenario_id)


def answer(request: HttpRequest, fund_agreement_id: UUID) -> HttpResponse:
    """Agree to a simulation, or refuse."""
    found = get_object_or_404(agreements_answered_by(request.user), public_id=fund_agreement_id)
    form = AgreementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = {"agreement_id": fund_agreement_id, **form.cleaned_data}
        if form.carries_out(actions.answer_agreement, actor=request.user, **asked):
            messages.success(request, _("Votre réponse est enregistrée."))
            return redirect("decisions")
    scenario = found.fund.scenario
    return show(
        request,
        "decisions/agreement.html",
        form=form,
        title=_("Accord sur « %(fund)s »") % {"fund": found.fund.label},
        submit=_("Répondre"),
        back=reverse("decisions"),
        crumbs=cells.crumbs(scenario),
        intro=_("%(body)s demande à dépenser au plus %(sum)s sur ce fonds, par la simulation « %(name)s ».")
        % {"body": scenario.body.name, "sum": euros(found.fund.budget_cents), "name": scenario.name},
        scenario=scenario,
    )


def choose_it(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Choose a simulation: everything is reserved in one step."""
    found = _led(request, scenario_id)
    run = latest_run(found)
    if run is None or found.archive_id or found.state not in (ScenarioState.DRAFT, ScenarioState.ASKED):
        raise Http404
    initial = {"run_id": run.public_id, "contest_until": clock.today() + timedelta(days=CONTEST_DAYS)}
    form = ChooseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(actions.choose, actor=request.user, scenario_id=scenario_id, **form.cleaned_data):
            messages.success(request, _said_of_choice(found))
            return redirect("scenario-decision", scenario_id=scenario_id)
    kinds = [(cells.kind(name), row) for name, row in run.figures["kinds"].items() if row["allocated"]]
    return show(
        request,
        "decisions/choose.html",
        form=form,
        title=_("Retenir : %(name)s") % {"name": found.name},
        submit=_("Retenir et réserver"),
        back=reverse("scenario", args=[scenario_id]),
        crumbs=cells.crumbs(found),
        kinds=kinds,
        funds=[(row["label"], euros(row["spent"])) for row in run.figures["funds"] if row["spent"]],
        kept=run.figures["estimated"]["kept"],
        must_ask=must_ask(found) and found.state == ScenarioState.DRAFT,
        corrects=found.corrects,
    )


def _said_of_choice(found: Scenario) -> str:
    said = _("La simulation est retenue : chaque établissement dont la part change reçoit un message.")
    missing = schools_to_call(found).count()
    return f"{said} {_('Sans adresse, à appeler : %(n)d.') % {'n': missing}}" if missing else said


def decision(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Show what a simulation became: who agreed, its plans in three numbers, what schools contest."""
    found = get_object_or_404(
        scenarios_visible_to(request.user).select_related("chosen_by"), public_id=scenario_id
    )
    leads = scenarios_led_by(request.user).filter(pk=found.pk).exists()
    return show(
        request,
        "decisions/decision.html",
        title=_("Décision : %(name)s") % {"name": found.name},
        crumbs=cells.crumbs(found),
        scenario=found,
        badge=cells.badge(found),
        leads=leads,
        agreements=_agreements_table(found),
        waits=agreements_of(found).exclude(state=AgreementState.AGREED).exists(),
        plans=_plans_table(found),
        coming=[plan for plan in plans_of(found) if not plan.in_hand] if leads else [],
        money=[
            (row.envelope, euros(row.amount_cents), euros(row.left))
            for row in reserved_for(reference_of(found))
        ],
        contests=_contests_table(found, leads) if leads else None,
        to_call=_to_call(request, found) if leads and found.state == ScenarioState.CHOSEN else None,
        corrections=list(found.corrected_by.exclude(state=ScenarioState.DROPPED)) if leads else [],
    )


def _agreements_table(found: Scenario) -> Table:
    return Table(
        caption=_("Accords"),
        columns=[
            Column(_("Fonds"), lambda a: a.fund.label, heads=True),
            Column(_("Qui"), lambda a: a.get_side_display()),
            Column(_("Réponse"), _agreement_badge),
            Column(_("Le"), lambda a: date_format(a.answered_at, "j F Y") if a.answered_at else "—"),
            Column(_("Motif"), lambda a: in_french(a.reason) if a.reason else "—"),
        ],
        rows=agreements_of(found),
        empty=_("Aucun accord n'était nécessaire."),
    )


def _plans_table(found: Scenario) -> Table:
    counted = [(plan, three_numbers(plan)) for plan in plans_of(found)]
    return Table(
        caption=_("Plans"),
        columns=[
            Column(
                _("Article"),
                lambda row: link(row[0].good.label, reverse("plan", args=[row[0].public_id])),
                heads=True,
            ),
            Column(_("Part de l'opération"), lambda row: row[0].pool.name),
            Column(_("Attribués, réserve comprise"), lambda row: cells.count(row[1].allocated), numeric=True),
            Column(_("Disponibles maintenant"), lambda row: cells.count(row[1].available), numeric=True),
            Column(_("Reçus"), lambda row: cells.count(row[1].received), numeric=True),
            Column(_("En réserve"), lambda row: cells.count(row[0].reserve), numeric=True),
        ],
        rows=counted,
        empty=_("Rien n'est attribué tant que la simulation n'est pas retenue."),
    )


def _contests_table(found: Scenario, leads: bool) -> Table:
    return Table(
        caption=_("Contestations"),
        columns=[
            Column(_("Établissement"), lambda c: link(c.school.name, _contest_url(c)), heads=True),
            Column(_("Motif"), lambda c: c.get_cause_display()),
            Column(_("État"), lambda c: Badge(c.get_state_display(), CONTEST_TONES[c.state])),
            Column(_("Réponse"), lambda c: in_french(c.answer) if c.answer else "—"),
        ],
        rows=contests_of(found),
        empty=_("Aucun établissement n'a contesté."),
    )


def _to_call(request: HttpRequest, found: Scenario) -> Table | None:
    """List who could not be written to; nothing where everybody could."""
    schools = schools_to_call(found)
    if not schools.exists():
        return None
    return Table(
        caption=_("Établissements sans adresse électronique, à appeler"),
        columns=[
            Column(_("Établissement"), lambda s: s.name, heads=True),
            Column(_("Commune"), lambda s: s.commune.name if s.commune else "—"),
            Column(_("Téléphone"), lambda s: s.phone or _("non connu")),
        ],
        rows=paged(request, schools, per_page=100),
    )


def arrived(request: HttpRequest, scenario_plan_id: UUID) -> HttpResponse:
    """Say that the goods of a plan stand in the depot."""
    rows = plans_led_by(request.user).filter(scenario__isnull=False).select_related("scenario")
    plan = get_object_or_404(rows, public_id=scenario_plan_id)
    said = _("Les articles sont réservés pour ce plan : les expéditions peuvent être préparées.")
    _carried(request, said, actions.goods_arrived, plan_id=scenario_plan_id)
    return redirect("scenario-decision", scenario_id=plan.scenario.public_id)


def correct_it(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Begin the simulation that will replace a chosen one."""
    found = _led(request, scenario_id)
    form = CorrectForm(
        request.POST or None, initial={"name": _("%(name)s, corrigée") % {"name": found.name[:66]}}
    )
    if request.method == "POST" and form.is_valid():
        asked = {"scenario_id": scenario_id, **form.cleaned_data}
        if form.carries_out(actions.correct, actor=request.user, **asked):
            return redirect("scenario", scenario_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Corriger : %(name)s") % {"name": found.name},
        intro=_(
            "Une copie part de ce qui a été livré. La retenir libérera ce que celle-ci réserve et n'a pas envoyé."
        ),
        submit=_("Commencer la correction"),
        back=reverse("scenario-decision", args=[scenario_id]),
        crumbs=cells.crumbs(found),
    )


def answer_it(request: HttpRequest, contest_id: UUID) -> HttpResponse:
    """Answer what a school contests."""
    found = get_object_or_404(contests_led_by(request.user), public_id=contest_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = {"contest_id": contest_id, **form.cleaned_data}
        if form.carries_out(actions.answer_contest, actor=request.user, **asked):
            messages.success(request, _("La réponse est enregistrée ; l'établissement la lit."))
            return redirect("scenario-decision", scenario_id=found.scenario.public_id)
    return show(
        request,
        "decisions/contest.html",
        form=form,
        title=_("Contestation : %(school)s") % {"school": found.school.name},
        submit=_("Répondre"),
        back=reverse("scenario-decision", args=[found.scenario.public_id]),
        crumbs=cells.crumbs(found.scenario),
        contest=found,
        why=found.scenario.explanations.filter(school=found.school).order_by("kind", "tags"),
    )
