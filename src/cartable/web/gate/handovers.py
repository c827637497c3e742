"""The page of one hand-over: its paper, and what may still happen to it, each in one action."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.equipment.actions import cancel_handover, give_back, return_loan, swap
from cartable.equipment.enums import HandoverState, IncidentKind
from cartable.equipment.models import Handover
from cartable.foundation import clock
from cartable.operations.enums import Good, Mode
from cartable.pupils.actions import leave
from cartable.web.forms import Form
from cartable.web.gate.forms import BackForm, CancelForm, SwapForm
from cartable.web.gate.reach import Place, fetch_handover
from cartable.web.parts import Badge, Tone
from cartable.web.show import moment, show, show_form


TONES: dict[str, Tone] = {
    "done": "success",
    "swapped": "info",
    "given_back": "info",
    "lost": "warning",
    "cancelled": "",
}


def place_of(row: Handover) -> Place:
    """Give the gate where a thing was handed over."""
    return Place(row.operation, row.school)


def handover_url(row: Handover) -> str:
    """Give the address of a hand-over's page."""
    return reverse("handover", args=[row.public_id])


def _moment(value: datetime, row: Handover) -> str:
    return moment(value, row.school.department.time_zone)


def name_of(row: Handover) -> str:
    """Give the pupil's name; an erased child has none."""
    return row.pupil.shown_name if row.pupil else _("élève effacé")


def handover(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Show a hand-over and what can be done with it."""
    row = fetch_handover(request, handover_id)
    lent = row.mode == Mode.LENT
    return show(
        request,
        "gate/handover.html",
        title=_("Remise à %(name)s") % {"name": name_of(row)},
        crumbs=place_of(row).crumbs(),
        row=row,
        badge=Badge(row.get_state_display(), TONES[row.state]),
        facts=_facts(row),
        done=row.state == HandoverState.DONE,
        lent=lent,
        receipt=lent and row.loan.returned_on is not None and row.pupil is not None,
        replaced_by=_replaced_by(row),
        gate=place_of(row).url(),
    )


def _replaced_by(row: Handover) -> str:
    """Give the address of what was handed over in its place, "" where nothing was."""
    if row.state != HandoverState.SWAPPED:
        return ""
    return handover_url(row.replaced_by)


def _facts(row: Handover) -> list[tuple[str, Any]]:
    facts = [
        (_("Article"), row.product.name),
        (_("Numéro"), row.asset.number),
        (_("Remis le"), _moment(row.handed_at, row)),
        (_("Remis à"), _receiver(row)),
        (_("Signature sur"), row.get_proof_display()),
        (_("Remis par"), row.handed_by.display_name if row.handed_by else "—"),
    ]
    if row.mode == Mode.LENT:
        facts.append((_("À rendre le"), date_format(row.loan.due_on, "j F Y")))
        if row.loan.returned_on:
            facts.append((_("Rendu le"), date_format(row.loan.returned_on, "j F Y")))
            facts.append((_("État au retour"), row.loan.get_return_condition_display()))
    elif row.ended_at:
        facts.append((_("Terminé le"), _moment(row.ended_at, row)))
    return facts


def _receiver(row: Handover) -> str:
    who = row.get_receiver_display()
    return f"{row.receiver_name}, {who}" if row.receiver_name else str(who)


def _acted(request: HttpRequest, row: Handover, form: Form, **context: Any) -> HttpResponse:
    return show_form(
        request,
        form,
        back=handover_url(row),
        crumbs=place_of(row).crumbs(),
        intro=_("%(article)s n° %(number)s, %(name)s")
        % {"article": row.product.name, "number": row.asset.number, "name": name_of(row)},
        **context,
    )


def swap_thing(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Swap a thing that does not work, or was lost, for another: the need stays met."""
    row = fetch_handover(request, handover_id)
    usual = IncidentKind.DEAD_CARD if row.product.good in (Good.SIM, Good.KEY) else IncidentKind.BROKEN
    form = SwapForm(request.POST or None, initial={"incident": usual})
    if request.method == "POST" and form.is_valid():
        if form.carries_out(swap, actor=request.user, handover_id=handover_id, **form.cleaned_data):
            for warning in form.result.warnings:
                messages.warning(request, warning)
            messages.success(request, _("L'échange est enregistré."))
            return redirect(handover_url(form.result.handover))
    return _acted(request, row, form, title=_("Échanger"), submit=_("Enregistrer l'échange"))


def take_back(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Take a thing back, and note that the pupil leaves where that is why."""
    row = fetch_handover(request, handover_id)
    form = BackForm(request.POST or None)
    if row.pupil is None or row.pupil.left_on:
        del form.fields["leaves"]
    if request.method == "POST" and form.is_valid():
        if form.carries_out(_take_back, actor=request.user, row=row, **form.cleaned_data):
            messages.success(request, _("L'article est rendu ; il est de nouveau dans votre stock."))
            return redirect(handover_url(row))
    return _acted(request, row, form, title=_("Reprendre"), submit=_("Enregistrer la restitution"))


@transaction.atomic
def _take_back(*, actor: Any, row: Handover, condition: str, signed: bool, leaves: bool = False) -> None:
    if row.mode == Mode.LENT:
        return_loan(actor=actor, loan_id=row.public_id, condition=condition, signed=signed)
    else:
        give_back(actor=actor, handover_id=row.public_id, condition=condition, signed=signed)
    if leaves and row.pupil:
        today = clock.today(row.school.department.time_zone)
        leave(actor=actor, pupil_id=row.pupil.public_id, on=today)


def cancel(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Undo a hand-over entered by mistake."""
    row = fetch_handover(request, handover_id)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(
            cancel_handover, actor=request.user, handover_id=handover_id, **form.cleaned_data
        ):
            messages.success(request, _("La remise est annulée : l'article est en stock, le besoin rouvert."))
            return redirect(place_of(row).url())
    return _acted(request, row, form, title=_("Annuler la remise"), submit=_("Annuler la remise"))


def fetch_with_pupil(request: HttpRequest, handover_id: UUID) -> Handover:
    """Fetch a hand-over that still has a pupil to name on a paper, or 404."""
    row = fetch_handover(request, handover_id)
    if row.pupil is None:
        raise Http404
    return row
