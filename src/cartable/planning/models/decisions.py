"""What a choice takes and what answers it: the agreement of who holds a fund, each school's reason, contests."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT, FACT
from cartable.planning.enums import AgreementState, ContestReason, ContestState, Side
from cartable.planning.models.scenarios import Scenario, ScenarioFund
from cartable.pupils.enums import NeedKind
from cartable.territories.models import School


class FundAgreement(models.Model):
    """What the holder of an envelope, or one side of a cité éducative's troïka, answers to a scenario that uses it."""

    public_id = PublicIdField()
    fund = models.ForeignKey(ScenarioFund, on_delete=models.CASCADE, related_name="agreements")
    side = models.CharField(_("qui"), max_length=10, choices=Side.choices)
    state = models.CharField(max_length=8, choices=AgreementState.choices, default=AgreementState.ASKED)
    asked_at = models.DateTimeField(_("demandé le"))
    answered_at = models.DateTimeField(_("répondu le"), null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(_("motif"), max_length=300, blank=True)

    retention = ACT
    personal = ("answered_by",)

    class Meta:
        verbose_name = _("accord sur un fonds")
        verbose_name_plural = _("accords sur les fonds")
        constraints = [
            models.UniqueConstraint(name="one_agreement_of_a_side", fields=["fund", "side"]),
            models.CheckConstraint(
                name="an_agreement_has_its_date", condition=Q(state="asked") | Q(answered_at__isnull=False)
            ),
            models.CheckConstraint(
                name="a_refused_agreement_says_why", condition=~Q(state="refused") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.get_side_display()}"


class Explanation(models.Model):
    """Why a school receives so many for one kind of need, as the chosen run said it.

    `served` of `need` counts what earlier plans gave. `ahead_of` (who the next units would serve) is for who decides
    alone: never one school to another.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="explanations")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="explanations")
    kind = models.CharField(_("besoin"), max_length=20, choices=NeedKind.choices)
    tags = models.CharField(_("public"), max_length=200, blank=True)
    estimated = models.BooleanField(_("besoin estimé"), default=False)
    need = models.PositiveIntegerField(_("besoin"))
    served = models.PositiveIntegerField(_("servi"))
    weight = models.DecimalField(_("poids"), max_digits=9, decimal_places=6)
    fair_level = models.FloatField(_("niveau juste"))
    level = models.FloatField(_("niveau"))
    binding = models.CharField(_("ce qui limite"), max_length=500, blank=True)
    next_unit_cost_cents = models.BigIntegerField(_("une unité de plus"), null=True, blank=True)
    ahead_of = models.CharField(_("servis ensuite"), max_length=300, blank=True)
    sentence = models.CharField(_("explication"), max_length=900)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("explication")
        verbose_name_plural = _("explications")
        constraints = [
            models.UniqueConstraint(
                name="one_explanation_of_a_line", fields=["scenario", "school", "tags", "kind"]
            ),
            models.CheckConstraint(name="served_within_need", condition=Q(served__lte=models.F("need"))),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.kind} {self.served}/{self.need}"


class Contest(models.Model):
    """A school says that its share is wrong, and is answered; one at a time for each scenario."""

    public_id = PublicIdField()
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="contests")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="contests")
    cause = models.CharField(_("motif"), max_length=12, choices=ContestReason.choices)
    text = models.CharField(_("précisions, sans nom d'élève"), max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=ContestState.choices, default=ContestState.OPEN)
    made_at = models.DateTimeField(_("déposée le"))
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answer = models.CharField(_("réponse"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("répondue le"), null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    retention = ACT
    personal = ("made_by", "answered_by")

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("contestation")
        verbose_name_plural = _("contestations")
        constraints = [
            models.UniqueConstraint(
                name="one_open_contest_of_a_school",
                fields=["scenario", "school"],
                condition=Q(state="open"),
            ),
            models.CheckConstraint(
                name="an_answered_contest_says_it",
                condition=Q(state="open") | (Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} · {self.get_cause_display()}"
