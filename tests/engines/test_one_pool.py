"""Does one stock go to the neediest first, exactly, whatever the order, and is every sentence true?"""

import itertools
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartable.engines.allocation.one_pool import AllocationRefused, Group, share


WEIGHTS = [Fraction(1), Fraction(1), Fraction(3, 2), Fraction(4, 3), Fraction(1, 2)]


@st.composite
def pools(draw, size=6, need=12, stock=40, floors=True, packs=(1,)):
    groups = [
        Group(
            code=f"G{at}",
            need=draw(st.integers(0, need)),
            weight=draw(st.sampled_from(WEIGHTS)),
            served=draw(st.sampled_from([0, 0, 0, 2, 5])),
        )
        for at in range(draw(st.integers(0, size)))
    ]
    return groups, draw(st.integers(0, stock)), draw(st.sampled_from(packs))


def level(group, total):
    return Fraction(total) / (group.weight * group.need)


def real_levels(groups, stock, **options):
    """The sorted levels of the real-number optimum, fully served groups excepted."""
    result = share(groups, stock, **options)
    return sorted(line.fair_level for line in result.lines if line.need)


def best_by_force(groups, stock):
    """The largest vector of levels, lowest first, over every whole-number split, apart from the engine."""
    ranges = [range(max(0, g.need - g.served) + 1) for g in groups]
    best = None
    for parts in itertools.product(*ranges):
        if sum(parts) > stock:
            continue
        rows = zip(groups, parts, strict=True)
        levels = sorted(level(g, min(g.served, g.need) + part) for g, part in rows if g.need)
        best = levels if best is None else max(best, levels)
    return best


@settings(max_examples=60, deadline=None)
@given(pools(size=3, need=5, stock=10))
def test_the_real_optimum_is_never_below_the_best_whole_split(pool):
    groups, stock, _ = pool
    assert real_levels(groups, stock) >= best_by_force(groups, stock)


@settings(max_examples=60, deadline=None)
@given(pools())
def test_the_real_optimum_cannot_be_improved(pool):
    """Leximin on one pool: whoever receives something is no higher than anyone who misses something."""
    groups, stock, _ = pool
    result = share(groups, stock)
    total = sum(line.share for line in result.lines)
    assert total == min(stock, sum(max(0, g.need - g.served) for g in groups))
    wanting = [line for line in result.lines if line.served + line.share < line.need]
    givers = [line for line in result.lines if line.share > 0]
    for poor, giver in itertools.product(wanting, givers):
        assert giver.fair_level <= poor.fair_level


def whole_units_by_the_letter(groups, stock, pack):
    """The rounding rule of the contract, replayed by a slow loop from the real shares."""
    lines = {line.code: line for line in share(groups, stock, pack=pack).lines}
    got = {g.code: int(lines[g.code].share) // pack * pack for g in groups}
    while sum(got.values()) + pack <= stock:
        open_groups = [g for g in groups if min(g.served, g.need) + got[g.code] < g.need]
        if not open_groups:
            break
        chosen = min(
            open_groups,
            key=lambda g: (
                level(g, min(g.served, g.need) + got[g.code]),
                -(lines[g.code].share / pack - int(lines[g.code].share / pack)),
                g.code,
            ),
        )
        got[chosen.code] += pack
    return got


@settings(max_examples=80, deadline=None)
@given(pools(packs=(1, 2, 5)))
def test_whole_units_follow_the_rule_to_the_letter(pool):
    groups, stock, pack = pool
    result = share(groups, stock, pack=pack)
    assert {line.code: line.given for line in result.lines} == whole_units_by_the_letter(groups, stock, pack)


@pytest.mark.parametrize("rule", ["leximin", "proportional", "equal"])
@settings(max_examples=40, deadline=None)
@given(pool=pools())
def test_nothing_is_lost_and_nothing_exceeds_a_need(rule, pool):
    groups, stock, _ = pool
    result = share(groups, stock, rule=rule)
    assert result.used == min(stock, sum(max(0, g.need - g.served) for g in groups))
    assert result.used + result.left == stock
    assert all(line.given <= max(0, line.need - line.served) for line in result.lines)
    assert all(abs(line.given - line.share) < len(groups) for line in result.lines)


@settings(max_examples=60, deadline=None)
@given(pools(), st.integers(1, 10))
def test_more_stock_never_lowers_the_levels(pool, more):
    groups, stock, _ = pool
    assert real_levels(groups, stock + more) >= real_levels(groups, stock)


@settings(max_examples=60, deadline=None)
@given(pools(), st.integers(1, 10), st.data())
def test_raising_one_need_takes_from_the_others_and_never_from_itself(pool, more, data):
    groups, stock, _ = pool
    if not groups:
        return
    at = data.draw(st.integers(0, len(groups) - 1))
    old = groups[at]
    raised = [*groups[:at], Group(old.code, old.need + more, old.weight, 0, old.served), *groups[at + 1 :]]
    before, after = share(groups, stock), share(raised, stock)
    assert after.line(old.code).share >= before.line(old.code).share
    others = [group.code for group in groups if group.code != old.code]
    assert all(after.line(code).share <= before.line(code).share for code in others)


@settings(max_examples=40, deadline=None)
@given(pools(packs=(1, 3)), st.randoms(use_true_random=False))
def test_the_order_of_the_groups_changes_nothing(pool, random):
    groups, stock, pack = pool
    shuffled = random.sample(groups, len(groups))
    assert share(groups, stock, pack=pack) == share(shuffled, stock, pack=pack)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(1, 30), st.integers(0, 200), st.sampled_from([1, 4]))
def test_equal_groups_receive_the_same_give_or_take_one_pack(count, need, stock, pack):
    given_units = [
        line.given for line in share([Group(f"G{at}", need) for at in range(count)], stock, pack=pack).lines
    ]
    assert max(given_units) - min(given_units) <= pack


@settings(max_examples=60, deadline=None)
@given(pools(packs=(1, 2)), st.lists(st.integers(0, 6), min_size=6, max_size=6))
def test_a_guaranteed_minimum_is_kept_or_refused(pool, floors):
    groups, stock, pack = pool
    asked = [
        Group(g.code, g.need, g.weight, floor, g.served) for g, floor in zip(groups, floors, strict=False)
    ]
    lacking = [max(0, min(g.floor, g.need) - g.served) for g in asked]
    promised = sum(-(-part // pack) * pack for part in lacking)
    if promised > stock:
        with pytest.raises(AllocationRefused, match="minimums garantis") as caught:
            share(asked, stock, pack=pack)
        assert caught.value.code == "floors_exceed_stock"
        return
    result = share(asked, stock, pack=pack)
    assert result.used <= stock
    for line in result.lines:
        assert line.served + line.given >= line.minimum
        if line.floor_bound:
            without = [
                Group(g.code, g.need, g.weight, g.floor * (g.code != line.code), g.served) for g in asked
            ]
            assert share(without, stock, pack=pack).line(line.code).share < line.share
            assert "minimum garanti" in line.sentence or line.bound == "need"


def test_a_minimum_that_changes_nothing_is_not_said():
    """B is served whole at level 1; A reaches its minimum of 3 at level 1.5 by itself, so that many levels fit."""
    groups = [Group("A", 4, Fraction(1, 2), floor=3), Group("B", 1)]
    result = share(groups, 4)
    assert (result.line("A").share, result.common_level) == (3, Fraction(3, 2))
    assert not result.line("A").floor_bound and "minimum garanti" not in result.line("A").sentence


def test_the_1_400_cards_of_the_colleges():
    """A worked example by hand: 3 collèges, one of them twice as heavy, one already served."""
    groups = [Group("A", 100), Group("B", 100, Fraction(2)), Group("C", 50, served=30)]
    result = share(groups, 100)
    # Level x: 100x + 200x + (50x - 30, from x = 0.6) = 100, so x = 1/3 and C waits.
    assert result.common_level == Fraction(1, 3)
    assert [line.given for line in result.lines] == [33, 67, 0]
    assert result.line("A").sentence == (
        "Besoin de 100 ; part de 33, soit 33 sur 100 (33 %). Pas davantage : le stock de 100 est entièrement "
        "attribué. Le niveau commun est d’environ 33,3 % du besoin : la part exacte est d’environ 33,33. "
        "Elle est arrondie en dessous : les dernières unités sont allées à un niveau plus bas ou égal. "
        "La prochaine unité viendrait ici."
    ).replace("33 %", "33\u202f%").replace("33,3 %", "33,3\u202f%")
    assert result.line("B").ahead_of == ("A",)
    assert result.line("C").ahead_of == ("A", "B")
    assert "déjà au-dessus" in result.line("C").sentence


def test_proportional_shares_what_is_missing_and_equal_gives_the_same_number():
    groups = [Group("A", 60, served=40), Group("B", 60)]
    assert [line.given for line in share(groups, 40, rule="proportional").lines] == [10, 30]
    assert [line.given for line in share(groups, 40, rule="equal").lines] == [20, 20]
    assert [line.given for line in share(groups, 40, rule="leximin").lines] == [0, 40]


@pytest.mark.parametrize("rule", ["leximin", "proportional", "equal"])
@settings(max_examples=60, deadline=None)
@given(pool=pools(packs=(1, 3)))
def test_every_sentence_is_true(rule, pool):
    groups, stock, pack = pool
    result = share(groups, stock, rule=rule, pack=pack)
    for line in result.lines:
        text = line.sentence
        assert ("entièrement couvert" in text) == (line.bound == "need" and line.served < line.need)
        assert ("entièrement attribué" in text) == (line.bound == "stock" and result.left == 0 and stock > 0)
        if "arrondie au-dessus" in text:
            assert line.given > line.share
        if "arrondie en dessous" in text:
            assert line.given < line.share
        if counts := re.search(r"part de (\d+), soit (\d+) sur (\d+)", text):
            part, covered, need = map(int, counts.groups())
            assert (part, need) == (line.given, line.need)
            assert covered == min(need, min(line.served, need) + part)
        if "viendrait ici" in text:
            assert line.ahead_of == () and line.bound == "stock"
        if "irait d’abord" in text:
            ahead = result.line(line.ahead_of[0])
            assert ahead.bound == "stock"
            if rule == "leximin":
                assert ahead.level <= line.level


@settings(max_examples=40, deadline=None)
@given(pools())
def test_the_queue_lists_the_lowest_levels_first(pool):
    groups, stock, _ = pool
    result = share(groups, stock)
    waiting = sorted(
        (line for line in result.lines if line.bound == "stock"),
        key=lambda line: (line.level, -(line.share % 1), line.code),
    )
    for line in result.lines:
        codes = [other.code for other in waiting[:3]]
        expected = codes[: codes.index(line.code)] if line.code in codes else codes
        assert list(line.ahead_of) == expected
        assert line.is_next == (waiting[:1] == [line])


def test_no_need_and_no_stock_give_nothing():
    assert share([], 10).lines == ()
    assert share([], 10).left == 10
    empty = share([Group("A", 5), Group("B", 0)], 0)
    assert [line.given for line in empty.lines] == [0, 0]
    assert "Le stock est vide" in empty.line("A").sentence
    assert empty.line("B").level is None
    assert empty.line("B").sentence == "Aucun besoin déclaré : rien n’est attribué."


def test_spare_pieces_of_a_pack_are_counted_apart():
    result = share([Group("A", 3), Group("B", 7)], 10, pack=5)
    assert [(line.given, line.spare, line.covered) for line in result.lines] == [(5, 2, 3), (5, 0, 5)]
    assert result.spare == 2
    assert "2 de plus que le besoin" in result.line("A").sentence


REFUSALS = [
    ("negative", [Group("A", -1)], 5, {}),
    ("negative", [Group("A", 1)], -5, {}),
    ("negative", [Group("A", 1, floor=-1)], 5, {}),
    ("not_whole", [Group("A", 1.5)], 5, {}),
    ("not_whole", [Group("A", True)], 5, {}),
    ("weight", [Group("A", 1, Fraction(0))], 5, {}),
    ("weight", [Group("A", 1, 0.5)], 5, {}),
    ("duplicate", [Group("A", 1), Group("A", 2)], 5, {}),
    ("empty_code", [Group("", 1)], 5, {}),
    ("zero_pack", [Group("A", 1)], 5, {"pack": 0}),
    ("unknown_rule", [Group("A", 1)], 5, {"rule": "first come"}),
    ("floors_exceed_stock", [Group("A", 9, floor=6)], 5, {}),
]


@pytest.mark.parametrize(("code", "groups", "stock", "options"), REFUSALS)
def test_senseless_input_is_refused_with_a_sentence(code, groups, stock, options):
    with pytest.raises(AllocationRefused) as caught:
        share(groups, stock, **options)
    assert caught.value.code == code
    assert caught.value.sentence.endswith(".")


def test_the_hash_knows_every_part_of_the_input():
    base = share([Group("A", 5, floor=1)], 3).input_hash
    others = [
        share([Group("A", 6, floor=1)], 3),
        share([Group("A", 5)], 3),
        share([Group("A", 5, Fraction(2), floor=1)], 3),
        share([Group("A", 5, floor=1)], 2),
        share([Group("A", 5, floor=1)], 3, rule="equal"),
        share([Group("A", 5, floor=1, served=1)], 3),
    ]
    assert base not in {other.input_hash for other in others}
    assert share([Group("A", 5, floor=1)], 3).input_hash == base
