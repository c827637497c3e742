"""What the actions of accounts write with; who may was checked by the action around it."""

from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cartable.accounts import queries
from cartable.accounts.models import User
from cartable.foundation.refused import Refused


def locked_account(actor: User | None, user_id: UUID) -> User:
    """Fetch and lock an account that `actor` may see, or refuse."""
    seen = queries.accounts_for(actor).select_for_update(of=("self",))
    user = seen.filter(public_id=user_id).first()
    if user is None:
        raise Refused("not_yours", "Ce compte n'existe pas ou ne relève pas de vous.")
    return user


def open_account(*, identifier: str, display_name: str, email: str = "", demo: bool = False) -> User:
    """Write a new account without a password; its identifier is kept in small letters."""
    identifier = identifier.strip().lower()
    if not identifier:
        raise Refused("identifier_missing", "Indiquez l'identifiant du compte.", field="identifier")
    if User.objects.filter(identifier=identifier).exists():
        raise Refused("identifier_taken", "Un compte porte déjà cet identifiant.", field="identifier")
    user = User(
        identifier=identifier, display_name=display_name.strip(), email=checked_email(email), demo=demo
    )
    user.set_unusable_password()
    user.save()
    return user


def checked_email(email: str) -> str:
    """Give the address in small letters, or refuse it."""
    email = email.strip().lower()
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise Refused(
            "email_wrong", "Cette adresse électronique n'est pas valable.", field="email"
        ) from error
    return email


def set_password(user: User, password: str) -> None:
    """Give `user` a password that is strong enough; other sessions of the account end with it."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("password_weak", " ".join(error.messages), field="password") from error
    user.set_password(password)
    user.save(update_fields=["password"])
