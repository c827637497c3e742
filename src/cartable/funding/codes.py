"""The codes of the accounts that hold money in the ledger, and the way that each act takes between them.

Ids are written without dashes, so that a rule of the store can make the same code on SQLite and PostgreSQL.
"""

from dataclasses import dataclass
from uuid import UUID

from cartable.funding.enums import Credit, MovementKind, Stage
from cartable.ledger.actions import FLOORLESS


# Stages whose account belongs to the envelope; the others belong to one part of a commitment.
OF_ENVELOPE = {Stage.ENVELOPE, Stage.RESERVED, Stage.ASKED, Stage.PAID}


def voted(line: UUID) -> str:
    """Name the source from which the credits of a line are opened; it has no floor."""
    return f"{FLOORLESS}voted:{line.hex}"


def account(stage: Stage, owner: UUID) -> str:
    """Name the account of a stage; `owner` is the public id of an envelope or of a part of a commitment."""
    return f"{stage.value}:{owner.hex}"


@dataclass(frozen=True, slots=True)
class Way:
    """From which stage to which stage one sort of credit goes."""

    credit: Credit
    source: Stage
    target: Stage


AE, CP = Credit.AE, Credit.CP
WAYS: dict[MovementKind, tuple[Way, ...]] = {
    MovementKind.CONFIRMATION: (Way(AE, Stage.ASKED, Stage.COMMITTED),),
    MovementKind.REFUSAL: (Way(AE, Stage.ASKED, Stage.ENVELOPE),),
    MovementKind.PAYMENT: (Way(AE, Stage.COMMITTED, Stage.SETTLED), Way(CP, Stage.ENVELOPE, Stage.PAID)),
    MovementKind.CREDIT_NOTE: (Way(AE, Stage.SETTLED, Stage.COMMITTED), Way(CP, Stage.PAID, Stage.ENVELOPE)),
    MovementKind.RELEASE: (Way(AE, Stage.COMMITTED, Stage.ENVELOPE),),
    MovementKind.JUSTIFICATION: (
        Way(AE, Stage.SETTLED, Stage.JUSTIFIED),
        Way(CP, Stage.PAID, Stage.JUSTIFIED),
    ),
    MovementKind.RECOVERY: (Way(AE, Stage.SETTLED, Stage.RETURNED), Way(CP, Stage.PAID, Stage.RETURNED)),
    MovementKind.REESTABLISHMENT: (
        Way(AE, Stage.SETTLED, Stage.ENVELOPE),
        Way(CP, Stage.PAID, Stage.ENVELOPE),
    ),
}


def code_of(credit: Credit, stage: Stage, *, envelope: UUID, part: UUID) -> str:
    """Name the account that a stage of a part uses: payment credits stand by envelope, never by part."""
    by_envelope = credit == Credit.CP or stage in OF_ENVELOPE
    return account(stage, envelope if by_envelope else part)
