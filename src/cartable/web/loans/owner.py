"""Loans as their owner sees them: counts and numbers, no name; and the text that he voted."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.bodies.queries import visible_to as bodies_visible_to
from cartable.equipment.actions import adopt_agreement, prolong
from cartable.equipment.enums import LoanState
from cartable.equipment.models import Agreement
from cartable.equipment.papers_at_school import agreement_text
from cartable.equipment.queries import agreements_visible_to, loans_visible_to
from cartable.foundation import clock
from cartable.web.loans.forms import AgreementForm, ProlongForm
from cartable.web.loans.views import due_badge, prolonged
from cartable.web.operations.views import fetch_led, operation_crumbs
from cartable.web.parts import crumb
from cartable.web.show import paged, show, show_form
from cartable.web.table import Column, Table, link


def operation_loans(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show the open loans of an operation: counts by school, then numbers."""
    operation = fetch_led(request, operation_id)
    today = clock.today(operation.department.time_zone)
    rows = loans_visible_to(request.user).filter(handover__operation=operation, state=LoanState.OPEN)
    return show(
        request,
        "loans/operation.html",
        title=_("Prêts en cours"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        open=rows.count(),
        schools=_schools_table(rows, today),
        things=_things_table(request, rows, today),
    )


def _schools_table(rows: Any, today: Any) -> Table:
    counts = (
        rows.order_by()
        .values("school__name", "school__uai")
        .annotate(open=Count("id"), late=Count("id", filter=Q(due_on__lt=today)), first=Min("due_on"))
    )
    return Table(
        caption=_("Par établissement"),
        columns=[
            Column(
                _("Établissement"), lambda row: f"{row['school__name']} ({row['school__uai']})", heads=True
            ),
            Column(_("Prêts en cours"), lambda row: row["open"], numeric=True),
            Column(_("En retard"), lambda row: row["late"], numeric=True),
            Column(_("Premier retour"), lambda row: date_format(row["first"], "j F Y")),
        ],
        rows=counts.order_by("-late", "school__name", "school__uai"),
        empty=_("Aucun prêt en cours."),
    )


def _things_table(request: HttpRequest, rows: Any, today: Any) -> Table:
    return Table(
        caption=_("Par numéro"),
        columns=[
            Column(_("Numéro"), lambda row: row.asset.number, heads=True),
            Column(_("Article"), lambda row: row.asset.product.name),
            Column(_("Établissement"), lambda row: row.school.name),
            Column(_("À rendre le"), lambda row: due_badge(row, today)),
        ],
        rows=paged(request, rows),
        empty=_("Aucun prêt en cours."),
    )


def prolong_operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Put off the return of all open loans of an operation."""
    operation = fetch_led(request, operation_id)
    url = reverse("operation-loans", args=[operation_id])
    form = ProlongForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(prolong, actor=request.user, operation_id=operation_id, **form.cleaned_data):
            messages.success(request, prolonged(form.result))
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Prolonger tous les prêts"),
        intro=_("%(operation)s : tous les prêts en cours, dans tous les établissements.")
        % {"operation": operation.name},
        submit=_("Prolonger"),
        back=url,
        crumbs=[*operation_crumbs(operation), crumb(_("Prêts en cours"), url)],
    )


def _own(request: HttpRequest) -> Any:
    return agreements_visible_to(request.user).filter(owner__in=bodies_as(request.user, Role.EQUIPMENT))


def agreements(request: HttpRequest) -> HttpResponse:
    """List the versions of the owner's agreement, the newest first."""
    table = Table(
        caption=_("Versions"),
        columns=[
            Column(
                _("Titre"),
                lambda row: link(row.title, reverse("agreement", args=[row.public_id])),
                heads=True,
            ),
            Column(_("Version"), lambda row: row.version, numeric=True),
            Column(_("Délibération du"), lambda row: date_format(row.deliberated_on, "j F Y")),
            Column(_("Organisme"), lambda row: row.owner.name),
        ],
        rows=paged(request, _own(request)),
        empty=_("Aucune convention : sans texte voté, rien ne peut être prêté."),
    )
    return show(request, "loans/agreements.html", title=_("Conventions de prêt"), table=table)


def agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show a version as it is printed."""
    row: Agreement = get_object_or_404(_own(request), public_id=agreement_id)
    return show(
        request,
        "loans/agreement.html",
        title=row.title,
        crumbs=[crumb(_("Conventions de prêt"), reverse("agreements"))],
        agreement=row,
        text=agreement_text(row),
    )


def new_agreement(request: HttpRequest) -> HttpResponse:
    """Adopt a new version; those that were signed stay as they are."""
    bodies = list(bodies_visible_to(request.user).filter(id__in=bodies_as(request.user, Role.EQUIPMENT)))
    form = AgreementForm(request.POST or None, bodies=bodies)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        if form.carries_out(adopt_agreement, actor=request.user, body_id=UUID(given.pop("body")), **given):
            messages.success(
                request, _("La convention est enregistrée ; relisez-la comme elle sera imprimée.")
            )
            return redirect("agreement", agreement_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Nouvelle version de la convention"),
        intro=_("Le texte tel que votre assemblée l'a voté. Une version enregistrée ne change plus."),
        submit=_("Enregistrer cette version"),
        back=reverse("agreements"),
        crumbs=[crumb(_("Conventions de prêt"), reverse("agreements"))],
    )
