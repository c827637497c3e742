"""Who people are here, and what a head may delegate."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does; always joined to a scope (see `SCOPE_OF`)."""

    NATIONAL = "national", _("ministère ou agence nationale")
    REGION = "region", _("préfecture de région")
    PREFECTURE = "prefecture", _("préfecture de département")
    ACADEMY = "academy", _("académie ou DSDEN")
    CIRCONSCRIPTION = "circonscription", _("circonscription du 1er degré")
    HEAD = "head", _("chef d'établissement ou directeur d'école")
    SCHOOL_STAFF = "school_staff", _("personnel de l'établissement, par délégation")
    EQUIPMENT = "equipment", _("collectivité, service de l'équipement")
    ASSOCIATION = "association", _("association")
    GIVER = "giver", _("donateur")
    AUDITOR = "auditor", _("contrôle")
    ADMINISTRATOR = "administrator", _("administration des comptes")


class ScopeKind(models.TextChoices):
    """The sort of thing that bounds a role."""

    EVERYWHERE = "everywhere", _("toute la France")
    REGION = "region", _("région")
    ACADEMY = "academy", _("académie")
    DEPARTMENT = "department", _("département")
    CIRCONSCRIPTION = "circonscription", _("circonscription")
    SCHOOL = "school", _("établissement")
    BODY = "body", _("organisme")


SCOPE_OF = {
    Role.NATIONAL: (ScopeKind.EVERYWHERE,),
    Role.REGION: (ScopeKind.REGION,),
    Role.PREFECTURE: (ScopeKind.DEPARTMENT,),
    Role.ACADEMY: (ScopeKind.ACADEMY, ScopeKind.DEPARTMENT),
    Role.CIRCONSCRIPTION: (ScopeKind.CIRCONSCRIPTION,),
    Role.HEAD: (ScopeKind.SCHOOL,),
    Role.SCHOOL_STAFF: (ScopeKind.SCHOOL,),
    Role.EQUIPMENT: (ScopeKind.BODY,),
    Role.ASSOCIATION: (ScopeKind.BODY,),
    Role.GIVER: (ScopeKind.BODY,),
    Role.AUDITOR: (ScopeKind.EVERYWHERE, ScopeKind.DEPARTMENT),
    Role.ADMINISTRATOR: (ScopeKind.EVERYWHERE, ScopeKind.DEPARTMENT),
}


class Right(models.TextChoices):
    """What may be done in a school. A head holds them all and may delegate any but `head`."""

    HEAD = "head", _("diriger")
    MARK = "mark", _("repérer les élèves")
    RECEIVE = "receive", _("recevoir les livraisons")
    HAND_OVER = "hand_over", _("remettre et reprendre le matériel")


DELEGABLE = (Right.MARK, Right.RECEIVE, Right.HAND_OVER)


class Audience(models.TextChoices):
    """Who is let in, in one step."""

    COLLEGES = "colleges", _("collèges")
    LYCEES = "lycees", _("lycées")
    ECOLES = "ecoles", _("écoles")
    CIRCONSCRIPTIONS = "circonscriptions", _("circonscriptions du 1er degré")
