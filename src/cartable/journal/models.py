"""Who did what, and why: entries that are only ever added, each bound to the one before by its hash.

Ids, codes, amounts and hashes only: what can never be erased must never name a child. The store refuses any
change (`store_rules/`); the keyed code of the head shows what somebody did who went round the store.
"""

from django.db import models

from cartable.foundation.retention import Retention
from cartable.journal.chain import Canonical


KEPT = Retention("never", "journal de contrôle interne : identifiants et codes seulement, aucun nom")


class Entry(models.Model):
    """One act. `actor` is the public id of a person, or null for the system."""

    retention = KEPT
    personal = ()

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.UUIDField(null=True, db_index=True)
    verb = models.CharField(max_length=80, db_index=True)
    target = models.CharField(max_length=120, blank=True, db_index=True)
    reason = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict, encoder=Canonical)
    text_sha256 = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"


class Head(models.Model):
    """The end of the chain, one row: how many entries, the last hash, and a code that only the key can make."""

    retention = KEPT
    personal = ()

    count = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="journal_one_head")]

    def __str__(self) -> str:
        return f"{self.count} {self.last_hash[:12]}"


class Mark(models.Model):
    """The last checkpoint that was put outside the store, one row: so that a lost file is noticed."""

    retention = KEPT
    personal = ()

    number = models.BigIntegerField(default=0)
    line_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="journal_one_mark")]

    def __str__(self) -> str:
        return f"{self.number} {self.line_hash[:12]}"
