"""The chain of numbers, from what was announced to what is in hands, and why a number is not shown."""

from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """Where articles are on their way. One step is never another: announced is not received, shipped not accepted."""

    ANNOUNCED = "announced", _("annoncés")
    RECEIVED = "received", _("reçus au dépôt")
    DECLARED = "declared", _("déclarés sur place")
    ALLOCATED = "allocated", _("attribués")
    SHIPPED = "shipped", _("expédiés")
    ACCEPTED = "accepted", _("acceptés")
    IN_HANDS = "in_hands", _("en mains")


# Only the operation as a whole has them: they are of no school.
OF_THE_WHOLE = (Step.ANNOUNCED, Step.RECEIVED)


class Blank(Enum):
    """Why there is no number: nobody knows it, it is withheld because it is small, or there is nothing to count."""

    UNKNOWN = "unknown"
    HIDDEN = "hidden"
    NOTHING = "nothing"
