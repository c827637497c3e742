"""If the process dies in the middle of a hand-over, a swap or an import: is it there whole, or not at all?"""

import pytest

from tests import kill


pytestmark = [pytest.mark.store, pytest.mark.kill]


NOTHING = {"handed": [], "covers": [0, 0], "things": [0, 1], "entries": 0, "damages": []}
GIVEN = {"handed": ["done"], "covers": [1, 1], "things": [1, 1], "entries": 1, "damages": []}
SWAPPED = {"handed": ["done", "swapped"], "covers": [2, 1], "things": [2, 1], "entries": 2, "damages": []}
IMPORTED = NOTHING | {"things": [2, 2]}


@pytest.mark.parametrize(
    ("prepare", "act", "only", "before", "done"),
    [
        ("prepare", "hand", "INSERT", NOTHING, GIVEN),
        ("prepare_handed", "change", "UPDATE", GIVEN, SWAPPED),
        ("prepare", "import_file", "INSERT", NOTHING, IMPORTED),
    ],
)
def test_a_kill_leaves_all_or_nothing_and_a_repeat_ends_the_same(stores, prepare, act, only, before, done):
    play = kill.Play(*(f"tests.equipment.killed:{name}" for name in (prepare, act, "state")))
    outcomes = kill.kill_everywhere(stores, play, only=only)
    assert len(outcomes) >= 5
    for outcome in outcomes:
        assert outcome.after_kill == before, outcome
        assert outcome.after_repeat == outcome.after_second_repeat == done, outcome
