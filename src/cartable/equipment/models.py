"""Goods: where they come from, where they are, how they travel, and in whose hands they end.

The ledger counts products per place and knows no pupil; a thing with a number also has its open place here.
"""

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
    NumberKind,
    Proof,
    Receiver,
    RejectionReason,
    ShipmentState,
)
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT, Retention
from cartable.foundation.sealed import SealedField
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.pupils.models import Home, Need, Pupil
from cartable.territories.models import Circonscription, School


HANDOVER_KEPT = Retention(
    "school_year", "remise : le nom du receveur, l'année scolaire ; l'écriture sans nom reste"
)


class Product(models.Model):
    """A sort of thing in the ledger. `code` is the ledger's resource."""

    public_id = PublicIdField()
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("article"), max_length=120)
    good = models.CharField(_("type"), max_length=10, choices=Good.choices)
    number_kind = models.CharField(_("numéro"), max_length=8, choices=NumberKind.choices)
    owner = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="products")

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self) -> str:
        return self.name


class Donation(models.Model):
    """A gift, with everybody in its chain (the foundation that pays, the association that brings)."""

    public_id = PublicIdField()
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="donations")
    label = models.CharField(_("don"), max_length=120)
    received_on = models.DateField(_("reçu le"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("don")
        verbose_name_plural = _("dons")

    def __str__(self) -> str:
        return self.label


class DonationGiver(models.Model):
    """One link in the chain of a gift, first giver first."""

    donation = models.ForeignKey(Donation, on_delete=models.CASCADE, related_name="chain")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("donateur")
        verbose_name_plural = _("donateurs")
        constraints = [models.UniqueConstraint(name="one_rank_in_a_chain", fields=["donation", "rank"])]

    def __str__(self) -> str:
        return f"{self.rank}. {self.body}"


class Lot(models.Model):
    """So many of a product that came in at once: bought, given, or declared by a school that already holds them."""

    public_id = PublicIdField()
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="lots")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    donation = models.ForeignKey(
        Donation, null=True, blank=True, on_delete=models.PROTECT, related_name="lots"
    )
    mode = models.CharField(_("donné ou prêté"), max_length=5, choices=Mode.choices)
    quantity = models.PositiveIntegerField(_("nombre"))
    depot = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held_by = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="declared_lots"
    )
    operator = models.CharField(_("opérateur"), max_length=60, blank=True)
    sim_format = models.CharField(_("format"), max_length=30, blank=True)
    credit_valid_until = models.DateField(_("crédit valable jusqu'au"), null=True, blank=True)
    received_on = models.DateField(_("reçu le"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.CheckConstraint(name="lot_holds_something", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="lot_stands_in_one_place",
                condition=Q(depot__isnull=False, held_by=None) | Q(depot=None, held_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} × {self.quantity}"


class NumberRange(models.Model):
    """First to last ICCID of a box, without the check digit where the numbers carry one; ends included."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="ranges")
    first = models.CharField(_("premier numéro"), max_length=22)
    last = models.CharField(_("dernier numéro"), max_length=22)
    count = models.PositiveIntegerField(_("nombre"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("plage de numéros")
        verbose_name_plural = _("plages de numéros")
        constraints = [models.CheckConstraint(name="range_goes_up", condition=Q(last__gte=F("first")))]
        indexes = [models.Index(fields=["first"])]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class Asset(models.Model):
    """One thing with a number: a tablet, or a SIM card once it was scanned."""

    public_id = PublicIdField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="assets")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="assets")
    number_kind = models.CharField(max_length=8, choices=NumberKind.choices)
    number = models.CharField(_("numéro"), max_length=40)
    condition = models.CharField(_("état"), max_length=8, choices=Condition.choices, default=Condition.NEW)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("matériel")
        verbose_name_plural = _("matériels")
        constraints = [models.UniqueConstraint(name="a_number_once", fields=["number_kind", "number"])]

    def __str__(self) -> str:
        return self.number


class AssetPlace(models.Model):
    """Where a thing was, from a moment to another; one place is open at a time."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="places")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("emplacement")
        verbose_name_plural = _("emplacements")
        constraints = [
            models.UniqueConstraint(
                name="one_open_place_of_an_asset", fields=["asset"], condition=Q(until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}@{self.account_id}"


class Movement(models.Model):
    """A thing takes part in a transfer; a serialised transfer lists as many as its amount."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="movements")
    transfer = models.ForeignKey("ledger.Transfer", on_delete=models.PROTECT, related_name="+")

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("mouvement")
        verbose_name_plural = _("mouvements")
        constraints = [
            models.UniqueConstraint(name="a_thing_once_in_a_transfer", fields=["asset", "transfer"])
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}/{self.transfer_id}"


class DataLine(models.Model):
    """The mobile line of a SIM card: its credit ends, and after it the number is lost."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, related_name="data_line")
    credit_valid_until = models.DateField(_("crédit valable jusqu'au"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ligne de données")
        verbose_name_plural = _("lignes de données")

    def __str__(self) -> str:
        return f"{self.asset} · {self.credit_valid_until}"


class Shipment(models.Model):
    """What leaves the depot for one school, or for a circonscription that relays it to its écoles.

    `receipt_hash` is the hash of the one-use code in the slip's QR: the count is confirmed without an account.
    """

    public_id = PublicIdField()
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="shipments")
    sender = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    to_school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="shipments"
    )
    to_circonscription = models.ForeignKey(
        Circonscription, null=True, blank=True, on_delete=models.PROTECT, related_name="shipments"
    )
    state = models.CharField(max_length=10, choices=ShipmentState.choices, default=ShipmentState.PREPARED)
    planned_on = models.DateField(_("tournée du"))
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt_hash = models.CharField(max_length=64, unique=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("expédition")
        verbose_name_plural = _("expéditions")
        constraints = [
            models.CheckConstraint(
                name="shipment_goes_to_one_place",
                condition=Q(to_school__isnull=False, to_circonscription=None)
                | Q(to_school=None, to_circonscription__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """So many of one lot for one school (the école that a relay passes them to)."""

    public_id = PublicIdField()
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="shipment_lines")
    quantity = models.PositiveIntegerField(_("nombre"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ligne d'expédition")
        verbose_name_plural = _("lignes d'expédition")
        constraints = [
            models.UniqueConstraint(name="one_line_of_a_lot", fields=["shipment", "school", "lot"]),
            models.CheckConstraint(name="line_ships_something", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.school} × {self.quantity}"


class Receipt(models.Model):
    """The count confirmed on arrival, by a person with an account or by who held the slip."""

    public_id = PublicIdField()
    shipment = models.OneToOneField(Shipment, on_delete=models.PROTECT, related_name="receipt")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_name = SealedField(_("nom de la personne qui reçoit"), blank=True, default="")

    retention = Retention("school_year", "preuve de réception : le nom, l'année scolaire")
    personal = ("confirmed_by", "confirmed_name")

    class Meta:
        verbose_name = _("réception")
        verbose_name_plural = _("réceptions")

    def __str__(self) -> str:
        return str(self.shipment)


class ReceiptLine(models.Model):
    """Accepted + rejected = shipped, and a rejection says why."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    line = models.OneToOneField(ShipmentLine, on_delete=models.PROTECT, related_name="received")
    shipped = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField(_("accepté"))
    rejected = models.PositiveIntegerField(_("refusé"), default=0)
    reason = models.CharField(_("motif"), max_length=12, choices=RejectionReason.choices, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("ligne de réception")
        verbose_name_plural = _("lignes de réception")
        constraints = [
            models.CheckConstraint(
                name="accepted_and_rejected_make_shipped", condition=Q(shipped=F("accepted") + F("rejected"))
            ),
            models.CheckConstraint(name="a_rejection_says_why", condition=Q(rejected=0) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.accepted}/{self.shipped}"


class Agreement(models.Model):
    """The owner's own voted text for loans, with the date of its délibération; a version never changes."""

    public_id = PublicIdField()
    owner = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("titre"), max_length=200)
    text = models.TextField(_("texte"))
    deliberated_on = models.DateField(_("délibération du"))

    retention = FACT
    personal = ()

    class Meta:
        verbose_name = _("convention de prêt")
        verbose_name_plural = _("conventions de prêt")
        constraints = [models.UniqueConstraint(name="one_text_of_a_version", fields=["owner", "version"])]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"


class Handover(models.Model):
    """A thing passes into the hands of a home. Without the pupil's row what is left speaks of nobody."""

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
                condition=Q(mode="given") | Q(agreement__isnull=False, proof="agreement"),
            ),
        ]
        indexes = [models.Index(fields=["operation", "school", "state"])]

    def __str__(self) -> str:
        return str(self.public_id)


class Loan(models.Model):
    """A lent thing that must come back; `public_id` is the reference of its transfers in the ledger."""

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
