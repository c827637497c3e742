"""How the steps of money are written on a page: states as badges, dates."""

from django.utils.formats import date_format

from cartable.funding.models import Commitment, Delegation, Invoice, Recovery
from cartable.web.parts import Badge, Tone


COMMITMENT_TONES: dict[str, Tone] = {
    "proposed": "warning",
    "committed": "info",
    "refused": "error",
    "closed": "success",
}
DELEGATION_TONES: dict[str, Tone] = {"announced": "warning", "notified": "success", "cancelled": ""}
INVOICE_TONES: dict[str, Tone] = {"declared": "new", "accepted": "success", "refused": "error"}
RECOVERY_TONES: dict[str, Tone] = {"claimed": "warning", "received": "success", "waived": ""}


def commitment_badge(commitment: Commitment) -> Badge:
    """Give the state of a commitment as a badge."""
    return Badge(commitment.get_state_display(), COMMITMENT_TONES[commitment.state])


def delegation_badge(delegation: Delegation) -> Badge:
    """Give the state of a delegation as a badge."""
    return Badge(delegation.get_state_display(), DELEGATION_TONES[delegation.state])


def invoice_badge(invoice: Invoice) -> Badge:
    """Give the state of an invoice as a badge."""
    return Badge(invoice.get_state_display(), INVOICE_TONES[invoice.state])


def recovery_badge(recovery: Recovery) -> Badge:
    """Give the state of a recovery as a badge."""
    return Badge(recovery.get_state_display(), RECOVERY_TONES[recovery.state])


def day(value: object) -> str:
    """Write a date, or a dash where there is none."""
    return date_format(value, "j F Y") if value else "—"
