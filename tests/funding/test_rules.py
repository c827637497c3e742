"""Are amounts read and written to the cent, and is the tax that of the bill?"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartable.foundation.refused import Refused
from cartable.funding import rules


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 234,56", 123456),
        ("1234.5", 123450),
        ("1\u202f234,56\u00a0€", 123456),
        ("695 294", 69529400),
        ("0", 0),
        ("0,01", 1),
        ("30 €", 3000),
        ("1 000 000,00", 100000000),
    ],
)
def test_an_amount_is_read(text, cents):
    assert rules.euros(text) == cents


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-1", "amount_negative"),
        ("- 1 000,00", "amount_negative"),
        ("1,234", "amount_third_decimal"),
        ("0.001", "amount_third_decimal"),
        ("1e3", "amount_unread"),
        ("", "amount_unread"),
        ("12 34", "amount_unread"),
        ("1,2,3", "amount_unread"),
        ("1.234,56", "amount_unread"),
        ("mille", "amount_unread"),
        ("١٢", "amount_unread"),
        ("NaN", "amount_unread"),
        ("100 000 000 000,01", "amount_too_large"),
    ],
)
def test_an_amount_that_could_be_read_two_ways_is_refused(text, code):
    with pytest.raises(Refused) as no:
        rules.euros(text)
    assert no.value.code == code


@given(st.integers(0, 10**13))
def test_what_is_shown_is_read_again(cents):
    assert rules.euros(rules.show(cents)) == cents


@given(st.integers(0, 10**11), st.sampled_from(rules.RATES))
def test_the_tax_is_rounded_to_the_nearest_cent_half_up(net, rate):
    exact = Decimal(net) * rate / 10_000
    assert rules.vat(net, rate) == exact.quantize(Decimal(1), ROUND_HALF_UP)


def test_one_tax_on_the_total_of_a_bill():
    """Twelve lines of 0.12 € make 0.29 € of tax at 20 %, and not twelve times 0.02 €."""
    assert rules.bill_totals([(1, 12)] * 12, 2000) == (144, 29)


@given(st.integers(0, 1000), st.lists(st.integers(0, 300), max_size=6))
def test_what_is_spread_fills_each_place_in_its_order(cents, room):
    given_out = rules.spread(cents, room)
    assert sum(given_out) == min(cents, sum(room))
    assert all(0 <= got <= most for got, most in zip(given_out, room, strict=True))


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2020, 12, 31)])
def test_the_ends_of_the_year_are_of_the_year(day):
    assert rules.day_within(day, 2020, date(2021, 1, 1)) == day
