"""Pure rules of goods: numbers of SIM cards and their ranges, article codes, receipt codes, ends of loans."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.text import slugify
from stdnum import luhn

from cartable.equipment.enums import NumberKind
from cartable.foundation.keys import keyed_hash
from cartable.operations.enums import Good


NUMBER_KIND = {
    Good.SIM: NumberKind.ICCID,
    Good.KEY: NumberKind.SERIAL,
    Good.TABLET: NumberKind.SERIAL,
    Good.COMPUTER: NumberKind.SERIAL,
}
HAS_CREDIT = (Good.SIM, Good.KEY)
# An ICCID is 18 or 19 digits and a check digit; some operators print it without, or pad it to 20.
SHORTEST, USUAL, LONGEST = 18, 19, 20


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive card numbers, check digit left out where they carry one; ends included."""

    first: str
    last: str

    @property
    def count(self) -> int:
        return int(self.last) - int(self.first) + 1

    def holds(self, body: str) -> bool:
        """Tell whether a number of the same form lies within."""
        return len(body) == len(self.first) and self.first <= body <= self.last

    def meets(self, other: "Span") -> bool:
        """Tell whether two spans share a number."""
        return len(self.first) == len(other.first) and self.first <= other.last and other.first <= self.last


def readings(number: str) -> list[str]:
    """Give what an ICCID may be without check digit and padding, the likeliest first: at most three forms."""
    padded = len(number) == LONGEST and luhn.is_valid(number[:USUAL])
    checked = len(number) > SHORTEST and luhn.is_valid(number)
    likely = number[: SHORTEST if padded and not checked else -1] if padded or checked else number
    return list(dict.fromkeys((likely, number, number[:-1] if len(number) > SHORTEST else number)))


def number_key(kind: str, number: str, spans: Sequence[Span] = ()) -> str:
    """Give what a number is compared by: the reading that a known range holds, else the likeliest."""
    if kind != NumberKind.ICCID:
        return number
    forms = readings(number)
    return next((form for form in forms if any(span.holds(form) for span in spans)), forms[0])


def forms_of(first: str, last: str) -> list[Span]:
    """Give the spans that two printed ends may mean, the likeliest first; none where they do not go up.

    Both ends carry a check digit or neither does.
    """
    whole, bare = Span(first, last), Span(first[:-1], last[:-1])
    checked = luhn.is_valid(first) and luhn.is_valid(last)
    forms = [bare, whole] if checked else [whole, bare]
    return [form for form in forms if len(first) == len(last) and form.first <= form.last]


def article_code(good: str, mode: str, name: str, owner_id: UUID) -> str:
    """Make the ledger's code of an article: readable, one for each owner, sort, mode and name."""
    mark = hashlib.sha256(f"{owner_id}|{name}".encode()).hexdigest()[:8]
    return f"{good}-{mode}-{slugify(name)[:30].strip('-')}-{mark}"


def receipt_code(shipment_id: UUID) -> str:
    """Make the one-use code of a slip again: 20 hexadecimal digits, which only who holds the keys can make."""
    return keyed_hash("receipt", str(shipment_id))[:20]


def receipt_hash(code: str) -> str:
    """Hash a receipt code as it was typed: case, spaces and hyphens do not count."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).lower().encode()).hexdigest()


def end_of_school_year(day: date) -> date:
    """Give the last day of the school year of `day` for a loan: 30 June."""
    return date(day.year + (day.month > 6), 6, 30)
