"""What there is: articles, where they came from, the things with a number, and where each one stands.

The ledger counts articles by place and knows no pupil; a thing with a number also has its open place here.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.bodies.models import Body
from cartable.equipment.enums import Condition, NumberKind
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT
from cartable.funding.models import Commitment
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.territories.models import School


class Product(models.Model):
    """A sort of thing in the ledger. `code` is the ledger's resource.

    The same tablet given and lent makes two articles: one leaves for good, the other stays its owner's.
    """

    public_id = PublicIdField()
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("article"), max_length=120)
    good = models.CharField(_("type"), max_length=10, choices=Good.choices)
    mode = models.CharField(_("donné ou prêté"), max_length=5, choices=Mode.choices)
    number_kind = models.CharField(_("numéro"), max_length=8, choices=NumberKind.choices)
    owner = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="products")

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(name="an_article_once", fields=["owner", "good", "mode", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class Donation(models.Model):
    """A gift, with everybody in its chain (the foundation that pays, the association that brings)."""

    public_id = PublicIdField()
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="donations")
    label = models.CharField(_("don"), max_length=120)
    received_on = models.DateField(_("reçu le"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("don")
        verbose_name_plural = _("dons")

    def __str__(self) -> str:
        return self.label


class DonationGiver(models.Model):
    """One link in the chain of a gift, first giver first."""

    donation = models.ForeignKey(Donation, on_delete=models.CASCADE, related_name="chain")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("donateur")
        verbose_name_plural = _("donateurs")
        constraints = [models.UniqueConstraint(name="one_rank_in_a_chain", fields=["donation", "rank"])]

    def __str__(self) -> str:
        return f"{self.rank}. {self.body}"


class Lot(models.Model):
    """So many of a product that came in at once: bought, given, or declared by a school that already holds them.

    `public_id` is also the id of the transfer that brought it in. A school may declare another count: zero too.
    """

    public_id = PublicIdField()
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="lots")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    donation = models.ForeignKey(
        Donation, null=True, blank=True, on_delete=models.PROTECT, related_name="lots"
    )
    quantity = models.PositiveIntegerField(_("nombre"))
    depot = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held_by = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="declared_lots"
    )
    operator = models.CharField(_("opérateur"), max_length=60, blank=True)
    sim_format = models.CharField(_("format"), max_length=30, blank=True)
    credit_valid_until = models.DateField(_("crédit valable jusqu'au"), null=True, blank=True)
    received_on = models.DateField(_("reçu le"))
    paid_by = models.ForeignKey(
        Commitment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lots",
        verbose_name=_("payé par l'engagement"),
    )

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.CheckConstraint(
                name="lot_holds_something", condition=Q(quantity__gt=0) | Q(held_by__isnull=False)
            ),
            models.CheckConstraint(
                name="lot_stands_in_one_place",
                condition=Q(depot__isnull=False, held_by=None) | Q(depot=None, held_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} × {self.quantity}"


class NumberRange(models.Model):
    """First to last ICCID of a box, without the check digit where the numbers carry one; ends included."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="ranges")
    first = models.CharField(_("premier numéro"), max_length=22)
    last = models.CharField(_("dernier numéro"), max_length=22)
    count = models.PositiveIntegerField(_("nombre"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("plage de numéros")
        verbose_name_plural = _("plages de numéros")
        constraints = [models.CheckConstraint(name="range_goes_up", condition=Q(last__gte=F("first")))]
        indexes = [models.Index(fields=["first"])]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class Asset(models.Model):
    """One thing with a number: a tablet, or a SIM card once it was scanned.

    `number` is as printed, `number_key` what it is compared by (an ICCID without its check digit). A number noted
    by mistake is voided: it then stands for nothing, and its card may be noted again.
    """

    public_id = PublicIdField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="assets")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="assets")
    number_kind = models.CharField(max_length=8, choices=NumberKind.choices)
    number = models.CharField(_("numéro"), max_length=40)
    number_key = models.CharField(max_length=40)
    inventory_number = models.CharField(_("numéro d'inventaire"), max_length=40, blank=True)
    condition = models.CharField(_("état"), max_length=8, choices=Condition.choices, default=Condition.NEW)
    voided_at = models.DateTimeField(_("numéro annulé le"), null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("matériel")
        verbose_name_plural = _("matériels")
        constraints = [
            models.UniqueConstraint(
                name="a_number_once", fields=["number_kind", "number_key"], condition=Q(voided_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.number


class AssetPlace(models.Model):
    """Where a thing was, from a moment to another; one place is open at a time."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="places")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("emplacement")
        verbose_name_plural = _("emplacements")
        constraints = [
            models.UniqueConstraint(
                name="one_open_place_of_an_asset", fields=["asset"], condition=Q(until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}@{self.account_id}"


class Movement(models.Model):
    """A thing takes part in a transfer; a serialised transfer lists as many as its amount."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="movements")
    transfer = models.ForeignKey("ledger.Transfer", on_delete=models.PROTECT, related_name="+")

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("mouvement")
        verbose_name_plural = _("mouvements")
        constraints = [
            models.UniqueConstraint(name="a_thing_once_in_a_transfer", fields=["asset", "transfer"])
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}/{self.transfer_id}"


class DataLine(models.Model):
    """The mobile line of a SIM card: its credit ends, and after it the number is lost."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="data_line")
    credit_valid_until = models.DateField(_("crédit valable jusqu'au"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ligne de données")
        verbose_name_plural = _("lignes de données")

    def __str__(self) -> str:
        return f"{self.asset} · {self.credit_valid_until}"
