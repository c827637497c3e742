"""An operation: one distribution with its pools, dates and rules (the SIM cards of April 2020)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.bodies.models import Body
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT
from cartable.operations.enums import CRITERIA, Good, Mode, NamedBy, OperationState
from cartable.territories.enums import SchoolKind
from cartable.territories.models import Department


class Operation(models.Model):
    """What one body distributes in one département. The deadline is a local day, that ends at 24:00 or at an hour.

    `criteria`: what puts a family before another, codes of `pupils.enums.Criterion` joined by "|", the first one first.
    """

    public_id = PublicIdField()
    name = models.CharField(_("nom"), max_length=120)
    owner = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="operations", verbose_name=_("organisme")
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="operations", verbose_name=_("département")
    )
    opens_on = models.DateField(_("ouverture"))
    answers_due_on = models.DateField(_("réponses attendues le"))
    answers_due_hour = models.TimeField(_("heure limite"), null=True, blank=True)
    one_per_household = models.BooleanField(_("un seul par foyer"), default=True)
    criteria = models.CharField(_("ordre proposé des élèves"), max_length=60, blank=True, default=CRITERIA)
    state = models.CharField(max_length=10, choices=OperationState.choices, default=OperationState.DRAFT)
    data_contact = models.CharField(_("contact pour les données personnelles"), max_length=200, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("opération")
        verbose_name_plural = _("opérations")

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """A part of an operation: so many goods of one sort, for one sort of school, given or lent."""

    public_id = PublicIdField()
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="pools")
    name = models.CharField(_("nom"), max_length=80)
    serves = models.CharField(_("établissements"), max_length=10, choices=SchoolKind.choices)
    good = models.CharField(_("article"), max_length=10, choices=Good.choices)
    mode = models.CharField(_("donné ou prêté"), max_length=5, choices=Mode.choices)
    quantity = models.PositiveIntegerField(_("quantité annoncée"))
    named_by = models.CharField(
        _("qui désigne les élèves"), max_length=16, choices=NamedBy.choices, default=NamedBy.SCHOOL
    )
    through_circonscription = models.BooleanField(_("livré par la circonscription"), default=False)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        constraints = [
            models.UniqueConstraint(
                name="one_pool_of_a_sort", fields=["operation", "serves", "good", "mode"]
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OperationGiver(models.Model):
    """A body in the chain of givers; it sees counts of the operation, never names."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="givers")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="gives_to")
    rank = models.PositiveSmallIntegerField(default=1)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("donateur de l'opération")
        verbose_name_plural = _("donateurs de l'opération")
        constraints = [models.UniqueConstraint(name="giver_once", fields=["operation", "body"])]

    def __str__(self) -> str:
        return f"{self.operation} · {self.body}"
