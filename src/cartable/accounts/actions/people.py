"""Accounts themselves: open, close, rename, change the password."""

from datetime import date
from uuid import UUID

from django.db import transaction

from cartable.accounts.actions.basics import locked_account, open_account, set_password
from cartable.accounts.actions.rights import give_right
from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import User
from cartable.accounts.perms import administers_everywhere, may_administer
from cartable.foundation.refused import Refused
from cartable.journal.actions import record


def create_user(
    *,
    actor: User | None,
    identifier: str,
    display_name: str,
    email: str = "",
    role: Role | None = None,
    scope_kind: ScopeKind | None = None,
    place: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
    password: str | None = None,
    demo: bool = False,
) -> User:
    """Open an account, with its first right where `role` is given. Without a password it waits for an invitation.

    Refuses who may not ("not_allowed"), an identifier already taken ("identifier_taken"), a wrong address
    ("email_wrong"), and for an administrator of one département an account without a right there.
    """
    if not may_administer(actor):
        raise Refused("not_allowed", "Seule l'administration des comptes peut ouvrir un compte.")
    if role is None and not administers_everywhere(actor):
        raise Refused("role_missing", "Indiquez le premier droit de ce compte.", field="role")
    with transaction.atomic():
        user = open_account(identifier=identifier, display_name=display_name, email=email, demo=demo)
        if password is not None:
            set_password(user, password)
        if role is not None:
            kind = scope_kind or ScopeKind.EVERYWHERE
            give_right(actor, user, role, kind, place, valid_from, valid_until)
        record(actor=actor, verb="account.opened", target=str(user.public_id), data={"demo": demo})
    return user


def change_password(*, actor: User, old: str, new: str) -> User:
    """Change one's own password. Refuses a wrong old one ("password_wrong") and a weak new one."""
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
        if not user.check_password(old):
            raise Refused("password_wrong", "Le mot de passe actuel est incorrect.", field="old")
        set_password(user, new)
        record(actor=actor, verb="account.password_changed", target=str(user.public_id))
    return user


def set_active(*, actor: User | None, user_id: UUID, active: bool) -> User:
    """Close an account, or open it again; its sessions end at the next page."""
    if not may_administer(actor):
        raise Refused("not_allowed", "Seule l'administration des comptes peut fermer un compte.")
    if actor is not None and actor.public_id == user_id:
        raise Refused("own_account", "Vous ne pouvez pas fermer votre propre compte.")
    with transaction.atomic():
        user = locked_account(actor, user_id)
        user.is_active = active
        user.save(update_fields=["is_active"])
        record(actor=actor, verb="account.reopened" if active else "account.closed", target=str(user_id))
    return user


def rename(*, actor: User, display_name: str) -> None:
    """Change the name that colleagues see."""
    if not display_name.strip():
        raise Refused("name_missing", "Indiquez le nom à afficher.", field="display_name")
    User.objects.filter(pk=actor.pk).update(display_name=display_name.strip()[:120])


def choose_language(*, actor: User, language: str) -> None:
    """Keep the language that a person wants to read."""
    User.objects.filter(pk=actor.pk).update(language=language)
