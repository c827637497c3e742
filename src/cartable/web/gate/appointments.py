"""Appointments of a school: give slots, see them by day, note who did not come, tell the families."""

from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.equipment.actions import cancel_appointment, mark_absent, schedule
from cartable.equipment.copies import cases_of_appointments, local, reached_by_mail
from cartable.equipment.enums import AppointmentState
from cartable.equipment.models import Appointment
from cartable.equipment.queries import appointments_visible_to
from cartable.equipment.telling import tell_families
from cartable.operations.queries import pools_visible_to
from cartable.web.gate.forms import ScheduleForm, TellForm
from cartable.web.gate.reach import Place, fetch_place, hands_over_in
from cartable.web.parts import crumb
from cartable.web.show import moment, paged, show, show_form


PER_PAGE = 60


def planned(request: HttpRequest, place: Place) -> Any:
    """Give the planned appointments of a gate, in their order."""
    rows = appointments_visible_to(request.user).filter(school=place.school, operation=place.operation)
    return rows.filter(state=AppointmentState.PLANNED)


def appointments(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Show the appointments by day."""
    place = fetch_place(request, operation_id, school_id)
    page = paged(request, planned(request, place), per_page=PER_PAGE)
    return show(
        request,
        "gate/appointments.html",
        title=_("Rendez-vous"),
        crumbs=place.crumbs(),
        place=place,
        page=page,
        days=_days(request, place, page.object_list),
    )


def _days(request: HttpRequest, place: Place, rows: Any) -> list[tuple[date, list[dict[str, Any]]]]:
    cases = cases_of_appointments(request.user, rows)
    shown = [
        {
            "at": local(case.appointment.starts_at, place.school),
            "names": [pupil.shown_name for pupil in case.pupils],
            "class_label": case.pupils[0].class_label,
            "article": case.article,
            "mail": bool(reached_by_mail(case)),
            "appointment": case.appointment,
            "need_id": case.appointment.need.public_id,
        }
        for case in cases
        if case.appointment
    ]
    return [(day, list(its)) for day, its in groupby(shown, key=lambda slot: slot["at"].date())]


def new(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Give slots to the families that wait, in the school's order."""
    place = fetch_place(request, operation_id, school_id)
    pools = pools_visible_to(request.user).filter(operation=place.operation, serves=place.school.kind)
    goods = list(dict.fromkeys(pools.order_by("id").values_list("good", flat=True)))
    form = ScheduleForm(request.POST or None, goods=goods)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(schedule, actor=request.user, **_slots(place, form.cleaned_data)):
            count = len(form.result)
            said = ngettext("%(n)d rendez-vous est prévu.", "%(n)d rendez-vous sont prévus.", count)
            messages.success(request, said % {"n": count})
            return redirect(place.url("appointments"))
    return show_form(
        request,
        form,
        title=_("Planifier des rendez-vous"),
        intro=_("Les familles viennent l'une après l'autre, dans votre ordre, tant qu'il y a du stock."),
        submit=_("Donner les rendez-vous"),
        back=place.url("appointments"),
        crumbs=[*place.crumbs(), crumb(_("Rendez-vous"), place.url("appointments"))],
    )


def _slots(place: Place, given: dict[str, Any]) -> dict[str, Any]:
    """Give what the action takes; hours are the school's own."""
    zone = ZoneInfo(place.school.department.time_zone)

    def at(hour: Any) -> datetime | None:
        return datetime.combine(given["day"], hour, zone) if hour else None

    return {
        "school_id": place.school.public_id,
        "operation_id": place.operation.public_id,
        "good": given["good"],
        "starts_at": at(given["begins"]),
        "ends_at": at(given["ends"]),
        "minutes_each": given["minutes_each"],
    }


def _fetch(request: HttpRequest, appointment_id: UUID) -> Appointment:
    rows = appointments_visible_to(request.user).filter(school__in=hands_over_in(request.user))
    return get_object_or_404(rows.select_related("school__department"), public_id=appointment_id)


def absent(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Note that a family did not come: its thing stays in stock, or goes to the next family."""
    row = _fetch(request, appointment_id)
    then = "next" if request.POST.get("then") == "next" else "stock"
    following = mark_absent(actor=request.user, appointment_id=appointment_id, then=then)
    if following is not None:
        at = moment(following.starts_at, row.school.department.time_zone)
        said = _("Absence notée. La famille suivante a rendez-vous le %(at)s.") % {"at": at}
    elif then == "next":
        said = _("Absence notée. Personne d'autre n'attend : l'article reste en stock.")
    else:
        said = _("Absence notée : l'article reste en stock.")
    messages.success(request, said)
    return _back(request, row)


def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Withdraw an appointment: the family waits again in its place."""
    row = _fetch(request, appointment_id)
    cancel_appointment(actor=request.user, appointment_id=appointment_id)
    messages.success(request, _("Le rendez-vous est annulé : la famille reprend sa place dans la liste."))
    return _back(request, row)


def _back(request: HttpRequest, row: Appointment) -> HttpResponse:
    place = Place(row.operation, row.school)
    return redirect(place.url("appointments" if request.POST.get("from") == "appointments" else "gate"))


def tell(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Write to the families that have an e-mail address; the others are on the call list."""
    place = fetch_place(request, operation_id, school_id)
    form = TellForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ids = {"school_id": school_id, "operation_id": operation_id}
        if form.carries_out(tell_families, actor=request.user, **ids, **form.cleaned_data):
            messages.success(request, _told(form.result.written, form.result.to_call))
            return redirect(place.url("appointments"))
    return show_form(
        request,
        form,
        title=_("Prévenir les familles"),
        intro=_("Un courriel par famille, sans nom d'élève. Qui en a déjà reçu un n'en reçoit pas d'autre."),
        submit=_("Envoyer les courriels"),
        back=place.url("appointments"),
        crumbs=[*place.crumbs(), crumb(_("Rendez-vous"), place.url("appointments"))],
    )


def _told(written: int, to_call: int) -> str:
    said = ngettext("%(n)d famille prévenue par courriel.", "%(n)d familles prévenues par courriel.", written)
    left = ngettext("%(n)d famille à appeler.", "%(n)d familles à appeler.", to_call)
    return f"{said % {'n': written}} {left % {'n': to_call}}"
