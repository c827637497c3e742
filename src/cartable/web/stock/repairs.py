"""Pages of repairs: what is away, what is sent, how it ended."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.equipment.actions import end_repair, send_to_repair
from cartable.equipment.enums import RepairState
from cartable.equipment.models import Repair
from cartable.equipment.queries import assets_visible_to
from cartable.equipment.queries.repairs import repairs_led_by, repairs_visible_to
from cartable.web.forms import Form
from cartable.web.gate.forms import key_field
from cartable.web.parts import Badge, Tone, crumb
from cartable.web.show import paged, show, show_form
from cartable.web.table import Column, Table, link


TONES: dict[str, Tone] = {"open": "info", "repaired": "success", "written_off": "warning"}


class SendForm(Form):
    """Nothing to fill in: the key makes a second press harmless."""

    key = key_field()


class EndForm(Form):
    """How a repair ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Comment la réparation s'est-elle terminée ?"),
        choices=[
            (RepairState.REPAIRED.value, gettext_lazy("réparé : il revient d'où il venait")),
            (RepairState.WRITTEN_OFF.value, gettext_lazy("réformé : il ne sera plus utilisé")),
        ],
        widget=forms.RadioSelect,
    )


def repairs(request: HttpRequest) -> HttpResponse:
    """List the repairs in reach, the open ones first."""
    owned = bodies_as(request.user, Role.EQUIPMENT)
    table = Table(
        caption=_("Réparations"),
        columns=[
            Column(_("Article"), lambda r: r.asset.product.name, heads=True),
            Column(_("Numéro"), lambda r: r.asset.number),
            Column(_("Vient de"), lambda r: r.school.name if r.school else r.asset.product.owner.name),
            Column(_("Incident"), lambda r: r.incident.get_kind_display()),
            Column(_("Parti le"), lambda r: date_format(r.sent_at, "j F Y")),
            Column(_("État"), lambda r: _state(r, owned)),
        ],
        rows=paged(request, repairs_visible_to(request.user)),
        empty=_("Rien n'est en réparation."),
    )
    return show(request, "stock/repairs.html", title=_("Réparations"), table=table)


def _state(repair: Repair, owned: frozenset[int]) -> Any:
    """Say where a repair stands: with its end, or for the owner with the link that ends it."""
    if repair.state == RepairState.OPEN and repair.asset.product.owner_id in owned:
        said = _("en réparation : terminer (%(number)s)") % {"number": repair.asset.number}
        return link(said, reverse("repair-end", args=[repair.public_id]))
    label = str(repair.get_state_display())
    if repair.ended_at:
        label = _("%(state)s le %(day)s") % {"state": label, "day": date_format(repair.ended_at, "j F Y")}
    return Badge(label, TONES[repair.state])


def _crumbs() -> list[dict[str, Any]]:
    return [
        crumb(_("Retrouver un numéro"), reverse("find-number")),
        crumb(_("Réparations"), reverse("repairs")),
    ]


def send(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Send a damaged thing to its owner's workshop."""
    asset = get_object_or_404(assets_visible_to(request.user), public_id=asset_id)
    form = SendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(send_to_repair, actor=request.user, asset_id=asset_id, **form.cleaned_data):
            messages.success(request, _("C'est noté : l'article est en réparation."))
            return redirect("repairs")
    return show_form(
        request,
        form,
        title=_("Envoyer en réparation"),
        intro=f"{asset.product.name} {asset.number}",
        submit=_("Envoyer en réparation"),
        back=reverse("find-number"),
        crumbs=_crumbs(),
    )


def end(request: HttpRequest, repair_id: UUID) -> HttpResponse:
    """Note that a thing came back from repair, or is written off."""
    found = get_object_or_404(repairs_led_by(request.user), public_id=repair_id)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(end_repair, actor=request.user, repair_id=repair_id, **form.cleaned_data):
            messages.success(request, _("La réparation est terminée."))
            return redirect("repairs")
    return show_form(
        request,
        form,
        title=_("Terminer la réparation"),
        intro=f"{found.asset.product.name} {found.asset.number}",
        submit=_("Enregistrer"),
        back=reverse("repairs"),
        crumbs=_crumbs(),
    )
