"""Money set aside for what was decided and is not committed yet: no bearer is known, nobody else may take it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT
from cartable.funding.models.envelopes import Envelope


class Reservation(models.Model):
    """So many cents of commitment authority (AE) kept for a purpose. `public_id` is the key of who asked.

    Commitments draw on it (`CommitmentPart.reservation`); what is given back has a row of its own. All of them together
    never pass `amount_cents`. `reference` names what it is for, as a word: "scenario:<public id>".
    """

    public_id = PublicIdField()
    fingerprint = models.CharField(max_length=64)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="reservations")
    amount_cents = models.BigIntegerField(_("montant"))
    purpose = models.CharField(_("objet"), max_length=200)
    reference = models.CharField(max_length=120, db_index=True)
    on = models.DateField(_("date"))
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    transfer = models.OneToOneField("ledger.Transfer", on_delete=models.PROTECT, related_name="+")

    retention = ACT
    personal = ("made_by",)

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("réservation de crédits")
        verbose_name_plural = _("réservations de crédits")
        constraints = [models.CheckConstraint(name="reservation_amount", condition=Q(amount_cents__gte=1))]

    def __str__(self) -> str:
        return self.purpose


class ReservationRelease(models.Model):
    """What of a reservation was given back to its envelope."""

    public_id = PublicIdField()
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="releases")
    amount_cents = models.BigIntegerField(_("montant"))
    on = models.DateField(_("date"))
    reason = models.CharField(_("motif"), max_length=300)
    transfer = models.OneToOneField("ledger.Transfer", on_delete=models.PROTECT, related_name="+")

    retention = ACT
    personal = ()

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("réservation rendue")
        verbose_name_plural = _("réservations rendues")
        constraints = [
            models.CheckConstraint(name="reservation_release_amount", condition=Q(amount_cents__gte=1)),
            models.CheckConstraint(name="reservation_release_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.reservation} {self.amount_cents}"
