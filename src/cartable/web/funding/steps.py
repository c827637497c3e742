"""How credits come down and go back: opened, announced, notified, withdrawn, moved, redeployed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cartable.funding import actions
from cartable.funding.models import Delegation, Envelope
from cartable.funding.rules import show as euros
from cartable.web.forms import Form
from cartable.web.funding.credit_forms import (
    CancelForm,
    DelegateForm,
    MoveForm,
    NotifyForm,
    OpeningForm,
    RedeployForm,
    WithdrawForm,
    choices_of,
)
from cartable.web.funding.purse import children_of, holders_without, purse_of, purses
from cartable.web.funding.reach import (
    envelope_url,
    fetch_notification,
    fetch_run,
    money_crumbs,
    notification_url,
    posted,
)
from cartable.web.show import show, show_form


def open_credits(request: HttpRequest, top_envelope_id: UUID) -> HttpResponse:
    """Open credits in an envelope that nobody is above."""
    envelope = _top(request, top_envelope_id)
    form = OpeningForm(posted(request))

    def act() -> Delegation:
        return actions.open_credits(actor=request.user, envelope_id=top_envelope_id, **form.asked)

    said = _("Les crédits sont ouverts.")
    page = {"title": _("Ouvrir des crédits"), "submit": _("Ouvrir les crédits")}
    return _asked(request, envelope, form, act, said, **page)


def delegate(request: HttpRequest, above_envelope_id: UUID) -> HttpResponse:
    """Delegate credits to an envelope below, which is opened with its first credits where it is not there yet."""
    envelope = fetch_run(request, above_envelope_id)
    children = children_of(envelope)
    below = [
        (f"new-{one.public_id}", _("%(name)s (première dotation)") % {"name": one.name})
        for one in holders_without(envelope, children)
    ]
    if not children and not below:
        raise Http404
    form = DelegateForm(posted(request), targets=[*choices_of(children), *below])
    page = {"title": _("Déléguer des crédits"), "submit": _("Déléguer"), "intro": _left(envelope)}
    said = _("La délégation est enregistrée ; sa lettre est prête dès qu'elle est notifiée.")
    return _asked(request, envelope, form, lambda: _delegate(request, envelope, form), said, **page)


@transaction.atomic
def _delegate(request: HttpRequest, envelope: Envelope, form: DelegateForm) -> Delegation:
    data, asked = form.cleaned_data, form.asked
    ends = {"source_id": envelope.public_id, "target_id": _target(request, envelope, data["target"])}
    if data["only_announce"]:
        return actions.announce(
            actor=request.user, **ends, **{**asked, "on": data["announced_on"] or data["on"]}
        )
    return actions.delegate(actor=request.user, announced_on=data["announced_on"], **ends, **asked)


def _target(request: HttpRequest, envelope: Envelope, chosen: str) -> UUID:
    """Give the envelope below that was chosen, opened at its first credits."""
    if not chosen.startswith("new-"):
        return UUID(chosen)
    opened = actions.open_envelope(
        actor=request.user,
        line_id=envelope.line.public_id,
        year=envelope.year,
        holder_id=UUID(chosen.removeprefix("new-")),
        parent_id=envelope.public_id,
    )
    return opened.public_id


def withdraw(request: HttpRequest, above_envelope_id: UUID) -> HttpResponse:
    """Take back what an envelope below has not used."""
    envelope, children = _with_children(request, above_envelope_id)
    form = WithdrawForm(posted(request), targets=_with_left(children))

    def act() -> Delegation:
        child = UUID(form.cleaned_data["target"])
        return actions.withdraw(actor=request.user, envelope_id=child, **form.asked)

    page = {"title": _("Reprendre des crédits"), "submit": _("Reprendre")}
    return _asked(request, envelope, form, act, _("Les crédits sont revenus dans votre enveloppe."), **page)


def move(request: HttpRequest, above_envelope_id: UUID) -> HttpResponse:
    """Move credits between two envelopes below."""
    envelope, children = _with_children(request, above_envelope_id)
    form = MoveForm(posted(request), targets=_with_left(children))

    def act() -> Delegation:
        ends = {f"{end}_id": UUID(form.cleaned_data[end]) for end in ("source", "target")}
        return actions.move(actor=request.user, **ends, **form.asked)

    page = {"title": _("Virer des crédits"), "submit": _("Virer")}
    return _asked(request, envelope, form, act, _("Les crédits sont virés."), **page)


def redeploy(request: HttpRequest, above_envelope_id: UUID) -> HttpResponse:
    """Before the year's end, take back from several envelopes and give to several, in one decision."""
    envelope, children = _with_children(request, above_envelope_id)
    form = RedeployForm(posted(request), envelopes=children)

    def act() -> list[Delegation]:
        data = {name: form.cleaned_data[name] for name in ("on", "reason", "key")}
        taken, given = form.amounts("take"), form.amounts("give")
        return actions.redeploy(actor=request.user, withdrawals=taken, delegations=given, **data)

    if request.method == "POST" and form.is_valid() and form.carries_out(act):
        messages.success(request, _("Le redéploiement est fait : une lettre pour chaque enveloppe."))
        return redirect(envelope_url(envelope))
    held = purses(children)
    return show(
        request,
        "funding/redeploy.html",
        title=_("Redéployer avant la fin de l'année"),
        crumbs=money_crumbs(envelope),
        envelope=envelope,
        form=form,
        rows=[(one, held[one.pk], form.fields_of(one)) for one in children],
        back=envelope_url(envelope),
    )


def notify(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Notify an announced delegation: the money moves, the letter gets its number."""
    found = _announced(request, notification_id)
    form = NotifyForm(posted(request))

    def act() -> Delegation:
        return actions.notify(actor=request.user, delegation_id=notification_id, **form.cleaned_data)

    page = {"title": _("Notifier la délégation"), "submit": _("Notifier"), "intro": _amounts(found)}
    return _settled(request, found, form, act, _("La délégation est notifiée ; sa lettre est prête."), **page)


def cancel(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Give up an announced delegation, with a reason."""
    found = _announced(request, notification_id)
    form = CancelForm(posted(request))

    def act() -> Delegation:
        return actions.cancel(actor=request.user, delegation_id=notification_id, **form.cleaned_data)

    page = {"title": _("Abandonner la délégation"), "submit": _("Abandonner"), "intro": _amounts(found)}
    return _settled(request, found, form, act, _("La délégation est abandonnée."), **page)


def _asked(
    request: HttpRequest, envelope: Envelope, form: Form, act: Callable[..., Any], said: str, **page: Any
) -> HttpResponse:
    """Show a form of an envelope; where it is sent and nothing is refused, carry it out and go back."""
    if request.method == "POST" and form.is_valid() and form.carries_out(act):
        messages.success(request, said)
        return redirect(envelope_url(envelope))
    return show_form(request, form, back=envelope_url(envelope), crumbs=money_crumbs(envelope), **page)


def _settled(
    request: HttpRequest, found: Delegation, form: Form, act: Callable[..., Any], said: str, **page: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and form.carries_out(act):
        messages.success(request, said)
        return redirect(notification_url(found))
    return show_form(request, form, back=notification_url(found), crumbs=money_crumbs(found.source), **page)


def _top(request: HttpRequest, envelope_id: UUID) -> Envelope:
    envelope = fetch_run(request, envelope_id)
    if envelope.parent_id is not None:
        raise Http404
    return envelope


def _with_children(request: HttpRequest, envelope_id: UUID) -> tuple[Envelope, list[Envelope]]:
    envelope = fetch_run(request, envelope_id)
    children = children_of(envelope)
    if not children:
        raise Http404
    return envelope, children


def _announced(request: HttpRequest, notification_id: UUID) -> Delegation:
    """Fetch an announced delegation that leaves an envelope that the person decides on, or 404."""
    found = fetch_notification(request, notification_id)
    if found.source is None:
        raise Http404
    fetch_run(request, found.source.public_id)
    return found


def _with_left(children: list[Envelope]) -> list[tuple[str, str]]:
    """Give envelopes as choices, each with what it has left."""
    held = purses(children)
    named = [(str(one.public_id), f"{one.holder.name} : {_left_in_words(held[one.pk])}") for one in children]
    return [("", _("Choisissez")), *named]


def _left(envelope: Envelope) -> str:
    return _("Disponible : %(left)s.") % {"left": _left_in_words(purse_of(envelope))}


def _left_in_words(purse: Any) -> str:
    said = {"ae": euros(purse.ae), "cp": euros(purse.cp), "lapsed": euros(purse.lapsed)}
    if purse.lapsed:
        return _("%(ae)s en AE, %(cp)s en CP (dont %(lapsed)s d'années passées, qui ne paient plus)") % said
    return _("%(ae)s en AE, %(cp)s en CP") % said


def _amounts(found: Delegation) -> str:
    said = {"ae": euros(found.ae_cents), "cp": euros(found.cp_cents), "holder": found.target.holder.name}
    return _("%(holder)s : %(ae)s en AE, %(cp)s en CP.") % said
