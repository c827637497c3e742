"""What waits for a person: each page family says its part, the home page puts the most urgent first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from cartable.accounts.models import User
from cartable.web.parts import Badge


# From this weight on a tile is something to look at, never what the page puts first.
TO_LOOK_AT = 50
# From this weight on nobody waits for anything: figures that a reader comes for.
TO_READ = 45


@dataclass(frozen=True, slots=True)
class Tile:
    """One thing to do or to look at.

    `weight` orders them: under 20 is urgent (a deadline, goods at the door), under 50 is work of the day, above
    is to look at. `number` is a count to show beside the title; `badge` a state.
    """

    title: str | Promise
    text: str | Promise
    url: str
    weight: int = 50
    number: int | None = None
    badge: Badge | None = None
    action: str | Promise = ""

    @property
    def to_read(self) -> bool:
        return self.weight >= TO_READ


# A page family appends the dotted path of its `tiles(user) -> Iterable[Tile]`; it gives nothing to who may not.
SOURCES: list[str] = [
    "cartable.web.census.tiles.tiles",
    "cartable.web.operations.tiles.tiles",
    "cartable.web.splits.tiles.tiles",
    "cartable.web.decisions.tiles.tiles",
    "cartable.web.funding.tiles.tiles",
    "cartable.web.accounts.tiles.tiles",
    "cartable.web.gate.tiles.tiles",
    "cartable.web.pupils.tiles.tiles",
    "cartable.web.loans.tiles.tiles",
    "cartable.web.figures.tiles.tiles",
    "cartable.web.audit.tiles.tiles",
    "cartable.web.geography.tiles.tiles",
]


def tiles_for(user: User) -> list[Tile]:
    """Give the tiles of every family for `user`, the most urgent first."""
    gathered: list[Tile] = []
    for source in SOURCES:
        found: Iterable[Tile] = import_string(source)(user)
        gathered.extend(found)
    return sorted(gathered, key=lambda tile: tile.weight)
