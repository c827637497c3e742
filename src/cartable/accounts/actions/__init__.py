"""What can be done with accounts, rights and invitations."""

from cartable.accounts.actions.administrator import open_administrator
from cartable.accounts.actions.bulk import Invited, invite_all, invite_ecoles
from cartable.accounts.actions.entries import note_refused_access
from cartable.accounts.actions.erasing import erase_accounts, erase_traces_of_access
from cartable.accounts.actions.invitations import ask_again, letters_sent, redeem_code, redeem_link, reissue
from cartable.accounts.actions.people import change_password, choose_language, create_user, rename, set_active
from cartable.accounts.actions.rights import delegate, end_assignment, grant, revoke_delegation
from cartable.accounts.actions.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    prove,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
)


__all__ = [
    "Invited",
    "ask_again",
    "begin_second_factor",
    "change_password",
    "choose_language",
    "confirm_second_factor",
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
    "open_administrator",
    "prove",
    "redeem_code",
    "redeem_link",
    "reissue",
    "remove_second_factor",
    "rename",
    "renew_recovery_codes",
    "reset_second_factor",
    "revoke_delegation",
    "set_active",
]
