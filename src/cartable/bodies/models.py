"""Who acts: State services, collectivités, schools as bodies, associations, givers, operators."""

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from cartable.bodies.enums import SINGLE, BodyKind
from cartable.bodies.querysets import BodyQuerySet
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT
from cartable.territories.models import (
    Academy,
    Circonscription,
    Commune,
    Department,
    Region,
    School,
    SearchField,
)


def _one_per(territory: str) -> UniqueConstraint:
    condition = Q(kind__in=SINGLE, **{f"{territory}__isnull": False})
    return UniqueConstraint(fields=["kind", territory], condition=condition, name=f"body_one_per_{territory}")


class Body(models.Model):
    """A legal person or a State service, at most on one territory.

    The préfecture and the conseil départemental of a département are two bodies.

    `privacy_contact` is whom families write to about their personal data (a service, not a name).
    """

    retention = FACT
    personal = ()

    public_id = PublicIdField()
    kind = models.CharField(_("nature"), max_length=20, choices=BodyKind.choices)
    name = models.CharField(_("nom"), max_length=200)
    search = SearchField(sources=("name",))
    siret = models.CharField("SIRET", max_length=14, blank=True)
    rna = models.CharField("RNA", max_length=10, blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bodies",
        verbose_name=_("département"),
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="bodies", verbose_name=_("région")
    )
    academy = models.ForeignKey(
        Academy, models.PROTECT, null=True, blank=True, related_name="bodies", verbose_name=_("académie")
    )
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="bodies", verbose_name=_("commune")
    )
    school = models.OneToOneField(
        School, models.PROTECT, null=True, blank=True, related_name="body", verbose_name=_("établissement")
    )
    circonscription = models.OneToOneField(
        Circonscription,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="body",
        verbose_name=_("circonscription du premier degré"),
    )
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    privacy_contact = models.CharField(_("contact pour les données personnelles"), max_length=300, blank=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisme")
        constraints = [_one_per("department"), _one_per("region"), _one_per("academy"), _one_per("commune")]

    def __str__(self) -> str:
        return self.name
