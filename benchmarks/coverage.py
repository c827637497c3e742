"""How fast is the page of figures, with 500 schools and 25,000 needs? The peer asks each school in turn."""

import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from time import perf_counter, process_time
from typing import Any

from benchmarks._coverage_store import fill


SCHOOLS, NEEDS_EACH, VISITS, PEER_VISITS = 500, 50, 60, 3
AIM_MS, AIM_QUERIES = 150, 12


def peer(operation: Any) -> dict[str, tuple[int, int]]:
    """Count as a first version would: each school in turn, a few queries for each. No page is made."""
    from django.db.models import Sum

    from cartable.equipment.models import Handover
    from cartable.operations.queries import schools_asked
    from cartable.pupils.models import Pupil

    sums = {"device": (0, 0), "connection": (0, 0)}
    for school in schools_asked(operation):
        answer = operation.campaign.returns.filter(
            school=school, state__in=["submitted", "validated"]
        ).first()
        hands = Handover.objects.filter(operation=operation, school=school, state="done")
        for kind, good in (("device", "tablet"), ("connection", "sim")):
            hands.filter(product__good=good).count()
            if answer is None:
                continue
            needed = answer.lines.filter(kind=kind).aggregate(pupils=Sum("pupils", default=0))["pupils"]
            covered = Pupil.objects.filter(
                in_needs__kind=kind,
                in_needs__need__school=school,
                in_needs__need__covers__ends_at=None,
                in_needs__need__covers__starts_at__gt=answer.submitted_at,
                in_needs__need__covers__source__in=hands.values("public_id"),
            )
            known = sums[kind]
            sums[kind] = known[0] + needed, known[1] + covered.values("match_key").distinct().count()
    return sums


def measure() -> dict[str, Any]:
    """Measure the page for who sees everything and for who has small counts hidden; give the slower of both."""
    import django

    django.setup()
    from django.core.management import call_command

    from cartable.monitoring.queries import coverage

    call_command("migrate", verbosity=0)
    operation = fill(SCHOOLS, NEEDS_EACH)
    if coverage(operation) != peer(operation):
        sys.exit("the two do not count the same: nothing was measured")
    pages = {role: _visits(operation, role, place) for role, place in _readers(operation).items()}
    slowest = max(pages.values(), key=lambda page: page["p95_ms"])
    naive = _quantiles([_timed(lambda: peer(operation))[1] for _ in range(PEER_VISITS)])
    return {
        "what": f"page of figures in process, {SCHOOLS} schools, {SCHOOLS * NEEDS_EACH} needs",
        **slowest,
        "n": VISITS,
        "by_role": pages,
        "aim_ms": AIM_MS,
        "aim_queries": AIM_QUERIES,
        "met": slowest["p95_ms"] <= AIM_MS and slowest["queries"] <= AIM_QUERIES,
        "peer_processor_p50_ms": naive["p50_ms"],
        "peer_is": "each school in turn, without a page",
        "ratio": round(naive["p50_ms"] / slowest["processor_p50_ms"], 1),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, SQLite",
        "load": round(os.getloadavg()[0], 1),
    }


def _readers(operation: Any) -> dict[str, Any]:
    return {"equipment": operation.owner, "prefecture": operation.department}


def _visits(operation: Any, role: str, place: Any) -> dict[str, float]:
    """Ask for the page again and again as somebody with `role`."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["testserver"]
    import_module("cartable.config.wsgi")  # what the server does when it starts counts
    client, address = Client(), f"/chiffres/{operation.public_id}"
    client.force_login(_account(role, place))
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
        queries = len(seen)
    if answer.status_code != 200:
        sys.exit(f"{role}: the page answers {answer.status_code}")
    taken, busy = zip(*(_timed(lambda: client.get(address)) for _ in range(VISITS)), strict=True)
    processor = {f"processor_{name}": value for name, value in _quantiles(busy).items()}
    return {**_quantiles(taken), **processor, "queries": queries, "kilobytes": len(answer.content) // 1000}


def _account(role: str, place: Any) -> Any:
    from cartable.accounts.models import Assignment, User

    user = User.objects.create(identifier=f"{role}@example.test", display_name=role)
    kind = place._meta.model_name
    given = {"valid_from": date(2020, 1, 1), kind: place}
    Assignment.objects.create(user=user, role=role, scope_kind=kind, **given)
    return user


def _timed(act: Callable[[], Any]) -> tuple[float, float]:
    """Give the seconds that `act` takes, by the clock and of the processor: others may be at work here."""
    start, busy = perf_counter(), process_time()
    act()
    return perf_counter() - start, process_time() - busy


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    p95 = sorted(seconds)[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    return {"p50_ms": round(1000 * statistics.median(seconds), 1), "p95_ms": round(1000 * p95, 1)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as var:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cartable.config.settings")
        os.environ["CARTABLE_VAR"] = var
        os.environ.pop("DATABASE_URL", None)
        print(json.dumps(measure(), indent=2))
