"""Which documents there are, and how long a working paper is kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The kind of a document; that of a paper is the name of the function of `documents.render` that makes it."""

    INVITATION_LETTER = "invitation_letter", _("lettre d'accès")
    PACKING_SLIP = "packing_slip", _("bordereau d'expédition")
    SIGNING_LIST = "signing_list", _("liste d'émargement")
    LEAFLET = "leaflet", _("mode d'emploi")
    CERTIFICATE = "certificate", _("attestation de remise")
    LOAN_AGREEMENT = "loan_agreement", _("convention de prêt")
    RETURN_RECEIPT = "return_receipt", _("reçu de restitution")
    APPOINTMENTS = "appointments", _("rendez-vous")
    CALL_LIST = "call_list", _("liste d'appel")
    PLAN_SHEET = "plan_sheet", _("plan de répartition")
    NEED_FORM = "need_form", _("formulaire papier")
    CREDIT_LETTER = "credit_letter", _("notification de crédits")
    GRANT_SHEET = "grant_sheet", _("synthèse d'un engagement")
    SCENARIO_RUN = "scenario_run", _("fichiers d'une simulation")


# What is no paper: a file that a program reads.
FILES = (Kind.SCENARIO_RUN,)
WORKING_DAYS = 30
# Papers of one day of work: nothing is proved by them, they can be printed again.
WORKING_PAPERS = (Kind.INVITATION_LETTER, Kind.APPOINTMENTS, Kind.CALL_LIST, Kind.NEED_FORM)
