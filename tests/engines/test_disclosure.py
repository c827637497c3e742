"""Can somebody who reads a table work out a number under 11 that was hidden from him?"""

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cartable.engines.disclosure import PART, THRESHOLD, WHOLE, WIDTH, Count, Mask, hide, spaced
from tests.engines.attacker import Attacker


PATIENT = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
NEAR = 1e-6


@st.composite
def tables(draw, areas=4, places=4):
    """Small tables, with numbers around the threshold, empty, whole and half covered."""
    top = draw(st.sampled_from([3, 12, 20, 60]))
    covered = draw(st.sampled_from(["none", "some", "all but few", "all"]))
    counts = {}
    for area in range(draw(st.integers(1, areas))):
        for place in range(draw(st.integers(1, places))):
            whole = draw(st.integers(0, top))
            part = {
                "none": st.just(0),
                "some": st.integers(0, whole),
                "all but few": st.integers(max(0, whole - 2), whole),
                "all": st.just(whole),
            }[covered]
            counts[f"{area}{place}"] = Count(area, whole, draw(part))
    return counts


def too_well_known(counts, masks):
    """List the hidden numbers that are known too well: small ones by whoever guesses well, any by others."""
    sure = [(what, width) for what, value, width in Attacker(counts, masks, sure=True).intervals()]
    small = {
        what for what, value, _width in Attacker(counts, masks, sure=True).intervals() if value < THRESHOLD
    }
    others = [(what, width) for what, _v, width in Attacker(counts, masks, sure=False).intervals()]
    faults = [(what, width) for what, width in sure if what in small and width < WIDTH - NEAR]
    return faults + [(what, width) for what, width in others if width < WIDTH - NEAR]


def primary_only(counts):
    """The seeded fault: hide the small numbers, and nothing beside them."""

    def mask(column):
        def value(count):
            return count.whole if column == WHOLE else count.part

        sums = {}
        for count in counts.values():
            sums[count.area] = sums.get(count.area, 0) + value(count)
        small = frozenset(key for key, count in counts.items() if value(count) < THRESHOLD)
        return Mask(
            small, frozenset(a for a, n in sums.items() if n < THRESHOLD), sum(sums.values()) < THRESHOLD
        )

    return mask(WHOLE), mask(PART)


@PATIENT
@given(tables())
@example(
    {"a": Count("x", 10), "b": Count("x", 10), "c": Count("x", 40)}
)  # two small ones whose sum says both
@example({"a": Count("x", 12, 12), "b": Count("x", 3, 3), "c": Count("y", 30, 29)})
@example({"a": Count("x", 3, 0), "b": Count("x", 14, 14), "c": Count("x", 50, 50), "d": Count("y", 60, 9)})
def test_nobody_works_out_a_hidden_number(counts):
    assert too_well_known(counts, hide(counts)) == []


@pytest.mark.soak
@settings(deadline=None, max_examples=1000, suppress_health_check=list(HealthCheck))
@given(tables(areas=5, places=5))
def test_nobody_works_out_a_hidden_number_of_a_thousand_tables(counts):
    assert too_well_known(counts, hide(counts)) == []


def some_tables(count, seed=1):
    chance = random.Random(seed)
    for _ in range(count):
        rows = {}
        for place in range(12):
            whole = int(chance.expovariate(1 / 15))
            rows[place] = Count(place % 3, whole, sum(chance.random() < 0.6 for _ in range(whole)))
        yield rows


def test_the_same_attacker_breaks_a_table_where_only_the_small_numbers_are_hidden():
    broken = [bool(too_well_known(counts, primary_only(counts))) for counts in some_tables(10)]
    assert sum(broken) >= 5


def test_a_part_gives_its_whole_away_where_each_is_hidden_alone():
    """All are covered but three: who hides each column for itself tells how many lack in the small place."""
    counts = {
        "a": Count("x", 3, 0),
        "b": Count("x", 14, 14),
        "c": Count("x", 50, 50),
        "d": Count("y", 60, 20),
    }
    wholes, _ = hide({key: Count(count.area, count.whole) for key, count in counts.items()})
    parts, _ = hide({key: Count(count.area, count.part) for key, count in counts.items()})
    assert too_well_known(counts, (wholes, parts))
    assert not too_well_known(counts, hide(counts))


@given(tables())
def test_every_small_number_is_hidden_unless_its_column_is_empty(counts):
    for column, mask in zip((WHOLE, PART), hide(counts), strict=True):
        values = {k: (c.whole, c.part)[column] for k, c in counts.items()}
        if sum(values.values()):
            assert {key for key, value in values.items() if value < THRESHOLD} <= mask.places
            assert mask.total or sum(values.values()) >= THRESHOLD
        else:
            assert mask == Mask()


@given(tables())
def test_the_places_of_a_hidden_area_are_hidden(counts):
    for mask in hide(counts):
        assert {key for key, count in counts.items() if count.area in mask.areas} <= mask.places


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(counts, chance):
    rows = list(counts.items())
    chance.shuffle(rows)
    assert hide(dict(rows)) == hide(counts)


def test_nothing_is_hidden_where_nothing_is_small():
    assert hide({"a": Count("x", 30, 20), "b": Count("y", 40, 11)}) == (Mask(), Mask())
    assert hide({}) == (Mask(), Mask())


def test_few_numbers_are_hidden_beyond_the_small_ones():
    """500 schools of 50 pupils in 40 communes, half covered: what it costs to be safe."""
    chance = random.Random(3)
    counts = {}
    for place in range(500):
        whole = int(chance.expovariate(1 / 50))
        part = sum(chance.random() < 0.5 for _ in range(whole))
        counts[place] = Count(int(40 * chance.random() ** 1.7), whole, part)
    masks = hide(counts)
    small = sum((c.whole < THRESHOLD) + (c.part < THRESHOLD) for c in counts.values())
    assert sum(len(mask.places) for mask in masks) <= 1.1 * small
    assert not any(mask.areas or mask.total for mask in masks)


@given(st.lists(st.integers(-8, 30), max_size=30))
def test_the_points_of_a_curve_are_far_enough_apart(changes):
    running, held = [], 0
    for change in changes:
        held = max(0, held + change)
        running.append(held)
    shown = [running[rank] for rank in spaced(running)]
    steps = [abs(b - a) for a, b in zip([0, *shown], shown, strict=False)]
    assert all(step >= THRESHOLD for step in steps)
    if running and running[-1] >= THRESHOLD:
        assert shown
        assert abs(shown[-1] - running[-1]) == 0


def test_a_curve_that_never_reached_eleven_is_not_shown():
    assert spaced([3, 7, 10]) == []
    assert spaced([]) == []
