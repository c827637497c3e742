"""The page of an envelope: what came down and went down, what is left, its letters, its commitments."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.accounts.models import User
from cartable.foundation import clock
from cartable.funding.models import CommitmentPart, Delegation, Envelope
from cartable.funding.queries import (
    CreditYear,
    Money,
    credits_by_year,
    delays,
    delegations_visible_to,
    envelopes_run_by,
    envelopes_visible_to,
    money,
    reservations_on,
    stages_of,
)
from cartable.funding.queries.stages import Stages
from cartable.funding.rules import show as euros
from cartable.web.funding.purse import children_of, holders_without, purses
from cartable.web.funding.reach import (
    commitment_url,
    envelope_url,
    fetch_envelope,
    money_crumbs,
    notification_url,
)
from cartable.web.funding.words import commitment_badge, day, delegation_badge
from cartable.web.register import may_open
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, link


def envelope(request: HttpRequest, envelope_id: UUID) -> HttpResponse:
    """Show an envelope and, to who decides on it, what can be done."""
    found = fetch_envelope(request, envelope_id)
    children = children_of(found)
    seen = envelopes_visible_to(request.user).filter(pk=found.pk)
    figures = money(seen)[0].money
    years = _years(found)
    payable = _payable(years, figures)
    runs = envelopes_run_by(request.user).filter(pk=found.pk).exists()
    return show(
        request,
        "funding/envelope.html",
        title=found.holder.name,
        crumbs=money_crumbs(),
        envelope=found,
        figures=figures,
        payable=payable,
        facts=_facts(figures, payable),
        years=_years_table(years) if years else None,
        delays=_delays(seen),
        acts=_acts(request.user, found, children) if runs else [],
        children=_children_table(children) if children else None,
        reservations=_reservations_table(found, runs),
        delegations=_delegations_table(request.user, found),
        commitments=_commitments_table(request, found),
    )


def _facts(figures: Money, payable: int) -> Table:
    rows = [
        (_("Reçu"), figures.held + figures.passed_on, figures.cp_held + figures.cp_passed_on),
        (_("Délégué plus bas"), figures.passed_on, figures.cp_passed_on),
        (_("Réservé, pas encore engagé"), figures.reserved, None),
        (_("Demandé, en attente d'une seconde personne"), figures.asked, None),
        (_("Engagé"), figures.committed, None),
        (_("Payé"), None, figures.paid),
        (_("dont justifié"), None, figures.justified),
        (_("dont reversé"), None, figures.recovered),
        (_("Reste disponible"), figures.available, payable),
    ]
    if lapsed := figures.cp_available - payable:
        rows.insert(-1, (_("Non payé dans l'année : ne paie plus"), None, lapsed))
    return Table(
        caption=_("Où en est cette enveloppe"),
        columns=[
            Column(_("Étape"), lambda row: row[0], heads=True),
            Column(_("Autorisations d'engagement (AE)"), lambda row: _or_dash(row[1]), numeric=True),
            Column(_("Crédits de paiement (CP)"), lambda row: _or_dash(row[2]), numeric=True),
        ],
        rows=rows,
    )


def _years(found: Envelope) -> list[CreditYear]:
    """Give the payment credits year by year, once another year than the envelope's has begun."""
    return credits_by_year(found) if clock.today().year > found.year else []


def _payable(years: list[CreditYear], figures: Money) -> int:
    """Give what may be paid today: of several years, the credits of this one."""
    this = clock.today().year
    return sum(one.left for one in years if one.year == this) if years else figures.cp_available


def _years_table(years: list[CreditYear]) -> Table:
    return Table(
        caption=_("Crédits de paiement par année : ceux d'une année ne paient que cette année-là"),
        columns=[
            Column(_("Année"), lambda one: str(one.year), heads=True),
            Column(_("Reçus et gardés (CP)"), lambda one: euros(one.came), numeric=True),
            Column(_("Payés"), lambda one: euros(one.paid), numeric=True),
            Column(_("Reste de l'année"), lambda one: euros(one.left), numeric=True),
        ],
        rows=years,
    )


def _reservations_table(found: Envelope, runs: bool) -> Table | None:
    """List what is set aside and not committed, with the way to give it back for who decides."""
    rows = list(reservations_on(found))
    if not rows:
        return None
    columns = [
        Column(_("Objet"), lambda one: one.purpose, heads=True),
        Column(_("Réservé le"), lambda one: day(one.on)),
        Column(_("Montant"), lambda one: euros(one.amount_cents), numeric=True),
        Column(_("Reste réservé"), lambda one: euros(one.left), numeric=True),
    ]
    if runs:
        give_back = _("Rendre")
        columns.append(
            Column(
                give_back,
                lambda one: link(
                    give_back, reverse("reservation-release", args=[one.public_id]), one.purpose
                ),
                acts=True,
            )
        )
    return Table(caption=_("Réservations"), columns=columns, rows=rows)


def _or_dash(cents: int | None) -> str:
    return "—" if cents is None else euros(cents)


def _delays(seen: QuerySet[Envelope]) -> list[tuple[str, str]]:
    """Say the days from the first announcement to its notification, and on to the first commitment."""
    first = next(iter(delays(seen)), None)
    if first is None:
        return []
    told = first.delegation
    return [
        (_("Annoncée"), day(told.announced_on)),
        (_("Notifiée"), _since(told.notified_on, first.days_to_notify)),
        (_("Premier engagement"), _since(first.first_committed_on, first.days_to_commit)),
    ]


def _since(on: date | None, days: int | None) -> str:
    if on is None or days is None:
        return _("pas encore")
    after = ngettext("%(days)d jour après", "%(days)d jours après", days) % {"days": days}
    return f"{day(on)} ({after})"


def _acts(user: User, found: Envelope, children: list[Envelope]) -> list[tuple[str, str]]:
    """Give what the person may do with the envelope: a word and an address, the usual one first."""
    names = {"commitment-new": _("Engager une dépense")}
    if children or holders_without(found, children):
        names = {"envelope-delegate": _("Déléguer des crédits")} | names
        names["splits"] = _("Comparer des partages")
    if found.parent_id is None:
        names["envelope-open-credits"] = _("Ouvrir des crédits")
    if children:
        names["envelope-withdraw"] = _("Reprendre des crédits")
    if len(children) > 1:
        names |= {"envelope-move": _("Virer d'une enveloppe à l'autre"), "envelope-redeploy": _("Redéployer")}
    acts = [
        (words, reverse(name, args=[found.public_id]))
        for name, words in names.items()
        if may_open(user, name)
    ]
    return [*acts, (_("Importer des engagements"), reverse("commitments-import"))]


def _children_table(children: list[Envelope]) -> Table:
    held = purses(children)
    return Table(
        caption=_("Enveloppes dotées par celle-ci"),
        columns=[
            Column(_("Gestionnaire"), lambda one: link(one.holder.name, envelope_url(one)), heads=True),
            Column(_("AE disponibles"), lambda one: euros(held[one.pk].ae), numeric=True),
            Column(_("CP disponibles"), lambda one: euros(held[one.pk].payable), numeric=True),
            Column(_("Payé"), lambda one: euros(held[one.pk].paid), numeric=True),
            Column(_("Justifié"), lambda one: euros(held[one.pk].justified), numeric=True),
        ],
        rows=children,
    )


def _delegations_table(user: User, found: Envelope) -> Table:
    rows = delegations_visible_to(user).filter(Q(source=found) | Q(target=found))
    return Table(
        caption=_("Notifications de crédits"),
        columns=[
            Column(_("Lettre"), lambda one: _letter(one, found), heads=True),
            Column(_("Nature"), lambda one: one.get_kind_display()),
            Column(_("De"), lambda one: one.source.holder.name if one.source else _("crédits ouverts")),
            Column(_("À"), lambda one: one.target.holder.name),
            Column(_("AE"), lambda one: _signed(one, one.ae_cents, found), numeric=True),
            Column(_("CP"), lambda one: _signed(one, one.cp_cents, found), numeric=True),
            Column(_("Annoncée le"), lambda one: day(one.announced_on)),
            Column(_("Notifiée le"), lambda one: day(one.notified_on)),
            Column(_("État"), delegation_badge),
        ],
        rows=rows,
        empty=_("Aucun crédit n'est encore venu dans cette enveloppe."),
    )


def _letter(one: Delegation, found: Envelope) -> str:
    number = one.source_letter_number if one.source_id == found.pk else ""
    return link(number or one.letter_number or _("sans numéro"), notification_url(one))


def _signed(one: Delegation, cents: int, found: Envelope) -> str:
    return f"\u2212{euros(cents)}" if one.source_id == found.pk and cents else euros(cents)


def _commitments_table(request: HttpRequest, found: Envelope) -> Table:
    parts = CommitmentPart.objects.filter(envelope=found).select_related("commitment__bearer")
    page: Any = paged(request, parts.order_by("-commitment__decided_on", "-id"), per_page=25)
    stages = stages_of(page)
    return Table(
        caption=_("Engagements sur cette enveloppe"),
        columns=commitment_columns(stages),
        rows=page,
        empty=_("Rien n'est encore engagé sur cette enveloppe."),
        csv=reverse("envelope-csv", args=[found.public_id]),
        xlsx=reverse("envelope-xlsx", args=[found.public_id]),
    )


def commitment_columns(stages: dict[int, Stages]) -> list[Column]:
    """Give the columns of a list of parts of commitments."""
    return [
        Column(
            _("Objet"),
            lambda part: link(part.commitment.subject, commitment_url(part.commitment)),
            heads=True,
        ),
        Column(_("Porteur"), lambda part: part.commitment.bearer.name),
        Column(_("Date"), lambda part: day(part.commitment.decided_on)),
        Column(_("Montant"), lambda part: euros(part.amount_cents), numeric=True),
        Column(_("Payé"), lambda part: euros(stages[part.pk].paid), numeric=True),
        Column(_("Justifié"), lambda part: euros(stages[part.pk].justified), numeric=True),
        Column(_("État"), lambda part: commitment_badge(part.commitment)),
    ]
