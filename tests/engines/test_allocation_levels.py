"""Are the fair levels the exact leximin, checked by another formulation and by the promises of the contract?"""

import itertools
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cartable.engines.allocation import allocate, one_pool
from tests.engines.allocation_instances import instances, tables, unit_groups, ways


SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def full_lp(instance):
    """Solve the leximin one group at a time on the full programme: raise all, then see who can still rise."""
    needs, sources, funds = instance
    groups, allowed = unit_groups(needs), ways(instance)
    scale = np.array([float(weight * need) for _, _, need, _, weight in groups])
    done = np.array([delivered for _, _, _, delivered, _ in groups], float)
    missing = np.array([need - delivered for _, _, need, delivered, _ in groups], float)
    if not allowed:
        return list(done / scale)
    serve = np.zeros((len(groups), len(allowed)))
    rows, limits = [], []
    for at, (g, _, _) in enumerate(allowed):
        serve[g, at] = 1
    for s, source in enumerate(sources):
        if source["stock"] != "":
            rows.append([float(way[1] == s) for way in allowed])
            limits.append(source["stock"])
    for f, fund in enumerate(funds):
        rows.append([sources[way[1]]["price_cents"] / 1000 * (way[2] == f) for way in allowed])
        limits.append(fund["budget_cents"] / 1000)
    common = np.vstack([serve, np.array(rows).reshape(-1, len(allowed))])
    bounds = np.concatenate([missing, np.array(limits, float)])
    fixed = {}
    while len(fixed) < len(groups):
        level = _highest(common, bounds, serve, scale, done, fixed, None, 0.0)
        free = [g for g in range(len(groups)) if g not in fixed]
        stuck = [
            g for g in free if _highest(common, bounds, serve, scale, done, fixed, g, level) < level + 1e-7
        ]
        full = [g for g in free if (done[g] + missing[g]) / scale[g] <= level + 1e-7]
        if np.isinf(level):
            stuck = free
        for g in {*stuck, *full}:
            fixed[g] = min(max(level, done[g] / scale[g]), (done[g] + missing[g]) / scale[g])
    return [fixed[g] for g in range(len(groups))]


def _highest(common, bounds, serve, scale, done, fixed, alone, level):
    """Maximise the common level of the free groups (each up to its own top), or of one group over that level."""
    count, columns = serve.shape
    tops = (done + bounds[:count]) / scale
    floor_rows, floors = [], []
    for g in range(count):
        target = fixed.get(g, min(level, tops[g]))
        if g in fixed or alone is not None:
            floor_rows.append([*(-serve[g]), 0.0])
            floors.append(-(max(0.0, target * scale[g] - done[g]) - 1e-9))
    best = np.inf
    free = [g for g in range(count) if g not in fixed] if alone is None else [alone]
    # The common level is concave only up to the lowest top, so tops are passed one after the other.
    for top in sorted({tops[g] for g in free}):
        extra, right = list(floor_rows), list(floors)
        for g in free:
            if tops[g] <= top - 1e-12 and alone is None:
                extra.append([*(-serve[g]), 0.0])
                right.append(-(bounds[g] - 1e-9))
            else:
                extra.append([*(-serve[g]), scale[g]])
                right.append(done[g])
        matrix = np.vstack([np.hstack([common, np.zeros((len(common), 1))]), np.array(extra)])
        found = linprog(
            [*np.zeros(columns), -1.0], A_ub=matrix, b_ub=np.concatenate([bounds, right]),
            bounds=[(0, None)] * columns + [(0, top)], method="highs",
        )  # fmt: skip
        if found.status != 0:
            return best if np.isfinite(best) else 0.0
        best = -found.fun
        if best < top - 1e-9:
            return best
    return best


def fair_levels(instance, **options):
    explain = allocate(*tables(instance), **options).explain
    return dict(zip(zip(explain["school"], explain["kind"], strict=True), explain["fair_level"], strict=True))


@SLOW
@given(instances())
def test_the_levels_are_those_of_the_full_programme(instance):
    ours = fair_levels(instance)
    theirs = full_lp(instance)
    for (line, kind, *_), level in zip(unit_groups(instance[0]), theirs, strict=True):
        assert ours[line["school"], kind] == pytest.approx(level, abs=1e-6)


@SLOW
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["1", "1.5", "0.75"]), st.integers(0, 3)),
        min_size=1,
        max_size=7,
    ),
    st.integers(0, 30),
    st.sampled_from([1, 2, 5]),
    st.sampled_from(["leximin", "proportional", "equal"]),
)
def test_one_free_source_is_one_pool(rows, stock, pack, rule):
    needs = pl.DataFrame(
        [
            {"school": f"S{at}", "device": str(need), "weight": weight, "delivered_devices": str(served)}
            for at, (need, weight, served) in enumerate(rows)
        ]
    )
    sources = pl.DataFrame(
        [{"source": "G", "item": "tablet", "price_cents": 0, "stock": stock, "pack": pack}]
    )
    funds = pl.DataFrame(schema={"fund": pl.String, "kind": pl.String, "budget_cents": pl.String})
    groups = [
        one_pool.Group(f"S{at}", need, one_pool.Decimal(weight), served=served)
        for at, (need, weight, served) in enumerate(rows)
    ]
    pool = one_pool.share(groups, stock, rule=rule, pack=pack)
    outcome = allocate(needs, sources, funds, rule=rule)
    given_units = dict(zip(outcome.plan["school"], outcome.plan["quantity"], strict=True))
    assert given_units == {line.code: line.given for line in pool.lines if line.given}
    for row in outcome.explain.iter_rows(named=True):
        line = pool.line(row["school"])
        assert row["fair_level"] == pytest.approx(float(line.fair_level), abs=1e-8)
        assert row["level"] == pytest.approx(float(line.level), abs=1e-8)


def vector(instance):
    """The sorted levels of the real optimum; fully served groups count as infinite."""
    explain = allocate(*tables(instance)).explain
    full = explain["fair_level"] * explain["weight"] >= 1 - 1e-8
    return sorted(np.where(full, np.inf, explain["fair_level"]))


def not_lower(after, before):
    """Compare two sorted vectors, lowest first, rounding noise apart."""
    for new, old in zip(after, before, strict=True):
        if new != old and not abs(new - old) <= 1e-7:
            return new > old
    return True


@SLOW
@given(instances(), st.data())
def test_more_money_or_stock_never_lowers_the_vector(instance, data):
    needs, sources, funds = instance
    richer = [dict(fund) for fund in funds]
    fuller = [dict(source) for source in sources]
    if data.draw(st.booleans()):
        richer[data.draw(st.integers(0, len(funds) - 1))]["budget_cents"] += 2500
    else:
        chosen = fuller[data.draw(st.integers(0, len(sources) - 1))]
        chosen["stock"] = "" if chosen["stock"] == "" else chosen["stock"] + 2
    assert not_lower(vector((needs, fuller, richer)), vector(instance))


@SLOW
@given(instances(delivered=False), st.integers(0, 4), st.integers(1, 5))
def test_raising_one_need_never_lowers_a_line_that_stays_strictly_lower(instance, at, more):
    needs, sources, funds = instance
    at = min(at, len(needs) - 3)
    raised = [dict(line) for line in needs]
    raised[at]["connection"] += more
    before, after = fair_levels(instance), fair_levels((raised, sources, funds))
    key = (needs[at]["school"], "connection")
    weight = {line["school"]: float(line["weight"]) for line in needs}
    for other, level in before.items():
        wanting = level * weight[other[0]] < 1 - 1e-8  # fully served lines are out of the comparison
        # The raised line must stay above: where it falls below, it rightly becomes the first to be helped.
        if key in before and other != key and wanting and level < min(before[key], after[key]) - 1e-9:
            assert after[other] >= level - 1e-7


@SLOW
@given(instances(), st.integers(2, 3))
def test_equal_lines_get_equal_shares_give_or_take_one_pack(instance, copies):
    needs, sources, funds = instance
    twins = [needs[0] | {"school": f"T{at}"} for at in range(copies)]
    plan = allocate(*tables(([*needs, *twins], sources, funds))).explain
    largest = max(source["pack"] for source in sources)
    for kind in ("device", "computer", "connection"):
        rows = plan.filter((pl.col("kind") == kind) & pl.col("school").str.starts_with("T"))
        assert len(set(rows["fair_level"])) <= 1
        single = len([s for s in sources if s["item"] in ("tablet", "computer", "key", "sim")]) == 1
        if len(rows) and single:
            assert rows["served"].max() - rows["served"].min() <= largest


def test_a_worked_example_by_hand():
    """Two départements, one national pot: the poor one is lifted first, then both together."""
    needs = pl.DataFrame(
        {"school": ["A", "B"], "department": ["75", "93"], "device": ["10", "10"], "weight": ["1", "1"]}
    )
    sources = pl.DataFrame({"source": ["T"], "item": ["tablet"], "price_cents": ["1000"]})
    funds = pl.DataFrame(
        {
            "fund": ["D75", "D93", "FR"],
            "kind": ["department", "department", "national"],
            "departments": ["75", "93", ""],
            "budget_cents": ["6000", "1000", "4000"],
        }
    )
    outcome = allocate(needs, sources, funds)
    # D75 lifts A to 6 of 10; FR and D93 lift B to 5 of 10; nothing of FR is worth giving to A.
    assert outcome.explain["fair_level"].to_list() == [0.6, 0.5]
    assert outcome.explain["binding"].to_list() == ["fund:D75", "fund:D93|fund:FR"]
    assert [entry["binding"] for entry in outcome.summary["rounds"]] == [
        ["fund:D93", "fund:FR"],
        ["fund:D75"],
    ]
    assert outcome.explain["round"].to_list() == [2, 1]
    assert sorted(outcome.plan.select("school", "fund", "quantity").rows()) == [
        ("A", "D75", 6), ("B", "D93", 1), ("B", "FR", 4),
    ]  # fmt: skip


def test_late_goods_are_left_out_and_what_ifs_are_answered():
    needs = pl.DataFrame({"school": ["A"], "connection": ["10"]})
    sources = pl.DataFrame(
        {
            "source": ["now", "later"], "item": ["sim", "sim"], "price_cents": ["0", "0"], "stock": ["3", "5"],
            "available_on": ["", "2020-05-04"],
        }
    )  # fmt: skip
    funds = pl.DataFrame(schema={"fund": pl.String, "kind": pl.String, "budget_cents": pl.String})
    totals = [
        allocate(needs, sources, funds, **options).plan["quantity"].sum()
        for options in (
            {}, {"deadline": date(2020, 5, 3)}, {"deadline": date(2020, 5, 4)}, {"overrides": {"source:now.stock": 4}},
        )
    ]  # fmt: skip
    assert totals == [8, 3, 8, 9]


def test_the_least_money_then_the_nearest_fund():
    needs = pl.DataFrame({"school": ["A"], "department": ["93"], "device": ["5"], "cite_educative": ["CE"]})
    sources = pl.DataFrame(
        {"source": ["dear", "cheap", "pc"], "item": ["tablet", "tablet", "computer"],
         "price_cents": ["300", "200", "200"], "stock": ["", "2", ""]}
    )  # fmt: skip
    funds = pl.DataFrame(
        {
            "fund": ["FR", "D", "CE"],
            "kind": ["national", "department", "cite_educative"],
            "departments": ["", "93", "93"],
            "budget_cents": ["9000", "400", "600"],
        }
    )
    plan = allocate(needs, sources, funds).plan
    # Five at 200: two tablets before three computers; the cité's 600 first, the département's 400 next.
    by_source = dict(plan.group_by("source").agg(pl.col("quantity").sum()).rows())
    by_fund = dict(plan.group_by("fund").agg(pl.col("quantity").sum()).rows())
    assert by_source == {"cheap": 2, "pc": 3}
    assert by_fund == {"CE": 3, "D": 2}


def test_free_goods_reserved_to_a_fund_go_to_the_lines_that_may_use_it():
    needs = pl.DataFrame({"school": ["A", "B"], "department": ["75", "93"], "connection": ["2", "2"]})
    sources = pl.DataFrame(
        {"source": ["G"], "item": ["sim"], "price_cents": ["0"], "stock": ["9"], "only_for": ["fund:D93"]}
    )
    funds = pl.DataFrame(
        {"fund": ["D93"], "kind": ["department"], "departments": ["93"], "budget_cents": ["0"]}
    )
    outcome = allocate(needs, sources, funds)
    assert outcome.plan.rows() == [("B", "", "sim", "G", "", 2)]
    assert outcome.explain["sentence"][0].endswith("aucune source ou aucun fonds ne peut servir cette ligne.")


def test_importing_one_pool_does_not_load_the_tables():
    """A web process shares one pool without Polars or scipy."""
    import subprocess
    import sys

    code = (
        "import sys, cartable.engines.allocation.one_pool\n"
        "print(sorted({'polars', 'scipy', 'numpy', 'django'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    assert list(itertools.islice(run.stderr, 1)) == []
