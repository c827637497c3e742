"""A plan shares goods of one pool among schools: what each receives, why, and what is kept for the silent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.equipment.models import ShipmentLine
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT, FACT
from cartable.operations.models import Pool
from cartable.planning.enums import PlanState, Rule
from cartable.planning.models.scenarios import Scenario, ScenarioFund, ScenarioGood
from cartable.territories.models import School


class Plan(models.Model):
    """One computed share of a pool; approved once. The input's hash says from what it was made.

    A chosen scenario makes one plan for each of its goods and pools. `in_hand` is false while the goods are still
    to come: what was promised or ordered is allocated, and cannot leave yet.
    """

    public_id = PublicIdField()
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="plans")
    scenario = models.ForeignKey(
        Scenario, null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    good = models.ForeignKey(
        ScenarioGood, null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    in_hand = models.BooleanField(_("articles au dépôt"), default=True)
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    rule = models.CharField(_("règle"), max_length=12, choices=Rule.choices, default=Rule.LEXIMIN)
    stock = models.PositiveIntegerField(_("à répartir"))
    reserve = models.PositiveIntegerField(_("réserve"), default=0)
    made_at = models.DateTimeField(_("calculé le"))
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    input_hash = models.CharField(max_length=64)
    answered = models.PositiveIntegerField(_("établissements ayant répondu"))
    asked = models.PositiveIntegerField(_("établissements interrogés"))

    retention = ACT
    personal = ("made_by", "approved_by")

    class Meta:
        verbose_name = _("plan de répartition")
        verbose_name_plural = _("plans de répartition")
        constraints = [
            models.CheckConstraint(name="reserve_within_stock", condition=Q(reserve__lte=models.F("stock"))),
            models.CheckConstraint(
                name="approved_has_its_date",
                condition=~Q(state__in=["approved", "replaced"]) | Q(approved_at__isnull=False),
            ),
            models.UniqueConstraint(name="one_plan_of_a_good", fields=["scenario", "good", "pool"]),
        ]

    def __str__(self) -> str:
        return f"{self.pool} · {self.get_state_display()}"


class Allocation(models.Model):
    """The share of one school, why, and what a person changed by hand and for what reason."""

    public_id = PublicIdField()
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="allocations")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="allocations")
    need = models.PositiveIntegerField(_("besoin"))
    weight = models.DecimalField(_("poids"), max_digits=9, decimal_places=6, default=1)
    floor = models.PositiveIntegerField(_("plancher"), default=0)
    computed = models.PositiveIntegerField(_("part calculée"))
    quantity = models.PositiveIntegerField(_("part"))
    level = models.CharField(_("niveau"), max_length=40, blank=True)
    sentence = models.CharField(_("explication"), max_length=900)
    change_reason = models.CharField(_("motif de la modification"), max_length=300, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        constraints = [
            models.UniqueConstraint(name="one_share_of_a_school", fields=["plan", "school"]),
            models.CheckConstraint(
                name="a_change_says_why",
                condition=Q(quantity=models.F("computed")) | ~Q(change_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.quantity}"


class AllocationPart(models.Model):
    """What a share is made of: for which line of needs (its tags), and paid from which fund (none: free goods)."""

    allocation = models.ForeignKey(Allocation, on_delete=models.CASCADE, related_name="parts")
    tags = models.CharField(_("public"), max_length=200, blank=True)
    fund = models.ForeignKey(ScenarioFund, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantité"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("détail d'une part")
        verbose_name_plural = _("détail des parts")
        constraints = [
            models.UniqueConstraint(name="one_part_of_a_share", fields=["allocation", "tags", "fund"]),
            models.CheckConstraint(name="part_of_a_share_counts", condition=Q(quantity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id} {self.quantity}"


class ReserveLine(models.Model):
    """What is kept for a school that has not answered, and from what it was estimated."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="reserve_lines")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    estimated_need = models.PositiveIntegerField(_("besoin estimé"))
    kept = models.PositiveIntegerField(_("réservé"))
    basis = models.CharField(_("base de l'estimation"), max_length=300)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("réserve")
        verbose_name_plural = _("réserves")
        constraints = [models.UniqueConstraint(name="one_reserve_of_a_school", fields=["plan", "school"])]

    def __str__(self) -> str:
        return f"{self.school} {self.kept}"


class ReservePart(models.Model):
    """What is kept for a silent school is made of, as `AllocationPart` says it of a share."""

    line = models.ForeignKey(ReserveLine, on_delete=models.CASCADE, related_name="parts")
    tags = models.CharField(_("public"), max_length=200, blank=True)
    fund = models.ForeignKey(ScenarioFund, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantité"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("détail d'une réserve")
        verbose_name_plural = _("détail des réserves")
        constraints = [
            models.CheckConstraint(name="part_of_a_reserve_counts", condition=Q(quantity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.quantity}"


class AllocationShipment(models.Model):
    """Which shipment line carries a share: the link that planning keeps itself."""

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="shipped_by")
    line = models.OneToOneField(ShipmentLine, on_delete=models.PROTECT, related_name="+")

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("part expédiée")
        verbose_name_plural = _("parts expédiées")

    def __str__(self) -> str:
        return f"{self.allocation_id}/{self.line_id}"
