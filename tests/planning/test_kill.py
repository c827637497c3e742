"""If the process dies while the letters of a split are sent: are all of them there, or none?"""

import pytest

from tests import kill


pytestmark = [pytest.mark.store, pytest.mark.kill]
BEFORE = {"state": "draft", "left": [300_001, 1_000_000_00, 0], "letters": 0, "damages": []}
DONE = {"state": "notified", "left": [0, 1_001_500_01, 150_000], "letters": 2, "damages": []}


def test_all_the_letters_leave_or_none_and_a_repeat_sends_no_second_one(stores):
    play = kill.Play(*(f"tests.planning.killed:{name}" for name in ("prepare", "act", "state")))
    outcomes = kill.kill_everywhere(stores, play, only="INSERT")
    assert len(outcomes) >= 8
    for outcome in outcomes:
        assert outcome.after_kill == BEFORE, outcome
        assert outcome.after_repeat == outcome.after_second_repeat == DONE, outcome
