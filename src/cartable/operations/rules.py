"""Pure rules of an operation."""

from datetime import datetime

from cartable.foundation import clock
from cartable.operations.models import Operation


def deadline(operation: Operation) -> datetime:
    """Give the UTC moment at which answers are late, by the clock of the operation's département."""
    return clock.end_of(operation.answers_due_on, operation.department.time_zone, operation.answers_due_hour)


def is_late(operation: Operation) -> bool:
    """Tell whether the deadline has passed."""
    return clock.now() >= deadline(operation)
