"""Does `cartable check` find each kind of damage that somebody does who has taken the rules of the store away?

Every seed is put into one sound store, where a bit of everything happened. The rules are off only while the seed is
put, so that what is found afterwards is the damage, not the missing rules.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from cartable.cli.checks import all_damages
from cartable.cli.main import main
from cartable.documents import vault
from cartable.documents.actions import store as keep
from cartable.documents.enums import Kind
from cartable.documents.models import StoredDocument
from cartable.equipment.actions import return_loan
from cartable.equipment.models import AssetPlace, Handover, Loan, Lot, Movement, NumberRange
from cartable.foundation import store_rules
from cartable.journal.models import Entry, Head
from cartable.ledger.models import Account, Transfer
from cartable.pupils.models import Cover
from tests.equipment.stage import iccid, stage


pytestmark = [pytest.mark.store, pytest.mark.django_db]


@pytest.fixture
def sound(clock: Any) -> Iterator[None]:
    """A store in which goods came in, travelled, were given, lent and came back, and a paper was kept."""
    with clock.at("2020-04-27T09:00+02:00"):
        week = stage()
        week.stock(4, ranges=[(iccid(0), iccid(3))])
        week.receive(4, ranges=[(iccid(10), iccid(13))])
        week.declare(3), week.agree()
        week.hand(week.need(), iccid(0))
        week.lend(week.need("device"), "T0")
        back = week.lend(week.need("device"), "T1").handover
        return_loan(actor=week.head, loan_id=back.loan.public_id, condition="good")
        paper = keep(actor=week.head, kind=Kind.PACKING_SLIP, content=b"%PDF slip", reference="test:1")
        assert all_damages() == []
        yield
    vault.remove(paper.public_id)


@contextmanager
def unguarded() -> Iterator[None]:
    """Take the rules off for one seed, and put them back."""
    settle()
    store_rules.remove()
    yield
    settle()
    store_rules.install()


def settle() -> None:
    """Let PostgreSQL check now what it would check at the end: it changes no rule of a table that still waits."""
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def open_place(**where: Any) -> AssetPlace:
    return AssetPlace.objects.filter(until=None, **where).select_related("account").order_by("id")[0]


def spare_lot() -> str:
    """Name the transfer of a lot that has not moved since."""
    return str(Lot.objects.get(quantity=4, ranges__first=iccid(10)[:-1]).public_id)


def balance_by_sql() -> None:
    sql("UPDATE ledger_account SET balance = balance + 1 WHERE code LIKE %s", "depot:%")


def two_balances_by_sql() -> None:
    """A loan that the ledger no longer counts, hidden so that everything still sums to zero."""
    lent = Account.objects.get(code__startswith="on_loan:")
    stock = Account.objects.get(code__startswith="school:", resource=lent.resource)
    sql("UPDATE ledger_account SET balance = balance - 1 WHERE id = %s", lent.pk)
    sql("UPDATE ledger_account SET balance = balance + 1 WHERE id = %s", stock.pk)


def amount_edited() -> None:
    Transfer.objects.filter(public_id=spare_lot()).update(amount=5)


def target_edited() -> None:
    row = Transfer.objects.get(public_id=spare_lot())
    elsewhere = Account.objects.get(code__startswith="school:", resource=row.resource)
    Transfer.objects.filter(pk=row.pk).update(target=elsewhere)


def transfer_removed() -> None:
    Transfer.objects.filter(public_id=spare_lot()).delete()


def transfer_never_counted() -> None:
    row = Transfer.objects.get(public_id=spare_lot())
    row.pk, row.public_id = None, uuid4()
    row.save(force_insert=True)


def in_two_places() -> None:
    sql("DROP INDEX one_open_place_of_an_asset")
    row = open_place(asset__number="T1")
    other = Account.objects.get(code__startswith="outside:declared:", resource=row.account.resource)
    AssetPlace.objects.create(asset=row.asset, account=other, since=row.since)


def in_no_place() -> None:
    open_place(asset__number="T1").delete()


def not_where_the_ledger_says() -> None:
    row = open_place(asset__number="T1")
    lent = Account.objects.get(code__startswith="on_loan:", resource=row.account.resource)
    AssetPlace.objects.filter(pk=row.pk).update(account=lent)


def entry_edited() -> None:
    Entry.objects.filter(seq=3).update(reason="other")


def entry_removed() -> None:
    Entry.objects.filter(seq=3).delete()


def entries_reordered() -> None:
    one, two = Entry.objects.filter(seq__in=[3, 4])
    one.seq, two.seq = two.seq, one.seq
    one.save(), two.save()


def journal_cut() -> None:
    Entry.objects.order_by("-seq").first().delete()


def cut_with_a_forged_head() -> None:
    journal_cut()
    last = Entry.objects.order_by("-seq").first()
    Head.objects.update(count=last.seq, last_hash=last.hash)


def head_removed() -> None:
    Head.objects.all().delete()


def cover_removed() -> None:
    Cover.objects.filter(source=Handover.objects.get(mode="given").public_id).delete()


def loan_closed_by_hand() -> None:
    Loan.objects.filter(state="open").update(state="lost")


def loan_opened_again() -> None:
    Loan.objects.filter(state="returned").update(state="open")


def movement_removed() -> None:
    Movement.objects.filter(asset__number="T0").delete()


def ranges_overlap() -> None:
    NumberRange.objects.filter(first=iccid(10)[:-1]).update(first=iccid(3)[:-1])


def lot_announces_more() -> None:
    Lot.objects.filter(public_id=spare_lot()).update(quantity=5)


def paper() -> StoredDocument:
    return StoredDocument.objects.get()


def paper_missing() -> None:
    vault.remove(paper().public_id)


def paper_altered() -> None:
    path = vault.path_of(paper().public_id)
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def paper_exchanged() -> None:
    """By somebody who has the keys."""
    vault.put(paper().public_id, b"%PDF another slip")


SEEDS: dict[Callable[[], None], set[str]] = {
    balance_by_sql: {"ledger_sum", "ledger_balance"},
    two_balances_by_sql: {"ledger_balance", "loan_count", "place_count"},
    amount_edited: {"ledger_balance"},
    target_edited: {"ledger_balance"},
    transfer_removed: {"ledger_balance"},
    transfer_never_counted: {"ledger_balance"},
    in_two_places: {"asset_place", "place_count"},
    in_no_place: {"asset_place"},
    not_where_the_ledger_says: {"place_count"},
    entry_edited: {"journal_edited"},
    entry_removed: {"journal_gap"},
    entries_reordered: {"journal_order", "journal_edited"},
    journal_cut: {"journal_cut"},
    cut_with_a_forged_head: {"journal_head_forged"},
    head_removed: {"journal_head_missing"},
    cover_removed: {"handover_cover"},
    loan_closed_by_hand: {"loan_count", "loan_missing"},
    loan_opened_again: {"loan_count", "loan_state"},
    movement_removed: {"movement_count"},
    ranges_overlap: {"range_overlap"},
    lot_announces_more: {"lot_total"},
    paper_missing: {"document_file_missing"},
    paper_altered: {"document_seal_broken"},
    paper_exchanged: {"document_changed"},
}


@pytest.mark.parametrize(("seed", "found"), SEEDS.items(), ids=[seed.__name__ for seed in SEEDS])
def test_check_finds(seed, found, sound):
    with unguarded():
        seed()
    assert {damage.code for damage in all_damages()} == found


def a_rule_dropped() -> None:
    sql("DROP TRIGGER rule_ledger_transfer_post" + (" ON ledger_transfer" if postgresql() else ""))


def a_rule_emptied() -> None:
    """A rule that still has its name, and refuses nothing any more."""
    if postgresql():
        sql(
            "CREATE OR REPLACE FUNCTION rule_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RETURN NULL; END $$"
        )
    else:
        sql("DROP TRIGGER rule_journal_entry_update")
        sql("CREATE TRIGGER rule_journal_entry_update BEFORE UPDATE ON journal_entry BEGIN SELECT 1; END")


def a_rule_of_somebody_else() -> None:
    if postgresql():
        sql(
            "CREATE TRIGGER rule_mine BEFORE UPDATE ON ledger_transfer"
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
    else:
        sql("CREATE TRIGGER rule_mine BEFORE UPDATE ON ledger_transfer BEGIN SELECT 1; END")


def postgresql() -> bool:
    return connection.vendor == "postgresql"


@pytest.mark.parametrize(
    ("seed", "found"),
    [
        (a_rule_dropped, "store_rule_missing"),
        (a_rule_emptied, "store_rule_altered"),
        (a_rule_of_somebody_else, "store_rule_unknown"),
    ],
    ids=["a rule missing", "a rule altered", "a rule unknown"],
)
def test_check_finds_a_change_of_the_rules(seed, found, sound):
    settle()
    seed()
    assert [damage.code for damage in all_damages()] == [found]
    store_rules.install()
    assert all_damages() == []


def test_a_rule_switched_off_is_found(sound):
    if not postgresql():
        pytest.skip("SQLite has no switch for a trigger")
    settle()
    sql("ALTER TABLE ledger_account DISABLE TRIGGER rule_ledger_account_update")
    assert [damage.code for damage in all_damages()] == ["store_rule_altered"]


def test_the_command_says_it_in_french_and_in_its_exit(sound, capsys):
    assert main(["check"]) == 0 and "rien n'est perdu ni altéré" in capsys.readouterr().out
    with unguarded():
        balance_by_sql()
    assert main(["check", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False and {one["code"] for one in said["damages"]} == SEEDS[balance_by_sql]
    assert all(len(one["sentence"].split()) > 4 for one in said["damages"])
