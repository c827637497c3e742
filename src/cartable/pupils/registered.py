"""What this room, and those below it, put in the registers of purging and of subject access."""

from cartable.accounts import actions as accounts
from cartable.documents import actions as documents
from cartable.documents.queries import expired as expired_documents
from cartable.foundation import clock
from cartable.messages import actions as messages
from cartable.messages.queries import expired as expired_messages
from cartable.pupils import exports, purging, subject_access
from cartable.pupils.actions import leaving


WITH_THE_PUPIL = ("Pupil", "Home", "PupilHome", "Guardian", "Need", "NeedPupil", "Cover")
ACCOUNTS = ("User", "Assignment", "RightDelegation", "SecondFactor", "RecoveryCode")
# Rooms below this one: rows erased so many days after a moment, as their own `retention` says.
BY_AGE = {
    "accounts.RefusedAccess": "at",
    "accounts.Invitation": "expires_at",
    "intake.ImportRun": "started_at",
}


def register_all() -> None:
    """Fill the registers; called once, when the room is loaded."""
    purging.register("pupils", leaving.purge_pupils, models=[f"pupils.{name}" for name in WITH_THE_PUPIL])
    purging.register("pupils.PendingGuardian", leaving.purge_pending, models=["pupils.PendingGuardian"])
    for label, field in BY_AGE.items():
        purging.register_by_age(label, field)
    purging.register("accounts", accounts.erase_accounts, models=[f"accounts.{name}" for name in ACCOUNTS])
    purging.register("traces of access", accounts.erase_traces_of_access, models=[])
    purging.register("documents.StoredDocument", purge_documents, models=["documents.StoredDocument"])
    purging.register("messages.OutgoingMessage", purge_messages, models=["messages.OutgoingMessage"])
    subject_access.register("pupil", exports.pupil_part, models=["pupils.Pupil"])
    subject_access.register(
        "homes", exports.homes_part, models=["pupils.Home", "pupils.PupilHome", "pupils.Guardian"]
    )
    subject_access.register(
        "needs", exports.needs_part, models=["pupils.Need", "pupils.NeedPupil", "pupils.Cover"]
    )
    subject_access.register("pending_guardians", exports.pending_part, models=["pupils.PendingGuardian"])


def purge_documents(dry_run: bool) -> int:
    """Erase, or count, the papers that are past their time."""
    return expired_documents(clock.now()).count() if dry_run else documents.erase_expired(actor=None)


def purge_messages(dry_run: bool) -> int:
    """Erase, or count, the messages that are past their time."""
    return expired_messages(clock.now()).count() if dry_run else messages.erase_expired(actor=None)
