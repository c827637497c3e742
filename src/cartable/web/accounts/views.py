"""Accounts and rights, as the administration sees them, and one's own account."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.actions import (
    create_user,
    end_assignment,
    grant,
    reissue,
    rename,
    reset_second_factor,
    set_active,
)
from cartable.accounts.models import User
from cartable.accounts.perms import may_administer
from cartable.accounts.queries import (
    PLACES,
    assignments_held_by,
    assignments_visible_to,
    delegations_visible_to,
    factor_of,
    search,
    visible_to,
)
from cartable.web.accounts.forms import AccountForm, NameForm, NothingForm, RightForm
from cartable.web.accounts.tables import account_state, accounts_table, delegations_table, rights_table
from cartable.web.forms import words_asked
from cartable.web.parts import crumb
from cartable.web.proof import ask_within, confirmed
from cartable.web.show import paged, show, show_form


def my_account(request: HttpRequest) -> HttpResponse:
    """Show a person's own account: name, rights, password."""
    form = NameForm(request.POST or None, initial={"display_name": request.user.display_name})
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carries_out(rename, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Votre nom est enregistré."))
        return redirect("my-account")
    lent = [d for d in delegations_visible_to(request.user) if d.given_to_id == request.user.pk]
    return show(
        request,
        "accounts/mine.html",
        title=_("Mon compte"),
        form=form,
        rights=rights_table(list(assignments_held_by(request.user)), may_end=False),
        lent=delegations_table(lent, may_take_back=False) if lent else None,
        factor=factor_of(request.user),
    )


def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts of the place, found by name or identifier."""
    words = words_asked(request.GET)
    found = search(visible_to(request.user), words).order_by("display_name", "id")
    rows = paged(
        request, found.prefetch_related("assignments", *[f"assignments__{place}" for place in PLACES])
    )
    context = {
        "title": _("Comptes"),
        "words": words,
        "table": accounts_table(rows),
        "count": rows.paginator.count,
    }
    return show(request, "accounts/list.html", **context)


def _in_accounts() -> list[dict]:
    return [crumb(_("Comptes"), reverse("accounts"))]


def _of(user: User) -> list[dict]:
    return [*_in_accounts(), crumb(user.display_name, reverse("account", args=[user.public_id]))]


def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show one account with its rights."""
    user = get_object_or_404(visible_to(request.user), public_id=account_id)
    held = list(user.assignments.select_related(*PLACES).order_by("-valid_from", "-id"))
    return show(
        request,
        "accounts/account.html",
        title=user.display_name,
        account=user,
        state=account_state(user),
        rights=rights_table(held, may_end=True),
        factor=factor_of(user),
        crumbs=_in_accounts(),
    )


def new_account(request: HttpRequest) -> HttpResponse:
    """Open an account with its first right, and invite."""
    form = ask_within(request, AccountForm(request.POST or None))
    if request.method == "POST" and confirmed(request, form):
        if form.carries_out(create_user, actor=request.user, **form.cleaned_data):
            reissue(actor=request.user, user_id=form.result.public_id)
            messages.success(request, _("Le compte est ouvert et l'invitation est prête."))
            return redirect("account", form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Ouvrir un compte"),
        submit=_("Ouvrir le compte"),
        back=reverse("accounts"),
        crumbs=_in_accounts(),
    )


def new_right(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Give a right to an account."""
    user = get_object_or_404(visible_to(request.user), public_id=account_id)
    form = ask_within(request, RightForm(request.POST or None))
    if request.method == "POST" and confirmed(request, form):
        if form.carries_out(grant, actor=request.user, user_id=account_id, **form.cleaned_data):
            messages.success(request, _("Le droit est donné."))
            return redirect("account", account_id)
    back = reverse("account", args=[account_id])
    return show_form(
        request, form, title=_("Donner un droit"), submit=_("Donner ce droit"), back=back, crumbs=_of(user)
    )


def end_right(request: HttpRequest, right_id: UUID) -> HttpResponse:
    """Ask to confirm, then end a right."""
    right = get_object_or_404(assignments_visible_to(request.user), public_id=right_id)
    form = ask_within(request, NothingForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and confirmed(request, form):
        form.carries_out(end_assignment, actor=request.user, assignment_id=right_id)
    if form.result:
        messages.success(request, _("Le droit a pris fin."))
        return redirect("account", right.user.public_id)
    return show(
        request,
        "components/confirm.html",
        form=form,
        title=_("Mettre fin à un droit"),
        submit=_("Mettre fin à ce droit"),
        warning=_("« %(right)s » ne s'appliquera plus à %(name)s dès la prochaine page.")
        % {"right": right, "name": right.user.display_name},
        back=reverse("account", args=[right.user.public_id]),
        crumbs=_of(right.user),
    )


def new_way_in(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Send a new link, or prepare a new letter."""
    user = get_object_or_404(visible_to(request.user), public_id=account_id)
    way_in = reissue(actor=request.user, user_id=account_id)
    if way_in.channel == "email":
        messages.success(request, _("Un nouveau lien part à l'adresse du compte."))
    else:
        messages.success(
            request, _("Un nouveau code est prêt : imprimez la lettre depuis la page des invitations.")
        )
    return redirect("account", user.public_id) if may_administer(request.user) else redirect("home")


def reset_factor(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Ask to confirm, then take a lost second factor off an account."""
    user = get_object_or_404(visible_to(request.user), public_id=account_id)
    form = ask_within(request, NothingForm(request.POST if request.method == "POST" else None))
    if request.method == "POST" and confirmed(request, form):
        if form.carries_out(reset_second_factor, actor=request.user, user_id=account_id):
            messages.success(
                request,
                _(
                    "La double authentification est réinitialisée ; la personne en est prévenue si elle a une adresse."
                ),
            )
            return redirect("account", account_id)
    return show(
        request,
        "components/confirm.html",
        form=form,
        title=_("Réinitialiser la double authentification"),
        submit=_("Réinitialiser"),
        warning=_(
            "Le mot de passe de %(name)s suffira de nouveau. Assurez-vous de vive voix que la demande vient d'elle."
        )
        % {"name": user.display_name},
        back=reverse("account", args=[account_id]),
        crumbs=_of(user),
    )


def change_state(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Close an account, or open it again."""
    get_object_or_404(visible_to(request.user), public_id=account_id)
    user = set_active(actor=request.user, user_id=account_id, active=request.POST.get("active") == "1")
    messages.success(request, _("Le compte est rouvert.") if user.is_active else _("Le compte est fermé."))
    return redirect("account", account_id)
