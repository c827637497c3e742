"""When eight people take from one account at once, is nothing overspent, lost or counted twice?"""

import pytest

from tests import kill
from tests.ledger.crowd import EACH, STOCK, THREADS


pytestmark = pytest.mark.store


def test_a_crowd_takes_what_there_is_and_no_more(stores):
    after = kill.call(stores.fresh(), "tests.ledger.crowd:posts")
    assert after == {"accepted": STOCK, "transfers": STOCK, "left": 0, "damages": []}


def test_a_crowd_that_sends_round_in_both_directions_does_not_block(stores):
    after = kill.call(stores.fresh(), "tests.ledger.crowd:crossed")
    assert after["accepted"] == THREADS * EACH
    assert (after["depots"], after["damages"]) == (3 * STOCK, [])


def test_the_crowd_would_overspend_without_the_rules(stores):
    after = kill.call(stores.fresh(), "tests.ledger.crowd:naive")
    assert after["accepted"] > STOCK
    assert "ledger_floor" in after["damages"]
