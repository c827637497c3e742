"""Does a share of money sum to the cent, follow the weights, and keep its bounds, whatever the order?"""

import random
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cartable.engines.apportionment import ApportionmentRefused, Claim, apportion


WEIGHTS = st.one_of(
    st.integers(0, 10**7), st.decimals(min_value=0, max_value=10**4, places=3), st.fractions(0, 100)
)
AMOUNTS = st.integers(0, 2 * 10**11)


@st.composite
def problems(draw, bounded: bool = True):
    """Give claims and an amount that the claims can take."""
    codes = draw(st.lists(st.text("0123456789AB", min_size=1, max_size=3), min_size=1, unique=True))
    claims = [_claim(draw, code, bounded) for code in codes]
    floors = sum(claim.floor for claim in claims)
    roomy = any(claim.cap is None and claim.weight for claim in claims)
    most = sum(
        (claim.cap if claim.cap is not None else claim.floor) if claim.weight else claim.floor
        for claim in claims
    )
    return claims, floors + draw(AMOUNTS if roomy else st.integers(0, max(most - floors, 0)))


def _claim(draw, code: str, bounded: bool) -> Claim:
    if not bounded:
        return Claim(code, draw(WEIGHTS))
    floor = draw(st.integers(0, 10**6))
    cap = draw(st.none() | st.integers(floor, floor + 10**9))
    return Claim(code, draw(WEIGHTS), draw(st.integers(0, 10**9)), floor, cap)


@given(problems())
def test_the_shares_sum_exactly_within_their_bounds_and_a_cent_of_the_exact_share(problem):
    claims, amount = problem
    shares = apportion(claims, amount)
    assert sum(shares.values()) == amount and shares.keys() == {claim.code for claim in claims}
    for claim in claims:
        assert claim.floor <= shares[claim.code] <= (amount if claim.cap is None else claim.cap)


@given(problems(), st.randoms())
def test_the_order_of_the_claims_changes_nothing(problem, order: random.Random):
    claims, amount = problem
    mixed = order.sample(claims, len(claims))
    assert apportion(mixed, amount) == apportion(claims, amount)


@given(problems(bounded=False))
def test_who_weighs_more_never_gets_less(problem):
    claims, amount = problem
    shares = apportion(claims, amount)
    ranked = sorted(claims, key=lambda claim: Fraction(claim.weight))
    for light, heavy in pairwise(ranked):
        if light.weight != heavy.weight:
            assert shares[light.code] <= shares[heavy.code]
        else:  # equal weights differ by the last cent at most, and the smaller code has it
            first, second = sorted((light.code, heavy.code))
            assert shares[first] - shares[second] in (0, 1)


@given(problems(bounded=False))
def test_without_bounds_each_share_is_the_exact_one_to_the_cent(problem):
    claims, amount = problem
    whole = sum(Fraction(claim.weight) for claim in claims)
    assume(whole)
    shares = apportion(claims, amount)
    assert all(abs(shares[c.code] - amount * Fraction(c.weight) / whole) < 1 for c in claims)


@given(problems(), st.integers(1, 10**6))
def test_more_money_takes_more_than_a_cent_from_nobody(problem, more):
    claims, amount = problem
    assume(any(claim.cap is None and claim.weight for claim in claims))
    before, after = apportion(claims, amount), apportion(claims, amount + more)
    assert all(after[code] >= before[code] - 1 for code in before)


@settings(max_examples=50)
@given(problems(), st.sampled_from([2, 7, 1000, Fraction(1, 3)]))
def test_only_the_proportions_of_the_weights_count(problem, times):
    claims, amount = problem
    scaled = [Claim(c.code, Fraction(c.weight) * times, c.already, c.floor, c.cap) for c in claims]
    assert apportion(scaled, amount) == apportion(claims, amount)


def test_three_thirds_and_the_smallest_codes_have_the_odd_cents():
    assert apportion([Claim("62", 1), Claim("02", 1), Claim("59", 1)], 101) == {"02": 34, "59": 34, "62": 33}


def test_what_was_had_before_is_made_up_for():
    claims = [Claim("a", 1, already=60), Claim("b", 1), Claim("c", 2)]
    assert apportion(claims, 40) == {"a": 0, "b": 13, "c": 27}
    assert apportion(claims, 140) == {"a": 0, "b": 47, "c": 93}
    assert apportion(claims, 340) == {"a": 40, "b": 100, "c": 200}


def test_floor_and_cap_push_the_rest_to_the_others():
    claims = [Claim("a", 0, floor=10), Claim("b", 1, floor=10), Claim("c", 9, cap=50)]
    assert apportion(claims, 100) == {"a": 10, "b": 40, "c": 50}


@pytest.mark.parametrize(
    ("claims", "amount", "code", "figures"),
    [
        ([Claim("a", 1)], -1, "negative", {}),
        ([Claim("a", -1)], 1, "negative", {"claim": "a"}),
        ([Claim("a", Decimal("-0.1"))], 1, "negative", {"claim": "a"}),
        ([Claim("a", 1), Claim("a", 2)], 1, "duplicate", {"claim": "a"}),
        ([Claim("a", 1, floor=2, cap=1)], 5, "floor_above_cap", {"claim": "a"}),
        ([Claim("a", 1, floor=6), Claim("b", 1, floor=5)], 10, "floors_exceed", {"floors": 11, "amount": 10}),
        ([Claim("a", 1, cap=6), Claim("b", 0)], 10, "caps_leave", {"left": 4, "amount": 10}),
        ([Claim("a", 0), Claim("b", 0)], 10, "caps_leave", {"left": 10, "amount": 10}),
        ([], 10, "caps_leave", {"left": 10, "amount": 10}),
    ],
)
def test_what_cannot_be_shared_is_refused(claims, amount, code, figures):
    with pytest.raises(ApportionmentRefused) as refused:
        apportion(claims, amount)
    assert (refused.value.code, refused.value.figures) == (code, figures)


def test_a_hundred_and_seven_children_are_shared_at_once():
    claims = [Claim(f"{n:03d}", n % 17, already=n * 1000, floor=n, cap=10**9 + n) for n in range(1, 108)]
    assert sum(apportion(claims, 123_456_789_01).values()) == 123_456_789_01


def test_nothing_to_share_gives_nothing():
    assert apportion([Claim("a", 0), Claim("b", 3)], 0) == {"a": 0, "b": 0}
