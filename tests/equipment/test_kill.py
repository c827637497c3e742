"""If the process dies in the middle of anything done with goods: is it there whole, or not at all?

What takes no key is safe to do again all the same: a second `give_back` or `cancel_handover` finds it done.
"""

from typing import Any

import pytest

from tests import kill


ROOM = "tests.equipment.killed"
# What differs from the state before, and what the same key with another content is refused with.
ACTS: dict[str, tuple[kill.Play, dict[str, Any], str]] = {
    "hand over": (
        kill.play(ROOM, "hand", other="hand_another"),
        {"handed": ["done"], "covers": [1, 1], "things": [1, 1]},
        kill.REUSED,
    ),
    "swap": (
        kill.play(ROOM, "change", prepare="prepare_handed", other="change_for_another"),
        {"handed": ["done", "swapped"], "covers": [2, 1], "things": [2, 1]},
        kill.REUSED,
    ),
    "give back": (
        kill.play(ROOM, "take_back", prepare="prepare_handed"),
        {"handed": ["given_back"], "covers": [1, 0]},
        "",
    ),
    "undo": (
        kill.play(ROOM, "undo", prepare="prepare_handed"),
        {"handed": ["cancelled"], "covers": [1, 0]},
        "",
    ),
    "receive a lot": (kill.play(ROOM, "receive", other="receive_more"), {"things": [0, 2]}, kill.REUSED),
    "confirm a shipment": (
        kill.play(ROOM, "confirm", prepare="prepare_sent", other="confirm_otherwise"),
        {"shipments": ["received", "received"]},
        "already_confirmed",
    ),
    "import stock": (kill.play(ROOM, "import_file"), {"things": [2, 2]}, ""),
}


def dies_anywhere(act: str, all_or_nothing, stores) -> None:
    play, changes, refused = ACTS[act]
    before, done = kill.before_and_after(stores, play)
    assert {name: done[name] for name in changes} == changes
    assert done["entries"] == before["entries"] + 1 and done["damages"] == before["damages"] == []
    all_or_nothing(play, before=before, done=done, refused=refused)


@pytest.mark.kill
@pytest.mark.parametrize("act", ["hand over", "import stock"])
def test_a_kill_leaves_all_or_nothing_and_a_repeat_ends_the_same(act, all_or_nothing, stores):
    dies_anywhere(act, all_or_nothing, stores)


@pytest.mark.kill
@pytest.mark.soak
@pytest.mark.store
@pytest.mark.parametrize("act", ACTS)
def test_whatever_is_done_is_whole_or_absent(act, all_or_nothing, stores):
    dies_anywhere(act, all_or_nothing, stores)
