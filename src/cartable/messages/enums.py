"""How a message goes, and where it stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.foundation.transitions import Move


class Channel(models.TextChoices):
    """How a message reaches its recipient."""

    EMAIL = "email", _("courriel")
    LETTER = "letter", _("lettre")


class State(models.TextChoices):
    """Where a message stands."""

    QUEUED = "queued", _("à envoyer")
    SENT = "sent", _("envoyé")
    FAILED = "failed", _("en échec")
    CANCELLED = "cancelled", _("annulé")


MOVES = (
    Move(State.QUEUED, State.SENT, "system"),
    Move(State.QUEUED, State.FAILED, "system"),
    Move(State.QUEUED, State.CANCELLED, "sender"),
    Move(State.FAILED, State.QUEUED, "sender"),
    Move(State.FAILED, State.CANCELLED, "sender"),
)
