"""What travels: shipments with their lines, and the count confirmed on arrival."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.bodies.models import Body
from cartable.equipment.enums import RejectionReason, ShipmentState
from cartable.equipment.models.stock import Lot
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT, Retention
from cartable.foundation.sealed import SealedField
from cartable.operations.models import Operation
from cartable.territories.models import Circonscription, School


class ShipmentCounter(models.Model):
    """The last number given to a shipment in a year, so that they follow each other without a hole."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("compteur d'expéditions")
        verbose_name_plural = _("compteurs d'expéditions")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Shipment(models.Model):
    """What leaves the depot for one school, or for a circonscription that relays it to its écoles.

    `receipt_hash` is the hash of the one-use code in the slip's QR: the count is confirmed without an account.
    The code itself is nowhere kept: it is made again from `public_id` and a key (`rules.receipt_code`).
    """

    public_id = PublicIdField()
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="shipments")
    sender = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    to_school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="shipments"
    )
    to_circonscription = models.ForeignKey(
        Circonscription, null=True, blank=True, on_delete=models.PROTECT, related_name="shipments"
    )
    state = models.CharField(max_length=10, choices=ShipmentState.choices, default=ShipmentState.PREPARED)
    planned_on = models.DateField(_("tournée du"))
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt_hash = models.CharField(max_length=64, unique=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("expédition")
        verbose_name_plural = _("expéditions")
        constraints = [
            models.CheckConstraint(
                name="shipment_goes_to_one_place",
                condition=Q(to_school__isnull=False, to_circonscription=None)
                | Q(to_school=None, to_circonscription__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """So many of one lot for one school (the école that a relay passes them to).

    `public_id` is also the id of the transfer that took the goods out of the depot.
    """

    public_id = PublicIdField()
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="shipment_lines")
    quantity = models.PositiveIntegerField(_("nombre"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ligne d'expédition")
        verbose_name_plural = _("lignes d'expédition")
        constraints = [
            models.UniqueConstraint(name="one_line_of_a_lot", fields=["shipment", "school", "lot"]),
            models.CheckConstraint(name="line_ships_something", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.school} × {self.quantity}"


class Receipt(models.Model):
    """The count confirmed on arrival, by a person with an account or by who held the slip."""

    public_id = PublicIdField()
    shipment = models.OneToOneField(Shipment, on_delete=models.PROTECT, related_name="receipt")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_name = SealedField(_("nom de la personne qui reçoit"), blank=True, default="")

    retention = Retention("school_year", "preuve de réception : le nom, l'année scolaire")
    personal = ("confirmed_by", "confirmed_name")

    class Meta:
        verbose_name = _("réception")
        verbose_name_plural = _("réceptions")

    def __str__(self) -> str:
        return str(self.shipment)


class ReceiptLine(models.Model):
    """Accepted + rejected = shipped, and a rejection says why."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    line = models.OneToOneField(ShipmentLine, on_delete=models.PROTECT, related_name="received")
    shipped = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField(_("accepté"))
    rejected = models.PositiveIntegerField(_("refusé"), default=0)
    reason = models.CharField(_("motif"), max_length=12, choices=RejectionReason.choices, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ligne de réception")
        verbose_name_plural = _("lignes de réception")
        constraints = [
            models.CheckConstraint(
                name="accepted_and_rejected_make_shipped", condition=Q(shipped=F("accepted") + F("rejected"))
            ),
            models.CheckConstraint(name="a_rejection_says_why", condition=Q(rejected=0) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.accepted}/{self.shipped}"
