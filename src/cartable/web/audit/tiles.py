"""What control looks at first."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give the ways into control to an auditor."""
    if Role.AUDITOR not in user.scope.roles:
        return
    yield Tile(
        _("Suivre le matériel"),
        _("Du don au lot, du lot à la remise, de la remise au retour : sans aucun nom d'enfant."),
        reverse("audit"),
        weight=51,
    )
    yield Tile(
        _("Registre"),
        _("Chaque article, où il se trouve, et la preuve que rien n'est perdu."),
        reverse("audit-ledger"),
        weight=52,
    )
    yield Tile(
        _("Journal"),
        _("Qui a fait quoi, quand, et si la chaîne est entière."),
        reverse("audit-journal"),
        weight=53,
    )
