"""What every test stands on: a throw-away var/, fixed keys, the store that `--store` names, loud templates."""

import atexit
import base64
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings


if TYPE_CHECKING:
    from tests.kill import Outcome, Stores

# A speed is a benchmark, never a test: a machine that is busy with both stores must not turn one red.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
HOUSE = Path(__file__).resolve().parents[1] / "src" / "cartable"
VAR = Path(tempfile.mkdtemp(prefix="cartable-test-"))
atexit.register(shutil.rmtree, VAR, ignore_errors=True)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "cartable.config.settings",
    "CARTABLE_VAR": str(VAR),
    "CARTABLE_SECRET_KEY": "the-fixed-secret-of-the-tests-which-guards-nothing",
    "CARTABLE_KEYS": "k1:" + base64.urlsafe_b64encode(b"the fixed key of every test run.").decode(),
}
for name in ("DATABASE_URL", "CARTABLE_ADDRESS", "CARTABLE_EMAIL_BACKEND", "CARTABLE_CHECKPOINTS"):
    os.environ.pop(name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store", choices=("sqlite", "postgresql"), default="sqlite", help="where rows are kept"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--store") == "postgresql":
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or _own_postgresql(config)
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose
    _drop_rules_around_flush()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let pytest-django see that a test of `stores` needs the store set up, though it opens none itself."""
    for item in items:
        if "stores" in getattr(item, "fixturenames", ()):
            item.add_marker("django_db")


def _own_postgresql(config: pytest.Config) -> str:
    """Start a PostgreSQL of our own on a socket in a fresh directory; it stops with the test session."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(VAR))  # else a library of pgserver warns that it is missing
    import pgserver

    directory = Path(tempfile.mkdtemp(prefix="cartable-pg-"))
    server = pgserver.get_server(directory, cleanup_mode=None)
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    config.add_cleanup(lambda: _stop(server.get_pid(), directory))
    return f"postgresql://postgres@/postgres?host={quote(str(server.get_postmaster_info().socket_dir))}"


def _stop(pid: int, directory: Path) -> None:
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 10
    while (directory / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(directory, ignore_errors=True)


def _drop_rules_around_flush() -> None:
    """Let `flush` empty the guarded tables of a transactional test: rules off, flush, rules on again."""
    from django.db import connection

    from cartable.foundation import store_rules

    operations = type(connection.ops)  # a browser's event loop makes Django open another connection
    flush = operations.execute_sql_flush

    def flush_without_rules(self: object, statements: list[str]) -> None:
        store_rules.remove()
        try:
            flush(self, statements)
        finally:
            store_rules.install()

    operations.execute_sql_flush = flush_without_rules


class LoudUndefined(str):
    """What Django asks for when a template names an unknown variable: fail if that template is ours."""

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        name = getattr(frame.f_locals.get("self"), "token", "?")
        while frame is not None:
            origin = getattr(frame.f_locals.get("self"), "origin", None)
            if origin is not None:
                if str(origin).startswith(str(HOUSE)):
                    pytest.fail(f"{origin}: unknown variable {name!r}")
                return False
            frame = frame.f_back
        return False


@pytest.fixture(autouse=True, scope="session")
def loud_templates() -> None:
    from django.template import engines

    engines["django"].engine.string_if_invalid = LoudUndefined()


@pytest.fixture(autouse=True)
def checkpoints_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test, as it has a store of its own, a folder of its own for the journal's checkpoints."""
    from django.conf import settings

    monkeypatch.setattr(settings, "CHECKPOINTS_DIR", VAR / "checkpoints" / uuid4().hex)


class Clock:
    """The test's hand on the clock: `clock.at("2020-04-27T09:00+02:00")` for one block."""

    @staticmethod
    @contextmanager
    def at(moment: datetime | str) -> Iterator[datetime]:
        from cartable.foundation import clock

        when = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        with clock.at(when):
            yield when


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def stores(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator["Stores"]:
    """Makes stores of their own for tests that start other processes (see `tests/kill.py`)."""
    from tests.kill import Stores

    made = Stores(tmp_path_factory.mktemp("stores"), django_db_blocker.unblock)
    yield made
    made.close()


@pytest.fixture
def all_or_nothing(stores) -> Callable[..., list["Outcome"]]:
    """Kill an act before each statement; assert that it is whole or absent, and may be repeated (`tests/kill.py`)."""
    from tests import kill

    def check(
        play: kill.Play, *, before: Any, done: Any, only: Any = "", refused: str = kill.REUSED, **how: bool
    ) -> list[kill.Outcome]:
        outcomes = kill.kill_everywhere(stores, play, only, **how)
        kill.assert_all_or_nothing(outcomes, before=before, done=done)
        if play.other:
            kill.assert_other_content_is_refused(stores, play, done=done, refused=refused)
        return outcomes

    return check


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The source files beside the repository; the test is skipped where they are missing."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not beside this repository")
    return folder
