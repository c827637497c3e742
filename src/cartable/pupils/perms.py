"""Who may act on the pupils of a school, and why."""

from typing import Any

from cartable.accounts.enums import Right, Role
from cartable.territories.models import School


def may_mark(user: Any, school: School) -> bool:
    """The head names the pupils, or who the head delegated it to (code de l'éducation, R421-10).

    None is the command line: its operator holds the machine.
    """
    return user is None or user.scope.may(Right.MARK.value, school.id)


def may_follow(user: Any, school: School) -> bool:
    """Who marks or hands over in the school keeps the families' coordinates right: both need them."""
    return may_mark(user, school) or user.scope.may(Right.HAND_OVER.value, school.id)


def may_export(user: Any, school: School) -> bool:
    """The controller answers a family's request for access: the head of the school (GDPR, article 15)."""
    return user is None or user.scope.may(Right.HEAD.value, school.id)


def may_purge(user: Any) -> bool:
    """The purge is run by the machine, or asked for by the administrator of the service."""
    return user is None or Role.ADMINISTRATOR in user.scope.roles


def may_send(user: Any, school: School) -> bool:
    """Sending the return ends the keeping of those nobody marked: the head's act, never delegated (R421-10)."""
    return user is None or user.scope.may(Right.HEAD.value, school.id)
