"""Do tags say whom goods and money may serve, do weights grow with need, does a limit for private schools hold?"""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartable.foundation.refused import Refused
from cartable.planning import tagging
from cartable.planning.running import Tables, within_limits
from cartable.planning.tables import Purse, cite_funds, funds_table, tags_of, whole
from cartable.planning.weighing import Coefficients, hardship, low, weight


WORDS = sorted(tagging.NAMES)
traits = st.sets(st.sampled_from(WORDS))
restrictions = st.lists(st.sets(st.sampled_from(WORDS), min_size=1, max_size=3).map("+".join), max_size=4)
positive = st.decimals(0, 9, places=2)
coefficients = st.builds(Coefficients, *[positive] * 6)


@given(traits, restrictions)
def test_a_line_carries_a_restriction_when_it_meets_all_of_it(own, wanted):
    wanted = [tagging.restriction(text) for text in wanted]
    tags = set(tagging.carried(own, wanted).split("|")) - {""}
    for text in wanted:
        assert (text in tags) == (set(text.split("+")) <= own)
    assert own <= tags


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
def test_a_restriction_is_the_same_in_any_order(tags):
    assert tagging.restriction("+".join(tags)) == tagging.restriction(" + ".join(reversed(tags)))


@pytest.mark.parametrize("text", ["martiens", "cite:", "commune:93|75", "QPV", "ecole+cite:a:b"])
def test_a_public_that_nothing_names_is_refused(text):
    with pytest.raises(Refused):
        tagging.restriction(text)


def test_tags_are_said_in_words():
    assert tagging.in_words("ecole+qpv") == "écoles, foyers en quartier prioritaire (QPV)"
    assert (
        tagging.in_words("college|college+qpv|public|qpv") == "collèges, foyers en quartier prioritaire (QPV)"
    )
    assert tagging.in_words("commune:93001") == "commune 93001" and tagging.in_words("") == ""


@given(coefficients, traits, traits, st.decimals(40, 170, places=1))
def test_a_weight_never_falls_with_hardship(of, some, more, ips):
    assert 1 <= weight(of, some, ips) <= weight(of, some | more, ips) <= weight(of, some | more, ips - 10)
    assert hardship(some, ips) <= hardship(some | more, ips - 1)


def test_the_ends_of_the_scale():
    assert [low(None), low(Decimal(103)), low(Decimal(78)), low(Decimal(53)), low(Decimal(40))] == [
        0,
        0,
        0.5,
        1,
        1,
    ]


def needs(rows):
    return pl.DataFrame(
        [
            {
                "school": f"S{at}",
                "tags": tagging.PRIVATE if private else tagging.PUBLIC,
                "department": "93",
                "device": need,
            }
            for at, (need, private) in enumerate(rows)
        ]
    )


def tables_with(rows, price, pack, stock):
    source = {"source": "T", "item": "tablet", "price_cents": price, "pack": pack, "stock": stock}

    def make(funds):
        table = needs(rows)
        return Tables(
            table, pl.DataFrame([source]), funds_table(funds, tags_of(table), {"93"}), "leximin", None
        )

    return make


rows = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=6)
budgets = st.lists(
    st.tuples(st.integers(0, 9_000), st.none() | st.integers(0, 6_000)), min_size=1, max_size=3
)


@given(rows, budgets, st.integers(1, 900), st.integers(1, 3), st.none() | st.integers(0, 30))
def test_no_fund_gives_private_schools_more_than_its_limit(lines, money, price, pack, stock):
    funds = [
        Purse(f"F{at}", "department", ("93",), cents, "", "", limit)
        for at, (cents, limit) in enumerate(money)
    ]
    _tables, outcome = within_limits(tables_with(lines, price, pack, stock), funds)
    private = {f"S{at}" for at, (_, is_private) in enumerate(lines) if is_private}
    spent = {fund.code: [0, 0] for fund in funds}
    for row in outcome.plan.iter_rows(named=True):
        spent[whole(row["fund"])][row["school"] in private] += row["quantity"] * price
    for fund in funds:
        public, private_cents = spent[fund.code]
        assert public + private_cents <= fund.cents
        assert fund.limit is None or private_cents <= fund.limit


@given(rows, st.integers(0, 9_000), st.integers(0, 6_000), st.integers(1, 900))
def test_a_limit_leaves_no_money_that_could_still_serve(lines, cents, limit, price):
    fund = Purse("F", "department", ("93",), cents, "", "", limit)
    _tables, outcome = within_limits(tables_with(lines, price, 1, None), [fund])
    private = {f"S{at}" for at, (_, is_private) in enumerate(lines) if is_private}
    spent = outcome.plan["quantity"].sum() * price
    to_private = outcome.plan.filter(pl.col("school").is_in(private))["quantity"].sum() * price
    got = dict(outcome.plan.group_by("school").agg(pl.col("quantity").sum()).iter_rows())
    for at, (need, is_private) in enumerate(lines):
        if got.get(f"S{at}", 0) < need:
            assert spent + price > cents or (is_private and to_private + price > limit)


def test_a_second_fund_of_a_cite_serves_by_its_tag():
    funds = [Purse(code, "cite_educative", ("93",), 5, "qpv", "cite-1", None) for code in ("A", "B")]
    first, second = cite_funds(funds)
    assert (first.kind, first.only_for) == ("cite_educative", "qpv")
    assert (second.kind, second.only_for) == ("department", "cite:cite-1+qpv")
