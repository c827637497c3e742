"""Signing in and out, and the choice of language."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cartable.web.show import show
from cartable.web.signin.forms import SignInForm


def next_address(request: HttpRequest, otherwise: str) -> str:
    """Give the address asked for if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else resolve_url(otherwise)


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for identifier and password; a fragment asked for by a page left open sends the whole page here."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = auth.authenticate(request, **form.cleaned_data)
        if user is not None:
            auth.login(request, user)
            return redirect(next_address(request, settings.LOGIN_REDIRECT_URL))
        form.add_error(None, _("Identifiant ou mot de passe incorrect. Vérifiez les deux et réessayez."))
    return show(
        request, "signin/sign_in.html", form=form, title=_("Se connecter"), next=next_address(request, "home")
    )


def locked_out(request: HttpRequest, *_args: Any) -> HttpResponse:
    """Say that this identifier must wait: too many wrong passwords from this place."""
    return render(
        request, "signin/locked_out.html", {"minutes": int(settings.AXES_COOLOFF_TIME * 60)}, status=429
    )


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("sign-in")
