"""The first administrator: opened on the machine itself, where nobody can sign in yet."""

from django.db import transaction

from cartable.accounts import queries
from cartable.accounts.actions.basics import checked_email, open_account
from cartable.accounts.actions.invitations import open_link
from cartable.accounts.actions.rights import give_right
from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import User
from cartable.foundation.refused import Refused
from cartable.journal.actions import record


def open_administrator(*, email: str, display_name: str, another: bool = False) -> tuple[User, str]:
    """Open the account of an administrator of the whole country; give it with a link that opens it once.

    For the command line only: whoever holds the machine. Refuses where there is an administrator already, unless it
    is asked for `another` ("administrator_there"), an address that is none ("email_wrong") and an account that is
    closed ("account_closed"). A second call for the same address gives a new link, and the earlier one dies.
    """
    address = checked_email(email)
    if not address:
        raise Refused("email_missing", "Indiquez l'adresse électronique de la personne.")
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).filter(identifier=address).first()
        if not another and queries.administrators().exclude(identifier=address).exists():
            raise Refused(
                "administrator_there",
                "Un compte d'administration existe déjà : il peut ouvrir les autres. Pour en ouvrir un de plus d'ici,"
                " ajoutez --another.",
            )
        if user is None:
            user = open_account(identifier=address, display_name=display_name or address, email=address)
        if not user.is_active:
            raise Refused("account_closed", "Ce compte est fermé : rouvrez-le ou indiquez une autre adresse.")
        give_right(None, user, Role.ADMINISTRATOR, ScopeKind.EVERYWHERE, "", None, None)
        _way_in, link = open_link(user)
        record(
            actor=None, verb="account.administrator", target=str(user.public_id), data={"another": another}
        )
    return user, link
