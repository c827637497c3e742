"""Reads of import runs."""

from typing import Any

from django.db.models import QuerySet

from cartable.intake.enums import RunKind, RunState
from cartable.intake.models import ImportRun


def runs_visible_to(user: Any) -> QuerySet[ImportRun]:
    """Give the runs that this account started, the latest first."""
    return ImportRun.objects.filter(actor=user.public_id).order_by("-started_at", "-id")


def finished_run(kind: RunKind, sha256: str, target: str = "") -> ImportRun | None:
    """Give the last run that took the same file to the same place, if one came to its end."""
    same = ImportRun.objects.filter(kind=kind, file_sha256=sha256, target=target, state=RunState.DONE)
    return same.order_by("-finished_at", "-id").first()
