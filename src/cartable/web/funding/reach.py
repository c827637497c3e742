"""What a person reaches of the money: fetched here, or 404; and the way back to it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.funding.models import (
    Commitment,
    CommitmentPart,
    Delegation,
    Envelope,
    Invoice,
    Line,
    Movement,
    Recovery,
)
from cartable.funding.queries import (
    commitments_visible_to,
    delegations_visible_to,
    envelopes_run_by,
    envelopes_visible_to,
    lines_visible_to,
    parts_awaited_from,
)
from cartable.funding.queries.pieces import invoices_among
from cartable.web.parts import crumb


def posted(request: HttpRequest) -> Any:
    """Give what a form was sent with, empty or not; None where nothing was sent."""
    return request.POST if request.method == "POST" else None


def fetch_line(request: HttpRequest, line_id: UUID) -> Line:
    """Fetch a line of which the person sees something, or 404."""
    return get_object_or_404(lines_visible_to(request.user), public_id=line_id)


def fetch_envelope(request: HttpRequest, envelope_id: UUID) -> Envelope:
    """Fetch an envelope that the person may read, or 404."""
    return get_object_or_404(envelopes_visible_to(request.user), public_id=envelope_id)


def fetch_run(request: HttpRequest, envelope_id: UUID) -> Envelope:
    """Fetch an envelope that the person decides on, or 404."""
    return get_object_or_404(envelopes_run_by(request.user), public_id=envelope_id)


def fetch_notification(request: HttpRequest, notification_id: UUID) -> Delegation:
    """Fetch a delegation that the person may read at one end, or 404."""
    return get_object_or_404(delegations_visible_to(request.user), public_id=notification_id)


def fetch_commitment(request: HttpRequest, commitment_id: UUID) -> Commitment:
    """Fetch a commitment that the person may read, as who decides, controls, bears it or is awaited; or 404."""
    return get_object_or_404(commitments_visible_to(request.user), public_id=commitment_id)


def envelope_name(envelope: Envelope) -> str:
    """Name an envelope by who holds it, of which line and year."""
    return f"{envelope.holder.name}, {envelope.line.name}, {envelope.year}"


def envelope_url(envelope: Envelope) -> str:
    """Give the address of an envelope's page."""
    return reverse("envelope", args=[envelope.public_id])


def notification_url(delegation: Delegation) -> str:
    """Give the address of a delegation's page."""
    return reverse("notification", args=[delegation.public_id])


def commitment_url(commitment: Commitment) -> str:
    """Give the address of a commitment's page."""
    return reverse("commitment", args=[commitment.public_id])


def money_crumbs(envelope: Envelope | None = None) -> list[dict[str, Any]]:
    """Give the breadcrumb down to the money, or to an envelope."""
    crumbs = [crumb(_("Crédits"), reverse("money"))]
    return [*crumbs, crumb(envelope_name(envelope), envelope_url(envelope))] if envelope else crumbs


def bill_url(bill: Invoice) -> str:
    """Give the address of a bill's page."""
    return reverse("bill", args=[bill.public_id])


def parts_of(commitment: Commitment) -> list[CommitmentPart]:
    """Give the parts of a commitment, the one that was first asked for first."""
    rows = commitment.parts.select_related(
        "commitment", "envelope__holder", "envelope__line", "envelope__parent"
    )
    return list(rows.order_by("id"))


def commitment_crumbs(request: HttpRequest, parts: list[CommitmentPart]) -> list[dict[str, Any]]:
    """Give the breadcrumb down to a commitment: by the envelope for who reads it, else by what the bearer bears."""
    seen = envelopes_visible_to(request.user).filter(parts__in=parts).first()
    if seen is not None:
        return money_crumbs(seen)
    if parts_awaited_from(request.user).filter(commitment__parts__in=parts).exists():
        return money_crumbs()
    return [crumb(_("Vos financements"), reverse("borne"))]


def fetch_part_of(request: HttpRequest, commitment_id: UUID) -> tuple[Commitment, list[CommitmentPart]]:
    """Fetch a commitment with those of its parts that the person decides on, or 404."""
    commitment = fetch_commitment(request, commitment_id)
    mine = set(
        envelopes_run_by(request.user).filter(parts__commitment=commitment).values_list("pk", flat=True)
    )
    parts = [part for part in parts_of(commitment) if part.envelope_id in mine]
    if not parts:
        raise Http404
    return commitment, parts


def fetch_bill(request: HttpRequest, bill_id: UUID) -> Invoice:
    """Fetch a bill of a commitment that the person may read, or 404."""
    return get_object_or_404(invoices_among(commitments_visible_to(request.user)), public_id=bill_id)


def fetch_recovery(request: HttpRequest, recovery_id: UUID) -> Recovery:
    """Fetch a claim on an envelope that the person decides on, or 404."""
    rows = Recovery.objects.filter(part__envelope__in=envelopes_run_by(request.user).order_by())
    return get_object_or_404(rows.select_related("part__commitment__bearer"), public_id=recovery_id)


def fetch_movement(request: HttpRequest, movement_id: UUID) -> Movement:
    """Fetch a movement on an envelope that the person decides on, or 404."""
    rows = Movement.objects.filter(part__envelope__in=envelopes_run_by(request.user).order_by())
    return get_object_or_404(rows.select_related("part__commitment"), public_id=movement_id)
