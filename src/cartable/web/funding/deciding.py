"""Deciding on a commitment: for whom, proposed or committed at once, joined, confirmed, refused, closed."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding import actions
from cartable.funding.actions.committing import threshold
from cartable.funding.enums import CommitmentState
from cartable.funding.models import Commitment, CommitmentPart, Envelope
from cartable.funding.queries import envelopes_run_by, parts_awaited_from, reservations_of, reservations_on
from cartable.funding.rules import show as euros
from cartable.funding.words import awaited, due
from cartable.web.forms import Form, words_asked
from cartable.web.funding.bearers import bearers_for, cofunders_named, schools_for
from cartable.web.funding.commitment_forms import (
    AwaitedForm,
    BearerForm,
    CommitForm,
    DayForm,
    JoinForm,
    NumberForm,
    ReasonForm,
)
from cartable.web.funding.purse import purse_of
from cartable.web.funding.reach import (
    commitment_crumbs,
    commitment_url,
    envelope_url,
    fetch_commitment,
    fetch_part_of,
    fetch_run,
    money_crumbs,
    parts_of,
    posted,
)
from cartable.web.proof import confirmed
from cartable.web.show import show, show_form


def choose_bearer(request: HttpRequest, envelope_id: UUID) -> HttpResponse:
    """Look for who will receive the money; who is not known is added."""
    envelope = fetch_run(request, envelope_id)
    words = words_asked(request.GET)
    return show(
        request,
        "funding/choose_bearer.html",
        title=_("Engager une dépense : pour qui ?"),
        crumbs=money_crumbs(envelope),
        envelope=envelope,
        words=words,
        bodies=bearers_for(request.user, words),
        schools=schools_for(request.user, words),
    )


def new_bearer(request: HttpRequest, envelope_id: UUID) -> HttpResponse:
    """Add a bearer that is not known yet, and go on with the commitment."""
    envelope = fetch_run(request, envelope_id)
    form = BearerForm(posted(request))

    def act() -> Body:
        data = dict(form.cleaned_data)
        return ensure_body(
            actor=request.user, kind=BodyKind(data.pop("kind")), department=envelope.department, **data
        )

    if request.method == "POST" and form.is_valid() and form.carries_out(act):
        return redirect(_with_bearer(envelope, form.result))
    return show_form(
        request,
        form,
        title=_("Ajouter un porteur"),
        submit=_("Ajouter et continuer"),
        back=reverse("commitment-new", args=[envelope_id]),
        crumbs=money_crumbs(envelope),
    )


def school_bearer(request: HttpRequest, envelope_id: UUID, school_id: UUID) -> HttpResponse:
    """Take a school as a legal person for the bearer, and go on with the commitment."""
    envelope = fetch_run(request, envelope_id)
    school = get_object_or_404(schools_for(request.user), public_id=school_id)
    body = ensure_body(actor=request.user, kind=BodyKind.SCHOOL, name=school.name, school=school)
    return redirect(_with_bearer(envelope, body))


def _with_bearer(envelope: Envelope, body: Body) -> str:
    return reverse("commitment-write", args=[envelope.public_id, body.public_id])


def write(request: HttpRequest, envelope_id: UUID, bearer_id: UUID) -> HttpResponse:
    """Commit money of an envelope to a bearer, or propose it from the threshold on."""
    envelope = fetch_run(request, envelope_id)
    bearer = get_object_or_404(bearers_for(request.user), public_id=bearer_id)
    others = envelopes_run_by(request.user).exclude(pk=envelope.pk).filter(year=envelope.year)
    kept = reservations_on(envelope)
    form = CommitForm(
        posted(request),
        envelope=envelope,
        others=others,
        reservations=kept,
        bearer=bearer,
        find=lambda words: cofunders_named(request.user, words),
    )
    if request.method == "POST" and form.is_valid() and _proven(request, form, form.paying, form.whole):
        if form.carries_out(actions.commit, actor=request.user, bearer_id=bearer_id, **form.asked):
            messages.success(request, _what_happened(form.result))
            return redirect(commitment_url(form.result))
    left = {"left": euros(purse_of(envelope).ae), "limit": euros(envelope.line.second_person_from_cents)}
    return show_form(
        request,
        form,
        title=_("Engager pour %(bearer)s") % {"bearer": bearer.name},
        intro=_("Reste à engager : %(left)s. À partir de %(limit)s, une seconde personne confirme.") % left,
        submit=_("Engager"),
        back=envelope_url(envelope),
        crumbs=money_crumbs(envelope),
    )


def _proven(request: HttpRequest, form: Form, paying: Sequence[Envelope], whole: int) -> bool:
    """From the lowest threshold of the lines that pay on, ask again who is there: a screen may have been left open.

    `whole` is all of the commitment, whatever the part of it that is decided here.
    """
    return whole < threshold(paying) or confirmed(request, form)


def _what_happened(found: Commitment) -> str:
    if found.state == CommitmentState.COMMITTED:
        return _("La dépense est engagée.")
    if said := awaited(found.awaited.select_related("body")):
        return _("L'argent est réservé. Attendu de %(awaited)s.") % {"awaited": said}
    return _("L'argent est réservé. L'engagement attend une seconde personne, ou la part d'un cofinanceur.")


def join(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Add the part of a co-funder to a commitment that waits for it."""
    found = fetch_commitment(request, commitment_id)
    parts = parts_of(found)
    mine = list(envelopes_run_by(request.user).filter(year=parts[0].envelope.year))
    form = _joining(request, found, mine)
    if request.method == "POST" and form.is_valid():
        part, whole = form.part(), found.net_cents + found.vat_cents
        paying = [
            *(one.envelope for one in parts),
            *(one for one in mine if str(one.public_id) == part.envelope_id),
        ]
        said = {name: form.cleaned_data[name] for name in ("key", "on")}
        asked = {"commitment_id": commitment_id, "part": part, **said}
        if _proven(request, form, paying, whole) and form.carries_out(
            actions.join, actor=request.user, **asked
        ):
            messages.success(request, _("Votre part est ajoutée."))
            return redirect(commitment_url(found))
    return show_form(
        request,
        form,
        title=_("Ajouter votre part"),
        intro=_what_is_due(found, parts, form),
        submit=_("Ajouter"),
        back=commitment_url(found),
        crumbs=commitment_crumbs(request, parts),
    )


def _joining(request: HttpRequest, found: Commitment, mine: list[Envelope]) -> JoinForm | AwaitedForm:
    """Give the form of what was asked of the person's body by name; else that of any part."""
    asked = list(parts_awaited_from(request.user).filter(commitment=found))
    if not asked:
        return JoinForm(posted(request), envelopes=mine)
    bodies = {one.body_id for one in asked}
    return AwaitedForm(
        posted(request), envelopes=[one for one in mine if one.holder_id in bodies], awaited=asked
    )


def _what_is_due(found: Commitment, parts: list[CommitmentPart], form: JoinForm | AwaitedForm) -> str:
    if isinstance(form, JoinForm):
        lacking = found.net_cents + found.vat_cents - sum(part.amount_cents for part in parts)
        words = {"lacking": euros(lacking), "subject": found.subject}
        return _("Il manque %(lacking)s pour : %(subject)s.") % words
    said = {"due": ", ".join(map(due, form.awaited.values())), "subject": found.subject}
    asked = _("On attend votre part, %(due)s, pour : %(subject)s.") % said
    if form.fields["envelope"].choices:
        return asked
    year = parts[0].envelope.year
    nothing = _("Vous n'avez pas d'enveloppe de l'exercice %(year)s : ouvrez-la d'abord depuis « Crédits ».")
    return f"{asked} {nothing % {'year': year}}"


def confirm(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Confirm a proposal as a second person."""
    found, parts = fetch_part_of(request, commitment_id)
    form = DayForm(posted(request))
    whole = {"whole": euros(found.net_cents + found.vat_cents), "bearer": found.bearer.name}
    page = {
        "title": _("Confirmer l'engagement"),
        "intro": _("%(bearer)s : %(whole)s, proposé par une autre personne.") % whole,
        "submit": _("Confirmer"),
    }
    said = _("L'engagement est confirmé.")
    return _decided(
        request,
        found,
        form,
        actions.confirm,
        said,
        proof=True,
        crumbs=money_crumbs(parts[0].envelope),
        **page,
    )


def refuse(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Refuse a proposal, or take back one's own."""
    found, parts = fetch_part_of(request, commitment_id)
    page = {
        "title": _("Refuser ou retirer la proposition"),
        "submit": _("Refuser"),
        "crumbs": money_crumbs(parts[0].envelope),
    }
    said = _("L'engagement est refusé ; l'argent est de nouveau disponible.")
    return _decided(request, found, ReasonForm(posted(request)), actions.refuse, said, **page)


def reopen(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Open a closed commitment again."""
    found, parts = fetch_part_of(request, commitment_id)
    page = {
        "title": _("Rouvrir l'engagement"),
        "submit": _("Rouvrir"),
        "crumbs": money_crumbs(parts[0].envelope),
    }
    said = _("L'engagement est rouvert.")
    return _decided(request, found, ReasonForm(posted(request)), actions.reopen, said, **page)


def number(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Write the number of the commitment in the State's accounts."""
    found, parts = fetch_part_of(request, commitment_id)
    form = NumberForm(posted(request), initial={"number": found.number})
    page = {
        "title": _("Numéro d'engagement"),
        "submit": _("Enregistrer"),
        "crumbs": money_crumbs(parts[0].envelope),
    }
    return _decided(request, found, form, actions.set_number, _("Le numéro est enregistré."), **page)


def close(request: HttpRequest, commitment_id: UUID) -> HttpResponse:
    """Close a commitment of which nothing is left."""
    found, parts = fetch_part_of(request, commitment_id)
    page = {
        "title": _("Solder l'engagement"),
        "intro": _("Rien n'est plus à payer, à justifier ni à reverser."),
        "submit": _("Solder"),
        "crumbs": money_crumbs(parts[0].envelope),
    }
    return _decided(
        request, found, Form(posted(request)), actions.close, _("L'engagement est soldé."), **page
    )


def _decided(
    request: HttpRequest,
    found: Commitment,
    form: Form,
    act: Callable[..., Any],
    said: str,
    *,
    proof: bool = False,
    **page: Any,
) -> HttpResponse:
    """Show a form of a commitment; where it is sent and nothing is refused, carry it out and go back."""
    sent = request.method == "POST" and form.is_valid() and (not proof or confirmed(request, form))
    data = {name: value for name, value in form.cleaned_data.items() if name != "proof"} if sent else {}
    if sent and form.carries_out(act, actor=request.user, commitment_id=found.public_id, **data):
        messages.success(request, said)
        return redirect(commitment_url(found))
    return show_form(request, form, back=commitment_url(found), **page)


def give_back(request: HttpRequest, reservation_id: UUID) -> HttpResponse:
    """Give what is left of a reservation back to its envelope, with a reason."""
    run = envelopes_run_by(request.user)
    found = get_object_or_404(reservations_of(run), public_id=reservation_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        asked = {"reservation_id": reservation_id, "reason": form.cleaned_data["reason"]}
        if form.carries_out(actions.release_reservation, actor=request.user, **asked):
            messages.success(request, _("L'argent est rendu à l'enveloppe."))
            return redirect(envelope_url(found.envelope))
    return show_form(
        request,
        form,
        title=_("Rendre une réservation"),
        intro=_("%(purpose)s : %(left)s") % {"purpose": found.purpose, "left": euros(found.left)},
        submit=_("Rendre"),
        back=envelope_url(found.envelope),
        crumbs=money_crumbs(found.envelope),
    )
