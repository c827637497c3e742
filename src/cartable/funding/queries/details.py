"""What stands behind a figure: the rows of an envelope or of a commitment. The caller has cut them to the user."""

from django.db.models import Q, QuerySet

from cartable.funding.enums import CommitmentState
from cartable.funding.models import (
    AwaitedPart,
    Commitment,
    CommitmentPart,
    Delegation,
    Envelope,
    Invoice,
    Movement,
    Recovery,
)


def delegations_of(envelope: Envelope) -> QuerySet[Delegation]:
    """Give what an envelope received, gave and gave back, the newest first."""
    rows = Delegation.objects.filter(Q(source=envelope) | Q(target=envelope))
    return rows.select_related("source__holder", "target__holder").order_by("-announced_on", "-id")


def parts_of(envelope: Envelope) -> QuerySet[CommitmentPart]:
    """Give the parts of commitments that an envelope pays, the newest first; see `stages_of` for their money."""
    rows = CommitmentPart.objects.filter(envelope=envelope).select_related("commitment__bearer")
    return rows.order_by("-commitment__decided_on", "-id")


def parts_of_commitment(commitment: Commitment) -> QuerySet[CommitmentPart]:
    """Give the parts of a commitment, the first funder first."""
    return commitment.parts.select_related("commitment", "envelope__line", "envelope__holder").order_by("id")


def movements_of(commitment: Commitment) -> QuerySet[Movement]:
    """Give all that happened to a commitment, in its order."""
    rows = Movement.objects.filter(part__commitment=commitment)
    return rows.select_related("part__envelope__holder", "invoice", "undoes", "undone_by").order_by(
        "on", "id"
    )


def invoices_of(commitment: Commitment) -> QuerySet[Invoice]:
    """Give the bills declared on a commitment, with their lines."""
    return commitment.invoices.prefetch_related("lines").order_by("dated", "id")


def recoveries_of(commitment: Commitment) -> QuerySet[Recovery]:
    """Give what was claimed back on a commitment."""
    return Recovery.objects.filter(part__commitment=commitment).order_by("claimed_on", "id")


def proposals_waiting(envelopes: QuerySet[Envelope]) -> QuerySet[Commitment]:
    """Give the proposals that wait for nothing but a second person on these envelopes, the oldest first."""
    parts = CommitmentPart.objects.filter(envelope__in=envelopes.order_by().values("pk"))
    rows = Commitment.objects.filter(state=CommitmentState.PROPOSED, pk__in=parts.values("commitment"))
    short = AwaitedPart.objects.filter(part=None).values("commitment")
    return rows.exclude(pk__in=short).select_related("bearer").order_by("decided_on", "id")
