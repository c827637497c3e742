"""What reaches a home: appointments, hand-overs, loans under the owner's agreement, incidents."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.bodies.models import Body
from cartable.equipment.enums import (
    AppointmentState,
    Condition,
    HandoverState,
    IncidentKind,
    LoanState,
    Proof,
    Receiver,
)
from cartable.equipment.models.stock import Asset, Product
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT, Retention
from cartable.foundation.sealed import SealedField
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.pupils.models import Home, Need, Pupil
from cartable.territories.models import School


HANDOVER_KEPT = Retention(
    "school_year", "remise : le nom du receveur, l'année scolaire ; l'écriture sans nom reste"
)


class Agreement(models.Model):
    """The owner's own voted text for loans, with the day and the number of its délibération; it never changes."""

    public_id = PublicIdField()
    owner = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("titre"), max_length=200)
    text = models.TextField(_("texte"))
    deliberated_on = models.DateField(_("délibération du"))
    deliberation_number = models.CharField(_("numéro de la délibération"), max_length=40, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("convention de prêt")
        verbose_name_plural = _("conventions de prêt")
        constraints = [models.UniqueConstraint(name="one_text_of_a_version", fields=["owner", "version"])]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"


class Handover(models.Model):
    """A thing passes into the hands of a home. Without the pupil's row what is left speaks of nobody.

    `public_id` is made by who asks, and is the reference of its transfers in the ledger and of the need's cover.
    """

    public_id = PublicIdField()
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="handovers")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="handovers")
    pupil = models.ForeignKey(Pupil, null=True, on_delete=models.SET_NULL, related_name="handovers")
    need = models.ForeignKey(Need, null=True, on_delete=models.SET_NULL, related_name="handovers")
    home = models.ForeignKey(Home, null=True, on_delete=models.SET_NULL, related_name="handovers")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="handovers")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="handovers")
    transfer = models.OneToOneField("ledger.Transfer", on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=5, choices=Mode.choices)
    state = models.CharField(max_length=10, choices=HandoverState.choices, default=HandoverState.DONE)
    proof = models.CharField(_("signature sur"), max_length=12, choices=Proof.choices)
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    receiver = models.CharField(_("remis à"), max_length=16, choices=Receiver.choices)
    receiver_name = SealedField(_("nom de la personne"), blank=True, default="")
    handed_at = models.DateTimeField(_("remis le"))
    handed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    retention = HANDOVER_KEPT
    personal = ("pupil", "need", "home", "receiver_name", "handed_by")

    class Meta:
        verbose_name = _("remise")
        verbose_name_plural = _("remises")
        constraints = [
            models.UniqueConstraint(name="one_hand_for_a_thing", fields=["asset"], condition=Q(state="done")),
            models.UniqueConstraint(
                name="one_thing_for_a_need", fields=["need"], condition=Q(state="done", need__isnull=False)
            ),
            models.CheckConstraint(
                name="what_is_lent_takes_an_agreement",
                condition=Q(mode="given", agreement=None) & ~Q(proof="agreement")
                | Q(mode="lent", agreement__isnull=False, proof="agreement"),
            ),
        ]
        indexes = [models.Index(fields=["operation", "school", "state"])]

    def __str__(self) -> str:
        return str(self.public_id)


class Loan(models.Model):
    """A lent thing that must come back; `public_id` is that of its hand-over, the reference of its transfers."""

    public_id = PublicIdField()
    handover = models.OneToOneField(Handover, on_delete=models.PROTECT, related_name="loan")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="loans")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="loans")
    state = models.CharField(max_length=10, choices=LoanState.choices, default=LoanState.OPEN)
    starts_on = models.DateField(_("depuis le"))
    due_on = models.DateField(_("à rendre le"))
    returned_on = models.DateField(_("rendu le"), null=True, blank=True)
    return_condition = models.CharField(
        _("état au retour"), max_length=8, choices=Condition.choices, blank=True
    )
    return_signed = models.BooleanField(_("restitution signée"), default=False)
    return_transfer = models.OneToOneField(
        "ledger.Transfer", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("prêt")
        verbose_name_plural = _("prêts")
        constraints = [
            models.UniqueConstraint(
                name="one_open_loan_of_a_thing", fields=["asset"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="a_return_is_dated_and_described",
                condition=~Q(state="returned") | (Q(returned_on__isnull=False) & ~Q(return_condition="")),
            ),
            models.CheckConstraint(name="loan_due_after_start", condition=Q(due_on__gte=F("starts_on"))),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Incident(models.Model):
    """Something went wrong with a thing. Codes only: nothing is written about the family."""

    public_id = PublicIdField()
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="incidents")
    handover = models.ForeignKey(
        Handover, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    kind = models.CharField(_("incident"), max_length=10, choices=IncidentKind.choices)
    at = models.DateTimeField()
    police_report = models.BooleanField(_("plainte déposée"), default=False)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asset}"


class Appointment(models.Model):
    """When a family comes for a need; `absent` frees the thing for the next pupil in the school's order."""

    public_id = PublicIdField()
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="appointments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="appointments")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="appointments")
    good = models.CharField(_("article"), max_length=10, choices=Good.choices)
    starts_at = models.DateTimeField(_("rendez-vous"))
    state = models.CharField(
        max_length=10, choices=AppointmentState.choices, default=AppointmentState.PLANNED
    )

    retention = Retention("with_parent", "suit l'élève")
    personal = ("need",)

    class Meta:
        verbose_name = _("rendez-vous")
        verbose_name_plural = _("rendez-vous")
        constraints = [
            models.UniqueConstraint(
                name="one_planned_appointment_of_a_need", fields=["need"], condition=Q(state="planned")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d/%m %H:%M}"
