"""What an operation distributes, how, and its states."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.foundation.transitions import Move
from cartable.pupils.enums import Criterion, NeedKind


class Good(models.TextChoices):
    """A sort of thing that is handed over."""

    SIM = "sim", _("carte SIM")
    KEY = "key", _("clé 4G")
    TABLET = "tablet", _("tablette")
    COMPUTER = "computer", _("ordinateur")


SERVES = {
    Good.SIM: NeedKind.CONNECTION,
    Good.KEY: NeedKind.CONNECTION,
    Good.TABLET: NeedKind.DEVICE,
    Good.COMPUTER: NeedKind.DEVICE,
}


# The order of pupils that an operation proposes where nobody chose another.
CRITERIA = "|".join([Criterion.EXAM, Criterion.SIBLINGS, Criterion.NOTHING])


class Mode(models.TextChoices):
    """Given takes an attestation and no return; lent takes the owner's own voted agreement."""

    GIVEN = "given", _("donné")
    LENT = "lent", _("prêté")


class NamedBy(models.TextChoices):
    """Who names the pupils."""

    SCHOOL = "school", _("l'établissement")
    CIRCONSCRIPTION = "circonscription", _("l'école, par sa circonscription")


class OperationState(models.TextChoices):
    DRAFT = "draft", _("en préparation")
    OPEN = "open", _("ouverte")
    CLOSED = "closed", _("close")


OPERATION_MOVES = (
    Move("draft", "open", "equipment"),
    Move("open", "closed", "equipment"),
    Move("closed", "open", "equipment", reason_needed=True),
)
