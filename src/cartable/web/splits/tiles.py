"""What waits for a person about splits."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.planning.enums import SplitState
from cartable.planning.queries import envelopes_split_by, splits_led_by
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give the proposals that wait to be notified, and a way to the envelopes that may be split."""
    if not user.scope.roles & {Role.NATIONAL, Role.REGION}:
        return
    for split in splits_led_by(user).filter(state=SplitState.DRAFT)[:3]:
        yield Tile(
            title=split.name,
            text=_("Partage de crédits proposé : comparez-le, puis notifiez-le."),
            url=reverse("split", args=[split.public_id]),
            weight=30,
        )
    count = envelopes_split_by(user).count()
    if count:
        yield Tile(
            title=_("Partages de crédits"),
            text=_("Comparer les clés, proposer un partage, notifier."),
            url=reverse("splits-index"),
            number=count,
        )
