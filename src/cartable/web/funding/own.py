"""A collectivité's own money: it opens a line of its own beside the State's, and names what paid for its lots."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.accounts.queries import bodies_as
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.equipment.actions import name_commitment
from cartable.equipment.queries import lots_visible_to
from cartable.foundation import clock
from cartable.funding import actions
from cartable.funding.enums import CommitmentState
from cartable.funding.models import Envelope, Programme
from cartable.funding.queries import commitments_visible_to
from cartable.operations.queries import operations_led_by
from cartable.web.forms import Form
from cartable.web.funding.credit_forms import OpeningForm
from cartable.web.funding.reach import envelope_url, money_crumbs, posted
from cartable.web.show import show_form


class OwnLineForm(OpeningForm):
    """A line that a collectivité feeds from its own budget, with its first credits."""

    field_order = ("key", "holder", "programme", "name", "year")
    holder = forms.ChoiceField(label=gettext_lazy("Organisme"))
    programme = forms.ChoiceField(label=gettext_lazy("Programme que vous complétez"))
    name = forms.CharField(
        label=gettext_lazy("Nom de la ligne"),
        max_length=120,
        help_text=gettext_lazy("Par exemple : TVA des tablettes, ville d'Exemple"),
    )
    year = forms.IntegerField(label=gettext_lazy("Exercice"), min_value=2000, max_value=2100)

    def __init__(self, *args: Any, holders: list[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].choices = [(str(one.public_id), one.name) for one in holders]
        self.fields["programme"].choices = [(str(one.public_id), one.name) for one in Programme.objects.all()]
        self.fields["year"].initial = clock.today().year


def open_own(request: HttpRequest) -> HttpResponse:
    """Open a line on the collectivité's own money, with the envelope of a year."""
    mine = bodies_as(request.user, Role.EQUIPMENT)
    holders = list(Body.objects.filter(id__in=mine, kind=BodyKind.LOCAL_AUTHORITY).order_by("name"))
    form = OwnLineForm(posted(request), holders=holders)
    if request.method == "POST" and form.is_valid() and form.carries_out(_open, user=request.user, form=form):
        messages.success(request, _("Vos crédits sont ouverts."))
        return redirect(envelope_url(form.result))
    return show_form(
        request,
        form,
        title=_("Ouvrir vos propres crédits"),
        intro=_("Ce que votre collectivité paie elle-même, à côté de l'État : par exemple la TVA."),
        submit=_("Ouvrir les crédits"),
        back=reverse("money"),
        crumbs=money_crumbs(),
    )


@transaction.atomic
def _open(*, user: User, form: OwnLineForm) -> Envelope:
    data = form.cleaned_data
    holder = Body.objects.get(public_id=data["holder"])
    line = actions.open_line(
        actor=user,
        programme=Programme.objects.get(public_id=data["programme"]),
        code=f"{holder.public_id.hex[:8]}-{slugify(data['name'])[:30]}",
        name=data["name"],
        funder=holder,
        own_money=True,
    )
    envelope = actions.open_envelope(
        actor=user, line_id=line.public_id, year=data["year"], holder_id=holder.public_id
    )
    actions.open_credits(actor=user, envelope_id=envelope.public_id, **form.asked)
    return envelope


class PaidByForm(Form):
    """Which commitment paid for a lot."""

    commitment = forms.ChoiceField(label=gettext_lazy("Engagement"), required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commitment"].choices = [("", _("Aucun")), *choices]


def paid_by(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Name the commitment that paid for a lot, so that a euro leads to a thing and a thing to its euro."""
    led = operations_led_by(request.user).order_by()
    lot = get_object_or_404(lots_visible_to(request.user).filter(operation__in=led), public_id=lot_id)
    known = commitments_visible_to(request.user).filter(
        state__in=(CommitmentState.COMMITTED, CommitmentState.CLOSED)
    )
    choices = [(str(one.public_id), f"{one.subject}, {one.bearer.name}") for one in known[:200]]
    initial = {"commitment": str(lot.paid_by.public_id) if lot.paid_by else ""}
    form = PaidByForm(posted(request), choices=choices, initial=initial)
    back = reverse("stock", args=[lot.operation.public_id])
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["commitment"]
        commitment_id = UUID(chosen) if chosen else None
        if form.carries_out(name_commitment, actor=request.user, lot_id=lot_id, commitment_id=commitment_id):
            messages.success(request, _("C'est noté."))
            return redirect(back)
    return show_form(
        request,
        form,
        title=_("Quel engagement a payé ce lot ?"),
        intro=f"{lot.quantity} × {lot.product.name}",
        submit=_("Enregistrer"),
        back=back,
    )
