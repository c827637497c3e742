"""Kill a process before each SQL statement that it sends, and after the last: what stands, what does a repeat do?

A test names three callables as `module:function`, each without arguments: `prepare` (the state before), `act` (the
action, with fixed ids) and `state` (what stands, as JSON). Every run has a store of its own and a fresh process,
which kills itself with SIGKILL. What falls after statement N falls before statement N + 1: the store sees no
difference, so N + 1 points are all there are, COMMIT among them.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4


ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Play:
    """The three callables of one kill test, each as `module:function`."""

    prepare: str
    act: str
    state: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stood after the kill before `statement`, after a first repeat and after a second one."""

    statement: str
    after_kill: Any
    after_repeat: Any
    after_second_repeat: Any


class Stores:
    """Makes migrated, empty stores, one for each process that is to be killed or crowded."""

    def __init__(self, folder: Path, unblock: Callable[[], Any]) -> None:
        from django.db import connection

        self.connection, self.folder, self.unblock = connection, folder, unblock
        self.made: list[str] = []
        self.template = str(folder / "template.sqlite3")
        with self.unblock():
            if connection.vendor == "sqlite":
                connection.ensure_connection()
                connection.connection.execute("VACUUM INTO ?", [self.template])
            else:
                connection.close()  # PostgreSQL copies only a database that nobody uses
                self.template = self._copy_of(connection.settings_dict["NAME"])

    def fresh(self) -> str:
        """Make one store; give its address, as for `DATABASE_URL`."""
        if self.connection.vendor == "postgresql":
            address = urlsplit(os.environ["DATABASE_URL"])
            return urlunsplit(address._replace(path=f"/{self._copy_of(self.template)}"))
        path = self.folder / f"{uuid4().hex}.sqlite3"
        path.write_bytes(Path(self.template).read_bytes())
        return f"sqlite:///{path}"

    def bare(self) -> str:
        """Name a store that holds nothing, not even tables."""
        if self.connection.vendor == "postgresql":
            address = urlsplit(os.environ["DATABASE_URL"])
            return urlunsplit(address._replace(path=f"/{self._copy_of('template0')}"))
        return f"sqlite:///{self.folder / uuid4().hex}.sqlite3"

    def close(self) -> None:
        """Drop what was made in a PostgreSQL of somebody else's; our own is thrown away whole."""
        for name in self.made if "TEST_DATABASE_URL" in os.environ else []:
            self._maintain(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _copy_of(self, template: str) -> str:
        name = f"kill_{uuid4().hex}"
        self._maintain(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.made.append(name)
        return name

    def _maintain(self, sql: str) -> None:
        with self.unblock(), self.connection._nodb_cursor() as cursor:
            cursor.execute(sql)


def run(address: str, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command of this module in a fresh process on the store of that address."""
    line = [sys.executable, "-m", "tests.kill", command, *arguments]
    environment = {**os.environ, "DATABASE_URL": address}
    return subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def answer(address: str, command: str, *arguments: str) -> Any:
    """Run one command that must succeed; give what it printed, read as JSON."""
    done = run(address, command, *arguments)
    if done.returncode:
        raise AssertionError(f"{command} {arguments} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def call(address: str, function: str) -> Any:
    """Call `module:function` in a fresh process on that store; give its result."""
    return answer(address, "call", function)


def kill_everywhere(stores: Stores, play: Play, only: str = "") -> list[Outcome]:
    """Kill `play.act` before each of its statements and after the last, each time on a store of its own.

    `only` limits the points to the statements that begin with it, where a seeded fault is quick to show.
    """
    parts = play.prepare, play.act, play.state
    statements = [*answer(stores.fresh(), "count", *parts), "(nothing more)"]
    points = [n for n, statement in enumerate(statements) if statement.startswith(only)]
    addresses = [stores.fresh() for _ in points]

    def killed(address: str, point: int) -> None:
        done = run(address, "kill", str(point + 1), *parts)
        assert done.returncode == -signal.SIGKILL, done.stderr

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(killed, addresses, points))
    after = answer(stores.fresh(), "repeat", *parts, *addresses)
    return [Outcome(statements[point], *states) for point, states in zip(points, after, strict=True)]


def assert_all_or_nothing(outcomes: list[Outcome], *, before: Any, done: Any) -> None:
    """Assert that a kill leaves all or nothing, that each is seen, and that any repeat ends in `done`."""
    for outcome in outcomes:
        assert outcome.after_kill in (before, done), outcome
        assert outcome.after_repeat == done, outcome
        assert outcome.after_second_repeat == done, outcome
    assert before in [outcome.after_kill for outcome in outcomes]
    assert outcomes[-1].after_kill == done, outcomes[-1]


def _load(name: str) -> Callable[[], Any]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


@contextmanager
def _before_each_statement(notice: Callable[[str], None]) -> Iterator[None]:
    """Call `notice` before each statement, COMMIT included, which Django sends past its cursors."""
    from django.db import connection

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        notice(sql)
        return execute(sql, params, many, context)

    commit = connection._commit

    def noticed_commit() -> None:
        notice("COMMIT")
        commit()

    connection._commit = noticed_commit
    try:
        with connection.execute_wrapper(wrapper):
            yield
    finally:
        connection._commit = commit


def _count(prepare: str, act: str, _state: str) -> list[str]:
    seen: list[str] = []
    _load(prepare)()
    with _before_each_statement(seen.append):
        _load(act)()
    return seen


def _kill(point: str, prepare: str, act: str, _state: str) -> None:
    left = int(point)

    def notice(_sql: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    _load(prepare)()
    with _before_each_statement(notice):
        _load(act)()
        notice("(nothing more)")


def _repeat(_prepare: str, act: str, state: str, *addresses: str) -> list[list[Any]]:
    from django.db import connections

    from cartable.config.settings import database

    found = []
    for address in addresses:
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = database(address)["NAME"]
        states = [_load(state)()]
        for _again in range(2):
            _load(act)()
            states.append(_load(state)())
        found.append(states)
    return found


def _main(command: str, *arguments: str) -> None:
    import django

    django.setup()
    commands: dict[str, Callable[..., Any]] = {
        "count": _count,
        "kill": _kill,
        "repeat": _repeat,
        "call": lambda name: _load(name)(),
    }
    sys.stdout.write("\n" + json.dumps(commands[command](*arguments)) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
