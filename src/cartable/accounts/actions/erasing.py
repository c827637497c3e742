"""What is past its time: accounts without a right for a year, sessions and sign-in attempts."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import transaction

from cartable.accounts.models import ACCOUNT_KEPT, Assignment, RightDelegation, SecondFactor, User
from cartable.accounts.queries import ERASED, past_their_time
from cartable.foundation import clock
from cartable.journal.actions import record


ATTEMPTS_KEPT = timedelta(days=ACCOUNT_KEPT.days)


def erase_accounts(dry_run: bool = False) -> int:
    """Empty the accounts that held no right for a year; gives how many.

    The row stays, without a name: what the person did keeps its author, who can no longer be named.
    """
    with transaction.atomic():
        gone = list(past_their_time(clock.today()).select_for_update(of=("self",)))
        if dry_run or not gone:
            return len(gone)
        for user in gone:
            _empty(user)
        Assignment.objects.filter(user__in=gone).delete()
        RightDelegation.objects.filter(given_to__in=gone).delete()
        record(actor=None, verb="accounts.erased", data={"count": len(gone)})
    return len(gone)


def _empty(user: User) -> None:
    user.identifier = f"{ERASED}{user.public_id}"
    user.display_name = "Compte effacé"
    user.email = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    user.invitations.all().delete()
    SecondFactor.objects.filter(user=user).delete()


def erase_traces_of_access(dry_run: bool = False) -> int:
    """Erase dead sessions, and sign-in attempts older than a year; gives how many rows."""
    dead = Session.objects.filter(expire_date__lt=clock.now())
    old = AccessAttempt.objects.filter(attempt_time__lt=clock.now() - ATTEMPTS_KEPT)
    count = dead.count() + old.count()
    if not dry_run:
        dead.delete()
        old.delete()
    return count
