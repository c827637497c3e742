"""Who may act on an operation, and why."""

from typing import Any

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.operations.models import Operation


def may_lead(user: Any, operation: Operation) -> bool:
    """The body that owns or pays for the goods decides on them (code de l'éducation, L213-2 and L214-6)."""
    return operation.owner_id in bodies_as(user, Role.EQUIPMENT)
