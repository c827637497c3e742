"""Reads of the territory, each cut to what the user may see."""

from typing import Any

from cartable.territories.models import Circonscription, CiteEducative, Department, School
from cartable.territories.querysets import (
    CirconscriptionQuerySet,
    CiteEducativeQuerySet,
    DepartmentQuerySet,
    SchoolQuerySet,
)


def schools_visible_to(user: Any) -> SchoolQuerySet:
    """Give the schools whose counts the user may see, with commune and département."""
    return School.objects.visible_to(user).select_related("commune", "department")


def departments_visible_to(user: Any) -> DepartmentQuerySet:
    """Give the départements that the user sees as a whole."""
    return Department.objects.visible_to(user)


def circonscriptions_visible_to(user: Any) -> CirconscriptionQuerySet:
    """Give the circonscriptions that the user leads or oversees."""
    return Circonscription.objects.visible_to(user).select_related("department")


def cites_visible_to(user: Any) -> CiteEducativeQuerySet:
    """Give the cités éducatives of the départements that the user sees as a whole."""
    return CiteEducative.objects.visible_to(user).select_related("department")
