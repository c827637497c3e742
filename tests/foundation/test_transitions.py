"""Which change of state is allowed, and with which reason?"""

import pytest

from cartable.foundation.refused import Refused
from cartable.foundation.transitions import Move, move


TABLE = [Move("draft", "sent", "head"), Move("sent", "sent_back", "validate", reason_needed=True)]


def test_a_move_of_the_table_is_given():
    assert move(TABLE, "draft", "sent") is TABLE[0]
    assert move(TABLE, "sent", "sent_back", reason="une classe manque") is TABLE[1]


@pytest.mark.parametrize(
    ("source", "target"), [("draft", "sent_back"), ("sent", "draft"), ("draft", "draft")]
)
def test_any_other_move_is_refused(source, target):
    with pytest.raises(Refused) as refusal:
        move(TABLE, source, target)
    assert refusal.value.code == "move_forbidden"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_that_is_needed_must_say_something(reason):
    with pytest.raises(Refused) as refusal:
        move(TABLE, "sent", "sent_back", reason=reason)
    assert (refusal.value.code, refusal.value.field) == ("reason_missing", "reason")
