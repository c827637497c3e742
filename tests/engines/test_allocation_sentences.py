"""Is every sentence true of the plan: one more unit here and this fund overruns, or that stock runs out?"""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartable.engines.allocation import allocate
from tests.engines.allocation_instances import instances, may_serve, tables
from tests.engines.test_allocation_plan import Referee


QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MONEY = re.compile(r"« (\w+) » \(reste ([\d\u202f]+),(\d\d)\u202f€\)")


def cents(whole, rest):
    return int(whole.replace("\u202f", "")) * 100 + int(rest)


@QUICK
@given(instances(), st.sampled_from(["leximin", "proportional", "equal"]))
def test_every_way_to_one_more_is_closed_by_what_the_sentence_names(instance, rule):
    """For each line that lacks: whatever source and fund could serve it, one of the two is named, and is exhausted."""
    _, sources, funds = instance
    outcome = allocate(*tables(instance), rule=rule)
    referee = Referee(instance, outcome.plan)
    for row in outcome.explain.filter(outcome.explain["served"] < outcome.explain["need"]).rows(named=True):
        line, kind, *_ = referee.groups[row["school"], row["kind"]]
        why = row["sentence"].split("Pas davantage : ")[1].split(". ")[0]
        left = {code: cents(whole, rest) for code, whole, rest in MONEY.findall(why)}
        assert left == {code: referee.money[code] for code in left}
        short = set(re.findall(r"« (\w+) »", MONEY.sub("", why)))
        assert all(referee.stock[code] < referee.source[code]["pack"] for code in short)
        ways = [(s, f) for s in sources for f in (None, *funds) if may_serve(s, f, line, kind, funds)]
        assert ways or why.startswith("aucune source ou aucun fonds")
        for source, fund in ways:
            if source["source"] not in short:
                assert fund is not None and left[fund["fund"]] < source["price_cents"] * source["pack"]
        named = {source["source"] for source, _ in ways} | {fund["fund"] for _, fund in ways if fund}
        assert short | set(left) <= named


@QUICK
@given(instances())
def test_the_cost_of_one_more_is_the_cheapest_that_is_left(instance):
    _, sources, funds = instance
    outcome = allocate(*tables(instance))
    referee = Referee(instance, outcome.plan)
    for row in outcome.explain.rows(named=True):
        line, kind, *_ = referee.groups[row["school"], row["kind"]]
        prices = [
            source["price_cents"]
            for source in sources
            if (referee.stock[source["source"]] == "" or referee.stock[source["source"]] >= source["pack"])
            and any(may_serve(source, fund, line, kind, funds) for fund in (None, *funds))
        ]
        cheapest = min(prices, default=None) if row["served"] < row["need"] else None
        assert row["next_unit_cost_cents"] == cheapest
        said = re.search(r"coûterait au moins ([\d\u202f]+),(\d\d)", row["sentence"])
        assert (cents(*said.groups()) if said else None) == (cheapest or None)


@QUICK
@given(instances())
def test_the_level_said_is_the_level_of_the_optimum(instance):
    for row in allocate(*tables(instance)).explain.rows(named=True):
        said = re.search(r"niveau juste est d’environ ([\d\u202f]+(?:,\d)?)\u202f%", row["sentence"])
        if said:
            level = float(said[1].replace("\u202f", "").replace(",", "."))
            assert level == pytest.approx(100 * row["fair_level"], abs=0.0501)
        part = re.search(r"part exacte est d’environ ([\d\u202f]+(?:,\d+)?)", row["sentence"])
        if part and row["weight"] == 1:
            share = float(part[1].replace("\u202f", "").replace(",", "."))
            assert share <= row["fair_level"] * row["need"] + 0.0051


@QUICK
@given(instances(packs=(1,)))
def test_what_binds_a_round_binds_it_alone(instance):
    """With every other stock and budget without end, the lines a round stopped still cannot all rise above it.

    The other way round is no promise: where two limits stop the same lines, one of them alone may be named.
    """
    needs, sources, funds = instance
    outcome = allocate(*tables(instance))
    first = next(
        (entry for entry in outcome.summary["rounds"] if entry["binding"] not in ([], ["need"])), None
    )
    if first is None:
        return
    names = set(first["binding"])
    freed = [
        source | {} if f"source:{source['source']}" in names else source | {"stock": ""} for source in sources
    ]
    rich = [
        fund | {} if f"fund:{fund['fund']}" in names else fund | {"budget_cents": 10**9} for fund in funds
    ]
    rows = outcome.explain.filter(outcome.explain["round"] == first["round"]).rows(named=True)
    stopped = [row for row in rows if set(row["binding"].split("|")) & names]
    after = allocate(*tables((needs, freed, rich))).explain
    levels = dict(zip(after.select("school", "kind").iter_rows(), after["fair_level"], strict=True))
    assert stopped
    assert any(levels[row["school"], row["kind"]] <= row["fair_level"] + 1e-7 for row in stopped), (
        first,
        stopped,
    )


@QUICK
@given(instances(packs=(1,)))
def test_who_is_ahead_is_no_higher_and_no_school_is_named_to_another(instance):
    outcome = allocate(*tables(instance))
    rows = outcome.explain.rows(named=True)
    lowest = {}
    for row in rows:
        if row["served"] < row["need"]:
            lowest[row["school"]] = min(lowest.get(row["school"], 9e9), row["level"])
        assert not re.search(r"\b[SZ]\d\b", row["sentence"])
    for row in rows:
        names = [name.split(" (")[0] for name in filter(None, row["ahead_of"].split("|"))]
        assert len(names) <= 3 and row["school"] not in names
        for name in names:
            assert name in lowest
            assert row["served"] == row["need"] or lowest[name] <= row["level"]
