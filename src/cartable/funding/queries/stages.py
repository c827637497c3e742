"""What stands on each stage of parts of commitments, read from the ledger's balances."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from cartable.funding import codes
from cartable.funding.enums import CommitmentState, Credit, RecoveryState, Stage
from cartable.funding.models import CommitmentPart, Recovery
from cartable.ledger.queries import balances


@dataclass(frozen=True, slots=True)
class Stages:
    """Where the money of a part stands, in cents; `committed` is not paid yet, `settled` is paid and not justified."""

    asked: int = 0
    committed: int = 0
    settled: int = 0
    justified: int = 0
    returned: int = 0

    @property
    def paid(self) -> int:
        """All that was paid and not taken back by a credit note."""
        return self.settled + self.justified + self.returned

    @property
    def left(self) -> int:
        """What is still to pay, to justify or to recover."""
        return self.asked + self.committed + self.settled

    def __add__(self, other: "Stages") -> "Stages":
        return Stages(
            self.asked + other.asked,
            self.committed + other.committed,
            self.settled + other.settled,
            self.justified + other.justified,
            self.returned + other.returned,
        )


OF_PART = (Stage.COMMITTED, Stage.SETTLED, Stage.JUSTIFIED, Stage.RETURNED)


def stages_of(parts: Iterable[CommitmentPart]) -> dict[int, Stages]:
    """Give for each part (by `pk`) where its money stands: one query, whatever their number (`commitment` is read)."""
    rows = list(parts)
    code = {(part.pk, stage): codes.account(stage, part.public_id) for part in rows for stage in OF_PART}
    found = balances(Credit.AE.value, code.values())
    return {
        part.pk: Stages(
            part.amount_cents if part.commitment.state == CommitmentState.PROPOSED else 0,
            *(found[code[part.pk, stage]] for stage in OF_PART),
        )
        for part in rows
    }


def claimed_on(parts: Iterable[CommitmentPart]) -> Counter[int]:
    """Give for each part (by `pk`) how many of its settled cents are claimed back and not received: one query."""
    rows = Recovery.objects.filter(part__in=[part.pk for part in parts], state=RecoveryState.CLAIMED)
    sums = rows.order_by().values_list("part").annotate(cents=Sum("claimed_cents"))
    return Counter(dict(sums))


def left_of(part: CommitmentPart) -> int:
    """Give what is still to pay, to justify or to recover of one part."""
    return stages_of([part])[part.pk].left
