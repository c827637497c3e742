"""What a pupil may lack, how families live, and who may sign."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NeedKind(models.TextChoices):
    """What keeps a pupil from following school from home."""

    DEVICE = "device", _("appareil")
    CONNECTION = "connection", _("connexion")
    HOMEWORK_BY_POST = "homework_by_post", _("devoirs par courrier")
    PARENT_HELP = "parent_help", _("aide aux parents")
    LINK_LOST = "link_lost", _("lien perdu")
    MENTOR = "mentor", _("mentor")
    HOLIDAY_SUPPORT = "holiday_support", _("soutien pendant les vacances")


# What the census of the main job asks; mentors and holidays have their own campaigns.
ASKED_NOW = (
    NeedKind.DEVICE,
    NeedKind.CONNECTION,
    NeedKind.HOMEWORK_BY_POST,
    NeedKind.PARENT_HELP,
    NeedKind.LINK_LOST,
)


class Criterion(models.TextChoices):
    """What puts a family before another, as the operation says it; the school has the last word."""

    EXAM = "exam", _("année d'examen d'abord")
    SIBLINGS = "siblings", _("frères et sœurs sur un même article d'abord")
    NOTHING = "nothing", _("ceux qui n'ont rien avant ceux qui partagent")


class OrderReason(models.TextChoices):
    """Why the school changed the proposed order; a code, never a sentence about a child."""

    KNOWN = "known", _("situation connue de l'établissement")
    ABSENT = "absent", _("famille absente ou injoignable")
    LATER = "later", _("la famille préfère attendre")
    MISTAKE = "mistake", _("renseignement inexact")


class HomeKind(models.TextChoices):
    """Where a pupil lives, as far as a paper must know it."""

    FAMILY = "family", _("domicile")
    PLACEMENT = "placement", _("lieu de placement")
    WITHOUT_ADDRESS = "without_address", _("sans adresse")


class Capacity(models.TextChoices):
    """In which capacity an adult stands beside a pupil."""

    LEGAL_GUARDIAN = "legal_guardian", _("responsable légal")
    PLACEMENT_SERVICE = "placement_service", _("service ou famille d'accueil")
    SELF = "self", _("élève majeur")
    OTHER = "other", _("autre adulte")


class Source(models.TextChoices):
    """Where a pupil's row comes from."""

    TYPED = "typed", _("saisie")
    SIECLE = "siecle", _("SIECLE")
    ONDE = "onde", _("ONDE")
    FREGATA = "fregata", _("FREGATA")
    TEMPLATE = "template", _("modèle Cartable")
    INVENTED = "invented", _("données inventées")


# Levels in school order; a class that says none of them counts under `OTHER_LEVEL`, never under its own words:
# a class label may hold a teacher's name.
LEVELS = (
    "TPS", "PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2", "ULIS", "UPE2A",
    "6E", "5E", "4E", "3E", "SEGPA", "2NDE", "1RE", "TLE", "CAP", "BTS",
)  # fmt: skip
OTHER_LEVEL = "AUTRE"
EXAM_LEVELS = ("3E", "TLE", "CAP")
