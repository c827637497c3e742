"""Where things are: région, académie, département, commune, circonscription, school. All are public facts."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import FACT
from cartable.territories.enums import Priority, SchoolKind, Sector, Source
from cartable.territories.querysets import (
    CirconscriptionQuerySet,
    CiteEducativeQuerySet,
    DepartmentQuerySet,
    SchoolQuerySet,
)
from cartable.territories.rules import fold


class SearchField(models.CharField):
    """The text that a search reads: other columns of the row, folded, written anew at each save."""

    def __init__(self, *, sources: tuple[str, ...], **kwargs: Any) -> None:
        self.sources = sources
        super().__init__(**{"max_length": 400, "editable": False, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def pre_save(self, row: models.Model, add: bool) -> str:
        text = fold(" ".join(str(getattr(row, source)) for source in self.sources))[: self.max_length]
        setattr(row, self.attname, text)
        return text


class Region(models.Model):
    """A région, or an overseas collectivité that has none above it."""

    retention = FACT
    personal = ()

    code = models.CharField(_("code"), max_length=3, unique=True)
    name = models.CharField(_("nom"), max_length=60)

    class Meta:
        ordering = ["name"]
        verbose_name = _("région")

    def __str__(self) -> str:
        return self.name


class Academy(models.Model):
    """An académie (or vice-rectorat) by its two-digit code."""

    retention = FACT
    personal = ()

    code = models.CharField(_("code"), max_length=2, unique=True)
    name = models.CharField(_("nom"), max_length=60)

    class Meta:
        ordering = ["name"]
        verbose_name = _("académie")

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A département, or an overseas collectivité that has schools.

    `code` is INSEE's ("93", "2A", "974"), `en_code` the ministry's three characters ("093", "02A", "974"),
    `time_zone` an IANA name: deadlines end at 24:00 there. `of_name` completes a title ("de la Seine-Saint-Denis").
    """

    retention = FACT
    personal = ()

    public_id = PublicIdField()
    code = models.CharField(_("code"), max_length=3, unique=True)
    en_code = models.CharField(_("code Éducation nationale"), max_length=3, unique=True)
    name = models.CharField(_("nom"), max_length=60)
    of_name = models.CharField(max_length=70, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name=_("région"))
    academy = models.ForeignKey(
        Academy, models.PROTECT, null=True, blank=True, related_name="departments", verbose_name=_("académie")
    )
    time_zone = models.CharField(_("fuseau horaire"), max_length=40, default="Europe/Paris")

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        ordering = ["en_code"]
        verbose_name = _("département")

    def __str__(self) -> str:
        return self.name


class Commune(models.Model):
    """A commune by its INSEE code, as the directory names it; `postcode` is the first one met."""

    retention = FACT
    personal = ()

    code = models.CharField(_("code INSEE"), max_length=5, unique=True)
    name = models.CharField(_("nom"), max_length=100)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="communes", verbose_name=_("département")
    )
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    search = SearchField(sources=("name",), db_index=True)

    class Meta:
        ordering = ["name", "code"]
        verbose_name = _("commune")

    def __str__(self) -> str:
        return self.name


class Circonscription(models.Model):
    """A circonscription of primary schools, led by an IEN; `code` is the UAI of its office.

    Files older than 2024 give a name and no code: the code then stays empty until a newer file brings it.
    """

    retention = FACT
    personal = ()

    public_id = PublicIdField()
    code = models.CharField(_("code"), max_length=8, null=True, blank=True, unique=True)
    name = models.CharField(_("nom"), max_length=200)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="circonscriptions", verbose_name=_("département")
    )
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)

    source_date = models.DateField(_("date de la source"), null=True, blank=True)

    objects = CirconscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["department__en_code", "name"]
        verbose_name = _("circonscription du premier degré")
        verbose_name_plural = _("circonscriptions du premier degré")

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """One UAI of the official directory.

    `source_date` is the day of the line at its producer (`date_maj_ligne`), null where the file gives none;
    an older line never undoes a newer one. `pupils_count` null means not known, never zero. Latitude and
    longitude are degrees, WGS 84. `priority_on` is the day of the list that told the priority education, null where
    the directory did. `invented` marks the schools of the demo.
    """

    retention = FACT
    personal = ()

    public_id = PublicIdField()
    uai = models.CharField("UAI", max_length=8, unique=True)
    name = models.CharField(_("nom"), max_length=200)
    kind = models.CharField(_("type"), max_length=8, choices=SchoolKind.choices)
    has_nursery = models.BooleanField(_("classes maternelles"), default=False)
    has_elementary = models.BooleanField(_("classes élémentaires"), default=False)
    nature_code = models.CharField(_("code nature"), max_length=4, blank=True)
    sector = models.CharField(_("secteur"), max_length=8, choices=Sector.choices, blank=True)
    contract = models.CharField(_("contrat"), max_length=100, blank=True)
    address_1 = models.CharField(_("adresse"), max_length=200, blank=True)
    address_2 = models.CharField(_("complément d’adresse"), max_length=200, blank=True)
    address_3 = models.CharField(_("ligne de distribution"), max_length=200, blank=True)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="schools", verbose_name=_("commune")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="schools", verbose_name=_("département")
    )
    circonscription = models.ForeignKey(
        Circonscription,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schools",
        verbose_name=_("circonscription du premier degré"),
    )
    email = models.EmailField(_("adresse électronique"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    pupils_count = models.PositiveIntegerField(_("nombre d’élèves"), null=True, blank=True)
    priority = models.CharField(
        _("éducation prioritaire"), max_length=4, choices=Priority.choices, blank=True, default=""
    )
    priority_on = models.DateField(_("éducation prioritaire connue au"), null=True, blank=True)
    opened_on = models.DateField(_("date d’ouverture"), null=True, blank=True)
    closed = models.BooleanField(_("fermé"), default=False)
    tutelle = models.CharField(_("ministère de tutelle"), max_length=100, blank=True)
    source_date = models.DateField(_("date de la source"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source.choices, default=Source.OWN)
    invented = models.BooleanField(_("inventé"), default=False)
    search = SearchField(sources=("name", "uai", "postcode"))

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["uai"]
        verbose_name = _("établissement")
        indexes = [
            models.Index(fields=["department", "kind"], name="school_department_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.uai})"


class CiteEducative(models.Model):
    """A cité éducative: a label on one or several communes, and the schools that belong to it.

    `code` is the id of the official list ("cite-012"). `label_on` stands for the month of the label, null where it is
    not known. `schools_set_at` is when a person settled the schools, null while they are only proposed.
    """

    retention = FACT
    personal = ()

    public_id = PublicIdField()
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("nom"), max_length=120)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="cites_educatives", verbose_name=_("département")
    )
    communes = models.ManyToManyField(Commune, related_name="cites_educatives", verbose_name=_("communes"))
    schools = models.ManyToManyField(
        School, related_name="cites_educatives", verbose_name=_("établissements"), blank=True
    )
    label_on = models.DateField(_("labellisée le"), null=True, blank=True)
    schools_set_at = models.DateTimeField(_("établissements arrêtés le"), null=True, blank=True)
    source = models.CharField(_("fichier d’origine"), max_length=200, blank=True)

    objects = CiteEducativeQuerySet.as_manager()

    class Meta:
        ordering = ["department__en_code", "name"]
        verbose_name = _("cité éducative")
        verbose_name_plural = _("cités éducatives")

    def __str__(self) -> str:
        return self.name


class SocialIndex(models.Model):
    """The social position index (IPS) of a school in one school year, as the DEPP publishes it.

    A lycée has an index for each of its two ways beside the whole; null where none was published.
    """

    retention = FACT
    personal = ()

    school = models.ForeignKey(
        School, models.PROTECT, related_name="social_indexes", verbose_name=_("établissement")
    )
    school_year = models.CharField(_("année scolaire"), max_length=9)
    value = models.DecimalField(_("indice de position sociale"), max_digits=4, decimal_places=1)
    general = models.DecimalField(
        _("voie générale et technologique"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    vocational = models.DecimalField(
        _("voie professionnelle"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    source = models.CharField(_("fichier d’origine"), max_length=200)

    class Meta:
        ordering = ["school", "school_year"]
        verbose_name = _("indice de position sociale")
        verbose_name_plural = _("indices de position sociale")
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year"], name="one_index_a_school_year"),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.school_year} : {self.value}"


class PriorityFact(models.Model):
    """What a list says of a school's priority education and of the nearest QPV in one school year.

    `school_year` is "2022-2023", empty where the list does not say. `status` is null where the list says nothing of
    it, empty where it says "neither"; the distance is null where it is not known.
    """

    retention = FACT
    personal = ()

    school = models.ForeignKey(
        School, models.PROTECT, related_name="priority_facts", verbose_name=_("établissement")
    )
    school_year = models.CharField(_("année scolaire"), max_length=9, blank=True)
    status = models.CharField(
        _("éducation prioritaire"), max_length=4, choices=Priority.choices, null=True, blank=True
    )
    network_head = models.CharField(_("tête de réseau"), max_length=8, blank=True)
    qpv_code = models.CharField(_("quartier prioritaire le plus proche"), max_length=8, blank=True)
    qpv_distance_m = models.DecimalField(
        _("distance au quartier prioritaire, en mètres"),
        max_digits=7,
        decimal_places=1,
        null=True,
        blank=True,
    )
    source = models.CharField(_("fichier d’origine"), max_length=200)

    class Meta:
        ordering = ["school", "school_year"]
        verbose_name = _("éducation prioritaire")
        verbose_name_plural = _("éducation prioritaire")
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year"], name="one_priority_a_school_year"),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.school_year or '?'} : {self.status or '—'}"
