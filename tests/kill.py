"""Kill a process before each SQL statement that it sends, and after the last: what stands, what does a repeat do?

Use the fixture `all_or_nothing` (`tests/conftest.py`). A module of the room (`tests/<room>/killed.py`) gives callables
without arguments: `prepare` makes the state before, once; the act does one thing with fixed ids; `state` says what
stands, as JSON; `other` asks for something else under the same key:

    PLAY = kill.play("tests.equipment.killed", act="hand", other="hand_to_another")

    def test_a_hand_over_is_whole_or_absent(all_or_nothing):
        all_or_nothing(PLAY, before={"handed": 0}, done={"handed": 1})

Every point has a copy of the prepared store and a process of its own, which ends itself with SIGKILL. What falls after
statement N falls before statement N + 1: the store sees no difference, so N + 1 points are all there are, COMMIT among
them. After each kill the act is done again, twice. `only` keeps the points whose statement begins with it; `files` adds
the changes of files, and gives each point a copy of the prepared var/.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4


ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 2
REUSED = "key_reused"


@dataclass(frozen=True, slots=True)
class Play:
    """The callables of one kill test, each as `module:function`; `other`: the same key with another content."""

    prepare: str
    act: str
    state: str
    other: str = ""


def play(
    module: str, act: str = "act", *, prepare: str = "prepare", state: str = "state", other: str = ""
) -> Play:
    """Name the callables of one module."""
    return Play(*(f"{module}:{name}" if name else "" for name in (prepare, act, state, other)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stood after the kill before `statement`, after a first repeat and after a second one."""

    statement: str
    after_kill: Any
    after_repeat: Any
    after_second_repeat: Any


class Victims:
    """Processes that fork one child for each job (see `tests/victim.py`); jobs wait for a free one."""

    def __init__(self) -> None:
        self.free: Queue[subprocess.Popen[str]] = Queue()
        line = [sys.executable, "-m", "tests.victim", "serve"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.all = [subprocess.Popen(line, cwd=ROOT, **pipes) for _ in range(AT_ONCE)]
        for process in self.all:
            self.free.put(process)

    def ask(self, address: str, do: str, *arguments: Any, var: str = "") -> dict[str, Any]:
        """Have one job done in a process of its own; give what came of it."""
        process = self.free.get()
        try:
            process.stdin.write(
                json.dumps({"address": address, "var": var, "do": do, "with": arguments}) + "\n"
            )
            process.stdin.flush()
            return json.loads(process.stdout.readline())
        finally:
            self.free.put(process)

    def result(self, address: str, do: str, *arguments: Any, var: str = "") -> Any:
        """Have a job done that must succeed; give its result."""
        said = self.ask(address, do, *arguments, var=var)
        if "result" not in said:
            raise AssertionError(f"{do} {arguments} failed:\n{said.get('error', said)}")
        return said["result"]

    def close(self) -> None:
        for process in self.all:
            process.stdin.close()
            process.wait(timeout=30)
            process.stdout.close()


class Stores:
    """Makes migrated, empty stores, one for each process that is to be killed or crowded."""

    def __init__(self, folder: Path, unblock: Callable[[], Any]) -> None:
        from django.db import connection

        self.connection, self.folder, self.unblock = connection, folder, unblock
        self.made: list[str] = []
        self._victims: Victims | None = None
        self.template = str(folder / "template.sqlite3")
        with self.unblock():
            if connection.vendor == "sqlite":
                connection.ensure_connection()
                connection.connection.execute("VACUUM INTO ?", [self.template])
            else:
                connection.close()  # PostgreSQL copies only a database that nobody uses
                self.template = self._database(connection.settings_dict["NAME"])

    @property
    def victims(self) -> Victims:
        self._victims = self._victims or Victims()
        return self._victims

    def fresh(self) -> str:
        """Make one store; give its address, as for `DATABASE_URL`."""
        return self.copy(self._address(self.template))

    def copy(self, address: str) -> str:
        """Make a copy of a store that nobody uses."""
        name = urlsplit(address).path[1:]
        if self.connection.vendor == "postgresql":
            return self._address(self._database(name))
        copy = self.folder / f"{uuid4().hex}.sqlite3"
        assert not Path(f"{name}-wal").exists(), "this store is still in use"
        shutil.copyfile(name, copy)
        return self._address(str(copy))

    def bare(self) -> str:
        """Name a store that holds nothing, not even tables."""
        if self.connection.vendor == "postgresql":
            return self._address(self._database("template0"))
        return self._address(f"{self.folder / uuid4().hex}.sqlite3")

    def drop(self, address: str) -> None:
        """Throw one store away."""
        name = urlsplit(address).path[1:]
        if self.connection.vendor == "postgresql":
            self._maintain(f'DROP DATABASE "{name}" WITH (FORCE)')
            self.made.remove(name)
        else:
            for tail in ("", "-wal", "-shm"):
                Path(f"{name}{tail}").unlink(missing_ok=True)

    def close(self) -> None:
        """Drop what was made in a PostgreSQL of somebody else's; our own is thrown away whole."""
        if self._victims:
            self._victims.close()
        for name in self.made if "TEST_DATABASE_URL" in os.environ else []:
            self._maintain(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _address(self, name: str) -> str:
        if self.connection.vendor == "postgresql":
            return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        return f"sqlite:///{name}"

    def _database(self, template: str) -> str:
        name = f"kill_{uuid4().hex}"
        self._maintain(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.made.append(name)
        return name

    def _maintain(self, sql: str) -> None:
        with self.unblock(), self.connection._nodb_cursor() as cursor:
            cursor.execute(sql)


def call(address: str, function: str, timeout: int = 600) -> Any:
    """Call `module:function` in a fresh process on that store; give its result."""
    line = [sys.executable, "-m", "tests.victim", "call", function]
    environment = {**os.environ, "DATABASE_URL": address}
    done = subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )
    if done.returncode:
        raise AssertionError(f"{function} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


@dataclass(frozen=True, slots=True)
class Stage:
    """A prepared store, and the var/ beside it where files count."""

    stores: Stores
    play: Play
    address: str
    var: str

    def copy(self) -> "Stage":
        """Copy the store, and its var/."""
        var = f"{self.stores.folder / uuid4().hex}" if self.var else ""
        if var:
            shutil.copytree(self.var, var)
        return Stage(self.stores, self.play, self.stores.copy(self.address), var)

    def result(self, do: str, *arguments: Any) -> Any:
        return self.stores.victims.result(self.address, do, *arguments, var=self.var)

    def kill(self, point: int) -> None:
        said = self.stores.victims.ask(
            self.address, "kill", self.play.act, point, bool(self.var), var=self.var
        )
        assert said.get("signal") == signal.SIGKILL, said

    def drop(self) -> None:
        self.stores.drop(self.address)
        if self.var:
            shutil.rmtree(self.var)


def prepared(stores: Stores, play: Play, *, files: bool = False, bare: bool = False) -> Stage:
    """Make the state before an act, once."""
    var = str(stores.folder / uuid4().hex) if files else ""
    if var:
        Path(var).mkdir()
    stage = Stage(stores, play, stores.bare() if bare else stores.fresh(), var)
    stage.result("prepare", play.prepare)
    return stage


def dies_anywhere(
    play: Play,
    changes: dict[str, Any],
    all_or_nothing: Callable[..., Any],
    stores: Any,
    *,
    entries: int = 1,
    only: str | tuple[str, ...] = "",
) -> None:
    """Let an act end as `changes` say, with so many entries of the journal and no damage; then kill it everywhere."""
    before, done = before_and_after(stores, play)
    assert {name: done[name] for name in changes} == changes, done
    assert done["entries"] == before["entries"] + entries
    assert done["damages"] == before["damages"] == []
    all_or_nothing(play, before=before, done=done, only=only)


def before_and_after(stores: Stores, play: Play) -> tuple[Any, Any]:
    """Give what stands before an act, and after it was done without any kill."""
    stage = prepared(stores, play)
    before = stage.result("call", play.state)
    stage.result("call", play.act)
    done = stage.result("call", play.state)
    stage.drop()
    return before, done


def kill_everywhere(
    stores: Stores, play: Play, only: str | tuple[str, ...] = "", **how: bool
) -> list[Outcome]:
    """Kill `play.act` before each of its statements and after the last, each time on a store of its own."""
    before = prepared(stores, play, **how)
    counted = before.copy()
    statements = [*counted.result("count", play.act, bool(before.var)), "(nothing more)"]
    counted.drop()

    def at(point: int) -> Outcome:
        stage = before.copy()
        stage.kill(point + 1)
        outcome = Outcome(statements[point], *stage.result("repeat", play.act, play.state))
        stage.drop()
        return outcome

    points = [n for n, statement in enumerate(statements) if statement.startswith(only)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(at, points))


def assert_all_or_nothing(outcomes: list[Outcome], *, before: Any, done: Any) -> None:
    """Assert that a kill leaves all or nothing, that both are seen, and that any repeat ends in `done`."""
    for outcome in outcomes:
        assert outcome.after_kill in (before, done), outcome
        assert outcome.after_repeat == done, outcome
        assert outcome.after_second_repeat == done, outcome
    assert before in [outcome.after_kill for outcome in outcomes]
    assert outcomes[-1].after_kill == done, outcomes[-1]


def assert_other_content_is_refused(stores: Stores, play: Play, *, done: Any, refused: str = REUSED) -> None:
    """Assert that the key of a thing done is refused for something else, and changes nothing."""
    stage = prepared(stores, play)
    stage.result("call", play.act)
    assert stage.result("refusal", play.other) == refused
    assert stage.result("call", play.state) == done
    stage.drop()
