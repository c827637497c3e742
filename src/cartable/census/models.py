"""The census: each school's return on one operation, as counts. Not answered is never zero."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.census.enums import ReturnState
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT, FACT
from cartable.operations.enums import Good
from cartable.operations.models import Operation
from cartable.pupils.enums import NeedKind
from cartable.territories.models import Circonscription, School


class Campaign(models.Model):
    """The question put to the schools of one operation."""

    public_id = PublicIdField()
    operation = models.OneToOneField(Operation, on_delete=models.PROTECT, related_name="campaign")
    opened_at = models.DateTimeField()

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("enquête")
        verbose_name_plural = _("enquêtes")

    def __str__(self) -> str:
        return str(self.operation)


class Return(models.Model):
    """What one school answers: counts by level, or "nobody here needs it"; silence is a draft or no row at all."""

    public_id = PublicIdField()
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="returns")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="returns")
    state = models.CharField(max_length=10, choices=ReturnState.choices, default=ReturnState.DRAFT)
    nobody = models.BooleanField(_("personne n'en a besoin ici"), default=False)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_for_by = models.ForeignKey(
        Circonscription,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        verbose_name=_("saisie par la circonscription"),
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)
    sent_back_reason = models.CharField(_("motif du renvoi"), max_length=300, blank=True)

    retention = ACT
    personal = ("entered_by",)

    class Meta:
        verbose_name = _("remontée")
        verbose_name_plural = _("remontées")
        constraints = [
            models.UniqueConstraint(name="one_return_of_a_school", fields=["campaign", "school"]),
            models.CheckConstraint(
                name="sent_back_says_why", condition=~Q(state="sent_back") | ~Q(sent_back_reason="")
            ),
            models.CheckConstraint(
                name="an_answer_has_its_date",
                condition=~Q(state__in=["submitted", "validated"]) | Q(submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} · {self.get_state_display()}"


class ReturnLine(models.Model):
    """How many pupils of a level lack a kind of thing, and how many things that makes (one per household, or each).

    Of which in a QPV as the school said it; not known counts outside.
    """

    of_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines")
    level = models.CharField(_("niveau"), max_length=12)
    kind = models.CharField(_("besoin"), max_length=20, choices=NeedKind.choices)
    good = models.CharField(_("article"), max_length=10, choices=Good.choices, blank=True)
    pupils = models.PositiveIntegerField(_("élèves"))
    units = models.PositiveIntegerField(_("articles à prévoir"))
    qpv_pupils = models.PositiveIntegerField(_("élèves en QPV"), default=0)
    qpv_units = models.PositiveIntegerField(_("articles pour des foyers en QPV"), default=0)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ligne")
        verbose_name_plural = _("lignes")
        constraints = [
            models.UniqueConstraint(name="one_line_of_a_kind", fields=["of_return", "level", "kind", "good"]),
            models.CheckConstraint(
                name="units_never_above_pupils", condition=Q(units__lte=models.F("pupils"))
            ),
            models.CheckConstraint(
                name="qpv_is_a_part_of_the_line",
                condition=Q(qpv_pupils__lte=models.F("pupils"))
                & Q(qpv_units__lte=models.F("units"))
                & Q(qpv_units__lte=models.F("qpv_pupils")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.kind} {self.pupils}"


class LevelTotal(models.Model):
    """How many pupils a level had when the return was sent: what stays of those nobody marked."""

    of_return = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="level_totals")
    level = models.CharField(_("niveau"), max_length=12)
    pupils = models.PositiveIntegerField(_("élèves"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("effectif d'un niveau")
        verbose_name_plural = _("effectifs par niveau")
        constraints = [models.UniqueConstraint(name="one_total_of_a_level", fields=["of_return", "level"])]

    def __str__(self) -> str:
        return f"{self.level} {self.pupils}"
