"""Loans of a school: who holds what until when, what comes back, what is put off, what is lost."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.equipment import papers_at_school
from cartable.equipment.actions import Returned, declare_lost, prolong, return_many
from cartable.equipment.copies import cases_done
from cartable.equipment.enums import LoanState
from cartable.equipment.models import Loan
from cartable.equipment.queries import handovers_visible_to, open_loans_of
from cartable.equipment.rules import readings
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to
from cartable.pupils.queries import schools_served_by
from cartable.territories.models import School
from cartable.web.answers import pdf
from cartable.web.gate.handovers import handover_url, place_of
from cartable.web.gate.reach import fetch_handover, fetch_school, hands_over_in
from cartable.web.loans.forms import LostForm, ProlongForm, ReturnForm
from cartable.web.parts import Badge, crumb
from cartable.web.show import paged, show, show_form
from cartable.web.table import Column, Table, link


SOON = timedelta(days=30)
LATE, DUE, ALL = "en-retard", "a-rendre", "tous"


def loans(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """List the open loans of a school, the first due first."""
    school = fetch_school(request, school_id)
    today = clock.today(school.department.time_zone)
    wanted = request.GET.get("liste", ALL)
    rows = open_loans_of(request.user, school)
    late, due = rows.filter(due_on__lt=today), rows.filter(due_on__lte=today + SOON)
    shown = {LATE: late, DUE: due}.get(wanted, rows)
    return show(
        request,
        "loans/loans.html",
        title=_("Prêts : %(school)s") % {"school": school.name},
        crumbs=[crumb(_("Remises"), reverse("gates"))],
        school=school,
        lists=[
            (_("Tous (%(n)d)") % {"n": rows.count()}, ALL, wanted not in (LATE, DUE)),
            (_("À rendre dans 30 jours (%(n)d)") % {"n": due.count()}, DUE, wanted == DUE),
            (_("En retard (%(n)d)") % {"n": late.count()}, LATE, wanted == LATE),
        ],
        receipts=_receipts(request, school, today),
        table=_table(request, shown, today),
    )


def due_badge(loan: Loan, today: date) -> Badge | str:
    """Say until when a thing is lent; what is late stands out."""
    day = date_format(loan.due_on, "j F Y")
    return Badge(_("en retard : %(day)s") % {"day": day}, "error") if loan.due_on < today else day


def _table(request: HttpRequest, rows: QuerySet[Loan], today: date) -> Table:
    def name(loan: Loan) -> str:
        return loan.handover.pupil.shown_name if loan.handover.pupil else _("élève effacé")

    return Table(
        caption=_("Prêts en cours"),
        columns=[
            Column(
                _("Élève"), lambda row: link(name(row), reverse("handover", args=[row.public_id])), heads=True
            ),
            Column(_("Classe"), lambda row: row.handover.pupil.class_label if row.handover.pupil else "—"),
            Column(_("Article"), lambda row: row.asset.product.name),
            Column(_("Numéro"), lambda row: row.asset.number),
            Column(_("À rendre le"), lambda row: due_badge(row, today)),
        ],
        rows=paged(request, rows),
        empty=_("Aucun prêt dans cette liste."),
    )


def _receipts(request: HttpRequest, school: School, on: date) -> QuerySet[Operation]:
    """Give the operations of which something came back today: each has its receipts to print."""
    back = _returned(request, school, on).order_by().values("operation_id")
    return operations_visible_to(request.user).filter(id__in=back)


def _returned(request: HttpRequest, school: School, on: date) -> QuerySet:
    rows = handovers_visible_to(request.user).filter(school=school, loan__state=LoanState.RETURNED)
    return rows.filter(loan__returned_on=on).exclude(pupil=None)


def receipts(request: HttpRequest, school_id: UUID, operation_id: UUID) -> HttpResponse:
    """Give the receipts of what came back on a day, today by default."""
    school = fetch_school(request, school_id)
    operation = get_object_or_404(operations_visible_to(request.user), public_id=operation_id)
    rows = _returned(request, school, _day(request, school)).filter(operation=operation)
    cases = cases_done(request.user, rows.prefetch_related("need__of_pupils"))
    return pdf(papers_at_school.return_receipts(operation, school, cases), "restitutions")


def _day(request: HttpRequest, school: School) -> date:
    said = request.GET.get("jour", "")
    try:
        return date.fromisoformat(said) if said else clock.today(school.department.time_zone)
    except ValueError as error:
        raise Http404 from error


def return_things(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Take lent things back by their numbers, all or none."""
    school = fetch_school(request, school_id)
    today = clock.today(school.department.time_zone)
    form = ReturnForm(request.POST or None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        if form.carries_out(_return, actor=request.user, school=school, **form.cleaned_data):
            count = len(form.result)
            said = ngettext("%(n)d restitution est notée.", "%(n)d restitutions sont notées.", count)
            messages.success(request, said % {"n": count})
            return redirect("loans", school_id=school_id)
    return show_form(
        request,
        form,
        title=_("Noter des retours"),
        submit=_("Enregistrer les retours"),
        back=reverse("loans", args=[school_id]),
        crumbs=_crumbs(school),
    )


def _return(
    *, actor: Any, school: School, numbers: list[str], condition: str, signed: bool, on: date | None
) -> list[Loan]:
    """Take back the open loans that the numbers name; refuse those that name none."""
    known = loans_of_numbers(actor, school, numbers)
    unknown = [number for number in numbers if number not in known]
    if unknown:
        sentence = _("Ces numéros ne sont pas prêtés par votre établissement : %(numbers)s. Relisez-les.")
        shown = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        raise Refused("number_unknown", sentence % {"numbers": shown}, "numbers")
    ids = dict.fromkeys(known[number] for number in numbers)
    return return_many(actor=actor, returns=[Returned(pk, condition, signed) for pk in ids], on=on)


def loans_of_numbers(user: Any, school: School, numbers: Iterable[str]) -> dict[str, UUID]:
    """Give number → open loan, for the numbers that one of the school's loans has (one query)."""
    rows = open_loans_of(user, school).values_list("asset__number_key", "public_id")
    by_key = dict(rows)
    found = {}
    for number in numbers:
        keys = readings(number) if number.isdigit() and 18 <= len(number) <= 20 else []
        if key := next((key for key in [number.upper(), *keys] if key in by_key), None):
            found[number] = by_key[key]
    return found


def prolong_all(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Put off the return of all open loans of a school."""
    school = fetch_school(request, school_id)
    form = ProlongForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(prolong, actor=request.user, school_id=school_id, **form.cleaned_data):
            messages.success(request, prolonged(form.result))
            return redirect("loans", school_id=school_id)
    return show_form(
        request,
        form,
        title=_("Prolonger tous les prêts"),
        intro=_("%(school)s : tous les prêts en cours.") % {"school": school.name},
        submit=_("Prolonger"),
        back=reverse("loans", args=[school_id]),
        crumbs=_crumbs(school),
    )


def prolonged(count: int) -> str:
    """Say how many loans were put off."""
    return ngettext("%(n)d prêt est prolongé.", "%(n)d prêts sont prolongés.", count) % {"n": count}


def _crumbs(school: School) -> list[dict]:
    return [
        crumb(_("Remises"), reverse("gates")),
        crumb(_("Prêts"), reverse("loans", args=[school.public_id])),
    ]


def lost(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Note that a lent thing is lost or stolen."""
    row = fetch_handover(request, handover_id)
    if not hasattr(row, "loan"):
        raise Http404
    form = LostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(declare_lost, actor=request.user, loan_id=handover_id, **form.cleaned_data):
            messages.success(request, _("C'est noté : le prêt est terminé, le besoin est rouvert."))
            return redirect(handover_url(row))
    return show_form(
        request,
        form,
        title=_("Déclarer une perte ou un vol"),
        intro=f"{row.product.name} {row.asset.number}",
        submit=_("Enregistrer"),
        back=handover_url(row),
        crumbs=place_of(row).crumbs(),
    )


def schools(request: HttpRequest) -> HttpResponse:
    """Choose a school, or go straight to the only one."""
    found = list(schools_served_by(request.user).filter(id__in=hands_over_in(request.user)))
    if len(found) == 1:
        return redirect("loans", school_id=found[0].public_id)
    return show(request, "loans/schools.html", title=_("Prêts"), schools=found)
