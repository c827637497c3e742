"""Stored documents: the row says what and for whom, the sealed file beside the store holds the paper."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.documents.enums import Kind
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import Retention


class StoredDocument(models.Model):
    """A document kept as it was printed, in a file sealed for its `public_id` (see `vault`).

    `reference` names what it belongs to as a word, for this room stands below them all: "school:0930001A",
    "handover:<public id>". The room above decides who may open it. Once erased only the row stays, without file.
    """

    public_id = PublicIdField()
    kind = models.CharField(_("nature"), max_length=20, choices=Kind.choices)
    reference = models.CharField(_("objet"), max_length=120, db_index=True)
    sha256 = models.CharField(_("empreinte"), max_length=64)
    size = models.PositiveIntegerField(_("taille"))
    created_at = models.DateTimeField(_("établi le"))
    erased_at = models.DateTimeField(_("effacé le"), null=True, blank=True)

    retention = Retention(
        "with_parent",
        "suit la remise, le prêt ou le plan qu'il prouve ; trente jours pour un papier de travail",
    )
    personal = ("reference",)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_document_of_one_content",
                fields=["kind", "reference", "sha256"],
                condition=Q(erased_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.reference}"
