"""Signing in and out, and the first access by link or by code."""

from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cartable.accounts.actions import ask_again, change_password, redeem_code, redeem_link
from cartable.accounts.models import User
from cartable.accounts.queries import way_in_by_link
from cartable.web.addresses import next_address
from cartable.web.parts import crumb
from cartable.web.show import show, show_form
from cartable.web.signin.forms import (
    ChangePasswordForm,
    CodeForm,
    FirstPasswordForm,
    ForgottenForm,
    SignInForm,
)
from cartable.web.signin.second_step import enter


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
            return enter(request, user, next_address(request, settings.LOGIN_REDIRECT_URL))
        form.add_error(None, _("Identifiant ou mot de passe incorrect. Vérifiez les deux et réessayez."))
    return show(
        request,
        "signin/sign_in.html",
        form=form,
        title=_("Se connecter"),
        next=next_address(request, settings.LOGIN_REDIRECT_URL),
    )


def locked_out(request: HttpRequest, *_args: Any) -> HttpResponse:
    """Say that this identifier must wait: too many wrong passwords from this place."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "signin/locked_out.html", {"minutes": minutes}, status=429)


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    messages.success(request, _("Vous êtes déconnecté."))
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
def by_code(request: HttpRequest) -> HttpResponse:
    """Take the code of a letter and the password that the person chooses."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.carries_out(redeem_code, **form.cleaned_data):
        return _welcome(request, form.result)
    return show_form(
        request,
        form,
        title=_("Première connexion avec un code"),
        submit=_("Ouvrir mon accès"),
        back=reverse("sign-in"),
        intro=_("Tapez ce qui est écrit sur votre courrier, puis choisissez un mot de passe."),
    )


@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the password that the person chooses; looking at the page uses nothing up."""
    way_in = way_in_by_link(token)
    if way_in is None:
        return render(request, "signin/link_dead.html", status=404)
    form = FirstPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(redeem_link, token=token, **form.cleaned_data):
            return _welcome(request, form.result)
    account = {"name": way_in.user.display_name, "identifier": way_in.user.identifier}
    intro = _("Accès de « %(name)s ». Votre identifiant : %(identifier)s") % account
    return show_form(request, form, title=_("Première connexion"), submit=_("Ouvrir mon accès"), intro=intro)


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    """Let in by link or by letter: neither stands in for a second factor."""
    messages.success(request, _("Votre accès est ouvert."))
    return enter(request, user, resolve_url(settings.LOGIN_REDIRECT_URL))


def forgotten(request: HttpRequest) -> HttpResponse:
    """Send a new link to the address of the account; the answer is the same whether there is one or not."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.carries_out(ask_again, **form.cleaned_data):
        said = _(
            "Si ce compte existe et possède une adresse électronique, un lien vient de lui être envoyé."
            " Sans adresse, demandez un nouvel accès à la personne qui a ouvert votre compte."
        )
        messages.info(request, said)
        return redirect("sign-in")
    title = _("Mot de passe oublié")
    return show_form(request, form, title=title, submit=_("Recevoir un lien"), back=reverse("sign-in"))


def new_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the other sessions of the account end."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(change_password, actor=request.user, **form.cleaned_data):
            auth.update_session_auth_hash(request, form.result)
            messages.success(request, _("Votre mot de passe est changé."))
            return redirect("my-account")
    return show_form(
        request,
        form,
        title=_("Changer de mot de passe"),
        submit=_("Changer le mot de passe"),
        back=reverse("my-account"),
        crumbs=[crumb(_("Mon compte"), reverse("my-account"))],
    )
