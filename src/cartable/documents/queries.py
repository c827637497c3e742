"""Reads of stored documents. The rooms above decide who may open what a reference names."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import QuerySet

from cartable.documents import vault
from cartable.documents.enums import WORKING_DAYS, WORKING_PAPERS
from cartable.documents.models import StoredDocument


def kept() -> QuerySet[StoredDocument]:
    """Give the documents that are not erased."""
    return StoredDocument.objects.filter(erased_at=None)


def about(references: Iterable[str]) -> QuerySet[StoredDocument]:
    """Give the kept documents that belong to any of `references`."""
    return kept().filter(reference__in=list(references))


def expired(now: datetime) -> QuerySet[StoredDocument]:
    """Give the working papers that are past their thirty days; the others follow what they prove."""
    return kept().filter(kind__in=WORKING_PAPERS, created_at__lt=now - timedelta(days=WORKING_DAYS))


def strays(before: datetime) -> list[Path]:
    """List the files older than `before` without a kept row: left by a crash, or by an undone transaction."""
    known = {str(public_id) for public_id in kept().values_list("public_id", flat=True)}
    return [path for path in vault.names() if path.name not in known and _older(path, before)]


def _older(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # another process was quicker
        return False
