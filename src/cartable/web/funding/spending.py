"""What follows a commitment: paid, credited, released, justified, claimed back, corrected."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.funding import actions
from cartable.funding.actions.committing import threshold
from cartable.funding.rules import show as euros
from cartable.web.forms import Form
from cartable.web.funding.commitment_forms import (
    ClaimForm,
    DayForm,
    MovementForm,
    PaymentForm,
    ReasonedForm,
    ReasonForm,
    UndoForm,
)
from cartable.web.funding.reach import (
    commitment_crumbs,
    commitment_url,
    fetch_movement,
    fetch_part_of,
    fetch_recovery,
    parts_of,
    posted,
)
from cartable.web.proof import confirmed
from cartable.web.show import show_form


@dataclass(frozen=True, slots=True)
class Act:
    """One sort of movement as a page: its form, its action, its words."""

    form: type[MovementForm]
    action: Callable[..., Any]
    title: Promise
    submit: Promise
    said: Promise
    proof: bool = False


PAY = Act(
    PaymentForm,
    actions.pay,
    gettext_lazy("Noter un paiement"),
    gettext_lazy("Noter le paiement"),
    gettext_lazy("Le paiement est noté."),
    proof=True,
)
CREDIT_NOTE = Act(
    ReasonedForm,
    actions.credit_note,
    gettext_lazy("Noter un avoir"),
    gettext_lazy("Noter l'avoir"),
    gettext_lazy("L'avoir est noté : les crédits de paiement sont revenus dans l'enveloppe."),
)
RELEASE = Act(
    ReasonedForm,
    actions.release,
    gettext_lazy("Retirer ce qui ne sera pas payé"),
    gettext_lazy("Retirer"),
    gettext_lazy("Le reste est revenu dans l'enveloppe."),
)
JUSTIFY = Act(
    MovementForm,
    actions.justify,
    gettext_lazy("Noter une justification"),
    gettext_lazy("Noter la justification"),
    gettext_lazy("La justification est notée."),
)
CLAIM = Act(
    ClaimForm,
    actions.claim,
    gettext_lazy("Réclamer un reversement"),
    gettext_lazy("Réclamer"),
    gettext_lazy("Le reversement est réclamé ; rien ne bouge avant sa réception."),
)


def page_of(act: Act) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """Give the page of one sort of movement."""

    def view(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
        found, parts = fetch_part_of(request, commitment_id)
        form = act.form(posted(request), parts=parts)
        if _sent(request, form, act, threshold([one.envelope for one in parts])):
            asked = {name: value for name, value in form.asked.items() if name != "proof"}
            if form.carries_out(act.action, actor=request.user, **asked):
                messages.success(request, str(act.said))
                return redirect(commitment_url(found))
        return show_form(
            request,
            form,
            title=act.title,
            intro=f"{found.subject}, {found.bearer.name}",
            submit=act.submit,
            back=commitment_url(found),
            crumbs=[
                *commitment_crumbs(request, parts),
                {"label": found.subject, "url": commitment_url(found)},
            ],
        )

    return view


def _sent(request: HttpRequest, form: MovementForm, act: Act, limit: int) -> bool:
    """Tell whether the form may be carried out; a large payment asks again who is there."""
    if request.method != "POST" or not form.is_valid():
        return False
    return not act.proof or form.cleaned_data["amount"] < limit or confirmed(request, form)


pay, credit_note, release, justify, claim = (
    page_of(act) for act in (PAY, CREDIT_NOTE, RELEASE, JUSTIFY, CLAIM)
)


def undo(request: HttpRequest, movement_id: UUID) -> HttpResponse:
    """Correct a movement that was written in error: the exact reverse."""
    found = fetch_movement(request, movement_id)
    said = {"kind": found.get_kind_display(), "amount": euros(found.amount_cents)}
    page = {
        "title": _("Annuler une écriture"),
        "intro": _("%(kind)s de %(amount)s : l'écriture inverse la nomme, et les deux restent lisibles.")
        % said,
        "submit": _("Annuler cette écriture"),
    }
    form = UndoForm(posted(request), initial={"on": found.on})
    act = {"movement_id": movement_id}
    return _settled(
        request, found.part.commitment, form, actions.undo, act, _("L'écriture est annulée."), **page
    )


def receive(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    """Keep that claimed money came back."""
    found = fetch_recovery(request, recovery_id)
    page = {
        "title": _("Noter la réception d'un reversement"),
        "intro": f"{found.part.commitment.bearer.name} : {euros(found.claimed_cents)}",
        "submit": _("Noter la réception"),
    }
    act, form = {"recovery_id": recovery_id}, DayForm(posted(request))
    return _settled(
        request, found.part.commitment, form, actions.receive, act, _("Le reversement est reçu."), **page
    )


def waive(request: HttpRequest, recovery_id: UUID) -> HttpResponse:
    """Give up a claim, with a reason."""
    found = fetch_recovery(request, recovery_id)
    page = {
        "title": _("Abandonner un reversement"),
        "intro": f"{found.part.commitment.bearer.name} : {euros(found.claimed_cents)}",
        "submit": _("Abandonner"),
    }
    act, form = {"recovery_id": recovery_id}, ReasonForm(posted(request))
    return _settled(
        request, found.part.commitment, form, actions.waive, act, _("La demande est abandonnée."), **page
    )


def _settled(
    request: HttpRequest,
    commitment: Any,
    form: Form,
    action: Callable[..., Any],
    which: dict[str, UUID],
    said: str,
    **page: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        if form.carries_out(action, actor=request.user, **which, **form.cleaned_data):
            messages.success(request, said)
            return redirect(commitment_url(commitment))
    crumbs = commitment_crumbs(request, parts_of(commitment))
    return show_form(request, form, back=commitment_url(commitment), crumbs=crumbs, **page)
