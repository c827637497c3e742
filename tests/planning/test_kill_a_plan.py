"""If the process dies while a plan is approved, sent out or changed: is that done whole, or not at all?

None of these takes a key: the plan's own id is one. Done again, each finds that it is done, or is refused for that.
"""

from typing import Any

import pytest

from tests import kill


ROOM = "tests.planning.plan_killed"
ACTS: dict[str, tuple[kill.Play, dict[str, Any]]] = {
    "approve": (kill.play(ROOM, "approve"), {"plan": ["approved", 6], "reserved": [18], "papers": 1}),
    "release": (
        kill.play(ROOM, "release", prepare="prepare_approved"),
        {"reserved": [6], "shipments": [2, 2]},
    ),
    "change a share": (kill.play(ROOM, "change_share"), {"shares": [["A", 5], ["B", 6]]}),
    "serve a late answer": (
        kill.play(ROOM, "serve_late", prepare="prepare_late"),
        {"plan": ["approved", 4], "shares": [["A", 6], ["B", 6], ["Silencieux", 2]]},
    ),
    "free the reserve": (
        kill.play(ROOM, "free", prepare="prepare_approved"),
        {"plan": ["approved", 0], "reserved": [12]},
    ),
}


@pytest.mark.kill
def test_an_approval_is_whole_or_absent(all_or_nothing, stores):
    kill.dies_anywhere(*ACTS["approve"], all_or_nothing, stores)


@pytest.mark.kill
@pytest.mark.soak
@pytest.mark.store
@pytest.mark.parametrize("act", ACTS)
def test_whatever_is_done_with_a_plan_is_whole_or_absent(act, all_or_nothing, stores):
    kill.dies_anywhere(*ACTS[act], all_or_nothing, stores)
