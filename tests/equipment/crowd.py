"""Many gates at once, in a process of its own: each thread has its own connection to the store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from cartable.accounts.models import User
from cartable.equipment.checks import damages
from cartable.equipment.models import Handover
from cartable.foundation.refused import Refused
from cartable.ledger import checks as ledger_checks
from tests.equipment.stage import Stage, iccid, stage


GATES = 6


def one_number() -> dict[str, Any]:
    """Two schools, three gates each: everybody hands out the same card, each to a family of his own."""
    week, places = _two_schools()
    needs = [week.need(at=places[gate % 2]) for gate in range(GATES)]
    return _run(week, lambda gate: _hand(week, needs[gate], iccid(5), places[gate % 2]))


def one_need() -> dict[str, Any]:
    """Six gates of one school serve the same family, each with another card."""
    week, places = _two_schools()
    need = week.need()
    return _run(week, lambda gate: _hand(week, need, iccid(gate), places[0]))


def last_card() -> dict[str, Any]:
    """Six gates of one school, six families, two cards left, one of them known by its number already."""
    week = stage()
    week.stock(2)
    first = week.hand(week.need(), iccid(0)).handover
    from cartable.equipment.actions import give_back

    give_back(actor=week.head, handover_id=first.public_id)
    needs = [week.need() for _ in range(GATES)]
    return _run(week, lambda gate: _hand(week, needs[gate], iccid(10 + gate), (week.school, week.head)))


def _two_schools() -> tuple[Stage, list[Any]]:
    week = stage()
    other = week.another_school()
    week.stock(6), week.stock(6, to=other[0])
    return week, [(week.school, week.head), other]


def _hand(week: Stage, need: Any, number: str, at: Any) -> bool:
    school, head = at
    try:
        week.hand(need, number, at=(school, User.objects.get(pk=head.pk)))
    except Refused as refusal:
        assert refusal.code in ("already_out", "already_served", "not_enough", "number_unknown"), refusal.code
        return False
    return True


def _run(week: Stage, one: Callable[[int], bool]) -> dict[str, Any]:
    start = Barrier(GATES, timeout=30)

    def work(gate: int) -> bool:
        try:
            start.wait()
            return one(gate)
        finally:
            connection.close()

    with ThreadPoolExecutor(GATES) as pool:
        served = sum(pool.map(work, range(GATES)))
    return {
        "served": served,
        "done": Handover.objects.filter(state="done").count(),
        "damages": [damage.code for damage in (*ledger_checks.damages(), *damages())],
    }
