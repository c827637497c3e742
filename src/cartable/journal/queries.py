"""Reads of the journal."""

from typing import Any

from django.db.models import QuerySet

from cartable.journal.models import Entry


READERS = frozenset({"auditor", "administrator"})


def visible_to(user: Any) -> QuerySet[Entry]:
    """Give the entries that the user may read, the newest first: all for control and administration, else none."""
    entries = Entry.objects.order_by("-seq")
    return entries if READERS & user.scope.roles else entries.none()
