"""What is past its retention, room by room: each room names the rows of its models that are to be erased.

The rooms above register themselves when they are loaded (`AppConfig.ready`); the rooms below cannot know of this
one, so their rows of fixed age are named here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db.models import Q

from cartable.foundation import clock, retention


Purge = Callable[[bool], int]
Keeper = Callable[[Iterable[int]], set[int]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A purge: the models (labels) that it serves, and what erases, or with True only counts, their rows."""

    models: tuple[str, ...]
    run: Purge


PURGES: dict[str, Registered] = {}
KEEPERS: dict[str, Keeper] = {}


def register(name: str, run: Purge, *, models: Iterable[str]) -> None:
    """Let `run(dry_run) -> count` serve the retention of `models`; rows that go with theirs need no other."""
    PURGES[name] = Registered(tuple(models), run)


def keep(name: str, keeper: Keeper) -> None:
    """Let `keeper(pupil ids) -> ids` hold back pupils whose row is still needed (an open loan)."""
    KEEPERS[name] = keeper


def kept(pupil_ids: Iterable[int]) -> set[int]:
    """Give the pupils that a room above still needs."""
    ids = list(pupil_ids)
    return set().union(*(keeper(ids) for keeper in KEEPERS.values())) if ids else set()


def register_by_age(label: str, field: str) -> None:
    """Serve a model that is erased so many days after the moment in `field`, as its `retention` says."""
    register(label, lambda dry_run: _older(label, field, dry_run), models=[label])


def _older(label: str, field: str, dry_run: bool) -> int:
    model = apps.get_model(label)
    limit = clock.now() - timedelta(days=retention.of(model).days)
    rows = model._default_manager.filter(Q(**{f"{field}__lt": limit}))
    if dry_run:
        return rows.count()
    return rows.delete()[1].get(label, 0)


def served_models() -> set[str]:
    """Give the labels of the models whose retention some purge serves."""
    return {label for purge in PURGES.values() for label in purge.models}
