"""Reads of the bodies."""

from typing import Any

from cartable.bodies.models import Body
from cartable.bodies.querysets import BodyQuerySet


def visible_to(user: Any) -> BodyQuerySet:
    """Give the bodies that the user may see, with their territory."""
    return Body.objects.visible_to(user).select_related("department", "region")
