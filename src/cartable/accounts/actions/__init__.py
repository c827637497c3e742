"""What can be done with accounts, rights and invitations."""

from cartable.accounts.actions.bulk import Invited, invite_all, invite_ecoles
from cartable.accounts.actions.entries import note_refused_access
from cartable.accounts.actions.erasing import erase_accounts, erase_traces_of_access
from cartable.accounts.actions.invitations import ask_again, letters_sent, redeem_code, redeem_link, reissue
from cartable.accounts.actions.people import change_password, choose_language, create_user, rename, set_active
from cartable.accounts.actions.rights import delegate, end_assignment, grant, revoke_delegation


__all__ = [
    "Invited",
    "ask_again",
    "change_password",
    "choose_language",
    "create_user",
    "delegate",
    "end_assignment",
    "erase_accounts",
    "erase_traces_of_access",
    "grant",
    "invite_all",
    "invite_ecoles",
    "letters_sent",
    "note_refused_access",
    "redeem_code",
    "redeem_link",
    "reissue",
    "rename",
    "revoke_delegation",
    "set_active",
]
