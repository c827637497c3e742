"""Conditions, custody, shipments, hand-overs and loans: three small machines and their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.foundation.transitions import Move


class NumberKind(models.TextChoices):
    """Which number names one thing."""

    ICCID = "iccid", _("ICCID")
    SERIAL = "serial", _("numéro de série")


class Condition(models.TextChoices):
    NEW = "new", _("neuf")
    GOOD = "good", _("bon état")
    WORN = "worn", _("usé")
    DAMAGED = "damaged", _("abîmé")
    DEAD = "dead", _("hors service")


class ShipmentState(models.TextChoices):
    PREPARED = "prepared", _("préparée")
    SENT = "sent", _("partie")
    RECEIVED = "received", _("reçue")
    CANCELLED = "cancelled", _("annulée")


SHIPMENT_MOVES = (
    Move("prepared", "sent", "equipment"),
    Move("prepared", "received", "receive"),
    Move("sent", "received", "receive"),
    Move("prepared", "cancelled", "equipment", reason_needed=True),
    Move("sent", "cancelled", "equipment", reason_needed=True),
)


class RejectionReason(models.TextChoices):
    """Why a line was not taken whole."""

    MISSING = "missing", _("manquant à l'ouverture")
    DAMAGED = "damaged", _("abîmé")
    WRONG_ITEM = "wrong_item", _("ce n'est pas l'article prévu")
    TOO_MANY = "too_many", _("en trop, renvoyé")
    NOT_NEEDED = "not_needed", _("n'est plus nécessaire")


class Receiver(models.TextChoices):
    """Who took the thing at the gate."""

    LEGAL_GUARDIAN = "legal_guardian", _("responsable légal")
    ADULT_PUPIL = "adult_pupil", _("élève majeur")
    AUTHORISED_ADULT = "authorised_adult", _("adulte autorisé")
    PLACEMENT = "placement", _("service ou famille d'accueil")


class Proof(models.TextChoices):
    """What was signed."""

    CERTIFICATE = "certificate", _("attestation de remise")
    SIGNING_LIST = "signing_list", _("liste d'émargement")
    AGREEMENT = "agreement", _("convention de prêt")


class HandoverState(models.TextChoices):
    DONE = "done", _("remis")
    SWAPPED = "swapped", _("échangé")
    GIVEN_BACK = "given_back", _("rendu")
    LOST = "lost", _("perdu ou volé")
    CANCELLED = "cancelled", _("annulé")


HANDOVER_MOVES = (
    Move("done", "swapped", "hand_over"),
    Move("done", "given_back", "hand_over"),
    Move("done", "lost", "hand_over"),
    Move("done", "cancelled", "hand_over", reason_needed=True),
)


class LoanState(models.TextChoices):
    OPEN = "open", _("en cours")
    RETURNED = "returned", _("restitué")
    LOST = "lost", _("perdu ou volé")
    SWAPPED = "swapped", _("échangé")
    CANCELLED = "cancelled", _("annulé")


LOAN_MOVES = (
    Move("open", "returned", "hand_over"),
    Move("open", "lost", "hand_over"),
    Move("open", "swapped", "hand_over"),
    Move("open", "cancelled", "hand_over", reason_needed=True),
)


class IncidentKind(models.TextChoices):
    DEAD_CARD = "dead_card", _("carte qui ne marche pas")
    BROKEN = "broken", _("casse")
    LOST = "lost", _("perte")
    STOLEN = "stolen", _("vol")


class RepairState(models.TextChoices):
    """Where the repair of a thing stands."""

    OPEN = "open", _("en réparation")
    REPAIRED = "repaired", _("réparé")
    WRITTEN_OFF = "written_off", _("réformé")


REPAIR_MOVES = (
    Move("open", "repaired", "equipment"),
    Move("open", "written_off", "equipment"),
)


class AppointmentState(models.TextChoices):
    PLANNED = "planned", _("prévu")
    DONE = "done", _("venu")
    ABSENT = "absent", _("absent")
    CANCELLED = "cancelled", _("annulé")
