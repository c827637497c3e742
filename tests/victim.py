"""The processes that are killed: `python -m tests.victim serve` sets Django up once, then forks one for each job.

A fork costs milliseconds where a fresh start costs a second. It is safe here and nowhere else: the parent has one
thread, opens no store, and has not imported Polars (whose threads a fork would leave hanging); it looks before each
fork. A job is one line of JSON on stdin, its answer one line on stdout.
"""

import gc
import importlib
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
FILE_EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate"}


def load(name: str) -> Callable[[], Any]:
    """Give the callable named `module:function`."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def work_on(address: str, var: str = "") -> None:
    """Turn Django, which has opened nothing yet, to the store of that address and to that var/."""
    from django.conf import settings
    from django.db import connections

    from cartable.config.settings import database

    turned = connections["default"].settings_dict
    turned["NAME"] = database(address)["NAME"]
    if connections["default"].vendor == "sqlite":
        # What a killed process has written stands, forced to the disk or not: only a loss of power tells them apart.
        turned["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    if var:
        settings.VAR_DIR = Path(var)
        settings.CHECKPOINTS_DIR = Path(var) / "checkpoints"


@contextmanager
def noticing(notice: Callable[[str], None], files: bool) -> Iterator[None]:
    """Call `notice` before each statement, COMMIT included, which Django sends past its cursors.

    With `files`, also before each change that Python makes to a file or folder.
    """
    from django.db import connection

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        notice(sql)
        return execute(sql, params, many, context)

    commit = connection._commit

    def noticed_commit() -> None:
        notice("COMMIT")
        commit()

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        path = arguments[0] if arguments else None
        writes = event in FILE_EVENTS or (event == "open" and (arguments[2] or 0) & WRITING)
        if writes and isinstance(path, str | bytes | os.PathLike):
            notice(f"{event} {Path(os.fsdecode(path)).name}")

    if files:
        sys.addaudithook(audit)  # it stays until this process dies, which is soon
    connection._commit = noticed_commit
    with connection.execute_wrapper(wrapper):
        yield
    connection._commit = commit


def call(name: str) -> Any:
    """Call one function; give its result."""
    return load(name)()


def prepare(name: str) -> None:
    """Bring a store to the state before; all of it is in its file once it is closed."""
    from django.db import connection

    load(name)()
    connection.close()


def count(act: str, files: bool) -> list[str]:
    """List what is sent during the act."""
    seen: list[str] = []
    done = False
    with noticing(lambda sql: done or seen.append(sql), files):
        load(act)()
    done = True
    return seen


def kill(act: str, point: int, files: bool) -> None:
    """Run the act and die just before its statement number `point`, or right after the act."""
    left = point

    def notice(_sql: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with noticing(notice, files):
        load(act)()
        notice("(nothing more)")


def repeat(act: str, state: str) -> list[Any]:
    """Say what stands, then after the act was done again, then after a second time."""
    states = [load(state)()]
    for _again in range(2):
        load(act)()
        states.append(load(state)())
    return states


def harmless(module: str) -> bool:
    """Say whether a module may be imported in a process that forks."""
    importlib.import_module(module)
    return "polars" not in sys.modules and threading.active_count() == 1


def refusal(act: str) -> str:
    """Give the code with which an act is refused, "" where it is done."""
    from cartable.foundation.refused import Refused

    try:
        load(act)()
    except Refused as refused:
        return refused.code
    return ""


JOBS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (call, prepare, count, kill, repeat, refusal, harmless)
}


def serve() -> None:
    """Fork a process for each job that stdin asks for; what jobs print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    gc.freeze()
    for line in sys.stdin:
        job = json.loads(line)
        _learn({word.partition(":")[0] for word in job["with"] if ":" in str(word)})
        answers.write(json.dumps(_in_a_child(job)) + "\n")
        answers.flush()


probed: set[str] = set()


def _learn(modules: set[str]) -> None:
    """Import the modules of a job once for all children, but for those that a first child saw bring Polars along."""
    for module in sorted(modules - probed):
        probed.add(module)
        if _in_a_child({"do": "harmless", "with": [module]}).get("result"):
            importlib.import_module(module)


def _in_a_child(job: dict[str, Any]) -> dict[str, Any]:
    if "polars" in sys.modules or threading.active_count() > 1:
        raise RuntimeError("this process must not fork: Polars or a thread is there")
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        _die(into, job)
    os.close(into)
    with os.fdopen(out) as file:
        said = file.read()
    _child, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return json.loads(said)


def _die(into: int, job: dict[str, Any]) -> None:
    """Do the job, say its result, and end without any of the parent's endings."""
    try:
        if "address" in job:
            work_on(job["address"], job["var"])
        said = {"result": JOBS[job["do"]](*job["with"])}
    except BaseException:
        said = {"error": traceback.format_exc()}
    with os.fdopen(into, "w") as file:
        file.write(json.dumps(said))
    os._exit(0)


def main(command: str, *arguments: str) -> None:
    """Serve, or call one function in this process and print its result."""
    import django

    django.setup()
    if command == "serve":
        serve()
    else:
        sys.stdout.write("\n" + json.dumps(call(*arguments)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
