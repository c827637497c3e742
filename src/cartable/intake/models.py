"""Import runs: which file (by its hash, never its name) made which changes."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import Retention
from cartable.intake.enums import RunKind, RunState


class ImportRun(models.Model):
    """One file read into one place. Of the file only the hash stays: its name may be a child's.

    `target` says where it goes in a word (an UAI, a public id) where the kind alone does not.
    """

    public_id = PublicIdField()
    kind = models.CharField(_("nature"), max_length=16, choices=RunKind.choices)
    target = models.CharField(_("destination"), max_length=40, blank=True)
    file_sha256 = models.CharField(_("empreinte du fichier"), max_length=64)
    actor = models.UUIDField(_("compte"), null=True)
    state = models.CharField(_("état"), max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    refusal = models.CharField(_("motif de refus"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("début"))
    finished_at = models.DateTimeField(_("fin"), null=True)
    lines = models.PositiveIntegerField(_("lignes lues"), default=0)
    created = models.PositiveIntegerField(_("créées"), default=0)
    changed = models.PositiveIntegerField(_("modifiées"), default=0)
    unchanged = models.PositiveIntegerField(_("inchangées"), default=0)
    rejected = models.PositiveIntegerField(_("rejetées"), default=0)

    retention = Retention("fixed", "trace technique des imports, sans contenu : un an", days=365)
    personal = ()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = (
            models.CheckConstraint(
                condition=Q(lines=F("created") + F("changed") + F("unchanged") + F("rejected")),
                name="intake_run_counts_every_line",
            ),
            models.CheckConstraint(
                condition=Q(state=RunState.RUNNING, finished_at__isnull=True)
                | ~Q(state=RunState.RUNNING) & Q(finished_at__isnull=False),
                name="intake_run_finished_when_over",
            ),
            models.UniqueConstraint(
                fields=("kind", "target", "file_sha256"),
                condition=Q(state=RunState.RUNNING),
                name="intake_run_one_at_a_time",
            ),
        )
        indexes = (models.Index(fields=("file_sha256", "kind", "target"), name="intake_run_by_file"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.file_sha256[:12]}"
