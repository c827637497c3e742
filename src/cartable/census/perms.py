"""Who may answer for a school, and why."""

from typing import Any

from cartable.accounts.enums import Right
from cartable.territories.models import School


def may_answer(user: Any, school: School) -> bool:
    """The head answers for the school; marking can be delegated, sending cannot (code de l'éducation, R421-10)."""
    return user.scope.may(Right.HEAD.value, school.id)


def may_enter_for(user: Any, school: School) -> bool:
    """An IEN's office enters counts for an école that phoned: it leads the circonscription (D241-4)."""
    return school.circonscription_id in user.scope.circonscription_ids
