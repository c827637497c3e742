"""Rules of a share, keys of a split, and the states of both."""

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


class SplitKey(models.TextChoices):
    """By what an envelope may be shared; none is the law, and none gives 695,294 €."""

    QPV_POPULATION = "qpv_population", _("population des QPV")
    QPV = "qpv", _("nombre de QPV")
    CITES = "cites_educatives", _("nombre de cités éducatives")
    NEEDS = "needs", _("besoins retenus")
    EQUAL = "equal", _("parts égales")
    OWN = "own", _("poids choisis")


class SplitState(models.TextChoices):
    DRAFT = "draft", _("proposé")
    NOTIFIED = "notified", _("notifié")
    DROPPED = "dropped", _("abandonné")


SPLIT_MOVES = (
    Move("draft", "notified", "run"),
    Move("draft", "dropped", "run"),
)
