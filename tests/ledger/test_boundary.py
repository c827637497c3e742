"""Whatever is posted, in whatever order, does the ledger agree with a plain sum kept beside it?

Amounts are drawn at the boundary (one less than there is, exactly that, one more): a limit that is off by one
passes thousands of random amounts unseen.
"""

from collections import Counter
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cartable.foundation.refused import Refused
from cartable.ledger.actions import NewTransfer, open_resource, post_many, reverse
from cartable.ledger.checks import damages
from cartable.ledger.models import Account
from cartable.ledger.queries import balances
from tests.ledger.postings import DAY


PLACES = ["outside:giver", "depot:a", "school:b", "school:c"]
steps = st.integers(-1, 1)


class Ledger(RuleBasedStateMachine):
    """Posts, repeats and reverses, with a plain dictionary as the model."""

    def __init__(self) -> None:
        super().__init__()
        self.resource = f"r:{uuid4()}"
        open_resource(code=self.resource)
        self.expected: Counter[str] = Counter()
        self.posted: list[NewTransfer] = []
        self.reversed: set[object] = set()

    def attempt(self, moves: list[NewTransfer]) -> None:
        after, allowed = Counter(self.expected), True
        for move in moves:
            after[move.source] -= move.amount
            after[move.target] += move.amount
            allowed &= move.source == PLACES[0] or after[move.source] >= 0
        try:
            post_many(actor=None, transfers=moves)
        except Refused as refusal:
            assert refusal.code == "not_enough"
            assert not allowed
        else:
            assert allowed
            self.expected = after
            self.posted += moves

    def move(self, source: str, target: str, amount: int) -> NewTransfer:
        return NewTransfer(uuid4(), self.resource, source, target, amount, DAY, "test")

    @rule(place=st.sampled_from(PLACES[1:]), amount=st.integers(1, 5))
    def give(self, place: str, amount: int) -> None:
        self.attempt([self.move(PLACES[0], place, amount)])

    @rule(source=st.sampled_from(PLACES[1:]), place=st.sampled_from(PLACES), step=steps)
    def send_about_all(self, source: str, place: str, step: int) -> None:
        amount = self.expected[source] + step
        if source != place and amount > 0:
            self.attempt([self.move(source, place, amount)])

    @rule(source=st.sampled_from(PLACES[1:]), order=st.permutations(PLACES), step=steps)
    def send_about_all_in_two(self, source: str, order: list[str], step: int) -> None:
        first, second = [target for target in order if target != source][:2]
        rest = self.expected[source] - 1 + step
        if rest > 0:
            self.attempt([self.move(source, first, 1), self.move(source, second, rest)])

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        if self.posted:
            post_many(actor=None, transfers=[data.draw(st.sampled_from(self.posted))])

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        open_moves = [move for move in self.posted if move.transfer_id not in self.reversed]
        if not open_moves:
            return
        move = data.draw(st.sampled_from(open_moves))
        there = move.target == PLACES[0] or self.expected[move.target] >= move.amount
        try:
            reverse(actor=None, transfer_id=move.transfer_id, new_id=uuid4(), reason="undo", value_date=DAY)
        except Refused as refusal:
            assert (refusal.code, there) == ("not_enough", False)
        else:
            assert there
            self.reversed.add(move.transfer_id)
            self.expected[move.target] -= move.amount
            self.expected[move.source] += move.amount

    @invariant()
    def agrees_with_the_plain_sum(self) -> None:
        assert balances(self.resource, PLACES) == {place: self.expected[place] for place in PLACES}
        accounts = Account.objects.filter(resource__code=self.resource)
        assert sum(account.balance for account in accounts) == 0


def run_machine(examples: int, steps_each: int) -> None:
    given = settings(
        max_examples=examples,
        stateful_step_count=steps_each,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a failure is said at once: making it shorter takes minutes
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Ledger, settings=given)
    assert damages() == []


@pytest.mark.store
@pytest.mark.django_db
def test_the_ledger_agrees_with_a_plain_sum():
    run_machine(examples=20, steps_each=40)


@pytest.mark.soak
@pytest.mark.store
@pytest.mark.django_db
def test_the_ledger_agrees_with_a_plain_sum_for_a_hundred_thousand_steps():
    run_machine(examples=1000, steps_each=100)
