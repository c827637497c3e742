"""What stands in envelopes, read from the balances of the ledger: three queries at most, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.foundation import clock
from cartable.funding.enums import Credit, Level, Stage
from cartable.funding.models import Envelope, EnvelopeAccount
from cartable.funding.queries.money import balances_of


@dataclass(slots=True)
class Purse:
    """The balances of one envelope, in cents; `ae` and `cp` are what is available.

    `lapsed` is what of `cp` was left when this year began: it pays nothing any more.
    """

    ae: int = 0
    reserved: int = 0
    asked: int = 0
    cp: int = 0
    lapsed: int = 0
    settled: int = 0
    justified: int = 0
    returned: int = 0

    @property
    def paid(self) -> int:
        """All that was paid and not taken back by a credit note."""
        return self.settled + self.justified + self.returned

    @property
    def payable(self) -> int:
        """What may be paid this year."""
        return self.cp - self.lapsed


STAGES = {
    ("ae", "envelope"): "ae",
    ("ae", "reserved"): "reserved",
    ("ae", "asked"): "asked",
    ("cp", "envelope"): "cp",
    ("cp", "paid"): "settled",
    ("cp", "justified"): "justified",
    ("cp", "returned"): "returned",
}


def purses(envelopes: Sequence[Envelope]) -> dict[int, Purse]:
    """Give what stands in each of these envelopes, by its key."""
    found = {one.pk: Purse() for one in envelopes}
    rows = EnvelopeAccount.objects.filter(envelope__in=[one.pk for one in envelopes])
    for key, credit, stage, balance in rows.values_list("envelope", "credit", "stage", "account__balance"):
        setattr(found[key], STAGES[credit, stage], balance)
    for key, cents in _lapsed(envelopes).items():
        found[key].lapsed = cents
    return found


def _lapsed(envelopes: Sequence[Envelope]) -> dict[int, int]:
    this = clock.today().year
    past = [one.pk for one in envelopes if one.year < this]
    if not past:
        return {}
    then = balances_of(Envelope.objects.filter(pk__in=past), date(this - 1, 12, 31))
    return {key: then.get((key, Credit.CP, Stage.ENVELOPE), 0) for key in past}


def purse_of(envelope: Envelope) -> Purse:
    """Give what stands in one envelope."""
    return purses([envelope])[envelope.pk]


def children_of(envelope: Envelope) -> list[Envelope]:
    """Give the envelopes that one feeds."""
    rows = envelope.children.select_related("holder", "line", "department", "region")
    return list(rows.order_by("department__code", "region__code", "id"))


def holders_without(envelope: Envelope, children: Sequence[Envelope]) -> list[Body]:
    """Give the State services below that hold no envelope of this line and year yet."""
    below = Body.objects.exclude(id__in=[one.holder_id for one in children])
    if envelope.level == Level.NATIONAL:
        return list(below.filter(kind=BodyKind.REGION_PREFECTURE).order_by("region__code"))
    if envelope.level == Level.REGION:
        mine = below.filter(kind=BodyKind.PREFECTURE, department__region=envelope.region_id)
        return list(mine.order_by("department__code"))
    return []
