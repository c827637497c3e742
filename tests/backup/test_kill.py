"""If the machine stops in the middle of a backup or a restore: does it say so, and does a new one end well?"""

import pytest

from tests import kill


pytestmark = pytest.mark.kill
ROOM = "tests.backup.killed"
SAVE = kill.play(ROOM, "save", prepare="prepare_backup", state="backup_state")
RESTORE = kill.play(ROOM, "restore", prepare="prepare_restore", state="restore_state")
FILES = ("os.", "open ", "(nothing more)")
# On PostgreSQL a restore makes every table anew: a thousand statements of one transaction, of which these few.
ENDS = (*FILES, "SET ", "TRUNCATE", "ANALYZE", "COMMIT")


def dies_in_a_restore(stores, only) -> None:
    outcomes = kill.kill_everywhere(stores, RESTORE, only, files=True)
    assert {outcome.after_kill for outcome in outcomes} == {"empty", "unfinished", "whole"}
    assert outcomes[-1].after_kill == "whole"
    for outcome in outcomes:
        assert outcome.after_repeat == outcome.after_second_repeat == "whole", outcome


def dies_in_a_backup(stores, only) -> None:
    outcomes = kill.kill_everywhere(stores, SAVE, only, files=True)
    whole = {"documents": 2, "mode": "0o600"}
    for outcome in outcomes:
        assert outcome.after_kill == outcome.after_repeat == outcome.after_second_repeat == whole, outcome
    assert len(outcomes) >= 10


def test_a_restore_that_died_says_so_and_is_begun_again(stores):
    dies_in_a_restore(stores, FILES)


@pytest.mark.soak
@pytest.mark.store
def test_a_restore_that_died_anywhere_is_begun_again(stores):
    dies_in_a_restore(stores, ENDS)


@pytest.mark.soak
@pytest.mark.store
def test_a_backup_that_died_leaves_the_one_before(stores):
    dies_in_a_backup(stores, FILES)
