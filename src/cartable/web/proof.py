"""What a session has proven: a second factor, and how lately. Pages that commit money ask for both.

- `page(..., strong=True)` in an `urls.py`: the page opens only to a session that gave a second factor. A person
  without one is led to enrol, then back.
- `confirmed(request, form)` in a view, once the form is valid and before the action: for what must not be done from
  a screen left open (an amount above a threshold, a right given). It asks within the same form, which comes back as
  it was typed with one field more; nothing is sent again by itself, and nothing needs a script:

        if form.is_valid() and (amount < THRESHOLD or confirmed(request, form)) and form.carries_out(commit, …):

  Where it is sure to be asked for, `ask_within(request, form)` shows the field from the first look on.

Below the web, an action asks `accounts.perms.has_second_factor(actor)`.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.actions import prove
from cartable.accounts.models import SecondFactor, User
from cartable.accounts.queries import factor_of
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.web.forms import CodeField, Form, PasswordField


FRESH = timedelta(minutes=5)
# Where a session keeps which factor it gave, and when it last proved who is there.
FACTOR, PROVEN_AT = "factor", "proven_at"


def note_proof(request: HttpRequest, factor: SecondFactor | None) -> None:
    """Keep in the session that the person has just given `factor` (None: only her password)."""
    request.session[PROVEN_AT] = clock.now().isoformat()
    if factor is not None:
        request.session[FACTOR] = str(factor.public_id)


def is_strong(request: HttpRequest) -> bool:
    """Tell whether this session gave the second factor that the account has now."""
    return _gave(request, factor_of(request.user))


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person proved who she is in the last five minutes, with her factor if she has one."""
    proven_at = request.session.get(PROVEN_AT)
    if proven_at is None or not timedelta() <= clock.now() - datetime.fromisoformat(proven_at) <= FRESH:
        return False
    factor = factor_of(request.user)
    return factor is None or _gave(request, factor)


def _gave(request: HttpRequest, factor: SecondFactor | None) -> bool:
    return factor is not None and request.session.get(FACTOR) == str(factor.public_id)


def ask_for_factor(request: HttpRequest, back: str) -> HttpResponse:
    """Lead to the page that asks for the second factor, or to the one that enrols it, then to `back`."""
    door = "confirm" if factor_of(request.user) else "second-factor"
    address = f"{reverse(door)}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def confirmed(request: HttpRequest, form: Form) -> bool:
    """Tell whether the person has proven who she is in the last five minutes; else ask in a field of `form`.

    The proof is a code of her second factor if she has one, else her password. A form with errors proves nothing.
    """
    if not form.is_valid():
        return False
    form.cleaned_data.pop("proof", None)  # it is none of the action's arguments
    if is_fresh(request):
        return True
    factor = factor_of(request.user)
    form.fields["proof"] = proof_field(factor)
    typed = form.data.get(form.add_prefix("proof"), "")
    if not typed:
        form.add_error("proof", _("Confirmez que c'est bien vous, puis validez de nouveau."))
        return False
    try:
        give_proof(request, factor, typed)
    except Refused as refused:
        form.add_error("proof", refused.sentence)
        return False
    return True


def ask_within(request: HttpRequest, form: Form) -> Form:
    """Give `form` with the field of the proof from the first look on, where it is sure to be asked for."""
    if not is_fresh(request):
        form.fields["proof"] = proof_field(factor_of(request.user))
    return form


def proof_field(factor: SecondFactor | None) -> forms.Field:
    """Give the field that asks for a proof of who is there."""
    if factor is None:
        return PasswordField(label=_("Votre mot de passe"))
    return CodeField(
        label=_("Code de votre application"),
        help_text=_("Six chiffres, ou un code de secours. Un code ne sert qu'une fois."),
    )


def give_proof(request: HttpRequest, factor: SecondFactor | None, typed: str) -> None:
    """Take what was typed as proof and note it in the session, or refuse it."""
    if factor is None:
        _check_password(request, request.user, typed)
    else:
        factor = prove(actor=request.user, code=typed)
    note_proof(request, factor)


def _check_password(request: HttpRequest, user: User, password: str) -> None:
    """Check through the backends, so that wrong passwords are counted as at the door."""
    known: Any = auth.authenticate(request, username=user.identifier, password=password)
    if known is None or known.pk != user.pk:
        raise Refused("password_wrong", _("Mot de passe incorrect. Réessayez."), field="proof")
