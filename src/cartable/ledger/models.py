"""Double entry of everything countable: a transfer moves pieces or cents from one account to another, for ever.

The store itself holds the rules (`store_rules/`): balances move only when a transfer is posted, never below the
floor; transfers are never altered. So neither `update()` nor SQL typed by hand can lose or invent anything.
"""

from django.db import models
from django.db.models import F, Q

from cartable.foundation import clock
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT


LARGEST_AMOUNT = 10**13


class Unit(models.TextChoices):
    PIECE = "piece", "pièce"
    CENT = "cent", "centime"


class Resource(models.Model):
    """What is counted: an article, or euros of one kind. The sum of its accounts is always zero."""

    retention = FACT
    personal = ()

    code = models.CharField(max_length=100, unique=True)
    unit = models.CharField(max_length=5, choices=Unit)
    label = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.label


class Account(models.Model):
    """A place where a resource stands. `floor` is 0, or null for an outside source that may go below."""

    retention = FACT
    personal = ()

    public_id = PublicIdField()
    # No index of its own: SQLite took it, to read accounts in the order of ids, and read all those of the resource.
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    code = models.CharField(max_length=120)
    floor = models.BigIntegerField(null=True, default=0)
    balance = models.BigIntegerField(default=0, editable=False)
    # The id of the transfer that set the balance: on SQLite a balance moves only together with it.
    last_transfer = models.BigIntegerField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "code"], name="ledger_account_code"),
            models.CheckConstraint(condition=Q(floor=0) | Q(floor=None), name="ledger_account_floor"),
            models.CheckConstraint(
                condition=Q(floor=None) | Q(balance__gte=F("floor")), name="ledger_account_not_enough"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """One posting, never altered. `public_id` is made by the client, so that a retry is not a second posting."""

    retention = FACT
    personal = ()

    public_id = models.UUIDField(unique=True, editable=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sent", db_index=False)
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="received", db_index=False)
    amount = models.BigIntegerField()
    value_date = models.DateField()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    actor = models.UUIDField(null=True, editable=False)
    reason_code = models.CharField(max_length=60)
    reference = models.CharField(max_length=120, blank=True, db_index=True)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lte=LARGEST_AMOUNT), name="ledger_transfer_amount"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="ledger_transfer_same_account"),
        ]
        # They hold all that a balance at a day asks, so that the rows themselves are not read.
        indexes = [
            models.Index(fields=["source", "value_date", "amount"], name="ledger_transfer_sent"),
            models.Index(fields=["target", "value_date", "amount"], name="ledger_transfer_received"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
