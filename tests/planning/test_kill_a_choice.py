"""If the process dies while a scenario is chosen, sent out, filled or corrected: is that done whole, or not at all?

None of these takes a key: the scenario's and the plan's own ids are one. Done again, each finds that it is done.
"""

from typing import Any

import pytest

from tests import kill


ROOM = "tests.planning.choice_killed"
FIRST = "Votre part : Cartes SIM"
ACTS: dict[str, tuple[kill.Play, dict[str, Any]]] = {
    "choose": (
        kill.play(ROOM, "choose"),
        {
            "scenarios": [["Premier", "chosen"]],
            "reserved": [12],
            "money": [6_000],
            "told": [["a@example.test", FIRST], ["b@example.test", FIRST]],
        },
    ),
    "release": (kill.play(ROOM, "release", prepare="prepare_chosen"), {"shipments": 2}),
    "goods arrived": (kill.play(ROOM, "arrive", prepare="prepare_arrived"), {"reserved": [4, 12]}),
    "correct": (
        kill.play(ROOM, "correct", prepare="prepare_correction"),
        {"scenarios": [["Premier", "replaced"], ["Corrigé", "chosen"]]},
    ),
}


# A choice reads much and costs seconds: these points in `make test`, every statement in soak.
STEPS = ('INSERT INTO "funding_reservation"', 'UPDATE "planning_scenario"', "COMMIT", "(nothing more)")


@pytest.mark.kill
def test_a_choice_is_whole_or_absent(all_or_nothing, stores):
    kill.dies_anywhere(*ACTS["choose"], all_or_nothing, stores, only=STEPS)


@pytest.mark.kill
@pytest.mark.soak
@pytest.mark.store
@pytest.mark.parametrize("act", ACTS)
def test_whatever_follows_a_choice_is_whole_or_absent(act, all_or_nothing, stores):
    # a correction tells the choice and what it replaces
    kill.dies_anywhere(*ACTS[act], all_or_nothing, stores, entries=2 if act == "correct" else 1)


@pytest.mark.store
def test_of_many_who_choose_one_stock_one_wins_and_the_others_are_told(stores):
    found = kill.call(stores.fresh(), "tests.planning.choice_crowd:crowd")
    assert found["said"].count("chosen") == 1 and found["plans"] == 1 and found["damages"] == []
    assert set(found["said"]) <= {"chosen", "stale", "pool_taken", "not_in_stock"}
