"""The documents behind a figure, as a page: what was notified, committed, paid, justified; their sum is the figure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.funding.queries import money, reservations_of
from cartable.funding.queries.pieces import (
    GIVEN_BACK,
    JUSTIFIED,
    PAID,
    Signs,
    came_from_above,
    movements_behind,
    parts_decided,
    parts_waiting,
    sum_of,
)
from cartable.funding.rules import show as euros
from cartable.web.funding.reach import commitment_url, envelope_name, envelope_url, notification_url
from cartable.web.funding.where import FIGURES, figure_words
from cartable.web.funding.where_form import Asked, asked
from cartable.web.funding.words import commitment_badge, day
from cartable.web.parts import crumb
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, link


BY_WORD = {word: name for name, word in FIGURES.items()}


@dataclass(frozen=True, slots=True)
class Pieces:
    """The documents of a figure: their rows, how to show them, and their sum."""

    rows: Any
    columns: list[Column]
    total: int


def pieces(request: HttpRequest) -> HttpResponse:
    """List the documents behind one figure."""
    question = asked(request)
    name = BY_WORD.get(request.GET.get("chiffre", FIGURES["delegated"]))
    if name is None or not question.ok:
        raise Http404
    found = OF[name](question)
    return show(
        request,
        "funding/pieces.html",
        title=_("%(figure)s : les pièces") % {"figure": figure_words()[name]},
        crumbs=[crumb(_("Crédits"), reverse("money") + question.query())],
        said=_said(question),
        total=euros(found.total),
        table=Table(
            caption=_("Pièces"),
            columns=found.columns,
            rows=paged(request, found.rows),
            empty=_("Aucune pièce derrière ce chiffre."),
        ),
    )


def _said(question: Asked) -> str:
    """Say what was asked, in the words of the form."""
    fields = question.form.fields
    chosen = [
        _label(fields[name].choices, question.given[name])
        for name in ("ligne", "territoire", "financeur", "exercice")
    ]
    at = [_("au %(day)s") % {"day": day(question.at)}] if question.at else []
    return ", ".join([word for word in chosen if word] + at)


def _label(choices: Any, value: str) -> str:
    flat = [pair for key, label in choices for pair in (label if isinstance(label, list) else [(key, label)])]
    return str(dict(flat)[value]) if value else ""


def _delegated(question: Asked) -> Pieces:
    rows = came_from_above(question.envelopes, question.at, kept=question.kept)
    columns = [
        Column(_("Lettre"), _letter, heads=True),
        Column(_("Nature"), lambda one: one.get_kind_display()),
        Column(_("De"), lambda one: one.source.holder.name if one.source else _("crédits ouverts")),
        Column(_("À"), lambda one: one.target.holder.name),
        Column(_("Notifiée le"), lambda one: day(one.notified_on)),
        Column(_("AE"), lambda one: _signed(one.signed), numeric=True),
    ]
    return Pieces(rows, columns, sum_of(rows, "signed"))


def _letter(one: Any) -> Any:
    return link(one.letter_number or _("sans numéro"), notification_url(one))


def _committed(question: Asked) -> Pieces:
    """Give the parts that were committed, each less what of it was released or came back to be used again."""
    rows = parts_decided(question.envelopes, question.at)
    back = movements_behind(question.envelopes, GIVEN_BACK, question.at)
    given = dict(back.order_by().values_list("part").annotate(cents=Sum("signed")))
    columns = [
        _subject(lambda part: part.commitment),
        Column(_("Porteur"), lambda part: part.commitment.bearer.name),
        Column(_("Enveloppe"), lambda part: envelope_name(part.envelope)),
        Column(_("Décidé le"), lambda part: day(part.commitment.decided_on)),
        Column(_("Engagé"), lambda part: euros(part.amount_cents - given.get(part.pk, 0)), numeric=True),
        Column(_("État"), lambda part: commitment_badge(part.commitment)),
    ]
    return Pieces(rows, columns, sum_of(rows, "amount_cents") - sum_of(back, "signed"))


def _waiting(question: Asked) -> Pieces:
    rows = parts_waiting(question.envelopes, question.at)
    columns = [
        _subject(lambda part: part.commitment),
        Column(_("Porteur"), lambda part: part.commitment.bearer.name),
        Column(_("Enveloppe"), lambda part: envelope_name(part.envelope)),
        Column(_("Proposé le"), lambda part: day(part.transfer.value_date)),
        Column(_("Demandé"), lambda part: euros(part.amount_cents), numeric=True),
    ]
    return Pieces(rows, columns, sum_of(rows, "amount_cents"))


def _reserved(question: Asked) -> Pieces:
    """Give what is set aside and not committed yet."""
    rows = reservations_of(question.envelopes, question.at)
    columns = [
        Column(_("Objet"), lambda one: one.purpose, heads=True),
        Column(_("Enveloppe"), lambda one: envelope_name(one.envelope)),
        Column(_("Réservé le"), lambda one: day(one.on)),
        Column(_("Reste réservé"), lambda one: euros(one.left), numeric=True),
    ]
    return Pieces(rows, columns, sum(one.left for one in rows))


def _moved(signs: Signs) -> Callable[[Asked], Pieces]:
    """Give how to list the movements that make a figure."""

    def found(question: Asked) -> Pieces:
        rows = movements_behind(question.envelopes, signs, question.at)
        columns = [
            Column(_("Date"), lambda one: day(one.on), heads=True),
            Column(_("Nature"), lambda one: one.get_kind_display()),
            _subject(lambda one: one.part.commitment, heads=False),
            Column(_("Porteur"), lambda one: one.part.commitment.bearer.name),
            Column(_("Enveloppe"), lambda one: envelope_name(one.part.envelope)),
            Column(_("Référence"), lambda one: one.reason or "—"),
            Column(_("Montant"), lambda one: _signed(one.signed), numeric=True),
        ]
        return Pieces(rows, columns, sum_of(rows, "signed"))

    return found


def _left(question: Asked) -> Pieces:
    """Give the envelopes that may still be committed from."""
    rows = [row for row in money(question.envelopes, at=question.at) if row.money.available]
    columns = [
        Column(
            _("Enveloppe"),
            lambda row: link(envelope_name(row.envelope), envelope_url(row.envelope)),
            heads=True,
        ),
        Column(_("Reste à engager"), lambda row: euros(row.money.available), numeric=True),
    ]
    return Pieces(rows, columns, sum(row.money.available for row in rows))


def _subject(commitment: Callable[[Any], Any], *, heads: bool = True) -> Column:
    def cell(row: Any) -> Any:
        return link(commitment(row).subject, commitment_url(commitment(row)))

    return Column(_("Objet"), cell, heads=heads)


def _signed(cents: int) -> str:
    return euros(cents).replace("-", "\u2212")


OF: dict[str, Callable[[Asked], Pieces]] = {
    "delegated": _delegated,
    "committed": _committed,
    "reserved": _reserved,
    "asked": _waiting,
    "paid": _moved(PAID),
    "justified": _moved(JUSTIFIED),
    "left_to_commit": _left,
}
