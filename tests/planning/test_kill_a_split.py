"""If the process dies while the letters of a split are sent: are all of them there, or none?"""

import pytest

from tests import kill


PLAY = kill.play("tests.planning.split_killed")
BEFORE = {"state": "draft", "left": [300_001, 1_000_000_00, 0], "letters": 0, "damages": []}
DONE = {"state": "notified", "left": [0, 1_001_500_01, 150_000], "letters": 2, "damages": []}


@pytest.mark.kill
def test_all_the_letters_leave_or_none_and_a_repeat_sends_no_second_one(all_or_nothing):
    outcomes = all_or_nothing(PLAY, before=BEFORE, done=DONE, only=("INSERT", "(nothing more)"))
    assert len(outcomes) >= 8


@pytest.mark.kill
@pytest.mark.soak
@pytest.mark.store
def test_wherever_the_process_dies(all_or_nothing):
    assert len(all_or_nothing(PLAY, before=BEFORE, done=DONE)) >= 20
