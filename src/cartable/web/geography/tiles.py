"""The way to the directory, for who keeps it."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.territories.queries import schools_visible_to
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give the directory to the administration: to fill where it is empty, else to keep."""
    if Role.ADMINISTRATOR not in user.scope.roles:
        return
    empty = not schools_visible_to(user).exists()
    yield Tile(
        _("Importer l'annuaire"),
        _("Les établissements et les circonscriptions viennent du fichier officiel.")
        if empty
        else _("Un fichier plus récent corrige adresses et téléphones ; rien n'est effacé."),
        reverse("directory-import"),
        weight=15 if empty else 65,
    )
