"""How money went, day by day, and how long each step took."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from cartable.funding.enums import CommitmentState, Credit, DelegationState, Level, Stage
from cartable.funding.models import Commitment, Delegation, Envelope
from cartable.funding.queries.money import SIGNS
from cartable.ledger.models import Transfer


@dataclass(frozen=True, slots=True)
class Point:
    """What had been delegated, committed, paid, justified and recovered at the end of a day, in cents."""

    day: date
    delegated: int
    committed: int
    paid: int
    justified: int
    recovered: int


def curve(envelopes: QuerySet[Envelope], *, kept: bool = False) -> list[Point]:
    """Give one point for each day on which something moved, the oldest first: four queries.

    The last point agrees with `total(money(envelopes))`; with `kept`, what was passed on is no longer delegated.
    """
    steps = _steps(envelopes)
    points, so_far = [], Counter[str]()
    for day in sorted(steps):
        so_far.update(steps[day])  # adds, negative steps too
        paid = so_far["paid"] + so_far["justified"] + so_far["returned"]
        points.append(
            Point(
                day=day,
                delegated=so_far["held" if kept else "delegated"],
                committed=so_far["held"] - so_far["available"],
                paid=paid,
                justified=so_far["justified"],
                recovered=so_far["returned"],
            )
        )
    return points


def _steps(envelopes: QuerySet[Envelope]) -> dict[date, Counter[str]]:
    steps: dict[date, Counter[str]] = defaultdict(Counter)
    for day, name, cents in (*_moved(envelopes), *_delegated(envelopes)):
        steps[day][name] += cents
    return steps


def _moved(envelopes: QuerySet[Envelope]) -> Iterable[tuple[date, str, int]]:
    """Give what entered or left each stage on each day; what is available, reserved or asked for are one."""
    inside = envelopes.order_by().values("pk")
    for end, sign in (("source", -1), ("target", 1)):
        path = f"{end}__envelope_account"
        moved = Transfer.objects.filter(**{f"{path}__envelope__in": inside}).order_by()
        sums = moved.values_list("value_date", f"{path}__credit", f"{path}__stage").annotate(
            cents=Sum("amount")
        )
        for day, credit, stage, cents in sums:
            if credit == Credit.AE:
                yield day, "available", sign * cents
            elif stage != Stage.ENVELOPE:
                yield day, stage, sign * cents


def _delegated(envelopes: QuerySet[Envelope]) -> Iterable[tuple[date, str, int]]:
    """Give what came to these envelopes on each day, and what of it came to the territories from above."""
    kin = {row.pk: row for row in envelopes}
    rows = Delegation.objects.filter(state=DelegationState.NOTIFIED).order_by()
    for end, signs in SIGNS.items():
        sums = rows.filter(**{f"{end}__in": list(kin)}).values_list("notified_on", end, "kind")
        for day, pk, kind, cents in sums.annotate(cents=Sum("ae_cents")):
            name, sign = signs[kind]
            if name == "passed_on":
                yield day, "held", -sign * cents
                continue
            yield day, "held", sign * cents
            if _from_above(kin[pk], kin):
                yield day, "delegated", sign * cents


def _from_above(envelope: Envelope, kin: dict[int, Envelope]) -> bool:
    parent = kin.get(envelope.parent_id or 0)
    return envelope.level != Level.NATIONAL and (parent is None or parent.level == Level.NATIONAL)


@dataclass(frozen=True, slots=True)
class Delay:
    """One delegation and its days: announced, notified, then the first commitment of who received it."""

    delegation: Delegation
    first_committed_on: date | None

    @property
    def days_to_notify(self) -> int | None:
        """Days from the announcement to the notification, None while it waits."""
        notified = self.delegation.notified_on
        return (notified - self.delegation.announced_on).days if notified else None

    @property
    def days_to_commit(self) -> int | None:
        """Days from the notification to the first commitment after it, None while nothing was committed."""
        if self.delegation.notified_on is None or self.first_committed_on is None:
            return None
        return (self.first_committed_on - self.delegation.notified_on).days


def delays(envelopes: QuerySet[Envelope]) -> list[Delay]:
    """Give the delegations that these envelopes received or were promised, with their days: one query."""
    firsts = Commitment.objects.filter(
        parts__envelope=OuterRef("target"),
        decided_on__gte=OuterRef("notified_on"),
        state__in=(CommitmentState.COMMITTED, CommitmentState.CLOSED),
    ).order_by("decided_on")
    rows = Delegation.objects.filter(target__in=envelopes.order_by().values("pk"), kind="delegation")
    rows = rows.exclude(state=DelegationState.CANCELLED).select_related("source__holder", "target__holder")
    found = rows.annotate(first_on=Subquery(firsts.values("decided_on")[:1])).order_by("announced_on", "id")
    return [Delay(row, row.first_on) for row in found]
