"""Does the store itself refuse what goes round the actions: `update()`, bulk writes, SQL typed by hand?"""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from cartable.ledger.checks import damages
from cartable.ledger.models import Account, Resource, Transfer
from cartable.ledger.queries import balances
from tests.ledger.postings import DAY, DEPOT, GIVER, SCHOOL, send


pytestmark = [pytest.mark.store, pytest.mark.django_db]


def account(code: str) -> Account:
    return Account.objects.get(code=code, resource__code="sim")


def transfer(source: str, target: str, amount: int, /, **more) -> Transfer:
    ends = {
        "resource": Resource.objects.get(code="sim"),
        "source": account(source),
        "target": account(target),
    }
    return Transfer(
        **{**ends, "public_id": uuid4(), "amount": amount, "value_date": DAY, "reason_code": "raw"} | more
    )


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def bulk(*rows: Transfer, **options: bool) -> None:
    Transfer.objects.bulk_create(rows, **options)


def other_resource() -> Account:
    resource = Resource.objects.create(code="tablet", unit="piece", label="Tablette")
    return Account.objects.create(resource=resource, code=DEPOT)


def set_balance(row: Account) -> None:
    row.balance += 1
    row.save()


def bulk_set_balance(row: Account) -> None:
    row.balance += 1
    Account.objects.bulk_update([row], ["balance"])


def first() -> Transfer:
    return Transfer.objects.order_by("id").first()


def last() -> Transfer:
    return Transfer.objects.order_by("id").last()


ATTEMPTS: dict[str, Callable[[], object]] = {
    "a balance by update": lambda: Account.objects.filter(code=DEPOT).update(balance=F("balance") + 1),
    "a balance by save": lambda: set_balance(account(DEPOT)),
    "a balance by bulk_update": lambda: bulk_set_balance(account(DEPOT)),
    "a balance by SQL": lambda: sql("UPDATE ledger_account SET balance = balance - 1"),
    "a balance to nothing": lambda: sql("UPDATE ledger_account SET balance = 0 WHERE code = %s", DEPOT),
    "a balance counted twice": lambda: Account.objects.filter(code=SCHOOL).update(
        balance=F("balance") + last().amount, last_transfer=last().id
    ),
    "the pointer alone": lambda: Account.objects.filter(code=DEPOT).update(last_transfer=None),
    "a floor": lambda: Account.objects.filter(code=DEPOT).update(floor=None),
    "a resource of an account": lambda: Account.objects.filter(code=DEPOT).update(
        resource=other_resource().resource
    ),
    "a code of an account": lambda: Account.objects.filter(code=DEPOT).update(code="depot:z"),
    "an account removed": lambda: Account.objects.filter(code=SCHOOL).delete(),
    "an account removed by SQL": lambda: sql("DELETE FROM ledger_account WHERE code = %s", DEPOT),
    "an account born rich": lambda: Account.objects.create(
        resource=account(DEPOT).resource, code="x", balance=5
    ),
    "an account with another floor": lambda: Account.objects.create(
        resource=account(DEPOT).resource, code="x", floor=-5
    ),
    "a code of a resource": lambda: Resource.objects.update(code="gold"),
    "a unit of a resource": lambda: Resource.objects.update(unit="cent"),
    "a resource removed": lambda: sql("DELETE FROM ledger_resource") or sql_constraints(),
    "an amount": lambda: Transfer.objects.update(amount=F("amount") + 1),
    "a reason": lambda: Transfer.objects.update(reason_code="other"),
    "a transfer saved again": lambda: first().save(),
    "a transfer removed": lambda: Transfer.objects.filter(pk=last().pk).delete(),
    "a transfer removed by SQL": lambda: sql("DELETE FROM ledger_transfer"),
    "more than there is": lambda: transfer(DEPOT, SCHOOL, 8).save(),
    "more than there is, in bulk": lambda: bulk(transfer(DEPOT, SCHOOL, 4), transfer(DEPOT, SCHOOL, 4)),
    "before it is there": lambda: bulk(transfer(SCHOOL, DEPOT, 4), transfer(DEPOT, SCHOOL, 4)),
    "more than there is, conflicts ignored": lambda: bulk(transfer(DEPOT, SCHOOL, 8), ignore_conflicts=True),
    "an upsert": lambda: bulk(
        transfer(GIVER, DEPOT, 1, public_id=first().public_id),
        update_conflicts=True,
        update_fields=["amount"],
        unique_fields=["public_id"],
    ),
    "the same id twice": lambda: transfer(GIVER, DEPOT, 1, public_id=first().public_id).save(),
    "the same number twice": lambda: bulk(transfer(GIVER, DEPOT, 1, id=first().id)),
    "nothing": lambda: transfer(GIVER, DEPOT, 0).save(),
    "less than nothing": lambda: transfer(GIVER, DEPOT, -1).save(),
    "more than a number holds": lambda: transfer(GIVER, DEPOT, 10**13 + 1).save(),
    "to the same place": lambda: transfer(GIVER, GIVER, 1).save(),
    "into another resource": lambda: transfer(GIVER, DEPOT, 1, target=other_resource()).save(),
    "under another resource": lambda: transfer(GIVER, DEPOT, 1, resource=other_resource().resource).save(),
    "half a reversal": lambda: transfer(SCHOOL, DEPOT, 1, reverses=last()).save(),
    "a reversal that way round": lambda: transfer(DEPOT, SCHOOL, 3, reverses=last()).save(),
    "a reversal twice": lambda: bulk(
        transfer(SCHOOL, DEPOT, 3, reverses=last()), transfer(SCHOOL, DEPOT, 3, reverses=last())
    ),
}
ONLY_SQLITE: dict[str, Callable[[], object]] = {
    "a transfer replaced": lambda: sql(
        "INSERT OR REPLACE INTO ledger_transfer SELECT id, public_id, 1, value_date, recorded_at, actor, reason_code,"
        " reference, resource_id, reverses_id, source_id, target_id FROM ledger_transfer"
    ),
    "an account replaced": lambda: sql(
        "REPLACE INTO ledger_account (id, public_id, code, floor, balance, resource_id)"
        " SELECT id, public_id, code, NULL, 0, resource_id FROM ledger_account"
    ),
    "a resource replaced": lambda: sql(
        "REPLACE INTO ledger_resource (id, code, unit, label) SELECT id, 'gold', unit, label FROM ledger_resource"
    ),
    "half a piece": lambda: sql("UPDATE ledger_account SET balance = balance + 0.5"),
    "half a piece moved": lambda: transfer_by_sql(0.5),
    "a word moved": lambda: transfer_by_sql("beaucoup"),
    "no constraint asked": lambda: (
        sql("PRAGMA ignore_check_constraints = ON") or transfer(DEPOT, SCHOOL, 8).save()
    ),
    "an update that ignores": lambda: sql("UPDATE OR IGNORE ledger_account SET balance = 99"),
}
ONLY_POSTGRESQL: dict[str, tuple[str, str]] = {
    "transfers truncated": ("TRUNCATE ledger_transfer CASCADE", "transfer_fixed"),
    "accounts truncated": ("TRUNCATE ledger_account CASCADE", "account_fixed"),
    "resources truncated": ("TRUNCATE ledger_resource CASCADE", "account_fixed"),
    "a balance in a block of code": (
        "DO $$ BEGIN UPDATE ledger_account SET balance = 99; END $$",
        "balance_fixed",
    ),
}


def transfer_by_sql(amount: object) -> None:
    sql(
        "INSERT INTO ledger_transfer (public_id, amount, value_date, recorded_at, reason_code, reference,"
        " resource_id, source_id, target_id) SELECT %s, %s, value_date, recorded_at, reason_code, reference,"
        " resource_id, source_id, target_id FROM ledger_transfer WHERE id = %s",
        uuid4().hex,
        amount,
        first().id,
    )


def sql_constraints() -> None:
    connection.check_constraints()


@pytest.fixture
def stock():
    """Ten from the giver in the depot, three of them sent to a school."""
    send(GIVER, DEPOT, 10)
    send(DEPOT, SCHOOL, 3)


def assert_untouched() -> None:
    assert balances("sim", [GIVER, DEPOT, SCHOOL]) == {GIVER: -10, DEPOT: 7, SCHOOL: 3}
    assert Transfer.objects.count() == 2
    assert damages() == []


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_store_refuses(stock, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        ATTEMPTS[name]()
    assert_untouched()


@pytest.mark.parametrize("name", ONLY_SQLITE)
def test_sqlite_refuses(stock, name):
    if connection.vendor != "sqlite":
        pytest.skip("a way of SQLite alone")
    with pytest.raises(IntegrityError), transaction.atomic():
        ONLY_SQLITE[name]()
    sql("PRAGMA ignore_check_constraints = OFF")
    assert_untouched()


@pytest.mark.parametrize("name", ONLY_POSTGRESQL)
def test_postgresql_refuses(stock, name):
    if connection.vendor != "postgresql":
        pytest.skip("a way of PostgreSQL alone")
    statement, refusal = ONLY_POSTGRESQL[name]
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # else TRUNCATE is refused for the checks that are still to come
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        sql(statement)
    assert_untouched()


def test_a_row_that_conflicts_is_not_counted(stock):
    """`ON CONFLICT DO NOTHING` must not move what it does not insert."""
    again = transfer(GIVER, DEPOT, 1, public_id=first().public_id)
    try:
        with transaction.atomic():
            bulk(again, ignore_conflicts=True)
    except IntegrityError:
        assert connection.vendor == "sqlite"
    assert_untouched()


def test_a_row_inserted_by_sql_is_posted_like_any_other(stock):
    transfer_by_sql(4)
    assert balances("sim", [GIVER, DEPOT, SCHOOL]) == {GIVER: -14, DEPOT: 11, SCHOOL: 3}
    assert damages() == []


def test_a_label_may_change(stock):
    assert Resource.objects.update(label="Carte SIM prépayée") == 1
