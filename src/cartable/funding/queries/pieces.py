"""The documents behind each figure of a set of envelopes, now or at a day: their sum is the figure of `money`.

`envelopes` is cut to what the user sees by who calls.
"""

from datetime import date

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from cartable.funding.enums import CommitmentState, DelegationKind, DelegationState, Level, MovementKind
from cartable.funding.models import Commitment, CommitmentPart, Delegation, Envelope, Invoice, Movement


# What adds to a figure, and what takes from it; a correction does the opposite of what it undoes.
Signs = tuple[set[MovementKind], set[MovementKind]]
PAID: Signs = ({MovementKind.PAYMENT}, {MovementKind.CREDIT_NOTE, MovementKind.REESTABLISHMENT})
JUSTIFIED: Signs = ({MovementKind.JUSTIFICATION}, set())
GIVEN_BACK: Signs = ({MovementKind.RELEASE, MovementKind.REESTABLISHMENT}, set())
DECIDED = (CommitmentState.COMMITTED, CommitmentState.CLOSED)


def came_from_above(
    envelopes: QuerySet[Envelope], at: date | None = None, *, kept: bool = False
) -> QuerySet[Delegation]:
    """Give what came to the territories from above, less what went back (`signed`), nothing counted twice.

    With `kept`, less what they passed on, too: what stayed at their own level.
    """
    below = envelopes.exclude(level=Level.NATIONAL).order_by()
    top = below.exclude(parent__in=below.values("pk")).values("pk")
    came, went = Q(target__in=top), Q(source__in=top)
    if not kept:
        came &= ~Q(kind=DelegationKind.WITHDRAWAL)
        went &= ~Q(kind=DelegationKind.DELEGATION)
    crossing = (came & ~Q(source__in=top)) | (went & ~Q(target__in=top))
    rows = Delegation.objects.filter(crossing, state=DelegationState.NOTIFIED, ae_cents__gt=0)
    rows = rows.filter(notified_on__lte=at) if at else rows
    signed = rows.annotate(signed=Case(When(came, then=F("ae_cents")), default=-F("ae_cents")))
    return signed.select_related("source__holder", "target__holder").order_by("-notified_on", "-id")


def parts_decided(envelopes: QuerySet[Envelope], at: date | None = None) -> QuerySet[CommitmentPart]:
    """Give the parts that were committed; `movements_behind(…, GIVEN_BACK)` says what of them came back."""
    rows = _parts(envelopes).filter(commitment__state__in=DECIDED)
    return rows.filter(commitment__decided_on__lte=at) if at else rows


def parts_waiting(envelopes: QuerySet[Envelope], at: date | None = None) -> QuerySet[CommitmentPart]:
    """Give the parts that wait for a second person or a co-funder: asked for by then, not decided before it ended."""
    if at is None:
        return _parts(envelopes).filter(commitment__state=CommitmentState.PROPOSED)
    held = Q(transfer__target__code__startswith="asked:", transfer__value_date__lte=at)
    ends = (MovementKind.CONFIRMATION, MovementKind.REFUSAL)
    decided = Movement.objects.filter(kind__in=ends, on__lte=at).values("part")
    return _parts(envelopes).filter(held).exclude(pk__in=decided)


def movements_behind(
    envelopes: QuerySet[Envelope], signs: Signs, at: date | None = None
) -> QuerySet[Movement]:
    """Give the movements that add to a figure or take from it, each with its `signed` amount."""
    plus, minus = signs
    adds = Q(kind__in=plus) | Q(undoes__kind__in=minus)
    takes = Q(kind__in=minus) | Q(undoes__kind__in=plus)
    rows = Movement.objects.filter(part__envelope__in=envelopes.order_by().values("pk"))
    rows = rows.filter(on__lte=at) if at else rows
    signed = rows.filter(adds | takes).annotate(
        signed=Case(When(adds, then=F("amount_cents")), default=-F("amount_cents"))
    )
    joined = signed.select_related(
        "part__commitment__bearer", "part__envelope__holder", "part__envelope__line"
    )
    return joined.order_by("-on", "-id")


def sum_of(rows: "QuerySet[Delegation] | QuerySet[CommitmentPart] | QuerySet[Movement]", column: str) -> int:
    """Add a column of cents up."""
    found: int = rows.order_by().aggregate(cents=Coalesce(Sum(column), 0))["cents"]
    return found


def announced_from(envelopes: QuerySet[Envelope]) -> QuerySet[Delegation]:
    """Give the delegations that these envelopes announced and have not notified, the oldest first."""
    rows = Delegation.objects.filter(
        source__in=envelopes.order_by().values("pk"), state=DelegationState.ANNOUNCED
    )
    return rows.select_related("target__holder").order_by("announced_on", "id")


def invoices_among(commitments: QuerySet[Commitment]) -> QuerySet[Invoice]:
    """Give the bills declared on these commitments, each with its commitment."""
    return Invoice.objects.filter(commitment__in=commitments.order_by().values("pk")).select_related(
        "commitment"
    )


def _parts(envelopes: QuerySet[Envelope]) -> QuerySet[CommitmentPart]:
    rows = CommitmentPart.objects.filter(envelope__in=envelopes.order_by().values("pk"))
    joined = rows.select_related("commitment__bearer", "envelope__holder", "envelope__line", "transfer")
    return joined.order_by("-commitment__decided_on", "-id")
