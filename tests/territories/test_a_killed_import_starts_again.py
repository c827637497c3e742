"""If the process dies while it writes, is nothing of the file there, and does a second start end the same?"""

import pytest

from tests import kill


pytestmark = [pytest.mark.store, pytest.mark.kill]
BEFORE = {"schools": [], "communes": 0, "circonscriptions": 0, "told": False}
PLAY = kill.Play(*(f"tests.territories.killed:{name}" for name in ("prepare", "act", "state")))


def test_a_killed_import_leaves_nothing_and_ends_the_same(stores: kill.Stores) -> None:
    outcomes = kill.kill_everywhere(stores, PLAY, only="INSERT")
    done = outcomes[0].after_repeat
    assert len(outcomes) >= 4
    assert (len(done["schools"]), done["communes"], done["circonscriptions"], done["told"]) == (5, 4, 1, True)
    for outcome in outcomes:
        assert (outcome.after_kill, outcome.after_repeat) == (BEFORE, done), outcome
        assert outcome.after_second_repeat == done, outcome
