"""What waits for a person about accounts."""

from collections.abc import Iterable

from cartable.accounts.models import User
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give nothing yet."""
    return []
