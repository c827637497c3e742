"""What can be done with accounts, rights and invitations."""

from cartable.accounts.actions.entries import note_refused_access
from cartable.accounts.actions.people import choose_language


__all__ = ["choose_language", "note_refused_access"]
