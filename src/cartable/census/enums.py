"""States of a school's return."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.foundation.transitions import Move


class ReturnState(models.TextChoices):
    DRAFT = "draft", _("en cours")
    SUBMITTED = "submitted", _("envoyée")
    VALIDATED = "validated", _("validée")
    SENT_BACK = "sent_back", _("renvoyée pour correction")


ANSWERED = (ReturnState.SUBMITTED, ReturnState.VALIDATED)

RETURN_MOVES = (
    Move("draft", "submitted", "head"),
    Move("sent_back", "submitted", "head"),
    Move("submitted", "validated", "equipment"),
    Move("submitted", "sent_back", "equipment", reason_needed=True),
    Move("validated", "sent_back", "equipment", reason_needed=True),
)
