"""What is decided to be spent: a commitment towards a bearer, on one or several envelopes."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.bodies.models import Body
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT
from cartable.funding.enums import CommitmentKind, CommitmentState, Share
from cartable.funding.models.envelopes import Envelope
from cartable.funding.models.reservations import Reservation


class Commitment(models.Model):
    """A grant to a bearer by arrêté or convention, or a direct purchase. `public_id` is the key of who asked.

    `vat_rate` is in hundredths of a percent (2000 = 20 %), `bearer` who receives the grant, or sells.
    """

    public_id = PublicIdField()
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(_("acte"), max_length=10, choices=CommitmentKind.choices)
    bearer = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="commitments", verbose_name=_("porteur")
    )
    subject = models.CharField(_("objet"), max_length=200)
    number = models.CharField(_("numéro d'engagement"), max_length=40, blank=True, db_index=True)
    state = models.CharField(max_length=10, choices=CommitmentState.choices)
    decided_on = models.DateField(_("date"))
    net_cents = models.BigIntegerField(_("montant hors taxes"))
    vat_rate = models.PositiveSmallIntegerField(_("taux de TVA"), default=0)
    vat_cents = models.BigIntegerField(_("TVA"), default=0)
    serves_note = models.CharField(_("public et territoire servis"), max_length=300, blank=True)
    justify_by = models.DateField(_("à justifier avant le"), null=True, blank=True)
    proposed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(_("motif"), max_length=300, blank=True)

    retention = ACT
    personal = ("proposed_by", "confirmed_by")

    class Meta:
        ordering = ["-decided_on", "-id"]
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        constraints = [
            models.CheckConstraint(
                name="two_different_people",
                condition=Q(confirmed_by=None) | Q(proposed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="commitment_amounts", condition=Q(net_cents__gte=0, vat_cents__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class CommitmentPart(models.Model):
    """What one envelope pays of a commitment: the State net of tax, a commune the tax.

    `transfer` took the money out of what is available, or of a reservation: to what is committed, or to what is asked
    for. A refused proposal leaves it available.
    """

    public_id = PublicIdField()
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="parts")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="parts")
    share = models.CharField(_("part"), max_length=3, choices=Share.choices, default=Share.NET)
    amount_cents = models.BigIntegerField(_("montant"))
    reservation = models.ForeignKey(
        Reservation, null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    transfer = models.OneToOneField("ledger.Transfer", on_delete=models.PROTECT, related_name="+")

    retention = ACT
    personal = ()

    class Meta:
        ordering = ["id"]
        verbose_name = _("part d'un engagement")
        verbose_name_plural = _("parts d'un engagement")
        constraints = [
            models.UniqueConstraint(
                name="one_part_of_an_envelope", fields=["commitment", "envelope", "share"]
            ),
            models.CheckConstraint(name="part_amount", condition=Q(amount_cents__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} · {self.envelope}"


class AwaitedPart(models.Model):
    """What a co-funder is awaited for on a proposal, until it joins with exactly that: then `part` says so."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="awaited")
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="parts_awaited", verbose_name=_("cofinanceur")
    )
    share = models.CharField(_("part"), max_length=3, choices=Share.choices)
    amount_cents = models.BigIntegerField(_("montant"))
    part = models.OneToOneField(
        CommitmentPart, null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )

    retention = ACT
    personal = ()

    class Meta:
        ordering = ["id"]
        verbose_name = _("part attendue d'un cofinanceur")
        verbose_name_plural = _("parts attendues d'un cofinanceur")
        constraints = [
            models.UniqueConstraint(name="one_awaited_part", fields=["commitment", "body", "share"]),
            models.CheckConstraint(name="awaited_amount", condition=Q(amount_cents__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} · {self.body}"
