"""What the papers of money say; amounts are texts, written by the room that counts them."""

from dataclasses import dataclass
from datetime import date

from cartable.documents.data import Party


@dataclass(frozen=True, slots=True)
class CreditLetter:
    """A letter that notifies credits. `verb` says what is done with them ("délègue", "retire", "vire").

    `amounts` are pairs of a label and an amount, `rules` what the credits may serve, each a sentence.
    """

    recipient: Party
    number: str
    year: str
    verb: str
    programme: str
    line: str
    amounts: tuple[tuple[str, str], ...]
    notified_on: date
    announced_on: date | None = None
    origin: str = ""
    budget_programme: str = ""
    source: str = ""
    rules: tuple[str, ...] = ()
    reason: str = ""
    signatory: str = ""


@dataclass(frozen=True, slots=True)
class GrantPart:
    """What one funder pays, and where its money stands."""

    funder: str
    share: str
    amount: str
    paid: str
    justified: str
    recovered: str


@dataclass(frozen=True, slots=True)
class GrantSheet:
    """The summary of an arrêté, a convention or a purchase: what, to whom, from which credits, where it stands."""

    act: str
    subject: str
    bearer: Party
    state: str
    decided_on: date
    amounts: tuple[tuple[str, str], ...]
    parts: tuple[GrantPart, ...]
    number: str = ""
    programme: str = ""
    serves: str = ""
    justify_by: date | None = None
    two_people: bool = False
    signatory: str = ""
