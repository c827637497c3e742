"""If the process dies at any statement, is the posting and its journal entry there whole, or not at all?"""

import pytest

from tests import kill


pytestmark = [pytest.mark.store, pytest.mark.kill]
BEFORE = {"outside:giver": 0, "depot:a": 0, "transfers": 0, "entries": 0, "damages": []}
DONE = {"outside:giver": -5, "depot:a": 5, "transfers": 1, "entries": 1, "damages": []}


def play(act: str) -> kill.Play:
    return kill.Play(*(f"tests.ledger.killed:{name}" for name in ("prepare", act, "state")))


def test_a_posting_and_its_entry_are_whole_or_absent(stores):
    outcomes = kill.kill_everywhere(stores, play("act"))
    kill.assert_all_or_nothing(outcomes, before=BEFORE, done=DONE)
    assert sum(outcome.statement == "COMMIT" for outcome in outcomes) == 1


def test_the_harness_catches_an_action_in_two_transactions(stores):
    outcomes = kill.kill_everywhere(stores, play("careless_act"), only="COMMIT")
    with pytest.raises(AssertionError):
        kill.assert_all_or_nothing(outcomes, before=BEFORE, done=outcomes[-1].after_repeat)
    assert [outcome.after_kill["transfers"] for outcome in outcomes] == [0, 1]
