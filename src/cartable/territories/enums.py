from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SchoolKind(TextChoices):
    """What a line of the directory is. `OTHER` holds medico-social establishments and services."""

    ECOLE = "ecole", _("école")
    COLLEGE = "college", _("collège")
    LYCEE = "lycee", _("lycée")
    OTHER = "other", _("autre établissement ou service")


class Sector(TextChoices):
    PUBLIC = "public", _("public")
    PRIVATE = "private", _("privé")


class Priority(TextChoices):
    """Priority education; the empty value means none."""

    NONE = "", _("hors éducation prioritaire")
    REP = "REP", "REP"
    REP_PLUS = "REP+", "REP+"


class Source(TextChoices):
    """Which family of files a school was last read from."""

    DIRECTORY = "directory", _("annuaire de l’éducation")
    GEOLOCATION = "geolocation", _("adresse et géolocalisation des établissements")
    OWN = "own", _("saisie dans Cartable")
