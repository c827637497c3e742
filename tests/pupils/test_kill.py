"""If an import dies on its way, is nothing of it there, and does the same import started again end the same?"""

import pytest

from tests import kill


pytestmark = pytest.mark.kill
PLAY = kill.Play(*(f"tests.pupils.killed:{name}" for name in ("prepare", "act", "state")))
BEFORE = {"Pupil": 0, "Home": 0, "PupilHome": 0, "Guardian": 0, "PendingGuardian": 0, "names": [], "told": 0}
DONE = {
    "Pupil": 2,
    "Home": 1,
    "PupilHome": 2,
    "Guardian": 1,
    "PendingGuardian": 0,
    "names": ["Hugo", "Zoé"],
    "told": 1,
}


# Where rows are written, at each commit, and after the last statement.
WRITES = ("INSERT", "COMMIT", "(")


@pytest.mark.parametrize(
    "only", [WRITES, pytest.param("", marks=[pytest.mark.soak, pytest.mark.store])], ids=["writes", "all"]
)
def test_an_import_that_died_is_whole_or_absent(all_or_nothing, only):
    assert len(all_or_nothing(PLAY, before=BEFORE, done=DONE, only=only)) >= 10
