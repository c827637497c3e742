from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BodyKind(TextChoices):
    MINISTRY = "ministry", _("ministère")
    PREFECTURE = "prefecture", _("préfecture")
    REGION_PREFECTURE = "region_prefecture", _("préfecture de région")
    ACADEMY_SERVICE = "academy_service", _("service académique")
    LOCAL_AUTHORITY = "local_authority", _("collectivité territoriale")
    SCHOOL = "school", _("établissement")
    CIRCONSCRIPTION = "circonscription", _("circonscription du premier degré")
    ASSOCIATION = "association", _("association")
    COMPANY = "company", _("entreprise")
    FOUNDATION = "foundation", _("fondation")
    OPERATOR = "operator", _("opérateur")


# One body of these kinds for each territory; there may be many associations or companies in one.
SINGLE = (
    BodyKind.PREFECTURE,
    BodyKind.REGION_PREFECTURE,
    BodyKind.ACADEMY_SERVICE,
    BodyKind.LOCAL_AUTHORITY,
)
