"""The second step of a sign-in, and the page that asks again who is there."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from cartable.accounts.actions import prove
from cartable.accounts.models import SecondFactor, User
from cartable.accounts.queries import active_account, factor_of, recovery_codes_left
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.web.addresses import next_address
from cartable.web.forms import Form
from cartable.web.proof import give_proof, is_strong, note_proof, proof_field
from cartable.web.show import show, show_form
from cartable.web.signin.forms import RecoveryForm, SecondStepForm


BY_PASSWORD = "django.contrib.auth.backends.ModelBackend"
# Where a session keeps who gave the right password and has still to give a code.
HALF_IN = "half_in"
HALF_LASTS = timedelta(minutes=10)
FEW = 3


def enter(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    """Sign in who gave the right password, and lead to `wanted`; who has a second factor must give it first."""
    if factor_of(user) is None:
        auth.login(request, user, backend=BY_PASSWORD)
        note_proof(request, None)
        return redirect(wanted)
    request.session.cycle_key()
    request.session[HALF_IN] = {
        "user": str(user.public_id),
        "password": user.get_session_auth_hash(),
        "at": clock.now().isoformat(),
        "next": wanted,
    }
    return redirect("second-step")


def _half_in(request: HttpRequest) -> User | None:
    """Give who passed the first step a short while ago, unless the password has changed since."""
    half: dict[str, Any] = request.session.get(HALF_IN) or {}
    if not half or clock.now() - datetime.fromisoformat(half["at"]) > HALF_LASTS:
        return None
    user = active_account(UUID(half["user"]))
    same = user is not None and constant_time_compare(half["password"], user.get_session_auth_hash())
    return user if same else None


@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the application, or for one of the printed codes."""
    user = _half_in(request)
    if user is None or request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    by_paper = "secours" in request.GET
    form = (RecoveryForm if by_paper else SecondStepForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(prove, actor=user, **form.cleaned_data):
            return _all_in(request, user, form.result)
    title = _("Code de secours") if by_paper else _("Double authentification")
    return show(request, "signin/second_step.html", form=form, title=title, by_paper=by_paper, account=user)


def _all_in(request: HttpRequest, user: User, factor: SecondFactor) -> HttpResponse:
    wanted = request.session.pop(HALF_IN)["next"]
    auth.login(request, user, backend=BY_PASSWORD)
    note_proof(request, factor)
    _warn_of_few_codes(request, factor)
    return redirect(wanted)


def _warn_of_few_codes(request: HttpRequest, factor: SecondFactor) -> None:
    left = recovery_codes_left(factor)
    if left > FEW:
        return
    said = ngettext(
        "Il vous reste %(left)d code de secours : refaites-en depuis « Mon compte ».",
        "Il vous reste %(left)d codes de secours : refaites-en depuis « Mon compte ».",
        left,
    )
    messages.warning(request, said % {"left": left})


class _ProofForm(Form):
    """One field: a code, or the password of who has no second factor."""

    def __init__(self, *args: Any, factor: SecondFactor | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proof"] = proof_field(factor)


def confirm(request: HttpRequest) -> HttpResponse:
    """Ask again who is there, then go on to the page that was asked for."""
    wanted = next_address(request, settings.LOGIN_REDIRECT_URL)
    factor = factor_of(request.user)
    form = _ProofForm(request.POST or None, factor=factor)
    if request.method == "POST" and form.is_valid():
        try:
            give_proof(request, factor, form.cleaned_data["proof"])
            return redirect(wanted)
        except Refused as refused:
            form.add_error("proof", refused.sentence)
    strong = factor is None or is_strong(request)
    return show_form(
        request,
        form,
        title=_("Confirmer que c'est bien vous"),
        submit=_("Continuer"),
        back=reverse("home"),
        intro="" if strong else _("Cette page demande un code de votre application."),
    )
