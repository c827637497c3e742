"""Do both doors to HiGHS give the same plans, and are they told apart in time when scipy changes?"""

import re
from pathlib import Path

import numpy as np
import pytest
import scipy
from hypothesis import HealthCheck, given, settings
from scipy.optimize import linprog
from scipy.sparse import csc_array

from cartable.engines.allocation import allocate, levels, money, simplex
from tests.engines.allocation_instances import instances, tables


QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RUNTIME = Path(__file__).resolve().parents[2] / "requirements" / "runtime.txt"


def test_the_scipy_that_is_pinned_is_one_whose_private_binding_was_tried():
    """Red when scipy is raised: try the new binding (this file), then widen `simplex.TRIED`, or live with `Cold`."""
    pinned = re.search(
        r"^scipy==(\S+).*\\\n\s+--hash=sha256:", RUNTIME.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert pinned is not None, "scipy must be pinned with its hashes"
    assert pinned[1] == scipy.__version__
    assert scipy.__version__.startswith(simplex.TRIED)
    assert simplex.private_highs() is not None


def small_programme():
    matrix = csc_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [2.0, 0.0, 1.0]]))
    return matrix, np.array([-1.0, -2.0, -1.5]), np.array([4.0, 3.0, 9.0])


@pytest.mark.parametrize("door", ["private", "public"])
def test_each_door_does_all_that_is_asked_of_it(door):
    """Bounds, costs and forbidden columns move between runs; the answer is the one of a fresh programme."""
    matrix, cost, upper = small_programme()
    warm = simplex.private_highs()
    programme = (
        simplex.Warm(warm, matrix, cost, upper) if door == "private" else simplex.Cold(matrix, cost, upper)
    )
    expected = linprog(cost, A_ub=matrix.toarray(), b_ub=upper)
    found = programme.run()
    assert found.objective == pytest.approx(expected.fun)
    assert found.prices == pytest.approx(expected.ineqlin.marginals)
    programme.set_rows(np.array([0]), np.array([1.0]), np.array([2.0]))
    programme.set_cost(np.array([1.0, 3.0, -1.0]))
    programme.forbid(np.array([1]))
    again = programme.run()
    both = linprog([1.0, 3.0, -1.0], A_ub=np.vstack([matrix.toarray(), -matrix.toarray()[:1]]),
                   b_ub=[2.0, 3.0, 9.0, -1.0], bounds=[(0, None), (0, 0), (0, None)])  # fmt: skip
    assert again.objective == pytest.approx(both.fun)
    assert again.values == pytest.approx(both.x)
    assert again.values[1] == 0 and again.prices[0] == pytest.approx(1.0)
    programme.set_rows(np.array([0]), np.array([3.0]), np.array([2.0]))
    with pytest.raises(RuntimeError):
        programme.run()


@QUICK
@given(instances())
def test_the_public_door_gives_the_same_levels(instance):
    """The same levels, round by round; which of several equally good ways is taken may differ."""
    ours = allocate(*tables(instance))
    with pytest.MonkeyPatch.context() as patch:
        for room in (levels, money):
            patch.setattr(room, "simplex", simplex.Cold)
        slow = allocate(*tables(instance))
    assert slow.explain["fair_level"].to_list() == pytest.approx(
        ours.explain["fair_level"].to_list(), abs=1e-8
    )
    tops = [[entry["level"] for entry in outcome.summary["rounds"]] for outcome in (slow, ours)]
    assert tops[0] == pytest.approx(tops[1], abs=1e-8)


@pytest.mark.parametrize("version", ["1.18.0", "2.0.0", "1.1.17"])
def test_an_untried_scipy_goes_through_the_public_door(version, monkeypatch):
    monkeypatch.setattr(scipy, "__version__", version)
    simplex.private_highs.cache_clear()
    try:
        assert isinstance(simplex.simplex(*small_programme()), simplex.Cold)
    finally:
        monkeypatch.undo()
        simplex.private_highs.cache_clear()
    assert isinstance(simplex.simplex(*small_programme()), simplex.Warm)
