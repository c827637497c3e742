"""Who comes next: for each unit, the first lines that the next pieces would serve before it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from cartable.engines.allocation.instance import FREE, Instance, Ints


if TYPE_CHECKING:
    from cartable.engines.allocation.plan import Outcome


AHEAD = 3


class Ahead:
    """The waiting units in the order of their turn, and for each class the first that share something with it."""

    def __init__(self, outcome: "Outcome", covered: Ints) -> None:
        instance, whole = outcome.instance, outcome.whole
        level = (instance.offset + whole.given) / np.maximum(instance.slope, 1)
        cut = np.round(whole.share - whole.given, 6)
        waiting = np.flatnonzero(covered < instance.need)
        queue = waiting[np.lexsort((waiting, -cut[waiting], level[waiting]))]
        self.group = instance.group
        self.rank = np.full(len(level), len(level) + 1)
        self.rank[queue] = np.arange(len(queue))
        self.firsts = _first_units(outcome, queue)
        heads = sorted({unit for units in self.firsts for unit in units})
        self.names = dict(zip(heads, line_names(instance, np.array(heads, np.int64)), strict=True))
        self.common = [_first_lines(self.names[other] for other in units) for units in self.firsts]

    def of(self, unit: int, name: str) -> str:
        """Name the first lines that come before a unit for what its class shares."""
        group = int(self.group[unit])
        units, rank = self.firsts[group], self.rank
        if units and rank[unit] > rank[units[-1]] and name not in self.common[group]:
            return "|".join(self.common[group])
        before = (
            self.names[other] for other in units if rank[other] < rank[unit] and self.names[other] != name
        )
        return "|".join(_first_lines(before))


def line_names(instance: Instance, units: Ints) -> list[str]:
    """Name the lines of some units: the school, its tags in brackets."""
    rows = instance.names[instance.line[units]].iter_rows()
    return [f"{school} ({tags.replace('|', '+')})" if tags else school for school, tags in rows]


def _first_lines(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))[:AHEAD]


def _first_units(outcome: "Outcome", queue: Ints) -> list[list[int]]:
    """List, for each class, the first waiting units of the classes that share a binding source or fund with it."""
    instance = outcome.instance
    shared = _shared(outcome)
    heads: dict[int, list[int]] = {}
    for unit in queue.tolist():
        head = heads.setdefault(int(instance.group[unit]), [])
        if len(head) < 2 * AHEAD + 2:
            head.append(unit)
    place = {unit: at for at, unit in enumerate(queue.tolist())}
    of_resource: dict[int, list[int]] = {}
    for group, resources in enumerate(shared):
        for resource in resources:
            of_resource.setdefault(resource, []).extend(heads.get(group, []))
    best = {key: sorted(units, key=place.__getitem__)[: 2 * AHEAD + 2] for key, units in of_resource.items()}
    return [
        sorted({unit for resource in resources for unit in best.get(resource, [])}, key=place.__getitem__)
        for resources in shared
    ]


def _shared(outcome: "Outcome") -> list[set[int]]:
    """Number, for each class, the sources (from 0) and funds (below 0) that it may use."""
    instance = outcome.instance
    shared: list[set[int]] = [set() for _ in range(instance.classes)]
    rows = zip(
        instance.column_class.tolist(),
        instance.column_source.tolist(),
        instance.column_fund.tolist(),
        strict=True,
    )
    for group, source, fund in rows:
        if instance.sources[source].stock is not None:
            shared[group].add(source)
        if fund != FREE:
            shared[group].add(-1 - fund)
    return shared
