"""Is a school called isolated where, and only where, no other of its kind stands within reach?"""

from math import asin, cos, hypot, radians, sin, sqrt

from hypothesis import assume, given
from hypothesis import strategies as st

from cartable.territories.isolation import isolated


School = tuple[int, str, float | None, float | None]
BRIOUDE, SAME_TOWN, PARIS = (45.294, 3.384), (45.300, 3.390), (48.857, 2.352)


def kilometres(one: School, other: School) -> float:
    """Measure a great circle by the haversine."""
    (la, lo), (lat, lon) = (tuple(map(radians, place)) for place in (one[2:], other[2:]))
    return (
        2
        * 6371.0088
        * asin(min(1, hypot(sin((lat - la) / 2), sqrt(cos(la) * cos(lat)) * sin((lon - lo) / 2))))
    )


def by_hand(schools: list[School], km: float) -> set[int]:
    known = [school for school in schools if school[2] is not None]
    return {
        one[0]
        for one in known
        if not any(two[0] != one[0] and two[1] == one[1] and kilometres(one, two) <= km for two in known)
    }


def test_only_schools_of_its_kind_are_near() -> None:
    schools = [(1, "ecole", *BRIOUDE), (2, "college", *SAME_TOWN), (3, "ecole", *PARIS)]
    assert isolated(schools) == {1, 2, 3}
    assert isolated([*schools, (4, "ecole", *SAME_TOWN)]) == {2, 3}


def test_two_schools_under_one_roof_are_not_isolated() -> None:
    assert isolated([(1, "ecole", *BRIOUDE), (2, "ecole", *BRIOUDE)]) == set()


def test_a_place_that_is_not_known_says_nothing() -> None:
    assert isolated([(1, "ecole", None, None), (2, "ecole", *BRIOUDE), (3, "ecole", *PARIS)]) == {2, 3}
    assert isolated([]) == set() == isolated([(1, "ecole", None, 2.0)])


def test_the_line_where_the_day_changes_is_no_frontier() -> None:
    assert isolated([(1, "ecole", -13.28, 179.99), (2, "ecole", -13.28, -179.99)]) == set()


# Brittany and Réunion, Wallis on both sides of the 180th meridian: dense boxes, so that neighbours are met.
BOXES = [(48.0, -3.0), (-21.1, 55.5), (-13.3, 179.95), (0.0, 0.0), (89.8, 10.0)]


@st.composite
def places(draw: st.DrawFn) -> tuple[float, float]:
    latitude, longitude = draw(st.sampled_from(BOXES))
    north, east = draw(st.floats(-0.15, 0.15)), draw(st.floats(-0.15, 0.15))
    return latitude + north, (longitude + east + 180) % 360 - 180


lists = st.lists(
    st.tuples(st.sampled_from(["ecole", "college"]), st.one_of(places(), st.just((None, None)))), max_size=25
)


@given(lists, st.floats(0.5, 20))
def test_the_same_as_measuring_every_pair(found: list, km: float) -> None:
    schools = [(number, kind, *place) for number, (kind, place) in enumerate(found)]
    known = [school for school in schools if school[2] is not None]
    assume(all(abs(kilometres(a, b) - km) > 1e-6 for a in known for b in known))
    assert isolated(schools, km) == by_hand(schools, km)
    assert isolated(reversed(schools), km) == by_hand(schools, km)
