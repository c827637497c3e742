"""Whatever people do, in whatever order: is nothing created, nothing lost, and does each thing stand in one place?"""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartable.equipment.actions import (
    Count,
    cancel,
    cancel_handover,
    declare_lost,
    give_back,
    mark_absent,
    return_loan,
    schedule,
    swap,
)
from cartable.equipment.models import Appointment, Handover, Loan, Lot, Shipment
from cartable.equipment.places import SOURCES
from cartable.foundation import clock as house_clock
from cartable.foundation.refused import Refused
from cartable.ledger.models import Account
from tests.equipment.stage import iccid, nothing_damaged


pytestmark = pytest.mark.store
STEP = st.tuples(st.integers(0, 15), st.integers(0, 5), st.integers(0, 7))


def pick(rows, n):
    found = list(rows.order_by("id"))
    return found[n % len(found)] if found else None


class Players:
    """Each step of a game picks an action, a row and a number; what is refused changes nothing."""

    def __init__(self, week):
        self.week, self.needs = week, []
        self.moves = [
            self.receive, self.declare, self.ship, self.ship, self.confirm, self.confirm, self.call_back,
            self.give, self.give, self.lend, self.lend, self.swap, self.give_back, self.undo,
            self.end_loan, self.appoint,
        ]  # fmt: skip

    def step(self, move, row, number):
        try:
            with transaction.atomic():
                self.moves[move](row, number)
        except Refused:
            return False
        return True

    def receive(self, _row, number):
        start = 100 + Lot.objects.count() * 10
        ranges = [(iccid(start), iccid(start + number))] if number % 2 else ()
        self.week.receive(number + 1, ranges=ranges)

    def declare(self, row, number):
        self.week.declare(number + row)

    def ship(self, _row, number):
        self.week.ship(number + 1)

    def confirm(self, row, number):
        if shipment := pick(Shipment.objects.filter(state="prepared"), row):
            counts = [
                Count(
                    max(line.quantity - number % 3, 0),
                    min(number % 3, line.quantity),
                    ("missing", "damaged")[row % 2],
                )
                for line in shipment.lines.order_by("id")
            ]
            self.week.confirm(shipment, *counts)

    def call_back(self, row, _number):
        if shipment := pick(Shipment.objects.all(), row):
            cancel(actor=self.week.service, shipment_id=shipment.public_id, reason="Erreur")

    def give(self, row, number):
        self.week.hand(self.week.need(pupils=1 + row % 2), iccid(100 + 3 * number + row))

    def lend(self, _row, number):
        self.week.lend(self.week.need("device"), f"T{number}")

    def swap(self, row, number):
        if old := pick(Handover.objects.all(), row):
            new = iccid(200 + number) if old.mode == "given" else f"T{number}"
            incident = ("dead_card", "broken", "lost")[number % 3]
            swap(
                actor=self.week.head,
                key=uuid4(),
                handover_id=old.public_id,
                new_number=new,
                incident=incident,
            )

    def give_back(self, row, number):
        if old := pick(Handover.objects.all(), row):
            condition = ("good", "dead", "damaged")[number % 3]
            give_back(actor=self.week.head, handover_id=old.public_id, condition=condition)

    def undo(self, row, _number):
        if old := pick(Handover.objects.all(), row):
            cancel_handover(actor=self.week.head, handover_id=old.public_id, reason="Erreur")

    def end_loan(self, row, number):
        if loan := pick(Loan.objects.all(), row):
            if number % 2:
                declare_lost(actor=self.week.head, loan_id=loan.public_id, kind="lost")
            return_loan(actor=self.week.head, loan_id=loan.public_id, condition="good")

    def appoint(self, row, number):
        ids = {"school_id": self.week.school.public_id, "operation_id": self.week.operation.public_id}
        planned = pick(Appointment.objects.all(), row)
        if planned and number % 2:
            mark_absent(actor=self.week.head, appointment_id=planned.public_id, then="next")
        else:
            schedule(actor=self.week.head, **ids, starts_at=house_clock.now(), minutes_each=5, good="sim")


def conserved():
    """Assert by another way than the ledger's own: what came in is what stands somewhere."""
    came, stands = Counter(), Counter()
    for lot in Lot.objects.select_related("product"):
        came[lot.product.code] += lot.quantity
    for account in Account.objects.select_related("resource"):
        if not account.code.startswith(SOURCES):
            assert account.balance >= 0
            stands[account.resource.code] += account.balance
    assert +came == +stands
    return nothing_damaged()


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=12, max_size=30))
def test_nothing_is_created_or_lost(week, steps):
    with transaction.atomic():
        week.agree(), week.receive(8), week.declare(4), week.confirm(week.ship(6))
        players = Players(week)
        done = [players.step(*step) for step in steps]
        assert any(done)
        assert conserved()
        transaction.set_rollback(True)


def test_the_game_is_really_played(week):
    """The steps above reach every sort of end, else they prove little."""
    week.agree(), week.receive(8), week.declare(6), week.confirm(week.ship(6))
    players = Players(week)
    for turn in range(150):
        players.step(turn * 7 % 16, turn % 6, turn * 5 % 8)
    states = set(Handover.objects.values_list("state", flat=True))
    assert states >= {"done", "swapped", "given_back", "cancelled"}
    assert set(Loan.objects.values_list("state", flat=True)) >= {"open", "returned"}
    assert Shipment.objects.filter(state="cancelled").exists() and Appointment.objects.exists()
    assert conserved()
    assert date(2020, 4, 27) == house_clock.today()
