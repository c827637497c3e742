"""When sixty-four decide on one envelope at once: is nothing overspent, lost or counted twice?"""

import pytest

from tests import kill
from tests.funding.crowd import CENTS, WORKERS


pytestmark = pytest.mark.store


def nothing_over_nothing_lost(rounds: list[dict], each: int) -> None:
    room = WORKERS * each // 2
    for number, found in enumerate(rounds, start=1):
        assert found["accepted"] == room and found["left"] == 6, found
        assert found["commitments"] == number * room, found
        assert found["committed_cents"] == number * room * CENTS, found
        assert found["zero"] and found["damages"] == [], found


def test_a_crowd_commits_what_there_is_and_no_cent_more(stores):
    nothing_over_nothing_lost(kill.call(stores.fresh(), "tests.funding.crowd:small", timeout=1800), 20)


def test_one_key_sent_by_sixty_four_at_once_has_one_effect(stores):
    found = kill.call(stores.fresh(), "tests.funding.crowd:same_key", timeout=900)
    assert found["answered"] == [WORKERS, WORKERS], found
    assert (found["commitments"], found["movements"], found["spent"]) == (1, 1, CENTS), found
    assert found["damages"] == []


def test_a_crowd_pays_with_the_credits_of_its_year_and_no_cent_more(stores):
    found = kill.call(stores.fresh(), "tests.funding.crowd:later_year", timeout=900)
    assert (found["accepted"], found["paid"], found["left"]) == (WORKERS, WORKERS * CENTS, 6), found
    assert found["damages"] == []


@pytest.mark.soak
def test_a_crowd_that_does_not_stop_commits_no_cent_more(stores):
    rounds = kill.call(stores.fresh(), "tests.funding.crowd:soak", timeout=4 * 3600)
    assert len(rounds) == 20
    nothing_over_nothing_lost(rounds, 200)


def test_the_crowd_would_overspend_without_the_rules(stores):
    after = kill.call(stores.fresh(), "tests.funding.crowd:naive")
    assert after["accepted"] > 5 and after["left"] < 0
    assert "ledger_floor" in after["damages"]
