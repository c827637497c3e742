"""Does `check` find what somebody did who took the rules of the store away?"""

from uuid import uuid4

import pytest
from django.db import connection

from cartable.foundation import store_rules
from cartable.ledger.checks import damages
from cartable.ledger.models import Account, Resource, Transfer
from cartable.ledger.queries import sum_is_zero
from tests.ledger.postings import DAY, DEPOT, GIVER, SCHOOL, send


pytestmark = [pytest.mark.store, pytest.mark.django_db]


def codes() -> list[str]:
    return [damage.code for damage in damages() if damage.code.startswith("ledger_")]


@pytest.fixture
def unguarded():
    """Ten in the depot, three sent and three back, then the rules are gone."""
    send(GIVER, DEPOT, 10)
    sent = send(DEPOT, SCHOOL, 3)
    send(SCHOOL, DEPOT, 3, reverses=sent.public_id)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
    store_rules.remove()
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_nothing_is_wrong_with_a_ledger_that_nobody_touched(unguarded):
    assert codes() == []


def test_the_missing_rules_themselves_are_found(unguarded):
    missing = [damage for damage in damages() if damage.code == "store_rule_missing"]
    assert any("rule_ledger_transfer_post" in damage.sentence for damage in missing)
    assert any("rule_journal_entry_insert" in damage.sentence for damage in missing)


def test_a_changed_balance_is_found_twice(unguarded):
    Account.objects.filter(code=DEPOT).update(balance=11)
    assert codes() == ["ledger_sum", "ledger_balance"]
    assert any("porte 11 alors" in damage.sentence for damage in damages())
    assert not sum_is_zero()


def test_two_balances_changed_so_that_the_sum_still_holds_are_found(unguarded):
    Account.objects.filter(code=DEPOT).update(balance=9)
    Account.objects.filter(code=SCHOOL).update(balance=1)
    assert sum_is_zero()
    assert codes() == ["ledger_balance", "ledger_balance"]


def test_a_removed_transfer_is_found(unguarded):
    Transfer.objects.filter(reverses__isnull=False).delete()
    assert codes() == ["ledger_balance", "ledger_balance"]


def test_a_changed_amount_is_found_and_breaks_its_reversal(unguarded):
    Transfer.objects.filter(reverses__isnull=False).update(amount=2)
    assert codes() == ["ledger_balance", "ledger_balance", "ledger_reversal"]


def test_an_account_below_its_floor_is_found(unguarded):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_enough")
    Account.objects.filter(code=SCHOOL).update(balance=-1)
    assert codes() == ["ledger_sum", "ledger_balance", "ledger_floor"]


def test_a_transfer_between_resources_is_found(unguarded):
    other = Resource.objects.create(code="tablet", unit="piece", label="Tablette")
    Account.objects.filter(code=SCHOOL).update(resource=other)
    assert set(codes()) == {"ledger_mixed"}
    assert len(codes()) == 2


def test_a_transfer_that_was_never_counted_is_found(unguarded):
    first = Transfer.objects.earliest("id")
    Transfer.objects.create(
        public_id=uuid4(),
        resource=first.resource,
        source=first.source,
        target=first.target,
        amount=1,
        value_date=DAY,
        reason_code="ghost",
    )
    assert codes() == ["ledger_balance", "ledger_balance"]
