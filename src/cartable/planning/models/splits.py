"""A split shares the money of an envelope among the territories below it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT
from cartable.funding.models import Delegation, Envelope
from cartable.planning.enums import SplitKey, SplitState
from cartable.territories.models import Department, Region


class Split(models.Model):
    """One way to share an envelope among the territories below it, by a key and by hand; a draft moves nothing."""

    public_id = PublicIdField()
    envelope = models.ForeignKey(
        Envelope, on_delete=models.PROTECT, related_name="splits", verbose_name=_("enveloppe")
    )
    name = models.CharField(_("nom"), max_length=80)
    state = models.CharField(max_length=10, choices=SplitState.choices, default=SplitState.DRAFT)
    key = models.CharField(_("clé"), max_length=20, choices=SplitKey.choices)
    basis = models.CharField(_("source des chiffres"), max_length=300, blank=True)
    ae_cents = models.BigIntegerField(_("AE à répartir"))
    cp_cents = models.BigIntegerField(_("CP à répartir"), default=0)
    floor_cents = models.BigIntegerField(_("plancher"), default=0)
    cap_cents = models.BigIntegerField(_("plafond"), null=True, blank=True)
    counts_already = models.BooleanField(_("ce qui est déjà délégué compte"), default=False)
    reason = models.CharField(_("motif"), max_length=300)
    made_at = models.DateTimeField(_("proposé le"))
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    notified_on = models.DateField(_("notifié le"), null=True, blank=True)
    notified_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    retention = ACT
    personal = ("made_by", "notified_by")

    class Meta:
        verbose_name = _("partage de crédits")
        verbose_name_plural = _("partages de crédits")
        constraints = [
            models.UniqueConstraint(
                name="one_split_of_a_name", fields=["envelope", "name"], condition=~Q(state="dropped")
            ),
            models.CheckConstraint(
                name="split_amounts",
                condition=Q(ae_cents__gte=1, cp_cents__gte=0, floor_cents__gte=0)
                & (Q(cap_cents=None) | Q(cap_cents__gte=models.F("floor_cents"))),
            ),
            models.CheckConstraint(name="split_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="notified_split_has_its_date",
                condition=~Q(state="notified") | Q(notified_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SplitShare(models.Model):
    """The share of one région or département, what the key gave it, and what was changed by hand and why."""

    public_id = PublicIdField()
    split = models.ForeignKey(Split, on_delete=models.CASCADE, related_name="shares")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    weight = models.DecimalField(_("chiffre de la clé"), max_digits=15, decimal_places=4)
    already_cents = models.BigIntegerField(_("AE déjà déléguées"), default=0)
    computed_ae_cents = models.BigIntegerField(_("AE calculées"))
    computed_cp_cents = models.BigIntegerField(_("CP calculés"))
    ae_cents = models.BigIntegerField(_("AE"))
    cp_cents = models.BigIntegerField(_("CP"))
    change_reason = models.CharField(_("motif de la modification"), max_length=300, blank=True)
    delegation = models.OneToOneField(
        Delegation, null=True, blank=True, on_delete=models.PROTECT, related_name="split_share"
    )

    retention = ACT
    personal = ()

    class Meta:
        verbose_name = _("part d'un territoire")
        verbose_name_plural = _("parts des territoires")
        constraints = [
            models.UniqueConstraint(name="one_share_of_a_region", fields=["split", "region"]),
            models.UniqueConstraint(name="one_share_of_a_department", fields=["split", "department"]),
            models.CheckConstraint(
                name="share_has_one_territory",
                condition=Q(region=None, department__isnull=False) | Q(region__isnull=False, department=None),
            ),
            models.CheckConstraint(
                name="share_amounts", condition=Q(ae_cents__gte=0, cp_cents__gte=0, weight__gte=0)
            ),
            models.CheckConstraint(
                name="a_changed_share_says_why",
                condition=Q(ae_cents=models.F("computed_ae_cents"), cp_cents=models.F("computed_cp_cents"))
                | ~Q(change_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.territory} {self.ae_cents}"

    @property
    def territory(self) -> Region | Department:
        """The région or département, joined by the reader of the row."""
        place = self.region or self.department
        if place is None:
            raise RuntimeError("a share without its territory")
        return place
