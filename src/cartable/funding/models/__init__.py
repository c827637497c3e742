"""Money: programmes and their lines, envelopes, commitments, and what becomes of them.

No row holds an amount that the ledger does not hold: each names its transfer, and the store refuses one that differs.
"""

from cartable.funding.models.commitments import AwaitedPart, Commitment, CommitmentPart
from cartable.funding.models.envelopes import Delegation, Envelope, EnvelopeAccount, LetterCounter
from cartable.funding.models.programmes import DocumentFigure, Line, LineCeiling, Programme, SourceDocument
from cartable.funding.models.reservations import Reservation, ReservationRelease
from cartable.funding.models.spending import Invoice, InvoiceLine, Movement, Recovery


__all__ = [
    "AwaitedPart",
    "Commitment",
    "CommitmentPart",
    "Delegation",
    "DocumentFigure",
    "Envelope",
    "EnvelopeAccount",
    "Invoice",
    "InvoiceLine",
    "LetterCounter",
    "Line",
    "LineCeiling",
    "Movement",
    "Programme",
    "Recovery",
    "Reservation",
    "ReservationRelease",
    "SourceDocument",
]
