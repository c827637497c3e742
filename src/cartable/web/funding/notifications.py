"""The page of one delegation: its dates, its letter, and what may still happen to it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.funding.enums import DelegationKind, DelegationState
from cartable.funding.models import Delegation, Envelope
from cartable.funding.papers import credit_letter
from cartable.funding.queries import delegations_visible_to, envelopes_run_by, envelopes_visible_to
from cartable.funding.rules import show as euros
from cartable.web.answers import pdf
from cartable.web.funding.reach import envelope_url, fetch_notification, money_crumbs, notification_url
from cartable.web.funding.words import day, delegation_badge
from cartable.web.show import show
from cartable.web.table import Column, Table, link


def notification(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Show a delegation of credits."""
    found = fetch_notification(request, notification_id)
    ends = [one.pk for one in (found.source, found.target) if one]
    seen = set(envelopes_visible_to(request.user).filter(pk__in=ends).values_list("pk", flat=True))
    near = found.target if found.target_id in seen else found.source
    runs = envelopes_run_by(request.user).filter(pk=found.source_id).exists()
    return show(
        request,
        "funding/notification.html",
        title=_title(found),
        crumbs=money_crumbs(near),
        delegation=found,
        badge=delegation_badge(found),
        source=_end(found.source, seen) if found.source else _("crédits ouverts"),
        target=_end(found.target, seen),
        facts=_facts(found),
        announced=runs and found.state == DelegationState.ANNOUNCED,
        letters=_letters(found),
        steps=_steps_table(request, found),
    )


def letter(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Give the letter of a delegation."""
    found = fetch_notification(request, notification_id)
    return pdf(credit_letter(found), f"notification-{found.letter_number or found.notified_on}")


def source_letter(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Give the letter of a move to who loses the credits; any other delegation has one letter."""
    found = fetch_notification(request, notification_id)
    if found.kind != DelegationKind.MOVE:
        return redirect("notification-letter", notification_id)
    return pdf(credit_letter(found, to_source=True), f"notification-{found.source_letter_number}")


def _letters(found: Delegation) -> list[tuple[Any, str]]:
    """Give the letters of a delegation: a move has one for each end."""
    if found.state != DelegationState.NOTIFIED:
        return []
    gains = reverse("notification-letter", args=[found.public_id])
    if found.kind != DelegationKind.MOVE:
        return [(_("Lettre de notification (PDF)"), gains)]
    words = _("Lettre à %(holder)s (PDF)")
    return [
        (words % {"holder": found.target.holder.name}, gains),
        (
            words % {"holder": found.source.holder.name},
            reverse("notification-letter-source", args=[found.public_id]),
        ),
    ]


def _title(found: Delegation) -> str:
    if found.letter_number:
        return _("Notification de crédits %(number)s") % {"number": found.letter_number}
    return _("Notification de crédits")


def _end(envelope: Envelope, seen: set[int]) -> Any:
    name = envelope.holder.name
    return link(name, envelope_url(envelope)) if envelope.pk in seen else name


def _facts(found: Delegation) -> list[tuple[Any, Any]]:
    facts = [
        (_("Autorisations d'engagement (AE)"), euros(found.ae_cents)),
        (_("Crédits de paiement (CP)"), euros(found.cp_cents)),
        (_("Annoncée le"), day(found.announced_on)),
        (_("Notifiée le"), day(found.notified_on)),
    ]
    if found.source_letter_number:
        facts.append((_("Lettre à qui cède les crédits"), found.source_letter_number))
    if found.notified_on:
        days = (found.notified_on - found.announced_on).days
        facts.append((_("Délai"), ngettext("%(days)d jour", "%(days)d jours", days) % {"days": days}))
    return facts


def _steps_table(request: HttpRequest, found: Delegation) -> Table | None:
    """Give the other letters of the same redeployment that the person may read."""
    if found.redeployment is None:
        return None
    rows = delegations_visible_to(request.user).filter(redeployment=found.redeployment)
    return Table(
        caption=_("Les lettres du même redéploiement"),
        columns=[
            Column(_("Lettre"), lambda one: link(one.letter_number, notification_url(one)), heads=True),
            Column(_("Nature"), lambda one: one.get_kind_display()),
            Column(_("De"), lambda one: one.source.holder.name),
            Column(_("À"), lambda one: one.target.holder.name),
            Column(_("AE"), lambda one: euros(one.ae_cents), numeric=True),
            Column(_("CP"), lambda one: euros(one.cp_cents), numeric=True),
        ],
        rows=rows,
    )
