"""Many at once on one account, in a process of its own: each thread has its own connection to the store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F

from cartable.foundation import store_rules
from cartable.foundation.refused import Refused
from cartable.ledger.actions import open_resource, post
from cartable.ledger.checks import damages
from cartable.ledger.models import Account, Resource, Transfer
from cartable.ledger.queries import balances
from tests.ledger.postings import DAY, DEPOT, GIVER, send


THREADS, EACH, STOCK = 8, 25, 120


def posts() -> dict[str, object]:
    """Ask for 200 pieces out of 120, one by one, in eight threads; each request is sent twice with one id."""
    send(GIVER, DEPOT, STOCK)
    return run(one_post)


def crossed() -> dict[str, object]:
    """Send pieces round in a ring, half of the threads the other way: nobody may wait for ever."""
    places = [f"depot:{n}" for n in range(3)]
    for place in places:
        send(GIVER, place, STOCK)

    def one(thread: int, turn: int) -> bool:
        ring = places if thread % 2 else places[::-1]
        send(ring[turn % 3], ring[(turn + 1) % 3], 1)
        return True

    return run(one) | {"depots": sum(balances("sim", places).values())}


def naive() -> dict[str, object]:
    """Do the same without the rules: read the balance, look whether it is enough, write. It must overspend."""
    send(GIVER, DEPOT, STOCK)
    store_rules.remove()
    if connection.vendor == "postgresql":
        connection.cursor().execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_enough")
    return run(one_naive_post)


def run(one: Callable[[int, int], bool]) -> dict[str, object]:
    start = Barrier(THREADS, timeout=30)

    def work(thread: int) -> int:
        try:
            start.wait()
            return sum(one(thread, turn) for turn in range(EACH))
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        accepted = sum(pool.map(work, range(THREADS)))
    return {
        "accepted": accepted,
        "transfers": Transfer.objects.filter(source__code=DEPOT).count(),
        "left": balances("sim", [DEPOT])[DEPOT],
        "damages": [damage.code for damage in damages()],
    }


def one_post(thread: int, turn: int) -> bool:
    key = uuid4()
    return post_once(key, thread) and post_once(key, thread)


def post_once(key: UUID, thread: int) -> bool:
    try:
        post(
            actor=None,
            transfer_id=key,
            resource="sim",
            source=DEPOT,
            target=f"school:{thread}",
            amount=1,
            value_date=DAY,
            reason="crowd",
        )
    except Refused as refusal:
        if refusal.code != "not_enough":
            raise
        return False
    return True


together = Barrier(THREADS, timeout=30)


def one_naive_post(thread: int, turn: int) -> bool:
    open_resource(code="sim", label="Carte SIM")
    return naive_take("sim", DEPOT, f"school:{thread}", 1, together)


def naive_take(resource_code: str, source: str, target: str, amount: int, together: Barrier) -> bool:
    """Take without any rule: read the balance, look whether it is enough, write."""
    resource = Resource.objects.get(code=resource_code)
    first = Account.objects.get(resource=resource, code=source)
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA ignore_check_constraints = ON")
    together.wait()  # everybody has read before anybody writes
    if first.balance < amount:
        return False
    with transaction.atomic():
        second = naive_account(resource, target)
        Transfer.objects.create(
            public_id=uuid4(),
            resource=resource,
            source=first,
            target=second,
            amount=amount,
            value_date=DAY,
            reason_code="x",
        )
        Account.objects.filter(pk=first.pk).update(balance=F("balance") - amount)
        Account.objects.filter(pk=second.pk).update(balance=F("balance") + amount)
    return True


def naive_account(resource: Resource, code: str) -> Account:
    return Account.objects.get_or_create(resource=resource, code=code)[0]
