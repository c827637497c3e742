"""How many commitments a second on one envelope, journal and rights included; and 100,000 of them from a file?

    python -m benchmarks.commitments [count] [rows of the file]

The peer of an action is the bare transfer. On SQLite, and on PostgreSQL where `BENCHMARK_POSTGRESQL` names one, or
where the package of the tests can start one.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from benchmarks._money_store import DAY, NOW, nation, write_file


AIM_PER_SECOND, AIM_IMPORT_SECONDS = 100, 60


def measure(count: int, rows: int) -> dict[str, Any]:
    """Measure one store: commitments one by one, bare transfers, then the file."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from cartable.foundation import clock

    call_command("migrate", verbosity=0)
    with clock.at(NOW):
        nation(1)
        actor = _prefect()
        found = {
            "store": connection.vendor,
            "commitments": _rate(count, _commit(actor)),
            "bare_transfers": _rate(count, _transfer()),
            "import": _import(rows),
        }
    return found | {
        "met": found["commitments"]["per_second"] >= AIM_PER_SECOND
        and found["import"]["seconds"] <= AIM_IMPORT_SECONDS,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
    }


def _prefect() -> Any:
    from cartable.accounts.models import Assignment, SecondFactor, User
    from cartable.territories.models import Department

    user = User.objects.create(identifier="prefet@example.test", display_name="x")
    place = Department.objects.order_by("id").first()
    Assignment.objects.create(
        user=user, role="prefecture", scope_kind="department", department=place, valid_from=DAY
    )
    SecondFactor.objects.create(user=user, key="JBSWY3DPEHPK3PXP", created_at=NOW, confirmed_at=NOW)
    return user


def _commit(actor: Any) -> Callable[[], Any]:
    """Commit as a request would: the rights of the person are resolved anew each time."""
    from cartable.accounts.models import User
    from cartable.bodies.models import Body
    from cartable.funding import actions
    from cartable.funding.models import Envelope

    bearer = Body.objects.get(kind="association").public_id
    envelope = Envelope.objects.get(department=actor.assignments.get().department).public_id

    def act() -> None:
        actions.commit(
            actor=User.objects.get(pk=actor.pk),
            kind="order",
            bearer_id=bearer,
            subject="Tablettes",
            parts=[actions.Part(envelope, 100)],
            on=DAY,
            key=uuid4(),
        )

    return act


def _transfer() -> Callable[[], Any]:
    from cartable.funding.codes import account
    from cartable.funding.enums import Stage
    from cartable.funding.models import Envelope
    from cartable.ledger.actions import post

    source = account(Stage.ENVELOPE, Envelope.objects.filter(level="department").first().public_id)

    def act() -> None:
        post(
            actor=None,
            transfer_id=uuid4(),
            resource="ae",
            source=source,
            target=f"committed:{uuid4().hex}",
            amount=1,
            value_date=DAY,
            reason="benchmark",
        )

    return act


def _rate(count: int, act: Callable[[], Any]) -> dict[str, float]:
    act()
    start, busy = perf_counter(), process_time()
    for _ in range(count):
        act()
    taken, worked = perf_counter() - start, process_time() - busy
    return {
        "n": count,
        "per_second": round(count / taken, 1),
        "processor_ms_each": round(1000 * worked / count, 2),
    }


def _import(rows: int) -> dict[str, float]:
    from cartable.funding.imports import import_commitments

    with tempfile.TemporaryDirectory() as folder:
        path = write_file(Path(folder) / "f.csv", rows, 1)
        start, busy = perf_counter(), process_time()
        report = import_commitments(actor=None, path=path)
        taken, worked = perf_counter() - start, process_time() - busy
        start = perf_counter()
        again = import_commitments(actor=None, path=path)
    if (report.created, again.unchanged) != (rows, rows):
        sys.exit(f"not every line was taken: {report.rejects[:3]}")
    return {
        "rows": rows,
        "seconds": round(taken, 1),
        "processor_seconds": round(worked, 1),
        "again_seconds": round(perf_counter() - start, 1),
    }


@contextmanager
def _postgresql() -> Any:
    """Give the address of a PostgreSQL that keeps what it is told (fsync on), or None."""
    if address := os.environ.get("BENCHMARK_POSTGRESQL"):
        yield address
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        try:
            import pgserver
        except ImportError:
            yield None
            return
        server = pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        yield f"postgresql://postgres@/postgres?host={quote(str(server.get_postmaster_info().socket_dir))}"
        server.cleanup()


def main(arguments: list[str]) -> int:
    """Measure each store in a process of its own."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(int(arguments[1]), int(arguments[2])), indent=2))
        return 0
    count, rows = (int(one) for one in (*arguments, "1000", "100000")[:2])
    failed = 0
    with tempfile.TemporaryDirectory() as var, _postgresql() as address:
        for url in dict.fromkeys((None, address)):
            given = {**os.environ, "CARTABLE_VAR": var, "DJANGO_SETTINGS_MODULE": "cartable.config.settings"}
            given.pop("DATABASE_URL", None)
            if url:
                given["DATABASE_URL"] = url
            command = [sys.executable, "-m", "benchmarks.commitments", "--one", str(count), str(rows)]
            failed |= subprocess.run(command, env=given, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
