"""A programme, its lines, and the documents that say what each may cost and whom it may serve."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.bodies.models import Body
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT
from cartable.funding.enums import CeilingKind, Serves
from cartable.territories.models import Department, Region


# From this amount on a commitment takes two people. Never null: a blank field must not switch a control off.
SECOND_PERSON_FROM = 25_000_00


def _says_its_amount(name: str) -> models.CheckConstraint:
    """A bound has its cents, a share its percent (and cents, where one knows of what), what is to come neither."""
    bare = Q(percent=None, base_cents=None)
    amount = Q(kind__in=["up_to", "more_than", "exactly"], cents__isnull=False) & bare
    share = Q(kind="share", percent__isnull=False, percent__gt=0, percent__lte=100)
    share &= Q(base_cents=None) | Q(base_cents__gte=1, cents__isnull=False)
    return models.CheckConstraint(
        name=name, condition=amount | share | (Q(kind="to_be_specified", cents=None) & bare)
    )


class Programme(models.Model):
    """What a government decided, from a day until a day: the plan of April 2020."""

    public_id = PublicIdField()
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("nom"), max_length=160)
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"))

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["-starts_on", "code"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            models.CheckConstraint(
                name="programme_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))
            )
        ]

    def __str__(self) -> str:
        return self.name


class SourceDocument(models.Model):
    """A text that a figure comes from: circular, press file, arrêté. `where` says where it can be read."""

    public_id = PublicIdField()
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="documents")
    code = models.CharField(_("code"), max_length=20)
    title = models.CharField(_("titre"), max_length=300)
    dated = models.DateField(_("date"), null=True, blank=True)
    where = models.CharField(_("où le lire"), max_length=300, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["programme_id", "code"]
        verbose_name = _("document source")
        verbose_name_plural = _("documents sources")
        constraints = [models.UniqueConstraint(name="document_code_once", fields=["programme", "code"])]

    def __str__(self) -> str:
        return self.title


class Line(models.Model):
    """A line of money of a programme: what it is for, who pays, and what the source says of its size.

    `kind`, `cents`, `percent` and `base_cents` (what it is a share of) are the ceiling, `basis` the words of the
    document; `own_money` is a line that a collectivité feeds from its own budget.
    """

    public_id = PublicIdField()
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="lines")
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("nom"), max_length=160)
    kind = models.CharField(_("plafond"), max_length=16, choices=CeilingKind.choices)
    cents = models.BigIntegerField(_("montant du plafond"), null=True, blank=True)
    percent = models.DecimalField(_("part, en %"), max_digits=5, decimal_places=2, null=True, blank=True)
    base_cents = models.BigIntegerField(_("montant dont c'est une part"), null=True, blank=True)
    basis = models.CharField(_("ce que dit le document"), max_length=300, blank=True)
    funder = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="lines_funded", verbose_name=_("financeur")
    )
    budget_programme = models.CharField(_("programme budgétaire"), max_length=20, blank=True)
    document = models.ForeignKey(
        SourceDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="lines"
    )
    document_place = models.CharField(_("endroit du document"), max_length=80, blank=True)
    serves = models.CharField(_("public"), max_length=16, choices=Serves.choices, default=Serves.ANYONE)
    running_costs = models.BooleanField(_("frais de fonctionnement admis"), default=False)
    own_money = models.BooleanField(_("crédits propres de la collectivité"), default=False)
    second_person_from_cents = models.BigIntegerField(
        _("deux personnes à partir de"), default=SECOND_PERSON_FROM
    )

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["programme_id", "id"]
        verbose_name = _("ligne")
        verbose_name_plural = _("lignes")
        constraints = [
            models.UniqueConstraint(name="line_code_once", fields=["programme", "code"]),
            models.CheckConstraint(name="line_threshold", condition=Q(second_person_from_cents__gte=1)),
            models.CheckConstraint(name="line_cents", condition=Q(cents=None) | Q(cents__gte=0)),
            _says_its_amount("line_ceiling_says_its_amount"),
        ]

    def __str__(self) -> str:
        return self.name


class LineCeiling(models.Model):
    """The bound of a line on one territory: the 15 % of the cités éducatives of one région."""

    public_id = PublicIdField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="ceilings")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("plafond"), max_length=16, choices=CeilingKind.choices)
    cents = models.BigIntegerField(_("montant"), null=True, blank=True)
    percent = models.DecimalField(_("part, en %"), max_digits=5, decimal_places=2, null=True, blank=True)
    base_cents = models.BigIntegerField(_("montant dont c'est une part"), null=True, blank=True)
    basis = models.CharField(_("calcul ou texte"), max_length=300, blank=True)
    document = models.ForeignKey(
        SourceDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["line_id", "id"]
        verbose_name = _("plafond d'un territoire")
        verbose_name_plural = _("plafonds des territoires")
        constraints = [
            models.UniqueConstraint(name="one_ceiling_of_a_region", fields=["line", "region"]),
            models.UniqueConstraint(name="one_ceiling_of_a_department", fields=["line", "department"]),
            models.CheckConstraint(
                name="ceiling_has_one_territory",
                condition=Q(region=None, department__isnull=False) | Q(region__isnull=False, department=None),
            ),
            _says_its_amount("territory_ceiling_says_its_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.line} · {self.region or self.department}"


class DocumentFigure(models.Model):
    """One figure in the words of one document, of a line or of the whole programme; several may disagree."""

    public_id = PublicIdField()
    document = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="figures")
    line = models.ForeignKey(Line, null=True, blank=True, on_delete=models.PROTECT, related_name="figures")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(_("ce qui est chiffré"), max_length=160)
    kind = models.CharField(_("nature"), max_length=16, choices=CeilingKind.choices)
    cents = models.BigIntegerField(_("montant"), null=True, blank=True)
    percent = models.DecimalField(_("part, en %"), max_digits=5, decimal_places=2, null=True, blank=True)
    base_cents = models.BigIntegerField(_("montant dont c'est une part"), null=True, blank=True)
    words = models.CharField(_("dans le texte"), max_length=300)
    place = models.CharField(_("endroit du document"), max_length=80, blank=True)

    retention = FACT
    personal = ()

    class Meta:
        ordering = ["document_id", "id"]
        verbose_name = _("chiffre d'un document")
        verbose_name_plural = _("chiffres des documents")
        constraints = [
            models.UniqueConstraint(name="figure_once", fields=["document", "label"]),
            _says_its_amount("figure_says_its_amount"),
        ]

    def __str__(self) -> str:
        return self.label
