"""What is imported, and how far a run has come."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunKind(models.TextChoices):
    """What the file holds."""

    SCHOOLS = "schools", _("établissements")
    PUPILS = "pupils", _("élèves")
    GUARDIANS = "guardians", _("responsables")
    STOCK = "stock", _("stock")


class RunState(models.TextChoices):
    """A run that was killed stays `running` until the same file comes again."""

    RUNNING = "running", _("en cours")
    DONE = "done", _("terminé")
    FAILED = "failed", _("refusé")
