"""The words of control: places, reasons and acts, that the ledger and the journal keep as codes."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.equipment import places
from cartable.equipment.enums import IncidentKind, RejectionReason, RepairState


SORTS = {
    "depot": gettext_lazy("Dépôts"),
    "reserved": gettext_lazy("Réservé par un plan"),
    "transit": gettext_lazy("En route"),
    "school": gettext_lazy("Stock des établissements"),
    "on_loan": gettext_lazy("Prêté"),
    "given": gettext_lazy("Donné"),
    "repair": gettext_lazy("En réparation"),
    places.MISSING: gettext_lazy("Manquant à l'arrivée"),
    places.DEAD: gettext_lazy("Hors service"),
    places.LOST: gettext_lazy("Perdu ou volé"),
    "outside": gettext_lazy("Provenance"),
}
OF_A_PLACE = {
    "depot": gettext_lazy("Dépôt : %(name)s"),
    "transit": gettext_lazy("En route : expédition %(name)s"),
    "school": gettext_lazy("Stock : %(name)s"),
    "on_loan": gettext_lazy("Prêté : %(name)s"),
    "given": gettext_lazy("Donné : %(name)s"),
    "outside:donor": gettext_lazy("Don : %(name)s"),
    "outside:bought": gettext_lazy("Achat : %(name)s"),
    "outside:declared": gettext_lazy("Déclaré par : %(name)s"),
}
REASONS = {
    "lot_received": gettext_lazy("lot reçu"),
    "lot_declared": gettext_lazy("déclaré par l'établissement"),
    "lot_declared_less": gettext_lazy("déclaration diminuée"),
    "plan_approved": gettext_lazy("réservé par le plan"),
    "reserve_freed": gettext_lazy("réserve libérée"),
    "shipment_prepared": gettext_lazy("expédition préparée"),
    "shipment_cancelled": gettext_lazy("expédition annulée"),
    "received": gettext_lazy("accepté à l'arrivée"),
    "handed_over": gettext_lazy("remis"),
    "handover_cancelled": gettext_lazy("remise annulée"),
    "found": gettext_lazy("retrouvé après la réception"),
    "sent_to_repair": gettext_lazy("envoyé en réparation"),
    **{state.value: state.label for state in RepairState if state != RepairState.OPEN},
    "swapped_in": gettext_lazy("remis en échange"),
    "given_back": gettext_lazy("rendu"),
    **{kind.value: kind.label for kind in IncidentKind},
    "lost": gettext_lazy("perdu"),
    "stolen": gettext_lazy("volé"),
    **{f"swapped_{kind.value}": kind.label for kind in IncidentKind},
    **{f"rejected_{reason.value}": reason.label for reason in RejectionReason},
}
ACTS = {
    "account": gettext_lazy("Compte"),
    "accounts": gettext_lazy("Comptes"),
    "bodies": gettext_lazy("Organisme"),
    "census": gettext_lazy("Enquête"),
    "document": gettext_lazy("Document"),
    "equipment": gettext_lazy("Matériel"),
    "letters": gettext_lazy("Lettres d'accès"),
    "message": gettext_lazy("Message"),
    "operations": gettext_lazy("Opération"),
    "planning": gettext_lazy("Répartition"),
    "pupils": gettext_lazy("Élèves"),
    "right": gettext_lazy("Droit"),
    "territories": gettext_lazy("Territoire"),
}


def sort_word(sort: str) -> str:
    """Name a sort of place."""
    return str(SORTS.get(sort, sort))


def place_word(code: str, name: str) -> str:
    """Name the place of an account; `name` is whose it is, "" where nobody knows."""
    kind = code.rpartition(":")[0]
    if kind in OF_A_PLACE and name:
        return OF_A_PLACE[kind] % {"name": name}
    return str(SORTS.get(code) or SORTS.get(kind) or code)


def reason_word(code: str) -> str:
    """Name the reason of a transfer."""
    return str(REASONS.get(code, code))


def act_word(verb: str) -> str:
    """Say what an act of the journal is about, with its code."""
    return f"{ACTS.get(verb.partition('.')[0], '')} ({verb})".lstrip()


def actor_word(actor: Any) -> str:
    """Name who acted: the short form of an account, or the program itself."""
    return _("compte %(short)s") % {"short": str(actor)[:8]} if actor else _("le programme")
