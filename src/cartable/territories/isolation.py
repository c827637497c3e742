"""Which schools stand far from any other of their kind: pure, on coordinates alone.

It imports scipy: a web process loads it only where it is needed.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from scipy.spatial import cKDTree


EARTH_KM = 6371.0088  # the mean radius (IUGG)
Place = tuple[float, float]
Id = TypeVar("Id", bound=Hashable)


def isolated(schools: Iterable[tuple[Id, str, float | None, float | None]], km: float = 5.0) -> set[Id]:
    """Give the ids of the schools (id, kind, latitude, longitude) without another of their kind within `km`.

    Degrees WGS 84, kilometres along a great circle of a round Earth; pass open schools only. One whose place is not
    known is neither isolated nor anybody's neighbour.
    """
    places: dict[str, list[tuple[Id, Place]]] = defaultdict(list)
    for school, kind, latitude, longitude in schools:
        if latitude is not None and longitude is not None:
            places[kind].append((school, (latitude, longitude)))
    return {school for group in places.values() for school in _alone(group, km)}


def _alone(group: list[tuple[Id, Place]], km: float) -> Iterable[Id]:
    """Give those whose nearest other of the group is farther than `km`; the first nearest is the school itself."""
    if len(group) == 1:
        return [group[0][0]]
    points = _on_the_sphere([place for _, place in group])
    chord = 2 * np.sin(min(km / EARTH_KM, np.pi) / 2)
    nearest, _ = cKDTree(points).query(points, k=2)
    far = nearest[:, 1] > chord
    return [school for (school, _), apart in zip(group, far, strict=True) if apart]


def _on_the_sphere(places: Sequence[Place]) -> np.ndarray:
    """Put degrees on the unit sphere, where a chord orders as the great circle does, at any longitude."""
    latitude, longitude = np.radians(np.array(places)).T
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
