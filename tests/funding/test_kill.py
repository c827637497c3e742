"""If the process dies in the middle of an act on money: is it there whole, or not at all, and is a retry one effect?"""

from typing import Any

import pytest

from tests import kill


ROOM = "tests.funding.killed"
ACTS: dict[str, tuple[kill.Play, dict[str, Any]]] = {
    "delegate": (
        kill.play(ROOM, "delegate", prepare="prepare_region", other="delegate_otherwise"),
        {"nord": [13_000_00, 13_000_00]},
    ),
    "commit": (
        kill.play(ROOM, "commit", other="commit_otherwise"),
        {"nord": [4_000_00, 10_000_00], "commitments": ["committed"]},
    ),
    "confirm": (
        kill.play(ROOM, "confirm", prepare="prepare_proposed"),
        {"nord": [4_000_00, 10_000_00], "asked": 0, "commitments": ["committed"]},
    ),
    "pay": (
        kill.play(ROOM, "pay", prepare="prepare_committed", other="pay_otherwise"),
        {"nord": [4_000_00, 6_000_00], "movements": [["payment", 4_000_00]]},
    ),
    "import commitments": (
        kill.play(ROOM, "import_file"),
        {"nord": [10_000_00 - 3 * 1_234_56, 10_000_00], "commitments": ["committed"] * 3},
    ),
}


@pytest.mark.kill
@pytest.mark.parametrize("act", ["delegate", "commit", "pay", "import commitments"])
def test_an_act_on_money_is_whole_or_absent(act, all_or_nothing, stores):
    kill.dies_anywhere(*ACTS[act], all_or_nothing, stores)


@pytest.mark.kill
@pytest.mark.soak
@pytest.mark.store
@pytest.mark.parametrize("act", ACTS)
def test_every_act_on_money_is_whole_or_absent(act, all_or_nothing, stores):
    kill.dies_anywhere(*ACTS[act], all_or_nothing, stores)
