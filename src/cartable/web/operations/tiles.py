"""What waits for a person about operations."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.operations.enums import OperationState
from cartable.operations.queries import operations_led_by, operations_visible_to
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give the operations in preparation of who leads, and a way to the others."""
    if Role.EQUIPMENT in user.scope.roles:
        yield from _led(user)
    elif user.scope.roles - {Role.ASSOCIATION, Role.ADMINISTRATOR, Role.HEAD, Role.SCHOOL_STAFF}:
        count = operations_visible_to(user).filter(state=OperationState.OPEN).count()
        if count:
            yield Tile(
                title=ngettext_lazy("opération en cours", "opérations en cours", count),
                text=_("Réponses des établissements, répartition, remises."),
                url=reverse("operations"),
                number=count,
            )


def _led(user: User) -> Iterable[Tile]:
    drafts = operations_led_by(user).filter(state=OperationState.DRAFT)
    for operation in drafts[:3]:
        yield Tile(
            title=operation.name,
            text=_("En préparation : ajoutez les parts, puis ouvrez l'opération."),
            url=reverse("operation", args=[operation.public_id]),
            weight=15,
        )
    yield Tile(
        title=_("Ouvrir une opération"),
        text=_("Ce que vous donnez ou prêtez, à qui, et jusqu'à quand les établissements répondent."),
        url=reverse("operation-new"),
        weight=70,
    )
