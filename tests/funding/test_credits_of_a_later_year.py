"""Is what one year committed paid later by the credits of the year in which it is paid, and by no others?"""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.actions.posting import ways_of
from cartable.funding.enums import MovementKind
from cartable.funding.models import Movement
from cartable.funding.queries import CreditYear, credits_by_year
from cartable.ledger.actions import post_many
from cartable.ledger.queries import sum_is_zero
from tests.funding import stage
from tests.funding.stage import left
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]
CLOSE, CAME, PAID = date(2020, 12, 31), date(2021, 2, 1), date(2021, 3, 15)


@pytest.fixture(autouse=True)
def two_years_later():
    with clock.at(datetime(2022, 6, 1, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def part(country):
    country.fill(1_000_00)
    return stage.commit(country, 800_00).parts.get()


def come(country, cents: int, on: date = CAME) -> None:
    """Payment credits alone come down to the Nord's envelope of 2020."""
    actions.open_credits(actor=None, envelope_id=country.nation.public_id, ae_cents=0, cp_cents=cents, on=on)
    for source, target in ((country.nation, country.region), (country.region, country.nord)):
        stage.down(source, target, cents, ae_cents=0, on=on)


def pay(part, cents: int, on: date = PAID):
    return actions.pay(actor=None, part_id=part.public_id, cents=cents, on=on)


def credit_note(part, cents: int, on: date):
    return actions.credit_note(actor=None, part_id=part.public_id, cents=cents, on=on, reason="Avoir")


def sound() -> bool:
    return sum_is_zero() and checks.damages() == []


def test_what_is_left_to_pay_is_paid_by_the_credits_of_the_year(country, part):
    pay(part, 500_00, date(2020, 11, 2))
    come(country, 300_00)
    row = pay(part, 300_00)
    assert (row.on, row.cp_transfer.value_date) == (PAID, PAID)
    assert left(country.nord, "cp", "paid") == 800_00
    assert left(country.nord, "cp") == 500_00  # those of 2020, that nothing can spend any more
    assert sound()


def test_credits_that_are_left_of_a_year_pay_nothing_later(country, part):
    with refused("date_outside_year") as no:
        pay(part, 1)
    assert "2021" in no.value.sentence
    assert Movement.objects.count() == 0
    assert (left(country.nord, "cp"), left(country.nord, "cp", "paid")) == (1_000_00, 0)


def test_no_cent_more_than_what_came_in_the_year(country, part):
    come(country, 300_00)
    with refused("not_enough") as no:
        pay(part, 300_01)
    assert "300,00" in no.value.sentence and "2021" in no.value.sentence
    pay(part, 299_99)
    pay(part, 1)
    with refused("date_outside_year"):
        pay(part, 1)
    assert sound()


def test_what_came_in_one_year_does_not_pay_in_the_next(country, part):
    come(country, 300_00)
    with refused("date_outside_year"):
        pay(part, 1, date(2022, 1, 1))
    pay(part, 300_00, date(2021, 12, 31))
    come(country, 100_00, date(2022, 2, 1))
    pay(part, 100_00, date(2022, 2, 1))
    assert sound()


def test_credits_pay_from_the_day_they_came(country, part):
    come(country, 300_00)
    with refused("date_before") as no:
        pay(part, 1, date(2021, 1, 31))
    assert f"{CAME:%d/%m/%Y}" in no.value.sentence


def test_a_year_that_is_paid_late_into_keeps_its_own_credits(country, part):
    """What is entered afterwards with a day of 2020 takes the credits of 2020, and none of 2021."""
    come(country, 300_00)
    pay(part, 300_00)
    pay(part, 500_00, CLOSE)
    assert left(country.nord, "cp") == 500_00
    assert sound()


def test_commitment_authority_comes_in_its_year_only(country):
    country.fill(1_000_00)
    with refused("date_outside_year"):
        stage.down(country.region, country.nord, 1, on=CAME)
    with refused("date_outside_year"):
        actions.open_credits(
            actor=None, envelope_id=country.nation.public_id, ae_cents=1, cp_cents=1, on=CAME
        )
    with refused("date_outside_year"):
        come(country, 1, date(2019, 12, 31))
    with refused("date_outside_year"):
        stage.commit(country, 1, on=CAME)


def test_what_lapsed_is_not_passed_on_either(country, part):
    taken = {"actor": None, "envelope_id": country.nord.public_id, "reason": "Fin de gestion"}
    with refused("date_outside_year"):
        actions.withdraw(**taken, cp_cents=1, on=CAME)
    come(country, 300_00)
    with refused("date_before"):  # those of 2021 were not there at the end of 2020
        actions.withdraw(**taken, cp_cents=1_000_01, on=CLOSE)
    actions.withdraw(**taken, cp_cents=1_000_00, on=CLOSE)
    actions.withdraw(**taken, cp_cents=100_00, on=PAID)
    with refused("not_enough"):
        pay(part, 200_01)
    pay(part, 200_00)
    assert credits_by_year(country.nord) == [CreditYear(2020, 0, 0), CreditYear(2021, 200_00, 0)]
    assert credits_by_year(country.region)[-1] == CreditYear(2021, 100_00, 100_00)
    assert sound()


def test_an_announcement_of_payment_credits_may_be_notified_in_a_later_year(country, part):
    actions.open_credits(actor=None, envelope_id=country.nation.public_id, cp_cents=10_00, on=CAME)
    stage.down(country.nation, country.region, 10_00, ae_cents=0, on=CAME)
    promised = actions.announce(
        actor=None, source_id=country.region.public_id, target_id=country.nord.public_id, cp_cents=10_00, on=CLOSE
    )  # fmt: skip
    done = actions.notify(actor=None, delegation_id=promised.public_id, on=PAID)
    assert (done.notified_on, done.letter_number[:5]) == (PAID, "2021-")
    pay(part, 10_00)


def test_credits_come_back_in_the_year_that_spent_them(country, part):
    pay(part, 500_00, date(2020, 11, 2))
    come(country, 300_00)
    pay(part, 300_00)
    with refused("date_outside_year") as no:
        credit_note(part, 300_01, PAID)
    assert "300,00" in no.value.sentence
    credit_note(part, 100_00, PAID)
    with refused("date_outside_year"):
        credit_note(part, 200_01, PAID)
    with refused("date_outside_year"):
        credit_note(part, 1, date(2022, 1, 10))
    credit_note(part, 200_00, PAID)
    pay(part, 300_00, date(2021, 12, 1))
    assert sound()


@pytest.mark.parametrize(("reestablish", "code"), [(True, "date_outside_year"), (False, None)])
def test_what_is_recovered_later_gives_no_credits(country, part, reestablish, code):
    pay(part, 500_00, date(2020, 11, 2))
    claim = actions.claim(
        actor=None, part_id=part.public_id, cents=50_00, on=date(2020, 11, 3), due_on=PAID, reason="Trop versé",
        reestablish=reestablish,
    )  # fmt: skip
    if code:
        with refused(code):
            actions.receive(actor=None, recovery_id=claim.public_id, on=PAID)
    else:
        actions.receive(actor=None, recovery_id=claim.public_id, on=PAID)
    assert left(country.nord, "cp") == 500_00
    assert sound()


def test_a_payment_of_a_later_year_is_undone_on_its_day(country, part):
    come(country, 300_00)
    first = pay(part, 300_00)
    pay(part, 500_00, date(2020, 11, 2))
    actions.undo(actor=None, movement_id=first.public_id, reason="Erreur de saisie")
    with refused("date_outside_year"):  # what was undone was not paid
        credit_note(part, 1, PAID)
    pay(part, 300_00)
    assert sound()


def test_check_finds_credits_of_a_past_year_that_were_spent_by_hand(country, part):
    ways = ways_of(stage.new(), part, MovementKind.PAYMENT, 10_00, PAID, part.commitment.public_id)
    post_many(actor=None, transfers=ways)
    assert "money_year" in {damage.code for damage in checks.damages()}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["come", "pay", "back"]), st.integers(1, 400_00)),
        max_size=12,
    )
)
def test_each_year_pays_with_what_came_in_it(country, part, acts):
    with transaction.atomic():
        _play(country, part, sorted(acts, key=lambda one: one[0]))
        transaction.set_rollback(True)


def _play(country, part, acts) -> None:
    room, paid = [1_000_00, 0, 0], [0, 0, 0]
    for later, act, cents in acts:
        day = date(2020 + later, 6, 1)
        if act == "come" and later:
            come(country, cents, day)
            room[later] += cents
        elif act == "pay":
            taken = cents <= room[later] and cents <= 800_00 - sum(paid)
            assert _accepted(pay, part, cents, day) == taken
            room[later] -= cents * taken
            paid[later] += cents * taken
        elif act == "back":
            taken = cents <= paid[later]
            assert _accepted(credit_note, part, cents, day) == taken
            room[later] += cents * taken
            paid[later] -= cents * taken
    assert left(country.nord, "cp", "paid") == sum(paid)
    assert left(country.nord, "cp") == sum(room)
    assert sound()


def _accepted(act, part, cents: int, day: date) -> bool:
    try:
        act(part, cents, day)
    except Refused:
        return False
    return True
