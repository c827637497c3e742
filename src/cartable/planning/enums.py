"""Rules of a share and states of a plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.foundation.transitions import Move


class Rule(models.TextChoices):
    LEXIMIN = "leximin", _("le niveau le plus bas d'abord")
    PROPORTIONAL = "proportional", _("au prorata du besoin")
    EQUAL = "equal", _("parts égales")


class PlanState(models.TextChoices):
    DRAFT = "draft", _("proposé")
    APPROVED = "approved", _("approuvé")
    DROPPED = "dropped", _("abandonné")


PLAN_MOVES = (
    Move("draft", "approved", "equipment"),
    Move("draft", "dropped", "equipment"),
)
