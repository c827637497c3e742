"""Traces left at the door."""

from datetime import timedelta

from cartable.accounts.models import RefusedAccess, User
from cartable.foundation import clock


# Beyond this in an hour a person's refusals say nothing new, and must not fill the disk.
KEPT_AN_HOUR = 60


def note_refused_access(*, user: User | None, route: str, code: str) -> None:
    """Keep that an access was refused: once a minute for the same page, `KEPT_AN_HOUR` rows an hour in all.

    Called by the door after the rollback; stands outside the journal's chain.
    """
    now = clock.now()
    kept = RefusedAccess.objects.filter(user=user, at__gt=now - timedelta(hours=1))
    same = kept.filter(route=route, code=code, at__gt=now - timedelta(minutes=1))
    if not same.exists() and kept.count() < KEPT_AN_HOUR:
        RefusedAccess.objects.create(at=now, user=user, route=route[:80], code=code)
