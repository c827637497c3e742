"""Envelopes, their accounts in the ledger, and how money comes down to them and goes back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.bodies.models import Body
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT, FACT
from cartable.funding.enums import Credit, DelegationKind, DelegationState, Level, Stage
from cartable.funding.models.programmes import Line
from cartable.territories.models import Department, Region


class Envelope(models.Model):
    """What one body holds of a line for a year. `parent` is where its money comes from."""

    public_id = PublicIdField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="envelopes")
    year = models.PositiveSmallIntegerField(_("exercice"))
    level = models.CharField(_("niveau"), max_length=10, choices=Level.choices)
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="envelopes"
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="envelopes"
    )
    holder = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="envelopes", verbose_name=_("gestionnaire")
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["line_id", "year", "id"]
        verbose_name = _("enveloppe")
        verbose_name_plural = _("enveloppes")
        constraints = [
            models.UniqueConstraint(name="one_envelope_of_a_holder", fields=["line", "year", "holder"]),
            models.CheckConstraint(
                name="envelope_stands_somewhere",
                condition=Q(level="national", region=None, department=None, parent=None)
                | Q(level="region", region__isnull=False, department=None)
                | Q(level="department", region=None, department__isnull=False)
                | Q(level="local", parent=None),
            ),
            models.CheckConstraint(name="envelope_year", condition=Q(year__gte=2000, year__lte=2100)),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.year} · {self.holder}"


class EnvelopeAccount(models.Model):
    """Which account of the ledger holds which stage of an envelope, so that one query reads them all."""

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="accounts")
    credit = models.CharField(max_length=2, choices=Credit.choices)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    account = models.OneToOneField(
        "ledger.Account", on_delete=models.PROTECT, related_name="envelope_account"
    )

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("compte d'enveloppe")
        verbose_name_plural = _("comptes d'enveloppe")
        constraints = [
            models.UniqueConstraint(name="one_account_of_a_stage", fields=["envelope", "credit", "stage"])
        ]

    def __str__(self) -> str:
        return f"{self.envelope} {self.credit} {self.stage}"


class LetterCounter(models.Model):
    """The last number given to a letter of a body in a year, so that they follow each other without a hole."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("compteur de lettres")
        verbose_name_plural = _("compteurs de lettres")
        constraints = [models.UniqueConstraint(name="one_letter_counter", fields=["body", "year"])]

    def __str__(self) -> str:
        return f"{self.body} {self.year}: {self.last}"


class Delegation(models.Model):
    """Money that comes down, goes back up or sideways. `public_id` is the key that the caller made.

    An announced one moves nothing and has no transfer; the notification posts. `redeployment` joins those that
    one decision before the year's end took together. A move has two letters: to who gains, and to who gives.
    """

    public_id = PublicIdField()
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(_("nature"), max_length=12, choices=DelegationKind.choices)
    source = models.ForeignKey(Envelope, null=True, blank=True, on_delete=models.PROTECT, related_name="sent")
    target = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="received")
    ae_cents = models.BigIntegerField(_("AE"), default=0)
    cp_cents = models.BigIntegerField(_("CP"), default=0)
    announced_on = models.DateField(_("annoncée le"))
    notified_on = models.DateField(_("notifiée le"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=DelegationState.choices)
    letter_number = models.CharField(_("numéro de la lettre"), max_length=20, blank=True)
    source_letter_number = models.CharField(_("numéro de la lettre à qui cède"), max_length=20, blank=True)
    reason = models.CharField(_("motif"), max_length=300, blank=True)
    redeployment = models.UUIDField(null=True, blank=True, db_index=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ae_transfer = models.OneToOneField(
        "ledger.Transfer", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cp_transfer = models.OneToOneField(
        "ledger.Transfer", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    retention = ACT
    personal = ("decided_by",)

    class Meta:
        ordering = ["announced_on", "id"]
        verbose_name = _("délégation de crédits")
        verbose_name_plural = _("délégations de crédits")
        constraints = [
            models.CheckConstraint(
                name="delegation_moves_something",
                condition=Q(ae_cents__gte=0, cp_cents__gte=0) & (Q(ae_cents__gt=0) | Q(cp_cents__gt=0)),
            ),
            models.CheckConstraint(
                name="only_an_opening_comes_from_outside",
                condition=Q(kind="opening", source=None) | (~Q(kind="opening") & Q(source__isnull=False)),
            ),
            models.CheckConstraint(
                name="notified_has_its_date",
                condition=Q(state="notified", notified_on__gte=F("announced_on"))
                | (~Q(state="notified") & Q(notified_on=None)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
