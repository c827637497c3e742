"""What money may be: ceilings, levels, credits, the steps of a commitment and the moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.bodies.enums import BodyKind
from cartable.foundation.transitions import Move


class CeilingKind(models.TextChoices):
    """What a document says of a line's money: a bound is not an amount."""

    UP_TO = "up_to", _("jusqu'à")
    MORE_THAN = "more_than", _("plus de")
    EXACTLY = "exactly", _("montant exact")
    SHARE = "share", _("part d'une autre enveloppe")
    TO_BE_SPECIFIED = "to_be_specified", _("à préciser")


# A sum of delegations may not pass these where their amount is known; a share of an amount that nobody said, "more
# than" and "to be specified" bound nothing.
BINDING = (CeilingKind.UP_TO, CeilingKind.EXACTLY, CeilingKind.SHARE)


class Serves(models.TextChoices):
    """Whom a line may serve."""

    ANYONE = "anyone", _("tous les élèves")
    QPV_PUPILS = "qpv_pupils", _("élèves des quartiers prioritaires (QPV)")
    CITE_EDUCATIVE = "cite_educative", _("territoire de la cité éducative")


class Level(models.TextChoices):
    """Where an envelope stands: the programme, its BOP (région), its UO (département), a collectivité's own money."""

    NATIONAL = "national", _("nation")
    REGION = "region", _("région (BOP)")
    DEPARTMENT = "department", _("département (UO)")
    LOCAL = "local", _("collectivité, sur ses propres crédits")


LEVEL_OF = {
    BodyKind.MINISTRY: Level.NATIONAL,
    BodyKind.REGION_PREFECTURE: Level.REGION,
    BodyKind.PREFECTURE: Level.DEPARTMENT,
    BodyKind.LOCAL_AUTHORITY: Level.LOCAL,
}


class Credit(models.TextChoices):
    """The two sorts of credits of the State (LOLF, article 8); the code is that of the ledger's resource."""

    AE = "ae", _("autorisations d'engagement (AE)")
    CP = "cp", _("crédits de paiement (CP)")


class Stage(models.TextChoices):
    """Where money stands; also the first word of the account's code in the ledger."""

    ENVELOPE = "envelope", _("disponible")
    RESERVED = "reserved", _("réservé")
    ASKED = "asked", _("demandé")
    COMMITTED = "committed", _("engagé")
    SETTLED = "settled", _("payé, à justifier")
    PAID = "paid", _("payé")
    JUSTIFIED = "justified", _("justifié")
    RETURNED = "returned", _("reversé")


# The accounts that every envelope has; the other stages are kept for each part of a commitment.
ENVELOPE_ACCOUNTS = (
    (Credit.AE, Stage.ENVELOPE),
    (Credit.AE, Stage.RESERVED),
    (Credit.AE, Stage.ASKED),
    (Credit.CP, Stage.ENVELOPE),
    (Credit.CP, Stage.PAID),
    (Credit.CP, Stage.JUSTIFIED),
    (Credit.CP, Stage.RETURNED),
)


class DelegationKind(models.TextChoices):
    OPENING = "opening", _("ouverture de crédits")
    DELEGATION = "delegation", _("délégation")
    WITHDRAWAL = "withdrawal", _("retrait")
    MOVE = "move", _("virement")


class DelegationState(models.TextChoices):
    """An announced delegation moves nothing; its notification does."""

    ANNOUNCED = "announced", _("annoncée")
    NOTIFIED = "notified", _("notifiée")
    CANCELLED = "cancelled", _("abandonnée")


DELEGATION_MOVES = (
    Move("announced", "notified", "run"),
    Move("announced", "cancelled", "run", reason_needed=True),
)


class CommitmentKind(models.TextChoices):
    ORDER = "order", _("arrêté attributif de subvention")
    CONVENTION = "convention", _("convention")
    PURCHASE = "purchase", _("achat")


class CommitmentState(models.TextChoices):
    PROPOSED = "proposed", _("proposé, en attente d'une seconde personne")
    COMMITTED = "committed", _("engagé")
    REFUSED = "refused", _("refusé")
    CLOSED = "closed", _("soldé")


COMMITMENT_MOVES = (
    Move("proposed", "committed", "run"),
    Move("proposed", "refused", "run", reason_needed=True),
    Move("committed", "closed", "run"),
    Move("closed", "committed", "run", reason_needed=True),
)


class Share(models.TextChoices):
    """What a part pays for: the price net of tax, or the tax."""

    NET = "net", _("hors taxes")
    VAT = "vat", _("TVA")


class MovementKind(models.TextChoices):
    """What happens to a part of a commitment once its money was asked for or committed."""

    CONFIRMATION = "confirmation", _("confirmation")
    REFUSAL = "refusal", _("refus")
    PAYMENT = "payment", _("paiement")
    CREDIT_NOTE = "credit_note", _("avoir")
    RELEASE = "release", _("retrait du reste")
    JUSTIFICATION = "justification", _("justification")
    RECOVERY = "recovery", _("reversement")
    REESTABLISHMENT = "reestablishment", _("reversement avec rétablissement de crédits")
    CORRECTION = "correction", _("annulation d'écriture")


class InvoiceState(models.TextChoices):
    DECLARED = "declared", _("déclarée")
    ACCEPTED = "accepted", _("retenue")
    REFUSED = "refused", _("écartée")


INVOICE_MOVES = (
    Move("declared", "accepted", "run"),
    Move("declared", "refused", "run", reason_needed=True),
    # once all that it justified is undone
    Move("accepted", "declared", "run"),
)


class RecoveryState(models.TextChoices):
    """A claim moves nothing; its receipt does."""

    CLAIMED = "claimed", _("réclamé")
    RECEIVED = "received", _("reçu")
    WAIVED = "waived", _("abandonné")


RECOVERY_MOVES = (
    Move("claimed", "received", "run"),
    Move("claimed", "waived", "run", reason_needed=True),
)
