"""Pages of plans: ask for a share, read why, change it by hand, approve it, prepare the shipments."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cartable.census.queries import progress, reads_small_counts, units_needed
from cartable.documents.actions import open_document
from cartable.operations.models import Operation
from cartable.operations.perms import may_lead
from cartable.operations.queries import operations_led_by, pools_visible_to
from cartable.planning.actions import (
    approve,
    change_share,
    free_reserve,
    propose,
    release,
    serve_late_answer,
)
from cartable.planning.enums import PlanState
from cartable.planning.models import Allocation, Plan, ReserveLine
from cartable.planning.papers import plan_sheet, rule_in_words
from cartable.planning.queries import (
    allocations_visible_to,
    by_commune,
    kept_sheet,
    plans_led_by,
    plans_visible_to,
    reserve_lines,
    reserved_by,
    totals,
)
from cartable.planning.rules import Weights
from cartable.web.answers import csv, pdf
from cartable.web.operations.forms import ReasonForm
from cartable.web.operations.views import fetch, operation_crumbs
from cartable.web.parts import Badge, Tone, crumb
from cartable.web.plans.forms import ProposeForm, ReleaseForm, ShareForm
from cartable.web.show import moment, paged, show, show_form
from cartable.web.table import Column, Table, in_french, link


TONES: dict[str, Tone] = {"draft": "new", "approved": "success", "dropped": ""}


def plan_list(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show the pools of an operation and the plans made for them."""
    operation = fetch(request, operation_id)
    leads = may_lead(request.user, operation)
    pools = pools_visible_to(request.user).filter(operation=operation).order_by("serves", "good", "id")
    table = Table(
        caption=_("Plans de répartition"),
        columns=[
            Column(_("Part"), lambda p: link(p.pool.name, reverse("plan", args=[p.public_id])), heads=True),
            Column(_("Calculé le"), lambda p: moment(p.made_at, operation.department.time_zone)),
            Column(_("À répartir"), lambda p: p.stock, numeric=True),
            Column(_("Réserve"), lambda p: p.reserve, numeric=True),
            Column(_("État"), lambda p: Badge(p.get_state_display(), TONES[p.state])),
        ],
        rows=plans_visible_to(request.user)
        .filter(pool__operation=operation)
        .exclude(state=PlanState.DROPPED),
        empty=_("Aucun plan pour l'instant."),
    )
    return show(
        request,
        "plans/list.html",
        title=_("Répartition"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        leads=leads,
        pools=pools,
        progress=progress(operation),
        table=table,
    )


def new_plan(request: HttpRequest, pool_id: UUID) -> HttpResponse:
    """Ask for a plan of one pool."""
    pool = get_object_or_404(
        pools_visible_to(request.user).filter(operation__in=operations_led_by(request.user)),
        public_id=pool_id,
    )
    form = ProposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        weights = Weights(rep=data.pop("rep"), rep_plus=data.pop("rep_plus"))
        if form.carries_out(propose, actor=request.user, pool_id=pool_id, weights=weights, **data):
            return redirect("plan", plan_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Répartir : %(pool)s") % {"pool": pool.name},
        intro=progress(pool.operation, Q(kind=pool.serves)).sentence + ".",
        submit=_("Calculer le plan"),
        back=reverse("plans", args=[pool.operation.public_id]),
        crumbs=_crumbs(pool.operation),
    )


def _crumbs(operation: Operation) -> list[dict[str, Any]]:
    return [
        *operation_crumbs(operation),
        crumb(_("Répartition"), reverse("plans", args=[operation.public_id])),
    ]


def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Show a plan: every share with its sentence, and what is kept for the silent."""
    found = get_object_or_404(plans_visible_to(request.user), public_id=plan_id)
    leads = may_lead(request.user, found.pool.operation)
    shares = allocations_visible_to(request.user).filter(plan=found)
    return show(
        request,
        "plans/plan.html",
        title=found.pool.name,
        crumbs=_crumbs(found.pool.operation),
        plan=found,
        made_at=moment(found.made_at, found.pool.operation.department.time_zone),
        badge=Badge(found.get_state_display(), TONES[found.state]),
        leads=leads,
        totals=totals(found) if leads else None,
        rule=rule_in_words(found),
        shares=_shares_table(request, found, shares, leads),
        reserve=_reserve_table(found) if leads else None,
        late=_late(found) if leads else [],
        stranded=found.state == PlanState.REPLACED and bool(reserved_by(found.public_id)) if leads else False,
        unshipped=found.allocations.filter(quantity__gt=0, shipped_by=None).count() if leads else 0,
    )


def _shares_table(request: HttpRequest, found: Plan, shares: Any, leads: bool) -> Table:
    columns = [
        Column(_("Établissement"), lambda a: a.school.name, heads=True),
        Column(_("Commune"), lambda a: a.school.commune.name if a.school.commune else "—"),
        Column(_("Besoin"), lambda a: a.need, numeric=True),
        Column(_("Part"), lambda a: a.quantity, numeric=True),
        Column(_("Pourquoi"), _why_in_short),
    ]
    if leads and found.state == PlanState.DRAFT:
        columns.append(Column(_("Modifier"), _change_link, acts=True))
    return Table(
        caption=_("Parts"),
        columns=columns,
        rows=paged(request, shares),
        csv=reverse("plan-csv", args=[found.public_id]),
        empty=_no_share(leads, request.user, found.pool.operation),
    )


def _no_share(leads: bool, user: Any, operation: Operation) -> str:
    """Say why no share is shown: nobody needs one, or the reader may not read them."""
    if leads:
        return _("Aucun établissement n'a exprimé de besoin.")
    if reads_small_counts(user, operation):
        return _("Aucune part pour les établissements que vous suivez.")
    return _("Votre rôle ne montre pas la part de chaque établissement : ce sont souvent de petits nombres.")


def _why_in_short(share: Allocation) -> SafeString | str:
    """Give the two sentences that everybody understands, and the arithmetic behind a fold."""
    if share.change_reason:
        return _why(share)
    *first, rest = [*re.split(r"(?<=\.) ", share.sentence, maxsplit=2), ""][:3]
    if not rest:
        return in_french(share.sentence)
    heard = format_html('<span class="fr-sr-only"> : {}</span>', share.school.name)
    fold = '{} <details class="cartable-fold"><summary>{}{}</summary>{}</details>'
    return format_html(fold, in_french(" ".join(first)), _("Le calcul"), heard, in_french(rest))


def _why(share: Allocation) -> str:
    if not share.change_reason:
        return share.sentence
    return _("Modifié à la main (calculé : %(computed)d) : %(reason)s") % {
        "computed": share.computed,
        "reason": share.change_reason,
    }


def _change_link(share: Allocation) -> str:
    return link(_("Modifier"), reverse("share", args=[share.public_id]), share.school.name)


def _reserve_table(found: Plan) -> Table:
    return Table(
        caption=_("Réserve pour ceux qui n'ont pas répondu (estimée)"),
        columns=[
            Column(_("Établissement"), lambda r: r.school.name, heads=True),
            Column(_("Besoin estimé"), lambda r: r.estimated_need, numeric=True),
            Column(_("Réservé"), lambda r: r.kept, numeric=True),
            Column(_("Base de l'estimation"), lambda r: in_french(r.basis)),
        ],
        rows=reserve_lines(found),
        empty=_("Aucune réserve : tous ont répondu, ou elle n'a pas été demandée."),
    )


def _late(found: Plan) -> list[ReserveLine]:
    """Give what is kept for schools that have answered since the plan was approved."""
    if found.state != PlanState.APPROVED or not found.reserve:
        return []
    answered = units_needed(found.pool)
    return [line for line in reserve_lines(found) if line.school_id in answered]


def share(request: HttpRequest, allocation_id: UUID) -> HttpResponse:
    """Change one share by hand."""
    found = get_object_or_404(
        allocations_visible_to(request.user).filter(plan__in=plans_led_by(request.user)),
        public_id=allocation_id,
    )
    form = ShareForm(
        request.POST or None, initial={"quantity": found.quantity, "reason": found.change_reason}
    )
    url = reverse("plan", args=[found.plan.public_id])
    if request.method == "POST" and form.is_valid():
        if form.carries_out(
            change_share, actor=request.user, allocation_id=allocation_id, **form.cleaned_data
        ):
            messages.success(request, _("La part est modifiée."))
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Part : %(school)s") % {"school": found.school.name},
        intro=in_french(found.sentence),
        submit=_("Enregistrer"),
        back=url,
        crumbs=[*_crumbs(found.plan.pool.operation), crumb(found.plan.pool.name, url)],
    )


def approve_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Approve a plan."""
    approve(actor=request.user, plan_id=plan_id)
    messages.success(request, _("Le plan est approuvé ; les articles sont réservés."))
    return redirect("plan", plan_id=plan_id)


def release_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Prepare the shipments of a plan."""
    found = get_object_or_404(plans_led_by(request.user), public_id=plan_id)
    form = ReleaseForm(request.POST or None)
    url = reverse("plan", args=[plan_id])
    if request.method == "POST" and form.is_valid():
        if form.carries_out(release, actor=request.user, plan_id=plan_id, **form.cleaned_data):
            messages.success(request, _("Expéditions préparées : %(n)d.") % {"n": len(form.result)})
            return redirect("shipments", operation_id=found.pool.operation.public_id)
    return show_form(
        request,
        form,
        title=_("Préparer les expéditions"),
        submit=_("Préparer"),
        back=url,
        crumbs=[*_crumbs(found.pool.operation), crumb(found.pool.name, url)],
    )


def late_answer(request: HttpRequest, plan_id: UUID, school_id: UUID) -> HttpResponse:
    """Serve from the reserve a school that answered after the plan."""
    serve_late_answer(actor=request.user, plan_id=plan_id, school_id=school_id)
    messages.success(request, _("La part est prise sur la réserve."))
    return redirect("plan", plan_id=plan_id)


def free(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Give what is left of the reserve back to the depot, with a reason."""
    found = get_object_or_404(plans_led_by(request.user), public_id=plan_id)
    form = ReasonForm(request.POST or None)
    url = reverse("plan", args=[plan_id])
    if request.method == "POST" and form.is_valid():
        if form.carries_out(free_reserve, actor=request.user, plan_id=plan_id, **form.cleaned_data):
            messages.success(request, _("Articles revenus au dépôt : %(n)d.") % {"n": form.result})
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Libérer la réserve"),
        intro=_("Ce qui reste en réserve revient au dépôt ; un nouveau plan peut le répartir."),
        submit=_("Libérer la réserve"),
        back=url,
        crumbs=[*_crumbs(found.pool.operation), crumb(found.pool.name, url)],
    )


def sheet(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Give the page for the vice-president: as it was approved, or as the plan stands before that."""
    found = get_object_or_404(plans_led_by(request.user), public_id=plan_id)
    kept = kept_sheet(found)
    return pdf(open_document(kept) if kept else plan_sheet(found), "plan-de-repartition")


def shares_csv(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Give the shares in reach as CSV."""
    found = get_object_or_404(plans_visible_to(request.user), public_id=plan_id)
    rows = allocations_visible_to(request.user).filter(plan=found)
    header = ["uai", "etablissement", "commune", "besoin", "calcule", "part", "explication"]
    return csv(header, (_csv_row(a) for a in rows), "plan-de-repartition")


def _csv_row(a: Allocation) -> list[Any]:
    commune = a.school.commune.name if a.school.commune else ""
    return [a.school.uai, a.school.name, commune, a.need, a.computed, a.quantity, _why(a)]


def communes(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Show what a plan gives, commune by commune."""
    found = get_object_or_404(plans_led_by(request.user), public_id=plan_id)
    table = Table(
        caption=_("Parts par commune"),
        columns=[
            Column(_("Commune"), lambda r: r["school__commune__name"] or _("inconnue"), heads=True),
            Column(_("Établissements"), lambda r: r["schools"], numeric=True),
            Column(_("Besoin"), lambda r: r["needed"], numeric=True),
            Column(_("Part"), lambda r: r["given"], numeric=True),
        ],
        rows=by_commune(found),
    )
    url = reverse("plan", args=[plan_id])
    return show(
        request,
        "plans/communes.html",
        title=_("Par commune"),
        crumbs=[*_crumbs(found.pool.operation), crumb(found.pool.name, url)],
        plan=found,
        table=table,
    )
