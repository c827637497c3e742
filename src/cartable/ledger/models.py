"""Double entry of everything countable: a transfer is posted once, never changed; its reverse names it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT


class Resource(models.Model):
    """Something countable: cents of one kind, or pieces of one product."""

    code = models.CharField(max_length=60, unique=True)
    unit = models.CharField(max_length=5, choices=[("cent", _("centime")), ("piece", _("pièce"))])

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ressource")

    def __str__(self) -> str:
        return self.code


class Account(models.Model):
    """A place of one resource. `floor` is 0, or null for an outside source; only the trigger moves `balance`."""

    public_id = PublicIdField()
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=80)
    floor = models.BigIntegerField(null=True, default=0)
    balance = models.BigIntegerField(default=0)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("compte du registre")
        verbose_name_plural = _("comptes du registre")
        constraints = [models.UniqueConstraint(name="one_account_of_a_place", fields=["resource", "code"])]

    def __str__(self) -> str:
        return f"{self.code} {self.balance}"


class Transfer(models.Model):
    """So many of a resource go from `source` to `target`. `public_id` is made by the client, once."""

    public_id = models.UUIDField(unique=True, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="transfers")
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sent")
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="received")
    amount = models.BigIntegerField()
    value_date = models.DateField()
    recorded_at = models.DateTimeField()
    reason_code = models.CharField(max_length=40)
    reference = models.CharField(max_length=80, blank=True)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("écriture")
        verbose_name_plural = _("écritures")
        constraints = [
            models.CheckConstraint(name="transfer_moves_something", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="transfer_goes_elsewhere", condition=~Q(source=F("target"))),
        ]
        indexes = [models.Index(fields=["reference"])]

    def __str__(self) -> str:
        return f"{self.amount} {self.source_id}→{self.target_id}"
