"""Is what is set aside nobody else's, drawn by commitments, given back, and never more than it was?"""

from datetime import date
from uuid import uuid4

import pytest

from cartable.accounts.enums import Role
from cartable.foundation import store_rules
from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.models import Reservation
from cartable.funding.queries import envelopes_usable_by, money, reservations_of, reserved_for
from cartable.funding.queries.reservations import left_of
from tests import factories
from tests.funding.stage import DAY, left


pytestmark = [pytest.mark.store, pytest.mark.django_db]


@pytest.fixture
def reserve(country):
    country.fill(100_00)

    def kept(cents=60_00, **more):
        given = {"actor": None, "purpose": "Plan", "reference": "scenario:x", "on": DAY}
        return actions.reserve(envelope_id=country.nord.public_id, cents=cents, **{**given, **more})

    return kept


def commit(country, cents, reservation=None, **more):
    part = actions.Part(country.nord.public_id, cents, reservation_id=reservation and reservation.public_id)
    given = {"kind": "purchase", "subject": "Tablettes", "on": DAY, "parts": [part]}
    return actions.commit(actor=None, bearer_id=country.bearer.public_id, **{**given, **more})


def figures(country):
    (row,) = [row for row in money(envelopes_of(country)) if row.envelope == country.nord]
    return row.money


def envelopes_of(country):
    return type(country.nord).objects.filter(pk=country.nord.pk)


def test_what_is_set_aside_is_free_no_more(country, reserve):
    reserve()
    assert (left(country.nord), left(country.nord, stage="reserved")) == (40_00, 60_00)
    found = figures(country)
    assert (found.available, found.reserved, found.committed, found.left_to_commit) == (
        40_00,
        60_00,
        0,
        40_00,
    )
    with pytest.raises(Refused, match="40,00"):
        commit(country, 40_01)
    with pytest.raises(Refused):
        reserve(40_01)
    assert checks.damages() == []


def test_a_commitment_draws_on_it(country, reserve):
    kept = reserve()
    commit(country, 45_00, kept)
    assert left_of(kept) == 15_00 and left(country.nord) == 40_00
    with pytest.raises(Refused, match="réservation"):
        commit(country, 15_01, kept)
    commit(country, 15_00, kept)
    assert figures(country).committed == 60_00 and figures(country).reserved == 0
    assert checks.damages() == []


def test_two_reservations_do_not_lend_to_each_other(country, reserve):
    first, _second = reserve(30_00), reserve(30_00, reference="scenario:y")
    with pytest.raises(Refused):
        commit(country, 30_01, first)
    assert [row.left for row in reserved_for("scenario:x")] == [30_00]


def test_a_refused_proposal_leaves_the_money_free(country, reserve):
    kept = reserve()
    asked = commit(country, 50_00, kept, ask=True)
    actions.refuse(actor=None, commitment_id=asked.public_id, reason="Trop cher", on=DAY)
    assert (left(country.nord), left_of(kept)) == (90_00, 10_00) and checks.damages() == []


def test_what_is_not_needed_goes_back(country, reserve):
    kept = reserve()
    commit(country, 20_00, kept)
    release = {"actor": None, "reservation_id": kept.public_id, "reason": "Moins cher", "on": DAY}
    assert actions.release_reservation(**release, cents=10_00) == 10_00
    with pytest.raises(Refused):
        actions.release_reservation(**release, cents=30_01)
    assert actions.release_reservation(**release) == 30_00
    assert actions.release_reservation(**release) == 0
    assert left(country.nord) == 80_00 and left_of(kept) == 0 and checks.damages() == []


def test_one_key_one_reservation(country, reserve):
    key = uuid4()
    assert reserve(key=key) == reserve(key=key)
    with pytest.raises(Refused) as refused:
        reserve(59_00, key=key)
    assert refused.value.code == "key_reused" and Reservation.objects.count() == 1


def test_a_past_day_is_read_as_it_was(country, reserve):
    kept = reserve()
    later = date(2020, 6, 10)
    actions.release_reservation(actor=None, reservation_id=kept.public_id, reason="Fin", on=later)
    assert reservations_of(envelopes_of(country), DAY).get().left == 60_00
    assert not reservations_of(envelopes_of(country), later).exists()
    (row,) = money(envelopes_of(country), at=DAY)
    assert row.money.reserved == 60_00


def test_who_may_set_aside(country, reserve):
    prefect = factories.decider(Role.PREFECTURE, country.d59)
    neighbour = factories.decider(Role.PREFECTURE, country.d62)
    body = factories.body(department=country.d59)
    service = factories.decider(Role.EQUIPMENT, body)
    assert reserve(1_00, actor=prefect).made_by == prefect
    assert set(envelopes_usable_by(service)) == {country.nord, country.region}
    for who, agreed in ((neighbour, True), (neighbour, False), (service, False)):
        with pytest.raises(Refused) as refused:
            reserve(1_00, actor=who, agreed=agreed)
        assert refused.value.code == "not_yours"
    assert reserve(1_00, actor=service, agreed=True).made_by == service
    with pytest.raises(Refused) as refused:
        reserve(1_00, actor=factories.user(Role.PREFECTURE, country.d59))
    assert refused.value.code == "second_factor"


def test_a_reservation_that_says_more_than_its_account_is_found(country, reserve):
    reserve()
    store_rules.remove()
    Reservation.objects.update(amount_cents=61_00)
    store_rules.install()
    assert {damage.code for damage in checks.damages()} == {"money_balance"}
