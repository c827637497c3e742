"""A person's second factor: put in an application, its codes on paper, taken away."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cartable.accounts import totp
from cartable.accounts.actions import (
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)
from cartable.accounts.models import SecondFactor
from cartable.accounts.queries import factor_of, pending_factor_of, recovery_codes_left
from cartable.web.addresses import next_address
from cartable.web.parts import crumb
from cartable.web.proof import note_proof
from cartable.web.show import show, show_form
from cartable.web.signin.forms import EnrolForm, ProofForm


@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show where the account stands: nothing yet, a key to put in an application, or a factor in use."""
    factor, pending = factor_of(request.user), pending_factor_of(request.user)
    form = EnrolForm((pending and request.POST) or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(confirm_second_factor, actor=request.user, **form.cleaned_data):
            note_proof(request, factor_of(request.user))
            return _recovery_codes(request, form.result)
    return show(
        request,
        "signin/second_factor.html",
        title=_("Double authentification"),
        factor=factor,
        left=recovery_codes_left(factor) if factor else 0,
        key=_shown(pending) if pending else None,
        form=form,
        next=request.GET.get("next", ""),
        crumbs=_in_my_account(),
    )


def _in_my_account() -> list[dict]:
    return [crumb(_("Mon compte"), reverse("my-account"))]


def _shown(factor: SecondFactor) -> dict[str, str]:
    """Give a key as a picture and as letters."""
    code = segno.make(totp.address(factor.key, factor.user.identifier), error="m", micro=False)
    return {
        "picture": code.svg_data_uri(scale=5, border=4, light="#fff"),
        "letters": totp.in_groups(factor.key),
    }


def _recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show the codes once: only their hashes are kept."""
    return show(
        request,
        "signin/recovery_codes.html",
        title=_("Codes de secours"),
        codes=codes,
        next=next_address(request, "my-account"),
        crumbs=[*_in_my_account(), crumb(_("Double authentification"), reverse("second-factor"))],
    )


def begin(request: HttpRequest) -> HttpResponse:
    """Make a key and show it."""
    begin_second_factor(actor=request.user)
    wanted = request.POST.get("next")  # looked at once more before anybody is led there
    return redirect(reverse("second-factor") + ("?" + urlencode({"next": wanted}) if wanted else ""))


@never_cache
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, with password and code."""
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(renew_recovery_codes, actor=request.user, **form.cleaned_data):
            return _recovery_codes(request, form.result)
    intro = _("Les codes précédents ne serviront plus.")
    return _ask(request, form, title=_("Refaire des codes de secours"), submit=_("Refaire"), intro=intro)


def remove(request: HttpRequest) -> HttpResponse:
    """Take the factor off, with password and code."""
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(remove_second_factor, actor=request.user, **form.cleaned_data):
            messages.success(request, _("La double authentification est désactivée."))
            return redirect("second-factor")
    intro = _("Votre mot de passe suffira pour vous connecter, mais plus pour engager de l'argent.")
    return _ask(
        request, form, title=_("Désactiver la double authentification"), submit=_("Désactiver"), intro=intro
    )


def _ask(request: HttpRequest, form: ProofForm, **texts: str) -> HttpResponse:
    crumbs = [*_in_my_account(), crumb(_("Double authentification"), reverse("second-factor"))]
    return show_form(request, form, back=reverse("second-factor"), crumbs=crumbs, **texts)
