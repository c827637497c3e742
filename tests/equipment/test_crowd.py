"""Several gates at the same moment: does a card go out once, and a family get one?"""

import pytest

from tests import kill


pytestmark = pytest.mark.store


@pytest.mark.parametrize(("play", "served"), [("one_number", 1), ("one_need", 1), ("last_card", 1)])
def test_gates_that_act_together_take_turns(stores, play, served):
    after = kill.call(stores.fresh(), f"tests.equipment.crowd:{play}")
    assert after == {"served": served, "done": served, "damages": []}
