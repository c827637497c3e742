"""Payment credits (CP) of an envelope by the year in which they came: what one year leaves pays nothing in the next."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q, Sum

from cartable.funding.enums import Credit, DelegationState, Stage
from cartable.funding.models import Delegation, Envelope
from cartable.ledger.queries import steps_by_day


@dataclass(frozen=True, slots=True)
class CreditYear:
    """What came in a year and was not passed on or taken back, and what of it is left, in cents."""

    year: int
    came: int
    left: int

    @property
    def paid(self) -> int:
        """What the year paid and did not get back."""
        return self.came - self.left


def credits_by_year(envelope: Envelope) -> list[CreditYear]:
    """Give the years in which payment credits of an envelope moved, the oldest first: three queries."""
    account = envelope.accounts.get(credit=Credit.CP, stage=Stage.ENVELOPE).account_id
    left: Counter[int] = Counter()
    for day, cents in steps_by_day(accounts=[account])[account].items():
        left[day.year] += cents
    came = _came(envelope)
    return [CreditYear(year, came[year], left[year]) for year in sorted(left.keys() | came.keys())]


def _came(envelope: Envelope) -> Counter[int]:
    rows = Delegation.objects.filter(Q(source=envelope) | Q(target=envelope), state=DelegationState.NOTIFIED)
    sums = rows.order_by().values_list("notified_on__year", "target").annotate(cents=Sum("cp_cents"))
    came: Counter[int] = Counter()
    for year, target, cents in sums:
        came[year] += cents if target == envelope.pk else -cents
    return came
