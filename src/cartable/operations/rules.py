"""Pure rules of an operation."""

from datetime import datetime

from django.utils.translation import override

from cartable.foundation import clock
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.territories.enums import SchoolKind


# Words that agree with any article.
HOW = {Mode.GIVEN: "à donner", Mode.LENT: "à prêter"}


def good_name(good: str) -> str:
    """Name a sort of goods as it is stored: in French, whatever language the page is read in."""
    with override("fr"):
        return str(Good(good).label)


def thing_name(good: str, mode: str) -> str:
    """Name a sort of goods and whether it is given or lent, in French."""
    return f"{good_name(good)} {HOW[Mode(mode)]}"


def pool_name(good: str, mode: str, serves: str) -> str:
    """Name a part of an operation as it is stored, in French: what, given or lent, for whom."""
    with override("fr"):
        return f"{thing_name(good, mode)} · {SchoolKind(serves).label}"


def deadline(operation: Operation) -> datetime:
    """Give the UTC moment at which answers are late, by the clock of the operation's département."""
    return clock.end_of(operation.answers_due_on, operation.department.time_zone, operation.answers_due_hour)


def is_late(operation: Operation) -> bool:
    """Tell whether the deadline has passed."""
    return clock.now() >= deadline(operation)
