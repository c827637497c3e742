"""What a giver sees first: how many of the gift are in hands."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.models import User
from cartable.monitoring.queries import given_by
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give one tile for each operation that a giver's body gave to."""
    for operation, held in given_by(user):
        yield Tile(
            title=_("entre les mains des élèves")
            if isinstance(held, int)
            else _("Les premières remises ont commencé"),
            text=_("%(operation)s : par commune, jour après jour, sans aucun nom.")
            % {"operation": operation.name},
            url=reverse("figures", args=[operation.public_id]),
            number=held if isinstance(held, int) else None,
            weight=30,
            action=_("Voir les chiffres"),
        )
