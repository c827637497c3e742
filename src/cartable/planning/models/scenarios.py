"""A scenario says which needs, which goods, which funds and which rule; a run of it says who would get what."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.bodies.models import Body
from cartable.documents.models import StoredDocument
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import ACT, FACT
from cartable.funding.models import Envelope
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.planning.enums import FundKind, Origin, Rule, ScenarioState
from cartable.territories.models import CiteEducative, School


def _coefficient(label: Any) -> models.DecimalField:
    """How much more a need counts where this holds; 0 is not at all."""
    return models.DecimalField(label, max_digits=4, decimal_places=2, default=0)


class Scenario(models.Model):
    """One way to share, saved under a name by the body that decides. A draft reserves nothing.

    `needs_until`: answers sent up to that day count. `archive` holds the three files of a scenario that was read
    from files instead of returns: such a one is simulated and compared, never chosen. `corrects` is the scenario
    in whose place this one comes. A `coefficient_…` adds to the weight 1 of a school's needs.
    """

    public_id = PublicIdField()
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="scenarios", verbose_name=_("organisme")
    )
    name = models.CharField(_("nom"), max_length=80)
    state = models.CharField(max_length=10, choices=ScenarioState.choices, default=ScenarioState.DRAFT)
    operations = models.ManyToManyField(
        Operation, related_name="scenarios", verbose_name=_("opérations"), blank=True
    )
    needs_until = models.DateField(_("réponses reçues jusqu'au"), null=True, blank=True)
    validated_only = models.BooleanField(_("réponses validées seulement"), default=False)
    keep_reserve = models.BooleanField(_("réserve pour ceux qui n'ont pas répondu"), default=True)
    archive = models.ForeignKey(
        StoredDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rule = models.CharField(_("règle"), max_length=12, choices=Rule.choices, default=Rule.LEXIMIN)
    deadline = models.DateField(_("articles livrables avant le"), null=True, blank=True)
    coefficient_ips = _coefficient(_("indice de position sociale bas"))
    coefficient_qpv = _coefficient(_("quartier prioritaire (QPV)"))
    coefficient_rep = _coefficient(_("REP"))
    coefficient_rep_plus = _coefficient(_("REP+"))
    coefficient_isolated = _coefficient(_("isolement"))
    coefficient_exam = _coefficient(_("année d'examen"))
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    made_at = models.DateTimeField(_("créée le"))
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    chosen_at = models.DateTimeField(_("retenue le"), null=True, blank=True)
    chosen_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    contest_until = models.DateField(_("contestable jusqu'au"), null=True, blank=True)
    reason = models.CharField(_("motif du choix"), max_length=300, blank=True)

    retention = ACT
    personal = ("made_by", "chosen_by")

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        constraints = [
            models.UniqueConstraint(
                name="one_scenario_of_a_name", fields=["body", "name"], condition=~Q(state="dropped")
            ),
            models.CheckConstraint(
                name="a_choice_has_its_date_and_reason",
                condition=~Q(state__in=["chosen", "replaced"])
                | Q(chosen_at__isnull=False, contest_until__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="files_are_never_chosen",
                condition=Q(archive=None) | Q(state__in=["draft", "dropped"]),
            ),
            models.CheckConstraint(
                name="coefficients_are_positive",
                condition=Q(
                    coefficient_ips__gte=0,
                    coefficient_qpv__gte=0,
                    coefficient_rep__gte=0,
                    coefficient_rep_plus__gte=0,
                    coefficient_isolated__gte=0,
                    coefficient_exam__gte=0,
                ),
            ),
            models.UniqueConstraint(
                name="one_correction_chosen",
                fields=["corrects"],
                condition=Q(state__in=["chosen", "replaced"], corrects__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScenarioGood(models.Model):
    """Goods that a scenario may give: in the depot, promised as a gift, or offered at a price.

    `stock` null means as many as are paid for. `pack` pieces go together to one school. `only_for` is a set of tags
    joined by "+", all of which a need must carry: "college", "ecole+qpv"; empty serves anyone.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="goods")
    code = models.CharField(_("code"), max_length=40)
    label = models.CharField(_("libellé"), max_length=80)
    origin = models.CharField(_("origine"), max_length=5, choices=Origin.choices)
    good = models.CharField(_("article"), max_length=10, choices=Good.choices)
    mode = models.CharField(_("donné ou prêté"), max_length=5, choices=Mode.choices)
    price_cents = models.BigIntegerField(_("prix unitaire"), default=0)
    stock = models.PositiveIntegerField(_("quantité"), null=True, blank=True)
    pack = models.PositiveIntegerField(_("par lot de"), default=1)
    only_for = models.CharField(_("réservé à"), max_length=200, blank=True)
    available_on = models.DateField(_("livrable le"), null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["scenario_id", "id"]
        verbose_name = _("articles d'une simulation")
        verbose_name_plural = _("articles des simulations")
        constraints = [
            models.UniqueConstraint(name="one_good_of_a_code", fields=["scenario", "code"]),
            models.CheckConstraint(
                name="good_counts",
                condition=Q(price_cents__gte=0, pack__gte=1)
                & (Q(origin="offer") | Q(price_cents=0, stock__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ScenarioFund(models.Model):
    """Money that a scenario may spend; without an envelope it is only supposed, and cannot be chosen.

    `departments` are codes joined by "|" (none for the nation). `cite` bounds it to the schools of one cité
    éducative. `private_limit_cents` is the most that it may spend on private schools; null is no limit
    (code de l'éducation, articles L. 151-4 and L. 442-16: to be declared by who decides).
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="funds")
    code = models.CharField(_("code"), max_length=40)
    label = models.CharField(_("libellé"), max_length=120)
    kind = models.CharField(_("niveau"), max_length=14, choices=FundKind.choices)
    departments = models.CharField(_("départements"), max_length=500, blank=True)
    budget_cents = models.BigIntegerField(_("montant"))
    only_for = models.CharField(_("réservé à"), max_length=200, blank=True)
    cite = models.ForeignKey(CiteEducative, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    envelope = models.ForeignKey(Envelope, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    private_limit_cents = models.BigIntegerField(_("au plus pour le privé"), null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["scenario_id", "id"]
        verbose_name = _("fonds d'une simulation")
        verbose_name_plural = _("fonds des simulations")
        constraints = [
            models.UniqueConstraint(name="one_fund_of_a_code", fields=["scenario", "code"]),
            models.UniqueConstraint(name="one_fund_of_an_envelope", fields=["scenario", "envelope"]),
            models.CheckConstraint(
                name="fund_amounts",
                condition=Q(budget_cents__gte=0)
                & (Q(private_limit_cents=None) | Q(private_limit_cents__gte=0)),
            ),
            models.CheckConstraint(
                name="a_cite_fund_names_its_cite",
                condition=Q(kind="cite_educative", cite__isnull=False)
                | (~Q(kind="cite_educative") & Q(cite=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class OwnWeight(models.Model):
    """The weight that the body itself gives to a school, in the place of the computed one."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="own_weights")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    weight = models.DecimalField(_("poids"), max_digits=9, decimal_places=3)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("poids choisi")
        verbose_name_plural = _("poids choisis")
        constraints = [
            models.UniqueConstraint(name="one_own_weight_of_a_school", fields=["scenario", "school"]),
            models.CheckConstraint(name="own_weight_is_positive", condition=Q(weight__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.weight}"


class ScenarioRun(models.Model):
    """What a scenario gave when it was computed, from frozen inputs that anybody can run again.

    `archive` is a zip of what it was made from and what it gave (see `planning.archives`), `figures` what the pages
    compare.
    """

    public_id = PublicIdField()
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="runs")
    made_at = models.DateTimeField(_("calculée le"))
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    input_hash = models.CharField(max_length=64)
    archive = models.ForeignKey(StoredDocument, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField()
    answered = models.PositiveIntegerField(_("établissements ayant répondu"), default=0)
    asked = models.PositiveIntegerField(_("établissements interrogés"), default=0)

    retention = ACT
    personal = ("made_by",)

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("calcul d'une simulation")
        verbose_name_plural = _("calculs des simulations")
        constraints = [
            models.CheckConstraint(name="answered_within_asked", condition=Q(answered__lte=F("asked"))),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} {self.input_hash[:12]}"
