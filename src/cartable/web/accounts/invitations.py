"""Letting in the schools of a département, or the écoles of a circonscription."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.accounts.access import access_counts, departments_to_invite, ecole_count
from cartable.accounts.actions import Invited, invite_all, invite_ecoles, letters_sent
from cartable.accounts.letters import letters, sheet
from cartable.accounts.models import User
from cartable.accounts.queries import letters_to_print
from cartable.bodies.models import Body
from cartable.documents.render import invitation_letter
from cartable.territories.models import Circonscription
from cartable.territories.scope import Scope
from cartable.web.accounts.forms import InviteForm, NothingForm
from cartable.web.accounts.tables import access_table
from cartable.web.answers import pdf
from cartable.web.parts import crumb
from cartable.web.show import show, show_form


# Beyond so many départements the page asks which one.
MANY = 3


def invitations(request: HttpRequest) -> HttpResponse:
    """Show who has a way in, and what is left to do."""
    choice = list(departments_to_invite(request.user))
    chosen = [place for place in choice if place.code == request.GET.get("departement")]
    shown = chosen or (choice if len(choice) <= MANY else [])
    return show(
        request,
        "accounts/invitations.html",
        title=_("Invitations"),
        choice=choice if len(choice) > MANY else [],
        departments=[(place, access_table(access_counts(place))) for place in shown],
        circonscriptions=[(place, access_table([ecole_count(place)])) for place in _led(request.user)],
        letters=letters_to_print(request.user).count(),
    )


def _led(user: User) -> list[Circonscription]:
    return list(Circonscription.objects.filter(id__in=user.scope.circonscription_ids))


def invite_department(request: HttpRequest, department_id: UUID) -> HttpResponse:
    """Let in the audiences that were ticked."""
    department = get_object_or_404(departments_to_invite(request.user), public_id=department_id)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(invite_all, actor=request.user, department_id=department_id, **form.cleaned_data):
            return _told(request, form.result)
    return show_form(
        request,
        form,
        title=_("Ouvrir les accès : %(place)s") % {"place": department},
        submit=_("Ouvrir les accès"),
        back=reverse("invitations"),
        crumbs=_crumbs(),
        intro=_(
            "Un lien part à l'adresse de l'annuaire ; une lettre avec un code est préparée pour les autres."
            " Ceux qui ont déjà un accès ne reçoivent rien."
        ),
    )


def invite_circonscription(request: HttpRequest, circonscription_id: UUID) -> HttpResponse:
    """Let in the directors of the écoles of a circonscription."""
    place = get_object_or_404(
        Circonscription, public_id=circonscription_id, id__in=request.user.scope.circonscription_ids
    )
    form = NothingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.carries_out(
        invite_ecoles, actor=request.user, circonscription_id=circonscription_id
    ):
        return _told(request, form.result)
    return show_form(
        request,
        form,
        title=_("Ouvrir l'accès aux écoles : %(place)s") % {"place": place},
        submit=_("Ouvrir les accès"),
        back=reverse("invitations"),
        crumbs=_crumbs(),
        intro=_("Chaque directeur reçoit un lien à l'adresse de l'école, ou une lettre avec un code."),
    )


def _crumbs() -> list[dict]:
    return [crumb(_("Invitations"), reverse("invitations"))]


def _told(request: HttpRequest, done: Invited) -> HttpResponse:
    if not done.links + done.letters:
        messages.info(request, _("Tous ont déjà un accès : rien n'est parti."))
        return redirect("invitations")
    links = ngettext("%(n)d lien part par courriel", "%(n)d liens partent par courriel", done.links)
    paper = ngettext("%(n)d lettre est à imprimer", "%(n)d lettres sont à imprimer", done.letters)
    messages.success(request, f"{links % {'n': done.links}}, {paper % {'n': done.letters}}.")
    return redirect("invitations")


def letters_pdf(request: HttpRequest) -> HttpResponse:
    """Give the letters with a code as one file, one page a recipient."""
    waiting = list(letters_to_print(request.user))
    if not waiting:
        raise Http404
    issuer = _sender(request.user.scope)
    pages = letters(waiting, issuer=issuer, operation="continuité pédagogique")
    return pdf(invitation_letter(sheet(issuer), pages), "lettres-acces")


def _sender(scope: Scope) -> Body | Circonscription:
    """Give who writes, so that a school can call back: its inspector, the body that leads, else the service itself."""
    return (
        Body.objects.filter(id__in=scope.body_ids).first()
        or Circonscription.objects.filter(id__in=scope.circonscription_ids).first()
        or Body(name="Cartable")
    )


def letters_posted(request: HttpRequest) -> HttpResponse:
    """Forget the codes once the letters are posted."""
    count = letters_sent(actor=request.user)
    messages.success(
        request,
        ngettext(
            "Le code d'%(n)d lettre est effacé ici.", "Les codes de %(n)d lettres sont effacés ici.", count
        )
        % {"n": count},
    )
    return redirect("invitations")
