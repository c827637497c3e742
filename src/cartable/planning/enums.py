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
    REPLACED = "replaced", _("corrigé par un autre")


PLAN_MOVES = (
    Move("draft", "approved", "equipment"),
    Move("draft", "dropped", "equipment"),
    Move("approved", "replaced", "equipment", reason_needed=True),
)


class ScenarioState(models.TextChoices):
    """A scenario that others must agree to is frozen while they are asked; nothing is reserved before it is chosen."""

    DRAFT = "draft", _("en préparation")
    ASKED = "asked", _("en attente d'accord")
    CHOSEN = "chosen", _("retenue")
    REPLACED = "replaced", _("corrigée par une autre")
    DROPPED = "dropped", _("abandonnée")


SCENARIO_MOVES = (
    Move("draft", "asked", "run"),
    Move("draft", "chosen", "run", reason_needed=True),
    Move("asked", "draft", "run"),
    Move("asked", "chosen", "run", reason_needed=True),
    Move("chosen", "replaced", "run", reason_needed=True),
    Move("draft", "dropped", "run"),
)


class Origin(models.TextChoices):
    """Where goods come from: only what stands in the depot can leave today."""

    STOCK = "stock", _("au dépôt")
    GIFT = "gift", _("don promis")
    OFFER = "offer", _("offre d'achat")


class FundKind(models.TextChoices):
    """Whom a fund may serve, nearest first: the order in which funds pay."""

    CITE_EDUCATIVE = "cite_educative", _("cité éducative")
    DEPARTMENT = "department", _("département")
    REGION = "region", _("région")
    NATIONAL = "national", _("nation")


class Side(models.TextChoices):
    """Who must agree: the holder of an envelope, or the three sides of a cité éducative (its troïka)."""

    HOLDER = "holder", _("gestionnaire de l'enveloppe")
    PREFECT = "prefect", _("préfecture")
    EDUCATION = "education", _("Éducation nationale")
    COMMUNE = "commune", _("commune")


class AgreementState(models.TextChoices):
    ASKED = "asked", _("demandé")
    AGREED = "agreed", _("donné")
    REFUSED = "refused", _("refusé")


class ContestReason(models.TextChoices):
    """Why a school contests; the rest is said in one sentence, without any child's name."""

    NEED = "need", _("le besoin compté n'est pas le bon")
    DELIVERED = "delivered", _("ce qui a été livré n'est pas ce qui est compté")
    PUBLIC = "public", _("le public est mal compté (QPV, REP, examen)")
    OTHER = "other", _("autre motif")


class ContestState(models.TextChoices):
    OPEN = "open", _("déposée")
    ACCEPTED = "accepted", _("acceptée : un nouveau plan corrigera")
    REJECTED = "rejected", _("rejetée")


CONTEST_MOVES = (
    Move("open", "accepted", "run", reason_needed=True),
    Move("open", "rejected", "run", reason_needed=True),
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
