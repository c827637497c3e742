"""Heads lend rights to colleagues and take them back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.actions import delegate, revoke_delegation
from cartable.accounts.queries import delegations_visible_to, schools_led_by
from cartable.web.accounts.forms import DelegationForm, NothingForm
from cartable.web.accounts.tables import delegations_table
from cartable.web.parts import crumb
from cartable.web.show import paged, show, show_form


def delegations(request: HttpRequest) -> HttpResponse:
    """List the rights that the head has lent."""
    lent = delegations_visible_to(request.user).exclude(given_to=request.user)
    rows = paged(request, lent.order_by("revoked_at", "-valid_until", "-id"))
    table = delegations_table(rows, may_take_back=True)
    return show(request, "accounts/delegations.html", title=_("Délégations"), table=table)


def _crumbs() -> list[dict]:
    return [crumb(_("Délégations"), reverse("delegations"))]


def new_delegation(request: HttpRequest) -> HttpResponse:
    """Lend rights to a colleague."""
    form = DelegationForm(request.POST or None, schools=list(schools_led_by(request.user)))
    if request.method == "POST" and form.is_valid():
        if form.carries_out(delegate, actor=request.user, **form.cleaned_data):
            messages.success(
                request, _("C'est fait : votre collègue peut commencer dès sa prochaine connexion.")
            )
            return redirect("delegations")
    return show_form(
        request,
        form,
        title=_("Confier des droits à un collègue"),
        submit=_("Confier ces droits"),
        back=reverse("delegations"),
        crumbs=_crumbs(),
    )


def end_delegation(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """Ask to confirm, then take a right back."""
    lent = get_object_or_404(delegations_visible_to(request.user), public_id=delegation_id)
    form = NothingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.carries_out(
        revoke_delegation, actor=request.user, delegation_id=delegation_id
    ):
        messages.success(request, _("Le droit est repris."))
        return redirect("delegations")
    return show(
        request,
        "components/confirm.html",
        form=form,
        title=_("Reprendre un droit"),
        submit=_("Reprendre ce droit"),
        warning=_("%(name)s ne pourra plus « %(right)s » dès la prochaine page.")
        % {"name": lent.given_to.display_name, "right": lent.get_right_display()},
        back=reverse("delegations"),
        crumbs=_crumbs(),
    )
