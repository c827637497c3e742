"""Pages of programmes: what was decided, its documents, its lines and their ceilings. The ministry writes them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding import actions, perms
from cartable.funding.models import Line, Programme
from cartable.funding.queries import lines_visible_to, programmes_visible_to
from cartable.funding.words import ceiling
from cartable.territories.models import Department, Region
from cartable.web.forms import Form
from cartable.web.funding.programme_forms import BoundForm, CeilingForm, DocumentForm, LineForm, ProgrammeForm
from cartable.web.funding.reach import fetch_line, money_crumbs
from cartable.web.parts import crumb
from cartable.web.show import show, show_form
from cartable.web.table import Column, Table, link


def programmes(request: HttpRequest) -> HttpResponse:
    """List the programmes in reach."""
    table = Table(
        caption=_("Programmes"),
        columns=[
            Column(_("Nom"), lambda one: link(one.name, _url(one)), heads=True),
            Column(_("Du"), lambda one: date_format(one.starts_on, "j F Y")),
            Column(_("Au"), lambda one: date_format(one.ends_on, "j F Y")),
        ],
        rows=programmes_visible_to(request.user),
        empty=_("Aucun programme n'est encore ouvert."),
    )
    return show(
        request,
        "funding/programmes.html",
        title=_("Programmes"),
        crumbs=money_crumbs(),
        table=table,
        may_open=perms.may_open_programmes(request.user),
    )


def _url(found: Programme) -> str:
    return reverse("programme", args=[found.public_id])


def _crumbs(found: Programme | None = None) -> list[dict[str, Any]]:
    here = [*money_crumbs(), crumb(_("Programmes"), reverse("programmes"))]
    return [*here, crumb(found.name, _url(found))] if found else here


def programme(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Show a programme: its lines with their ceilings in the words of their documents."""
    found = _fetch(request, programme_id)
    return show(
        request,
        "funding/programme.html",
        title=found.name,
        crumbs=_crumbs(),
        programme=found,
        lines=_lines_table(lines_visible_to(request.user).filter(programme=found)),
        documents=_documents_table(found),
        may_open=perms.may_open_programmes(request.user),
    )


def _fetch(request: HttpRequest, programme_id: UUID) -> Programme:
    return get_object_or_404(programmes_visible_to(request.user), public_id=programme_id)


def _lines_table(rows: Any) -> Table:
    return Table(
        caption=_("Lignes"),
        columns=[
            Column(
                _("Ligne"),
                lambda one: link(one.name, reverse("money-line", args=[one.public_id])),
                heads=True,
            ),
            Column(_("Plafond"), ceiling),
            Column(_("Public"), lambda one: one.get_serves_display()),
            Column(_("Financeur"), lambda one: one.funder.name),
            Column(_("Document"), lambda one: one.document or "—"),
        ],
        rows=rows,
        empty=_("Aucune ligne n'est encore ouverte."),
    )


def _documents_table(found: Programme) -> Table:
    return Table(
        caption=_("Documents"),
        columns=[
            Column(_("Titre"), lambda one: one.title, heads=True),
            Column(_("Date"), lambda one: date_format(one.dated, "j F Y") if one.dated else "—"),
            Column(_("Où le lire"), lambda one: one.where or "—"),
        ],
        rows=found.documents.all(),
        empty=_("Aucun document."),
    )


def new_programme(request: HttpRequest) -> HttpResponse:
    """Open a programme."""
    form = ProgrammeForm(request.POST or None)
    if _done(request, form, lambda: actions.open_programme(actor=request.user, **form.cleaned_data)):
        return redirect(_url(form.result))
    return _asked(request, form, _("Ouvrir un programme"), reverse("programmes"), _crumbs())


def new_document(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Add a source document."""
    found = _own(request, programme_id)
    form = DocumentForm(request.POST or None)
    act = lambda: actions.add_document(actor=request.user, programme=found, **form.cleaned_data)  # noqa: E731
    if _done(request, form, act):
        return redirect(_url(found))
    return _asked(request, form, _("Ajouter un document"), _url(found), _crumbs(found))


def new_line(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    """Open a line, with its ceiling."""
    found = _own(request, programme_id)
    form = LineForm(request.POST or None, documents=list(found.documents.all()))
    if _done(request, form, lambda: _open_line(request, found, form)):
        return redirect(_url(found))
    return _asked(request, form, _("Ouvrir une ligne"), _url(found), _crumbs(found))


def _open_line(request: HttpRequest, found: Programme, form: LineForm) -> Line:
    ministry = Body.objects.filter(kind=BodyKind.MINISTRY).order_by("id").first()
    if ministry is None:
        raise Http404
    return actions.open_line(actor=request.user, programme=found, funder=ministry, **form.asked)


def line_bound(request: HttpRequest, money_line_id: UUID) -> HttpResponse:
    """Say how large a line is, now that a document says it."""
    line = fetch_line(request, money_line_id)
    if not perms.may_open_programmes(request.user) or line.own_money:
        raise Http404
    documents = list(line.programme.documents.all())
    form = CeilingForm(request.POST or None, initial=_ceiling_of(line), documents=documents)
    if _done(request, form, lambda: actions.set_line_ceiling(actor=request.user, line=line, **form.said)):
        return redirect("money-line", line.public_id)
    back = reverse("money-line", args=[line.public_id])
    return _asked(request, form, _("Plafond de la ligne"), back, [*money_crumbs(), crumb(line.name, back)])


def _ceiling_of(line: Line) -> dict[str, Any]:
    """Give what the form shows first; an amount that is computed from another is left to be computed."""
    now = {name: getattr(line, name) for name in ("kind", "cents", "percent", "base_cents", "basis")}
    computed = {"cents": None} if line.base_cents else {}
    return {**now, **computed, "document": str(line.document.public_id) if line.document else ""}


def new_bound(request: HttpRequest, money_line_id: UUID) -> HttpResponse:
    """Bound a line on one territory."""
    line = fetch_line(request, money_line_id)
    if not perms.may_open_programmes(request.user):
        raise Http404
    places = _places()
    form = BoundForm(
        request.POST or None,
        documents=list(line.programme.documents.all()),
        territories=[(code, str(place)) for code, place in places.items()],
    )
    act = lambda: _set_bound(request, line, places[form.cleaned_data["territory"]], form)  # noqa: E731
    if _done(request, form, act):
        return redirect("money-line", line.public_id)
    back = reverse("money-line", args=[line.public_id])
    return _asked(
        request, form, _("Plafond d'un territoire"), back, [*money_crumbs(), crumb(line.name, back)]
    )


def _places() -> dict[str, Region | Department]:
    regions = {f"r-{one.code}": one for one in Region.objects.order_by("name")}
    return {**regions, **{f"d-{one.code}": one for one in Department.objects.order_by("en_code")}}


def _set_bound(request: HttpRequest, line: Line, place: Region | Department, form: BoundForm) -> Any:
    where = {"region": place} if isinstance(place, Region) else {"department": place}
    return actions.set_ceiling(actor=request.user, line=line, **where, **form.said)


def _own(request: HttpRequest, programme_id: UUID) -> Programme:
    found = _fetch(request, programme_id)
    if not perms.may_open_programmes(request.user):
        raise Http404
    return found


def _done(request: HttpRequest, form: Form, act: Callable[[], Any]) -> bool:
    """Do what a valid form asks, and say it."""
    if request.method != "POST" or not form.is_valid() or not form.carries_out(act):
        return False
    messages.success(request, _("C'est enregistré."))
    return True


def _asked(
    request: HttpRequest, form: Form, title: str, back: str, crumbs: list[dict[str, Any]]
) -> HttpResponse:
    return show_form(request, form, title=title, submit=_("Enregistrer"), back=back, crumbs=crumbs)
