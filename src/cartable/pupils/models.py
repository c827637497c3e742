"""The cartable itself: a pupil, the homes and adults around, what is lacking and how it is covered.

Rows live in one school and are seen only by who serves it. Names, birth dates, addresses and telephone numbers
are sealed; a pupil that nobody marked is erased when the school's return is sent.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import Retention
from cartable.foundation.sealed import SealedField
from cartable.pupils.enums import Capacity, HomeKind, NeedKind, OrderReason, Source
from cartable.territories.models import School


PUPIL_KEPT = Retention(
    "school_year", "élève repéré : l'année scolaire, au plus tard au départ de l'établissement"
)
WITH_PUPIL = Retention("with_parent", "suit l'élève")
AWAITING = Retention(
    "return_sent",
    "responsables en attente du fichier des élèves : quinze jours, ou l'envoi de la remontée",
    days=15,
)


class Pupil(models.Model):
    """A pupil of one school, found again without a name by keyed hashes.

    `match_key` (names and birth date) and `ine_hash` are the same in every school; `name_key` (names) and
    `source_key` (the id inside the school's own software) hold in that school only.
    """

    public_id = PublicIdField()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="pupils")
    last_name = SealedField(_("nom"))
    usage_name = SealedField(_("nom d'usage"), blank=True, default="")
    first_name = SealedField(_("prénom"))
    birth_date = SealedField(_("date de naissance"), blank=True, default="")
    level = models.CharField(_("niveau"), max_length=12)
    class_label = models.CharField(_("classe"), max_length=40, blank=True)
    adult = models.BooleanField(_("majeur, signe seul"), default=False)
    source = models.CharField(max_length=10, choices=Source.choices)
    match_key = models.CharField(max_length=32)
    name_key = models.CharField(max_length=32)
    ine_hash = models.CharField(max_length=32, blank=True)
    source_key = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()
    left_on = models.DateField(_("parti le"), null=True, blank=True)

    retention = PUPIL_KEPT
    personal = (
        "last_name",
        "usage_name",
        "first_name",
        "birth_date",
        "match_key",
        "name_key",
        "ine_hash",
        "source_key",
    )

    class Meta:
        verbose_name = _("élève")
        verbose_name_plural = _("élèves")
        constraints = [
            models.UniqueConstraint(
                name="same_pupil_once_in_a_school", fields=["school", "match_key"], condition=Q(left_on=None)
            ),
        ]
        indexes = [
            models.Index(fields=["match_key"]),
            models.Index(fields=["ine_hash"]),
            models.Index(fields=["source_key"]),
            models.Index(fields=["name_key"]),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def shown_name(self) -> str:
        """The name by which the school calls the pupil: usage name first. Only for who serves the school."""
        return f"{self.usage_name or self.last_name} {self.first_name}"


class Home(models.Model):
    """The household of one family at one address; brothers and sisters share it.

    `household_key` is a keyed hash of school, address and family name: two families of one tower are two homes.
    `in_priority_area` is what the school says of it, None where nobody said: then it is counted outside.
    """

    public_id = PublicIdField()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="homes")
    kind = models.CharField(_("type"), max_length=16, choices=HomeKind.choices, default=HomeKind.FAMILY)
    address = SealedField(_("adresse"), blank=True, default="")
    postcode = SealedField(_("code postal"), blank=True, default="")
    city = SealedField(_("ville"), blank=True, default="")
    undisclosed = models.BooleanField(_("adresse à ne pas communiquer"), default=False)
    in_priority_area = models.BooleanField(_("en quartier prioritaire (QPV)"), null=True, blank=True)
    household_key = models.CharField(max_length=32, blank=True)

    retention = WITH_PUPIL
    personal = ("address", "postcode", "city", "household_key", "undisclosed", "in_priority_area")

    class Meta:
        verbose_name = _("domicile")
        verbose_name_plural = _("domiciles")
        indexes = [models.Index(fields=["household_key"])]

    def __str__(self) -> str:
        return str(self.public_id)


class PupilHome(models.Model):
    """A pupil lives in a home; rank 1 is the first one."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="in_homes")
    home = models.ForeignKey(Home, on_delete=models.CASCADE, related_name="of_pupils")
    rank = models.PositiveSmallIntegerField(default=1)

    retention = WITH_PUPIL
    personal = ("pupil", "home")

    class Meta:
        verbose_name = _("domicile d'un élève")
        verbose_name_plural = _("domiciles des élèves")
        constraints = [models.UniqueConstraint(name="pupil_once_in_a_home", fields=["pupil", "home"])]

    def __str__(self) -> str:
        return f"{self.pupil_id}/{self.home_id}"


class Guardian(models.Model):
    """An adult of one home; never shown on the papers of another. `rank` is the legal order in the home."""

    public_id = PublicIdField()
    home = models.ForeignKey(Home, on_delete=models.CASCADE, related_name="guardians")
    capacity = models.CharField(
        _("qualité"), max_length=20, choices=Capacity.choices, default=Capacity.LEGAL_GUARDIAN
    )
    rank = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("civilité"), max_length=8, blank=True)
    last_name = SealedField(_("nom"), blank=True, default="")
    first_name = SealedField(_("prénom"), blank=True, default="")
    phone = SealedField(_("téléphone"), blank=True, default="")
    email = SealedField(_("adresse électronique"), blank=True, default="")
    source_key = models.CharField(max_length=32, blank=True)

    retention = WITH_PUPIL
    personal = ("last_name", "first_name", "phone", "email", "title", "source_key")

    class Meta:
        verbose_name = _("responsable")
        verbose_name_plural = _("responsables")
        indexes = [models.Index(fields=["source_key"])]

    def __str__(self) -> str:
        return str(self.public_id)


class PendingGuardian(models.Model):
    """A guardian whose file came before the pupils': kept sealed a few days, by child, then matched or purged.

    `child_key` is a keyed hash of the child (its id in the school's software, or its names), never a name.
    """

    public_id = PublicIdField()
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    child_key = models.CharField(max_length=32)
    class_label = models.CharField(max_length=40, blank=True)
    source_key = models.CharField(max_length=32)
    rank = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=8, blank=True)
    last_name = SealedField()
    first_name = SealedField(blank=True, default="")
    phone = SealedField(blank=True, default="")
    email = SealedField(blank=True, default="")
    address = SealedField(blank=True, default="")
    postcode = SealedField(blank=True, default="")
    city = SealedField(blank=True, default="")
    created_at = models.DateTimeField()

    retention = AWAITING
    personal = (
        "child_key",
        "source_key",
        "title",
        "last_name",
        "first_name",
        "phone",
        "email",
        "address",
        "postcode",
        "city",
    )

    class Meta:
        verbose_name = _("responsable en attente")
        verbose_name_plural = _("responsables en attente")
        constraints = [
            models.UniqueConstraint(
                name="one_pending_guardian_of_a_child",
                fields=["school", "child_key", "class_label", "source_key"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Need(models.Model):
    """Something that one pupil, or several of one household together, lack.

    `takes_sim` says, for a connection, whether a device of the home takes a SIM card; if not, it takes a key.
    `shared_device` says, for a device, whether the home has one that is shared. `ordered_at` is when the school settled
    its place, `order_reason` why that is not the proposed one.
    """

    public_id = PublicIdField()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="needs")
    kind = models.CharField(_("besoin"), max_length=20, choices=NeedKind.choices)
    takes_sim = models.BooleanField(_("un appareil accepte une carte SIM"), null=True, blank=True)
    shared_device = models.BooleanField(_("un appareil partagé à la maison"), null=True, blank=True)
    order_reason = models.CharField(
        _("motif du changement d'ordre"), max_length=10, choices=OrderReason.choices, blank=True
    )
    ordered_at = models.DateTimeField(null=True, blank=True)
    marked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    marked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    retention = WITH_PUPIL
    personal = ("marked_by",)

    class Meta:
        verbose_name = _("besoin")
        verbose_name_plural = _("besoins")
        indexes = [models.Index(fields=["school", "kind", "closed_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class NeedPupil(models.Model):
    """A pupil shares a need. `kind` and `open` repeat the need's own, so that the store keeps one open of a kind.

    `rank` is the school's own order: who comes next when somebody is absent.
    """

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="of_pupils")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="in_needs")
    kind = models.CharField(max_length=20, choices=NeedKind.choices)
    open = models.BooleanField(default=True)
    rank = models.PositiveIntegerField(default=0)

    retention = WITH_PUPIL
    personal = ("pupil",)

    class Meta:
        verbose_name = _("élève concerné")
        verbose_name_plural = _("élèves concernés")
        constraints = [
            models.UniqueConstraint(name="pupil_once_in_a_need", fields=["need", "pupil"]),
            models.UniqueConstraint(
                name="one_open_need_of_a_kind", fields=["pupil", "kind"], condition=Q(open=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id}/{self.pupil_id}"


class Cover(models.Model):
    """A need is met from a moment to another, by the thing `source` (a hand-over's public id)."""

    public_id = PublicIdField()
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="covers")
    kind = models.CharField(max_length=20, choices=NeedKind.choices)
    source = models.UUIDField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    retention = WITH_PUPIL
    personal = ()

    class Meta:
        verbose_name = _("couverture")
        verbose_name_plural = _("couvertures")
        constraints = [
            models.UniqueConstraint(name="one_cover_of_a_source", fields=["need", "source"]),
            models.CheckConstraint(
                name="cover_ends_after_it_starts",
                condition=Q(ends_at=None) | Q(ends_at__gte=models.F("starts_at")),
            ),
        ]
        indexes = [models.Index(fields=["need", "ends_at"])]

    def __str__(self) -> str:
        return str(self.public_id)
