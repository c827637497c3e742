"""How fast is "where is the money" of the nation: 18 régions, 101 départements, 5 lines, 50,000 commitments?

    python -m benchmarks.money [commitments]

The figures are read as the page reads them (envelopes of the user, figures, totals by line and territory), today, at a
day of the past, and as a curve; then the pages themselves are asked for. The peer adds the rows of each envelope up
in turn.
"""

import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks._money_store import NOW, nation, pay_half, write_file


LINES, VISITS, AIM_MS = 5, 40, 150
PAST = date(2020, 9, 1)


def measure(commitments: int) -> dict[str, Any]:
    """Fill a store and measure the reads; stop where they do not agree with the peer."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from cartable.accounts.models import Assignment, User
    from cartable.foundation import clock
    from cartable.funding.imports import import_commitments

    call_command("migrate", verbosity=0)
    with clock.at(NOW):
        nation(LINES)
        with tempfile.TemporaryDirectory() as folder:
            path = write_file(Path(folder) / "f.csv", commitments, LINES)
            report = import_commitments(actor=None, path=path)
        pay_half()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        minister = User.objects.create(identifier="m@example.test", display_name="x")
        Assignment.objects.create(user=minister, role="national", scope_kind="everywhere", valid_from=PAST)
        reads = {
            "today": lambda: page(minister.pk, None),
            "at_a_day": lambda: page(minister.pk, PAST),
            "curve": lambda: points(minister.pk),
            **pages_of(minister),
        }
        said = page(minister.pk, None)
        start = perf_counter()
        counted = peer()
        peer_ms = 1000 * (perf_counter() - start)
        if counted != {line: (money.committed, money.paid) for line, money in said.items()}:
            sys.exit("the two do not count the same: nothing was measured")
        found = {name: _visits(read) for name, read in reads.items()}
    return {
        "what": f"money of the nation, {LINES * 120} envelopes, {report.created} commitments, in process",
        **found,
        "aim_ms": AIM_MS,
        "met": max(found[name]["p95_ms"] for name in ("today", "page")) <= AIM_MS,
        "peer_ms": round(peer_ms),
        "peer_is": "the rows of each envelope in turn",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {connection.vendor}",
        "load": round(os.getloadavg()[0], 1),
    }


def page(pk: int, at: date | None) -> dict[int, Any]:
    """Read what the page of the nation shows: by région, by département, by line."""
    from cartable.accounts.models import User
    from cartable.funding import queries

    seen = queries.envelopes_visible_to(User.objects.get(pk=pk)).filter(year=2020)
    rows = queries.money(seen, at=at)
    queries.ceilings({row.envelope.line for row in rows})
    for key in (queries.by_region, queries.by_department):
        queries.totals(rows, key)
    return queries.totals(rows, queries.by_line)


def pages_of(reader: Any) -> dict[str, Callable[[], Any]]:
    """Give how to ask for the pages themselves, in process, as their reader."""
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    import_module("cartable.config.wsgi")  # what the server does when it starts counts
    client = Client()
    client.force_login(reader)
    addresses = {
        "page": "/credits/",
        "page_at_a_day": f"/credits/?au={PAST}",
        "page_of_days": "/credits/jours",
    }

    def ask(address: str) -> Callable[[], Any]:
        def visit() -> None:
            answer = client.get(address)
            if answer.status_code != 200:
                sys.exit(f"{address} answers {answer.status_code}")

        visit()  # the first page of a session writes when it was born
        return visit

    return {name: ask(address) for name, address in addresses.items()}


def points(pk: int) -> list[Any]:
    """Read the curve of the year."""
    from cartable.accounts.models import User
    from cartable.funding import queries

    return queries.curve(queries.envelopes_visible_to(User.objects.get(pk=pk)).filter(year=2020))


def peer() -> dict[int, tuple[int, int]]:
    """Add up what each envelope committed and paid from its own rows."""
    from django.db.models import Sum

    from cartable.funding.models import CommitmentPart, Envelope, Movement

    found: dict[int, tuple[int, int]] = {}
    for envelope in Envelope.objects.all():
        parts = CommitmentPart.objects.filter(envelope=envelope, commitment__state="committed")
        committed = parts.aggregate(cents=Sum("amount_cents", default=0))["cents"]
        payments = Movement.objects.filter(part__envelope=envelope, kind="payment")
        paid = payments.aggregate(cents=Sum("amount_cents", default=0))["cents"]
        before = found.get(envelope.line_id, (0, 0))
        found[envelope.line_id] = before[0] + committed, before[1] + paid
    return found


def _visits(read: Callable[[], Any]) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        read()
        queries = len(seen)
    taken, busy = zip(*(_timed(read) for _ in range(VISITS)), strict=True)
    processor = {f"processor_{name}": value for name, value in _quantiles(busy).items()}
    return {**_quantiles(taken), **processor, "queries": queries}


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
        print(json.dumps(measure(int((*sys.argv[1:], "50000")[0])), indent=2))
