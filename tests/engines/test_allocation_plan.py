"""Is the plan of whole packs feasible, full, and to the letter; are its explanations and accounts true?"""

import re
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartable.engines.allocation import allocate
from tests.engines.allocation_instances import instances, may_serve, tables, unit_groups


QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Referee:
    """Recount a plan from the instance and the table alone."""

    def __init__(self, instance, plan):
        self.needs, self.sources, self.funds = instance
        self.rows = plan.rows(named=True)
        self.source = {source["source"]: source for source in self.sources}
        self.fund = {fund["fund"]: fund for fund in self.funds}
        self.groups = {(line["school"], kind): (line, kind, need, done, weight)
                       for line, kind, need, done, weight in unit_groups(self.needs)}  # fmt: skip
        self.got = dict.fromkeys(self.groups, 0)
        self.stock = {code: source["stock"] for code, source in self.source.items()}
        self.money = {code: fund["budget_cents"] for code, fund in self.fund.items()}
        for row in self.rows:
            self.take(row)

    def key(self, row):
        line = next(line for line in self.needs if line["school"] == row["school"])
        if row["item"] in ("key", "sim"):
            return row["school"], "connection"
        return row["school"], "computer" if line["computer_only"] else "device"

    def take(self, row):
        source = self.source[row["source"]]
        fund = self.fund[row["fund"]] if row["fund"] else None
        line, kind, *_ = self.groups[self.key(row)]
        assert source["item"] == row["item"]
        assert may_serve(source, fund, line, kind, self.funds)
        assert row["quantity"] > 0 and row["quantity"] % source["pack"] == 0
        self.got[self.key(row)] += row["quantity"]
        if self.stock[row["source"]] != "":
            self.stock[row["source"]] -= row["quantity"]
        if fund:
            self.money[row["fund"]] -= row["quantity"] * source["price_cents"]

    def lacking(self, key):
        _, _, need, done, _ = self.groups[key]
        return need - done - self.got[key]

    def can_add(self, key):
        line, kind, *_ = self.groups[key]
        for source in self.sources:
            stock = self.stock[source["source"]]
            if stock != "" and stock < source["pack"]:
                continue
            cost = source["price_cents"] * source["pack"]
            payers = [None] if cost == 0 else [f for f in self.funds if self.money[f["fund"]] >= cost]
            if any(may_serve(source, payer, line, kind, self.funds) for payer in payers):
                return True
        return False


@QUICK
@given(instances(), st.sampled_from(["leximin", "proportional", "equal"]))
def test_a_plan_is_feasible_and_full(instance, rule):
    outcome = allocate(*tables(instance), rule=rule)
    referee = Referee(instance, outcome.plan)
    assert all(left == "" or left >= 0 for left in referee.stock.values())
    assert all(left >= 0 for left in referee.money.values())
    largest = max(source["pack"] for source in instance[1])
    for key in referee.groups:
        assert referee.lacking(key) > -largest
        assert referee.lacking(key) <= 0 or not referee.can_add(key)
    assert outcome.plan.equals(outcome.plan.sort(outcome.plan.columns))


@QUICK
@given(instances())
def test_the_account_is_the_plan_counted_again(instance):
    outcome = allocate(*tables(instance))
    referee, summary = Referee(instance, outcome.plan), outcome.summary
    assert {row["fund"]: row["left_cents"] for row in summary["funds"]} == referee.money
    assert all(row["spent_cents"] + row["left_cents"] == row["budget_cents"] for row in summary["funds"])
    lefts = {row["source"]: "" if row["left"] is None else row["left"] for row in summary["sources"]}
    assert lefts == referee.stock
    for kind in ("device", "computer", "connection"):
        keys = [key for key in referee.groups if key[1] == kind]
        assert summary["unmet"][kind] == sum(max(0, referee.lacking(key)) for key in keys)
    spare = {(row["school"], row["kind"]): row["spare"] for row in summary["spare"]}
    assert spare == {key: -referee.lacking(key) for key in referee.groups if referee.lacking(key) < 0}
    explain = {(row["school"], row["kind"]): row for row in outcome.explain.rows(named=True)}
    below = {(row["school"], row["kind"]) for row in summary["rounding"]}
    for key, row in explain.items():
        _, _, need, done, weight = referee.groups[key]
        real = row["fair_level"] * float(weight) * need - done
        if abs(real - referee.got[key] - 1) > 1e-5:
            assert (key in below) == (real - referee.got[key] >= 1)


@QUICK
@given(instances())
def test_every_explanation_is_true(instance):
    outcome = allocate(*tables(instance))
    referee = Referee(instance, outcome.plan)
    rows = {(row["school"], row["kind"]): row for row in outcome.explain.rows(named=True)}
    assert set(rows) == set(referee.groups)
    for key, row in rows.items():
        line, kind, need, done, weight = referee.groups[key]
        covered = min(need, done + referee.got[key])
        assert (row["need"], row["served"]) == (need, covered)
        assert row["level"] == pytest.approx(float(Fraction(covered) / (weight * need)), abs=1e-9)
        counts = re.search(r"part de (\d+), soit (\d+) sur (\d+)", row["sentence"])
        assert [int(text) for text in counts.groups()] == [referee.got[key], covered, need]
        assert ("entièrement couvert" in row["sentence"]) == (covered == need)
        assert ("need" in row["binding"]) == (row["fair_level"] * float(weight) >= 1 - 1e-8)
        in_stock = [
            source["price_cents"]
            for source in instance[1]
            if (referee.stock[source["source"]] == "" or referee.stock[source["source"]] >= source["pack"])
            and any(may_serve(source, fund, line, kind, instance[2]) for fund in [None, *instance[2]])
        ]
        assert row["next_unit_cost_cents"] == (min(in_stock, default=None) if covered < need else None)
        for code in re.findall(r"« (\w+) »", row["sentence"].split("Pas davantage")[1]):
            if code in referee.stock:
                assert referee.stock[code] < referee.source[code]["pack"]
        for name in filter(None, row["ahead_of"].split("|")):
            levels = [
                other["level"] for (school, _), other in rows.items()
                if school == name.split(" (")[0] and other["served"] < other["need"]
            ]  # fmt: skip
            assert levels and (covered == need or min(levels) <= row["level"])


@QUICK
@given(instances(), st.randoms(use_true_random=False))
def test_no_order_changes_the_plan(instance, random):
    ordered = tables(instance)
    mixed = [
        table.select(random.sample(table.columns, len(table.columns))).sample(
            fraction=1, shuffle=True, seed=random.randrange(99)
        )
        for table in ordered
    ]
    first, second = allocate(*ordered), allocate(*mixed)
    assert first.plan.write_csv() == second.plan.write_csv()
    assert first.explain.write_csv() == second.explain.write_csv()
    assert first.summary == second.summary


@QUICK
@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["1", "1.5"])), min_size=1, max_size=6),
    st.integers(0, 9000),
    st.integers(0, 5000),
    st.sampled_from([1, 2, 3]),
)
def test_nested_funds_and_one_source_follow_the_rule_to_the_letter(rows, near, far, pack):
    """One source, a département's fund inside a national one: the rule replayed from the real shares."""
    price = 700
    needs = pl.DataFrame(
        [
            {
                "school": f"S{at}",
                "department": "93" if at % 2 else "75",
                "device": str(need),
                "weight": weight,
            }
            for at, (need, weight) in enumerate(rows)
        ]
        + [{"school": "Z", "department": "93", "device": "0", "weight": "1"}]
    )
    sources = pl.DataFrame(
        {"source": ["T"], "item": ["tablet"], "price_cents": [str(price)], "pack": [str(pack)]}
    )
    funds = pl.DataFrame({"fund": ["D", "N"], "kind": ["department", "national"], "departments": ["93", ""],
                          "budget_cents": [str(near), str(far)]})  # fmt: skip
    outcome = allocate(needs, sources, funds)
    explain = {row["school"]: row for row in outcome.explain.rows(named=True)}
    parts = outcome.plan.group_by("school").agg(pl.col("quantity").sum())
    got = dict(parts.rows())
    money = {"D": near, "N": far}
    for row in outcome.plan.rows(named=True):
        money[row["fund"]] -= row["quantity"] * price
    assert min(money.values()) >= 0
    for school, row in explain.items():
        share = row["fair_level"] * row["weight"] * row["need"]
        payers = 2 if int(school[1:]) % 2 else 1
        # Each part (at most one per fund) loses less than a pack by rounding down; top-ups never take any away.
        assert got.get(school, 0) > share - payers * pack - 1e-5
        for other, theirs in explain.items():
            # Whoever was topped up above the real share was no higher than anyone who could be given a pack.
            if got.get(other, 0) - pack >= theirs["fair_level"] * theirs["weight"] * theirs["need"]:
                same_funds = int(school[1:]) % 2 == int(other[1:]) % 2
                before = (got[other] - pack) / (theirs["weight"] * theirs["need"])
                if same_funds and row["served"] < row["need"]:
                    assert before <= row["level"] + 1e-9
