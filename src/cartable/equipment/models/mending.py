"""What is mended afterwards: a thing that is repaired or written off, a gap at receipt that turns up."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.bodies.models import Body
from cartable.equipment.enums import RepairState
from cartable.equipment.models.handovers import Incident
from cartable.equipment.models.shipments import ReceiptLine
from cartable.equipment.models.stock import Asset
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT
from cartable.territories.models import School


class Repair(models.Model):
    """A damaged thing is away for repair: since when, after which incident, and how it ended.

    `school` is where it comes from and goes back to; without one it is the owner's depot. `public_id` is also the id
    of the transfer that sent it.
    """

    public_id = PublicIdField()
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="repairs")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="repairs")
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="repairs"
    )
    state = models.CharField(_("état"), max_length=12, choices=RepairState.choices, default=RepairState.OPEN)
    sent_at = models.DateTimeField(_("parti le"))
    ended_at = models.DateTimeField(_("terminé le"), null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("réparation")
        verbose_name_plural = _("réparations")
        constraints = [
            models.UniqueConstraint(
                name="one_open_repair_of_a_thing", fields=["asset"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="a_repair_that_ended_has_its_date",
                condition=Q(state="open", ended_at=None) | (~Q(state="open") & Q(ended_at__gte=F("sent_at"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset} · {self.get_state_display()}"


class Finding(models.Model):
    """So many of what was missing at receipt turn up: in the school, or in the sender's depot.

    `public_id` is also the id of the transfer that brought them back.
    """

    public_id = PublicIdField()
    gap = models.ForeignKey(ReceiptLine, on_delete=models.PROTECT, related_name="findings")
    quantity = models.PositiveIntegerField(_("nombre"))
    depot = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("retrouvé le"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("articles retrouvés")
        verbose_name_plural = _("articles retrouvés")
        constraints = [models.CheckConstraint(name="a_finding_finds", condition=Q(quantity__gt=0))]

    def __str__(self) -> str:
        return f"{self.gap} + {self.quantity}"
