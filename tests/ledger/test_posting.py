"""Does a posting move exactly what it says, once, and never more than there is?"""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cartable.ledger.actions import open_account, open_resource, post_many, reverse
from cartable.ledger.checks import damages
from cartable.ledger.models import Account, Transfer, Unit
from cartable.ledger.queries import balance, balances, sum_is_zero, transfers
from tests.ledger.postings import DAY, DEPOT, GIVER, SCHOOL, new, send
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_what_leaves_one_account_arrives_in_the_other():
    send(GIVER, DEPOT, 1800)
    send(DEPOT, SCHOOL, 11)
    assert balances("sim", [GIVER, DEPOT, SCHOOL, "depot:unknown"]) == {
        GIVER: -1800,
        DEPOT: 1789,
        SCHOOL: 11,
        "depot:unknown": 0,
    }
    assert sum_is_zero()
    assert damages() == []


def test_a_posting_says_who_when_why_and_what_for():
    actor = SimpleNamespace(public_id=uuid4())
    posted = send(GIVER, DEPOT, 3, actor=actor, reason="receipt", reference="lot:7")
    row = Transfer.objects.get(public_id=posted.public_id)
    assert (row.actor, row.reason_code, row.reference, row.value_date) == (
        actor.public_id,
        "receipt",
        "lot:7",
        DAY,
    )
    assert row.recorded_at.tzinfo is not None
    assert list(transfers("sim", DEPOT)) == list(transfers("sim", GIVER)) == [row]


@pytest.mark.parametrize("asked", [10, 11])
def test_the_last_piece_may_leave_but_not_one_more(asked):
    send(GIVER, DEPOT, 10)
    if asked <= 10:
        send(DEPOT, SCHOOL, asked)
    else:
        with refused("not_enough") as refusal, transaction.atomic():
            send(DEPOT, SCHOOL, asked)
        assert "il reste 10, il faudrait 11" in refusal.value.sentence
        assert refusal.value.field == "amount"
    assert balance("sim", SCHOOL) == (asked if asked <= 10 else 0)


def test_an_account_is_found_by_its_code_however_many_there_are():
    """With an index of the resource alone SQLite reads every account of it, to have them in the order of ids."""
    with CaptureQueriesContext(connection) as asked:
        send(GIVER, DEPOT, 1)
    wanted = next(query["sql"] for query in asked if "ledger_account" in query["sql"])
    with connection.cursor() as cursor:
        indexes = connection.introspection.get_constraints(cursor, Account._meta.db_table).values()
        assert not [one for one in indexes if one["index"] and one["columns"] == ["resource_id"]]
        if connection.vendor == "sqlite":
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {wanted}").fetchall()]
            assert any("(resource_id=? AND code=?)" in step for step in plan), plan


def test_money_is_said_in_euros():
    open_resource(code="euros", unit=Unit.CENT, label="Euros")
    with refused("not_enough") as refusal:
        send("line:1", "paid:1", 123_456, resource="euros")
    assert "il reste 0,00 €, il faudrait 1234,56 €" in refusal.value.sentence


def test_a_refusal_leaves_nothing():
    with refused("not_enough"):
        send(DEPOT, SCHOOL, 1)
    assert not Transfer.objects.exists()


def test_the_same_posting_sent_twice_counts_once():
    key = uuid4()
    first = send(GIVER, DEPOT, 5, transfer_id=key)
    assert send(GIVER, DEPOT, 5, transfer_id=key) == first
    assert balance("sim", DEPOT) == 5


@pytest.mark.parametrize(
    "change", [{"amount": 6}, {"target": SCHOOL}, {"reason": "other"}, {"reference": "x"}]
)
def test_the_same_id_with_another_content_is_refused(change):
    key = uuid4()
    send(GIVER, DEPOT, 5, transfer_id=key)
    with refused("key_reused"):
        send(**{"source": GIVER, "target": DEPOT, "amount": 5, "transfer_id": key} | change)
    assert balance("sim", DEPOT) == 5


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "3", 10**13 + 1])
def test_only_a_whole_positive_amount_moves(amount):
    with refused("amount_not_positive"):
        send(GIVER, DEPOT, amount)
    assert not Transfer.objects.exists()


def test_nothing_moves_from_a_place_to_itself():
    with refused("same_account"):
        send(GIVER, GIVER, 1)
    assert not Transfer.objects.exists()


def test_an_unknown_resource_is_refused():
    with refused("resource_unknown"):
        send(GIVER, DEPOT, 1, resource="gold")
    assert not Transfer.objects.exists()


def test_a_resource_keeps_its_unit_and_an_account_its_floor():
    assert open_resource(code="sim") == open_resource(code="sim")
    with refused("unit_differs"):
        open_resource(code="sim", unit=Unit.CENT)
    assert open_account(resource="sim", code=DEPOT) == open_account(resource="sim", code=DEPOT)
    with refused("floor_differs"):
        open_account(resource="sim", code=DEPOT, floor=None)


def test_two_resources_in_one_place_do_not_mix():
    open_resource(code="tablet")
    send(GIVER, DEPOT, 5)
    with refused("not_enough"):
        send(DEPOT, SCHOOL, 1, resource="tablet")
    send(GIVER, DEPOT, 2, resource="tablet")
    assert (balance("sim", DEPOT), balance("tablet", DEPOT)) == (5, 2)


def test_a_reversal_is_the_exact_opposite_and_names_the_first():
    first = send(GIVER, DEPOT, 5, reference="lot:7")
    undone = reverse(
        actor=None, transfer_id=first.public_id, new_id=uuid4(), reason="mistake", value_date=DAY
    )
    assert (undone.source, undone.target, undone.amount) == (first.target, first.source, 5)
    assert (undone.reverses, undone.reference) == (first, "lot:7")
    assert balance("sim", DEPOT) == 0


def test_a_reversal_sent_twice_counts_once_but_a_second_one_is_refused():
    first, key = send(GIVER, DEPOT, 5), uuid4()
    again = {"actor": None, "transfer_id": first.public_id, "reason": "mistake", "value_date": DAY}
    send(GIVER, DEPOT, 5)
    assert reverse(**again, new_id=key) == reverse(**again, new_id=key)
    with refused("already_reversed"):
        reverse(**again, new_id=uuid4())
    with refused("not_reverse"):
        reverse(**again | {"transfer_id": key}, new_id=uuid4())
    assert balance("sim", DEPOT) == 5


def test_what_has_already_left_cannot_be_reversed():
    first = send(GIVER, DEPOT, 5)
    send(DEPOT, SCHOOL, 1)
    with refused("not_enough"):
        reverse(actor=None, transfer_id=first.public_id, new_id=uuid4(), reason="mistake", value_date=DAY)


def test_an_unknown_posting_cannot_be_reversed():
    with refused("transfer_unknown"):
        reverse(actor=None, transfer_id=uuid4(), new_id=uuid4(), reason="mistake", value_date=DAY)


def test_many_are_posted_in_order_all_or_none():
    open_resource(code="sim")
    through = [new(GIVER, DEPOT, 5), new(DEPOT, SCHOOL, 5)]
    assert [row.public_id for row in post_many(actor=None, transfers=through)] == [
        t.transfer_id for t in through
    ]
    with refused("not_enough"):
        post_many(actor=None, transfers=[new(DEPOT, SCHOOL, 1), new(GIVER, DEPOT, 1)])
    assert balances("sim", [DEPOT, SCHOOL]) == {DEPOT: 0, SCHOOL: 5}
    assert post_many(actor=None, transfers=[]) == []


def test_many_with_one_id_twice():
    open_resource(code="sim")
    once = new(GIVER, DEPOT, 5)
    first, second = post_many(actor=None, transfers=[once, once])
    assert first == second
    assert balance("sim", DEPOT) == 5
    with refused("key_reused"):
        post_many(
            actor=None,
            transfers=[one := new(GIVER, DEPOT, 1), new(GIVER, DEPOT, 2, transfer_id=one.transfer_id)],
        )


def test_fifteen_thousand_tablets_over_130_schools_in_few_queries(django_assert_max_num_queries):
    open_resource(code="tablet")
    deal = [new(GIVER, f"school:{n}", 115 + (n < 50), resource="tablet") for n in range(130)]
    with django_assert_max_num_queries(12):
        post_many(actor=None, transfers=deal)
    assert balance("tablet", GIVER) == -15_000
    with django_assert_max_num_queries(12):
        post_many(actor=None, transfers=deal)
    assert Account.objects.count() == 131
    assert balance("tablet", GIVER) == -15_000


def test_ten_thousand_postings_through_one_account(django_assert_max_num_queries):
    open_resource(code="sim")
    deal = [new(GIVER, f"school:{n % 130}", 1) for n in range(10_000)]
    with django_assert_max_num_queries(200):
        post_many(actor=None, transfers=deal)
    assert balance("sim", GIVER) == -10_000
    assert damages() == []


def test_one_posting_between_known_accounts_takes_few_queries(django_assert_max_num_queries):
    send(GIVER, DEPOT, 5)
    deal = [new(DEPOT, SCHOOL, 1), new(DEPOT, SCHOOL, 1)]
    post_many(actor=None, transfers=deal[:1])
    with django_assert_max_num_queries(7):  # of which four are savepoints
        post_many(actor=None, transfers=deal[1:])
