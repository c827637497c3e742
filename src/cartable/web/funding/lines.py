"""The page of a line: what each document says of it, what bounds each territory, who holds its envelopes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.models import User
from cartable.funding import actions, perms
from cartable.funding.models import DocumentFigure, Envelope, Line
from cartable.funding.queries import Money, Row, envelopes_visible_to, money, total
from cartable.funding.rules import show as euros
from cartable.funding.words import ceiling, figure
from cartable.web.funding.credit_forms import EnvelopeForm
from cartable.web.funding.reach import envelope_url, fetch_line, money_crumbs, posted
from cartable.web.parts import crumb
from cartable.web.show import paged, show, show_form
from cartable.web.table import Column, Table, link


def line(request: HttpRequest, money_line_id: UUID) -> HttpResponse:
    """Show a line: its ceiling in the words of its document, and its envelopes in reach."""
    found = fetch_line(request, money_line_id)
    rows = money(envelopes_visible_to(request.user).filter(line=found))
    return show(
        request,
        "funding/line.html",
        title=found.name,
        crumbs=money_crumbs(),
        line=found,
        bound=ceiling(found),
        facts=_facts(found, total(rows)),
        opens=_opens(request.user, found),
        may_bound=perms.may_open_programmes(request.user),
        bounds=_bounds_table(request.user, found),
        figures=_figures_table(found),
        envelopes=_envelopes_table(request, rows),
    )


def _facts(found: Line, figures: Money) -> list[tuple[Any, Any]]:
    return [
        (_("Délégué"), euros(figures.delegated)),
        (_("Engagé"), euros(figures.committed)),
        (_("Payé"), euros(figures.paid)),
        (_("Reste à engager"), euros(figures.left_to_commit)),
        (_("Deux personnes à partir de"), euros(found.second_person_from_cents)),
    ]


def _opens(user: User, found: Line) -> str:
    """Give the address where an envelope is opened at the top of the line, to who may."""
    mine = perms.may_open_own_line(user, found.funder) if found.own_money else perms.may_open_programmes(user)
    return reverse("envelope-new", args=[found.public_id]) if mine else ""


def _bounds_table(user: User, found: Line) -> Table | None:
    """Give what bounds the line on the territories in reach."""
    seen = envelopes_visible_to(user).filter(line=found).order_by()
    regions = {one.region_id or (one.department.region_id if one.department else None) for one in seen}
    departments = {one.department_id for one in seen}
    rows = [
        one
        for one in found.ceilings.select_related("region", "department", "document")
        if one.region_id in regions - {None} or one.department_id in departments - {None}
    ]
    if not rows:
        return None
    return Table(
        caption=_("Plafonds par territoire"),
        columns=[
            Column(_("Territoire"), lambda one: one.department or one.region, heads=True),
            Column(_("Plafond"), ceiling),
            Column(_("Calcul ou texte"), lambda one: one.basis or "—"),
            Column(_("Document"), lambda one: one.document or "—"),
        ],
        rows=rows,
    )


def _figures_table(found: Line) -> Table | None:
    rows = DocumentFigure.objects.filter(line=found).select_related("document", "region")
    if not rows:
        return None
    return Table(
        caption=_("Ce que disent les documents"),
        columns=[
            Column(_("Document"), lambda one: one.document.title, heads=True),
            Column(_("Ce qui est chiffré"), lambda one: one.label),
            Column(_("Chiffre"), figure),
            Column(_("Dans le texte"), lambda one: one.words),
            Column(_("Endroit"), lambda one: one.place or "—"),
        ],
        rows=rows,
    )


def _envelopes_table(request: HttpRequest, rows: list[Row]) -> Table:
    def figure(name: str, words: str) -> Column:
        return Column(words, lambda row: euros(getattr(row.money, name)), numeric=True)

    return Table(
        caption=_("Enveloppes"),
        columns=[
            Column(
                _("Gestionnaire"),
                lambda row: link(row.envelope.holder.name, envelope_url(row.envelope)),
                heads=True,
            ),
            Column(_("Exercice"), lambda row: str(row.envelope.year)),
            figure("held", _("Tenu ici")),
            figure("committed", _("Engagé")),
            figure("paid", _("Payé")),
            figure("left_to_commit", _("Reste à engager")),
        ],
        rows=paged(request, rows),
        empty=_("Aucune enveloppe n'est encore ouverte sur cette ligne."),
    )


def open_envelope(request: HttpRequest, money_line_id: UUID) -> HttpResponse:
    """Open the envelope of a year at the top of a line, with its first credits."""
    found = fetch_line(request, money_line_id)
    if not _opens(request.user, found):
        raise Http404
    form = EnvelopeForm(posted(request), line=found)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carries_out(_open, user=request.user, line=found, form=form)
    ):
        messages.success(request, _("L'enveloppe est ouverte."))
        return redirect(envelope_url(form.result))
    return show_form(
        request,
        form,
        title=_("Ouvrir l'enveloppe d'un exercice"),
        intro=found.name,
        submit=_("Ouvrir l'enveloppe"),
        back=reverse("money-line", args=[money_line_id]),
        crumbs=[*money_crumbs(), crumb(found.name, reverse("money-line", args=[money_line_id]))],
    )


@transaction.atomic
def _open(*, user: User, line: Line, form: EnvelopeForm) -> Envelope:
    envelope = actions.open_envelope(
        actor=user, line_id=line.public_id, year=form.cleaned_data["year"], holder_id=line.funder.public_id
    )
    if form.asked["ae_cents"] or form.asked["cp_cents"]:
        actions.open_credits(actor=user, envelope_id=envelope.public_id, **form.asked)
    return envelope
