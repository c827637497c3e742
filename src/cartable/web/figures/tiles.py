"""What those come for who only read: how many are in hands, how many schools have answered."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.census.queries import progress_seen_by
from cartable.monitoring.queries import given_by
from cartable.operations.enums import OperationState
from cartable.operations.queries import operations_visible_to
from cartable.web.home.tiles import TO_READ, Tile


OVERSEES = {Role.NATIONAL, Role.REGION, Role.PREFECTURE, Role.ACADEMY}
SHOWN = 3


def tiles(user: User) -> Iterable[Tile]:
    """Give the operations that a giver's body gave to, and the latest that an overseer follows."""
    yield from _given(user)
    if user.scope.roles & OVERSEES:
        yield from _followed(user)


def _followed(user: User) -> Iterable[Tile]:
    for operation in operations_visible_to(user, OVERSEES).filter(state=OperationState.OPEN)[:SHOWN]:
        yield Tile(
            title=operation.name,
            text=progress_seen_by(user, operation).sentence,
            url=reverse("figures", args=[operation.public_id]),
            weight=TO_READ,
            action=_("Lire les chiffres"),
        )


def _given(user: User) -> Iterable[Tile]:
    for operation, held in given_by(user):
        yield Tile(
            title=_("entre les mains des élèves")
            if isinstance(held, int)
            else _("Les premières remises ont commencé"),
            text=_("%(operation)s : par commune, jour après jour, sans aucun nom.")
            % {"operation": operation.name},
            url=reverse("figures", args=[operation.public_id]),
            number=held if isinstance(held, int) else None,
            weight=TO_READ,
            action=_("Voir les chiffres"),
        )
