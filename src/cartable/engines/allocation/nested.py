"""The proved optimum of whole packs, where it is known: one source, and funds that are nested in one another.

Packs are then the elements of a matroid: a pack may go where one fund on its way up still has the price of one. The
greedy choice, lowest level first, is the best for every decreasing value of a further pack (Federgruen and
Groenevelt, 1986). A fund pays the first packs that reach it in that order; the others go on to the next larger fund.
"""

import numpy as np

from cartable.engines.allocation.instance import FREE, MILLION, Floats, Instance, Ints


def best_packs(instance: Instance) -> Ints | None:
    """Count the packs of each unit in the optimum; None where none is proved."""
    ladders = _ladders(instance)
    if ladders is None:
        return None
    source = instance.sources[int(instance.column_source[0])]
    unit, level = _candidates(instance, source.pack)
    unit = unit[np.argsort(level, kind="stable")]
    cost = source.price * source.pack
    taken = np.full(len(unit), cost == 0)
    if cost:
        room = np.array([*(money.budget // cost for money in instance.funds), 0], np.int64)
        _pay(ladders, instance.group[unit], room, taken)
    if source.stock is not None:
        taken &= np.cumsum(taken) <= source.stock // source.pack
    return np.bincount(unit[taken], minlength=len(instance.group))


def reached(instance: Instance, given: Ints) -> Floats:
    """Return the level of each unit with so many pieces, infinite where it is served whole; lowest first."""
    level = (instance.offset + given) * float(MILLION) / instance.slope
    return np.sort(np.where(given >= instance.missing, np.inf, level))


def _candidates(instance: Instance, pack: int) -> tuple[Ints, Floats]:
    """List every pack a unit may want, with the level it has before it."""
    served = np.bincount(instance.column_class, minlength=instance.classes) > 0
    wanted = np.where(served[instance.group], -(-instance.missing // pack), 0)
    unit = np.repeat(np.arange(len(wanted)), wanted)
    number = np.arange(len(unit)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    return unit, (instance.offset[unit] + number * pack) * float(MILLION) / instance.slope[unit]


def _pay(ladders: Ints, group: Ints, room: Ints, taken: np.ndarray) -> None:
    """Mark the packs, in order, that a fund on their way up pays; `room` counts packs by fund, none for FREE."""
    for step in range(ladders.shape[1]):
        left = np.flatnonzero(~taken)
        fund = ladders[group[left], step]
        taken[left[_turn(fund) < room[fund]]] = True


def _turn(keys: Ints) -> Ints:
    """Number the elements of each key in their order, from 0."""
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-2))
    turn = np.empty(len(keys), np.int64)
    turn[order] = np.arange(len(keys)) - np.repeat(first, np.diff(first, append=len(keys)))
    return turn


def _ladders(instance: Instance) -> Ints | None:
    """List the funds of each class, the largest in the last place, so that a fund stands in one place for all.

    None unless there is one source and the funds are nested in one another.
    """
    source, fund, group = instance.column_source, instance.column_fund, instance.column_class
    if not len(source) or (source != source[0]).any():
        return None
    size = np.bincount(fund + 1)[fund + 1]  # in classes; FREE counts as a fund here
    order = np.lexsort((fund, size, group))
    count = np.bincount(group, minlength=instance.classes)
    ladders = np.full((instance.classes, int(count.max())), FREE)
    place = np.arange(len(order)) - np.repeat(np.cumsum(count), count)
    ladders[group[order], place] = fund[order]
    # Nested: whatever the class, the next larger fund is the same one.
    above = np.where(place < -1, np.append(fund[order], FREE)[1:], FREE)
    parent = np.zeros(len(instance.funds) + 1, np.int64)
    parent[fund[order]] = above
    return ladders if (parent[fund[order]] == above).all() else None
