"""Are levels and packs those of optima found by other means: an independent programme, brute force, a MILP?"""

import itertools
import random
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from cartable.engines.allocation import allocate
from cartable.engines.allocation.nested import best_packs, reached
from tests.engines.allocation_instances import instances, tables, unit_groups, ways


QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NO_COUNTS = dict.fromkeys(
    ("device_and_connection", "device", "connection", "computer_only", "held_devices", "held_connections",
     "delivered_devices", "delivered_connections"), 0,
)  # fmt: skip
PLACES = {"75": [], "13": ["C13"], "93": ["C93", "D93"]}


def country(lines, seed, *, nested):
    """Invent lines in three départements; funds nested (cité, département, nation), or crossing by tags and régions."""
    chance = random.Random(seed)
    places = {f"S{at:03d}": chance.choice(sorted(PLACES)) for at in range(lines)}
    needs = [
        NO_COUNTS | {
            "school": school, "tags": chance.choice(["", "qpv"]), "department": place,
            "cite_educative": chance.choice(["", *PLACES[place]]), "weight": chance.choice(["1", "1.25", "1.6"]),
            "device": chance.randint(0, 30), "connection": 0 if nested else chance.randint(0, 20),
            "computer_only": 0 if nested else int(chance.random() < 0.2),
            "delivered_devices": chance.choice([0, 0, 3]),
        }
        for school, place in places.items()
    ]  # fmt: skip
    needs += [NO_COUNTS | {"school": f"Z{place}", "tags": "qpv", "department": place, "cite_educative": "",
                           "weight": "1"} for place in PLACES]  # fmt: skip
    money = 7_000 * lines
    funds = [(f"F{place}", "department", place, int(chance.random() * money), "") for place in PLACES]
    cites = [(place, cite) for place in PLACES for cite in PLACES[place]]
    funds += [(cite, "cite_educative", place, int(chance.random() * money / 3), "") for place, cite in cites]
    funds.append(("N", "national", "", int(chance.random() * money), ""))
    sources = [("T", "tablet", 700, "", 1)]
    if not nested:
        funds += [
            ("R", "region", "13|75", int(money / 4), "tag:qpv"),
            ("R2", "region", "75|93", int(money / 5), ""),
        ]
        sources += [
            ("PC", "computer", 1100, lines, 1),
            ("SIM", "sim", 0, 4 * lines, 1),
            ("K", "key", 300, "", 1),
        ]
    names = ("fund", "kind", "departments", "budget_cents", "only_for")
    goods = ("source", "item", "price_cents", "stock", "pack")
    return (
        needs,
        [dict(zip(goods, row, strict=True)) | {"only_for": ""} for row in sources],
        [dict(zip(names, row, strict=True)) for row in funds],
    )


def independent_leximin(drawn):
    """Raise a common level over the whole programme; who cannot rise with the others is fixed; again."""
    needs, sources, funds = drawn
    groups, allowed = unit_groups(needs), ways(drawn)
    scale = np.array([float(weight * need) for _, _, need, _, weight in groups])
    done = np.array([float(group[3]) for group in groups])
    tops = np.array([float(need) for _, _, need, _, _ in groups]) / scale
    count, columns = len(groups), len(allowed)
    serve = csr_array(
        (np.ones(columns), ([way[0] for way in allowed], range(columns))), shape=(count, columns)
    )
    stocks = [s for s, source in enumerate(sources) if source["stock"] != ""]
    use = np.zeros((len(stocks) + len(funds), columns))
    for at, (_, s, f) in enumerate(allowed):
        if s in stocks:
            use[stocks.index(s), at] = 1
        if f is not None:
            use[len(stocks) + f, at] = sources[s]["price_cents"] / 1000
    limits = [sources[s]["stock"] for s in stocks] + [fund["budget_cents"] / 1000 for fund in funds]
    common, bounds = vstack([serve, csr_array(use)]), np.concatenate([tops * scale - done, limits])
    fixed = np.full(count, np.nan)
    level = 0.0
    while (free := np.flatnonzero(np.isnan(fixed))).size:
        target = np.where(np.isnan(fixed), 0, fixed)
        level, more = _rise(serve, common, bounds, scale, done, target, free, float(tops[free].min()))
        stuck = free[~more] if level < tops[free].min() - 1e-9 else free[tops[free] <= level + 1e-9]
        fixed[stuck] = np.maximum(np.minimum(level, tops[stuck]), done[stuck] / scale[stuck])
    return fixed


def _rise(serve, common, bounds, scale, done, target, free, top):
    """Return the highest common level of the free groups, and which of them could go on above it."""
    count, columns = serve.shape
    rate = np.zeros((count, 1))
    rate[free, 0] = scale[free]
    wide = vstack([hstack([common, csr_array((common.shape[0], 1))]), hstack([-serve, csr_array(rate)])])
    floors = np.where(np.isin(np.arange(count), free), done, done - target * scale + 1e-9)
    found = linprog([*np.zeros(columns), -1.0], A_ub=wide, b_ub=np.concatenate([bounds, floors]),
                    bounds=[(0, None)] * columns + [(0, top)])  # fmt: skip
    level = -found.fun
    floors[free] = done[free] - level * scale[free] + 1e-9
    able = np.zeros(count, bool)
    while True:
        asked = np.flatnonzero(~able & np.isin(np.arange(count), free))
        extra = csr_array((scale[asked], (asked, range(len(asked)))), shape=(count, len(asked)))
        wide = vstack([hstack([common, csr_array((common.shape[0], len(asked)))]), hstack([-serve, extra])])
        found = linprog([*np.zeros(columns), *-np.ones(len(asked))], A_ub=wide, b_ub=np.concatenate([bounds, floors]),
                        bounds=[(0, None)] * columns + [(0, 0.01)] * len(asked))  # fmt: skip
        risen = asked[found.x[columns:] > 1e-7]
        able[risen] = True
        if not risen.size or able[free].all():
            return level, able[free]


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize(("lines", "seed"), [(1, 1), (2, 2), (5, 3), (20, 4), (60, 5), (200, 6)])
def test_levels_at_growing_sizes(lines, seed, nested):
    drawn = country(lines, seed, nested=nested)
    outcome = allocate(*tables(drawn))
    ours = dict(
        zip(outcome.explain.select("school", "kind").iter_rows(), outcome.explain["fair_level"], strict=True)
    )
    theirs = independent_leximin(drawn)
    for (line, kind, *_), level in zip(unit_groups(drawn[0]), theirs, strict=True):
        assert ours[line["school"], kind] == pytest.approx(level, abs=1e-6)
    bound = outcome.summary["whole_units"]["bound"]
    assert bound is None or bound == pytest.approx(outcome.summary["rounds"][0]["level"])


def value_of_packs(drawn, pack):
    """Maximise, by a MILP of its own, what packs are worth when each is worth the less the higher the level before."""
    needs, sources, funds = drawn
    groups, allowed = unit_groups(needs), ways(drawn)
    units = [g for g, group in enumerate(groups) for _ in range(-(-(group[2] - group[3]) // pack))]
    numbers = [units[:at].count(g) for at, g in enumerate(units)]
    worth = [
        float(9 - Fraction(groups[g][3] + k * pack) / (groups[g][4] * groups[g][2]))
        for g, k in zip(units, numbers, strict=True)
    ]
    columns = len(units) + len(allowed)
    rows = np.zeros((len(groups) + len(funds) + 1, columns))
    for at, g in enumerate(units):
        rows[g, at] = 1
    for at, (g, _, f) in enumerate(allowed, len(units)):
        rows[g, at] = -1
        rows[len(groups) + f, at] = sources[0]["price_cents"] * pack / 1000
        rows[-1, at] = pack
    stock = 10**9 if sources[0]["stock"] == "" else sources[0]["stock"]
    most = [0.0] * len(groups) + [fund["budget_cents"] / 1000 for fund in funds] + [stock]
    found = milp(
        [*(-value for value in worth), *[0.0] * len(allowed)],
        constraints=LinearConstraint(rows, -np.inf, most),
        integrality=np.ones(columns),
        bounds=Bounds(0, [1.0] * len(units) + [np.inf] * len(allowed)),
        options={"mip_rel_gap": 0.0},
    )
    return -found.fun, worth, units, numbers


@pytest.mark.parametrize("seed", range(12))
def test_packs_of_one_source_with_nested_funds_are_the_optimum_of_a_milp(seed):
    needs, sources, funds = country(12, seed, nested=True)
    pack = (1, 2, 5)[seed % 3]
    sources[0] |= {"pack": pack, "stock": "" if seed % 4 else 40}
    drawn = needs, sources, funds
    value, worth, units, numbers = value_of_packs(drawn, pack)
    outcome = allocate(*tables(drawn))
    best = best_packs(outcome.instance)
    rows = outcome.instance.names[outcome.instance.line]["school"].to_list()
    given_packs = dict(zip(rows, best.tolist(), strict=True))
    groups = unit_groups(needs)
    ours = sum(
        gain
        for gain, g, k in zip(worth, units, numbers, strict=True)
        if k < given_packs[groups[g][0]["school"]]
    )
    assert ours == pytest.approx(value, abs=1e-6)
    levels = reached(outcome.instance, outcome.whole.given)
    same = bool((levels == reached(outcome.instance, best * pack)).all())
    assert outcome.summary["whole_units"]["optimal"] is same


def test_optimality_is_not_claimed_where_funds_cross_or_sources_are_several():
    assert allocate(*tables(country(20, 1, nested=False))).summary["whole_units"]["optimal"] is None
    needs, sources, funds = country(20, 1, nested=True)
    crossing = {
        "fund": "Q",
        "kind": "national",
        "departments": "",
        "budget_cents": 9_000,
        "only_for": "tag:qpv",
    }
    assert allocate(*tables((needs, sources, [*funds, crossing]))).summary["whole_units"]["optimal"] is None


def all_whole_plans(drawn):
    """List what every feasible whole plan of single pieces gives each group."""
    needs, sources, funds = drawn
    groups, allowed = unit_groups(needs), ways(drawn)
    most = [groups[g][2] - groups[g][3] for g, _, _ in allowed]
    for counts in itertools.product(*(range(top + 1) for top in most)):
        used, spent, got = [0] * len(sources), [0] * len(funds), [0] * len(groups)
        for count, (g, s, f) in zip(counts, allowed, strict=True):
            used[s] += count
            got[g] += count
            if f is not None:
                spent[f] += count * sources[s]["price_cents"]
        if (
            all(
                source["stock"] == "" or count <= source["stock"]
                for count, source in zip(used, sources, strict=True)
            )
            and all(cents <= fund["budget_cents"] for cents, fund in zip(spent, funds, strict=True))
            and all(done + count <= need for count, (_, _, need, done, _) in zip(got, groups, strict=True))
        ):
            yield got


@QUICK
@given(
    st.lists(st.integers(1, 3), min_size=2, max_size=3),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 3),
)
def test_no_whole_plan_lifts_all_who_lack_above_the_bound(wants, near, far, free):
    """Brute force: every feasible plan of a tiny instance, against the bound the account gives."""
    needs = [NO_COUNTS | {"school": f"S{at}", "tags": "", "department": "93" if at % 2 else "75",
                          "cite_educative": "", "weight": ("1", "1.5", "2")[at], "device": want}
             for at, want in enumerate(wants)]  # fmt: skip
    needs.append(
        NO_COUNTS | {"school": "Z", "tags": "", "department": "93", "cite_educative": "", "weight": "1"}
    )
    sources = [
        {"source": "T", "item": "tablet", "price_cents": 700, "stock": "", "pack": 1, "only_for": ""},
        {
            "source": "G",
            "item": "tablet",
            "price_cents": 0,
            "stock": free,
            "pack": 1,
            "only_for": "department:93",
        },
    ]
    funds = [
        {"fund": "D", "kind": "department", "departments": "93", "budget_cents": 700 * near, "only_for": ""},
        {"fund": "N", "kind": "national", "departments": "", "budget_cents": 700 * far + 100, "only_for": ""},
    ]
    drawn = needs, sources, funds
    account = allocate(*tables(drawn)).summary["whole_units"]
    groups = unit_groups(needs)
    best = Fraction(0)
    for got in all_whole_plans(drawn):
        lacking = [
            Fraction(done + count) / (weight * need)
            for count, (_, _, need, done, weight) in zip(got, groups, strict=True)
            if done + count < need
        ]
        if not lacking:
            assert account["bound"] is None
            return
        best = max(best, min(lacking))
    assert account["bound"] is not None and float(best) <= account["bound"] + 1e-9
    assert account["lowest_level"] <= float(best) + 1e-9


@QUICK
@given(instances(packs=(1,)))
def test_no_group_falls_below_its_real_share_by_more_than_the_parts_cut(drawn):
    """Each part (group, source, fund) loses less than a piece; nothing is taken away afterwards."""
    outcome = allocate(*tables(drawn))
    parts = len(drawn[1]) * (len(drawn[2]) + 1)
    assert (outcome.whole.given > outcome.whole.share - parts).all()
    whole = np.abs(outcome.whole.share - np.round(outcome.whole.share)) < 1e-9
    below = outcome.whole.share - outcome.whole.given >= 1 - 1e-6
    assert len(outcome.summary["rounding"]) == int(below.sum()), whole


def test_nothing_at_all_has_no_bound():
    empty = pl.DataFrame(schema=dict.fromkeys(("school", "device"), pl.String))
    goods = pl.DataFrame({"source": ["T"], "item": ["tablet"], "price_cents": ["1"]})
    funds = pl.DataFrame(schema=dict.fromkeys(("fund", "kind", "budget_cents"), pl.String))
    account = allocate(empty, goods, funds).summary["whole_units"]
    assert account == {"lowest_level": None, "bound": None, "optimal": None}
