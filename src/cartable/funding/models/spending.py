"""What becomes of a commitment: payments and what follows them, invoices declared by the bearer, recoveries."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT
from cartable.funding.enums import InvoiceState, MovementKind, RecoveryState
from cartable.funding.models.commitments import Commitment, CommitmentPart


class Invoice(models.Model):
    """A bill that the bearer declares against a commitment; once accepted it justifies what was paid."""

    public_id = PublicIdField()
    fingerprint = models.CharField(max_length=64)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(_("numéro de facture"), max_length=60)
    dated = models.DateField(_("date de la facture"))
    supplier_name = models.CharField(_("fournisseur"), max_length=160)
    net_cents = models.BigIntegerField(_("montant hors taxes"))
    vat_rate = models.PositiveSmallIntegerField(_("taux de TVA"), default=0)
    vat_cents = models.BigIntegerField(_("TVA"), default=0)
    state = models.CharField(max_length=10, choices=InvoiceState.choices, default=InvoiceState.DECLARED)
    reason = models.CharField(_("motif"), max_length=300, blank=True)
    declared_on = models.DateField(_("déclarée le"))
    declared_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    retention = ACT
    personal = ("declared_by",)

    class Meta:
        ordering = ["dated", "id"]
        verbose_name = _("facture")
        verbose_name_plural = _("factures")
        constraints = [
            models.UniqueConstraint(
                name="one_bill_of_a_supplier",
                fields=["commitment", "supplier_name", "number"],
                condition=~Q(state="refused"),
            ),
            models.CheckConstraint(name="invoice_amounts", condition=Q(net_cents__gte=1, vat_cents__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_name} {self.number}"


class InvoiceLine(models.Model):
    """So many goods at a price net of tax."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    good = models.CharField(_("bien ou service"), max_length=160)
    quantity = models.PositiveIntegerField(_("nombre"))
    unit_net_cents = models.BigIntegerField(_("prix unitaire hors taxes"))

    retention = ACT
    personal = ()

    class Meta:
        ordering = ["id"]
        verbose_name = _("ligne de facture")
        verbose_name_plural = _("lignes de facture")
        constraints = [
            models.CheckConstraint(
                name="invoice_line_amounts", condition=Q(quantity__gte=1, unit_net_cents__gte=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.good}"


class Recovery(models.Model):
    """Money claimed back from a bearer. The claim moves nothing; its receipt does, or it is waived with a reason."""

    public_id = PublicIdField()
    fingerprint = models.CharField(max_length=64)
    part = models.ForeignKey(CommitmentPart, on_delete=models.PROTECT, related_name="recoveries")
    claimed_cents = models.BigIntegerField(_("montant réclamé"))
    claimed_on = models.DateField(_("réclamé le"))
    due_on = models.DateField(_("à reverser avant le"))
    state = models.CharField(max_length=10, choices=RecoveryState.choices, default=RecoveryState.CLAIMED)
    reestablish = models.BooleanField(_("rétablissement de crédits"), default=False)
    reason = models.CharField(_("motif"), max_length=300)

    retention = ACT
    personal = ()

    class Meta:
        ordering = ["claimed_on", "id"]
        verbose_name = _("reversement réclamé")
        verbose_name_plural = _("reversements réclamés")
        constraints = [
            models.CheckConstraint(name="recovery_amount", condition=Q(claimed_cents__gte=1)),
            models.CheckConstraint(
                name="recovery_due_after_claim", condition=Q(due_on__gte=models.F("claimed_on"))
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Movement(models.Model):
    """One act on a part: paid, justified, recovered… `public_id` is the key of who asked; a row never changes.

    A correction `undoes` another movement: its transfers are the exact reverse, and name the first ones.
    """

    public_id = PublicIdField()
    fingerprint = models.CharField(max_length=64)
    part = models.ForeignKey(CommitmentPart, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(_("nature"), max_length=16, choices=MovementKind.choices)
    amount_cents = models.BigIntegerField(_("montant"))
    on = models.DateField(_("date"))
    reason = models.CharField(_("motif"), max_length=300, blank=True)
    invoice = models.ForeignKey(
        Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="movements"
    )
    recovery = models.ForeignKey(
        Recovery, null=True, blank=True, on_delete=models.PROTECT, related_name="receipts"
    )
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    ae_transfer = models.OneToOneField("ledger.Transfer", on_delete=models.PROTECT, related_name="+")
    cp_transfer = models.OneToOneField(
        "ledger.Transfer", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    retention = ACT
    personal = ()

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("mouvement")
        verbose_name_plural = _("mouvements")
        constraints = [
            models.CheckConstraint(name="movement_amount", condition=Q(amount_cents__gte=1)),
            models.CheckConstraint(
                name="only_a_correction_undoes",
                condition=Q(kind="correction", undoes__isnull=False)
                | (~Q(kind="correction") & Q(undoes=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.part}"
