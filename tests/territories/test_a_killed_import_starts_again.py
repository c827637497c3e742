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


PROFILES = kill.Play(*(f"tests.territories.killed_profiles:{name}" for name in ("prepare", "act", "state")))
NOTHING = {"indexes": 0, "facts": 0, "schools": ["", ""], "told": []}
INDEX = NOTHING | {"indexes": 3, "told": ["socialindex_imported"]}
BOTH = INDEX | {
    "facts": 2,
    "schools": ["REP", "REP+"],
    "told": ["socialindex_imported", "priorityfact_imported"],
}


def test_a_killed_import_of_profiles_leaves_whole_files(stores: kill.Stores) -> None:
    outcomes = kill.kill_everywhere(stores, PROFILES, only=("INSERT", "UPDATE"))
    assert len(outcomes) >= 4
    seen = [outcome.after_kill for outcome in outcomes]
    assert NOTHING in seen and INDEX in seen
    for outcome in outcomes:
        assert outcome.after_kill in (NOTHING, INDEX, BOTH), outcome
        facts = {name: value for name, value in outcome.after_repeat.items() if name != "told"}
        assert facts == {name: value for name, value in BOTH.items() if name != "told"}, outcome


CITES = kill.play("tests.territories.killed_cites")
SETTLED = kill.play("tests.territories.killed_cites", act="settle", prepare="prepare_one")


def test_a_killed_list_of_cites_leaves_nothing_and_ends_the_same(all_or_nothing) -> None:
    before = {"cites": [], "communes": 0, "schools": [], "settled": [], "told": False}
    schools = [["0930001W", "0930002X"], ["0930003Y"]]
    done = {"cites": ["cite-001", "cite-090"], "communes": 3, "schools": schools, "settled": [False, False]}
    all_or_nothing(CITES, before=before, done=done | {"told": True}, only=("INSERT", "COMMIT", "(nothing"))


def test_a_killed_settling_of_schools_is_whole_or_absent(all_or_nothing) -> None:
    before = {
        "cites": ["cite-001"],
        "communes": 0,
        "schools": [["0930001W"]],
        "settled": [False],
        "told": False,
    }
    done = before | {"schools": [["0930002X", "0930003Y"]], "settled": [True], "told": True}
    all_or_nothing(SETTLED, before=before, done=done)
