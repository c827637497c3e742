"""Read a file of strangers: a limited child process opens it, this side only receives clean rows."""

import hashlib
import json
import logging
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BufferedReader
from pathlib import Path
from threading import Timer
from typing import Any

from cartable.intake.contracts import WEB, Contract, Limits, Reject, Row, Table
from cartable.intake.sentences import refusal


log = logging.getLogger(__name__)
# The processor time is limited by the child itself; on a busy machine it may wait longer than that.
PATIENCE = 3
COMMAND_LINE = [sys.executable, "-I", "-X", "utf8", "-m", "cartable.intake.child"]


def read_table(path: str | Path, contract: Contract, *, limits: Limits = WEB) -> Table:
    """Read a CSV (plain or .gz), XLSX or ODS list; raises Refused with one French sentence, or gives all of it."""
    group = [column.key for column in contract.group.columns] if contract.group else []
    keys = [column.key for column in contract.columns]
    return _read(path, {"read": "table", "contract": asdict(contract)}, limits, keys, group)


def read_siecle_pupils(path: str | Path, *, limits: Limits = WEB) -> Table:
    """Read the pupils' XML of SIECLE, bare or zipped: one row per pupil."""
    return _read(path, {"read": "siecle_pupils"}, limits)


def read_siecle_guardians(path: str | Path, *, limits: Limits = WEB) -> Table:
    """Read the guardians' XML of SIECLE, bare or zipped: one row per link guardian-pupil."""
    return _read(path, {"read": "siecle_guardians"}, limits)


def kind_of(path: str | Path, *, limits: Limits = WEB) -> str:
    """Tell which reader a file wants: `table`, `siecle_pupils` or `siecle_guardians`."""
    with _opened(path, limits) as file:
        return next(piece["kind"] for piece in _answers(file, {"read": "kind"}, limits))


def _read(
    path: str | Path,
    job: dict[str, Any],
    limits: Limits,
    keys: list[str] | None = None,
    group: list[str] | None = None,
) -> Table:
    with _opened(path, limits) as file:
        pieces = list(_answers(file, job, limits))
        sha256 = _sha256(file)
    found, notes = pieces[-1]["found"], pieces[-1]["notes"]
    rows, rejects = [], []
    for piece in pieces[:-1]:
        rows += [_row(values, keys or found, group or []) for values in piece["rows"]]
        rejects += [Reject(*values) for values in piece["rejects"]]
    return Table(tuple(found), rows, sha256, rejects, notes)


def _row(values: list[Any], keys: list[str], group: list[str]) -> Row:
    line, cells, repeats = values
    return Row(
        line, dict(zip(keys, cells, strict=True)), tuple(dict(zip(group, r, strict=True)) for r in repeats)
    )


@contextmanager
def _opened(path: str | Path, limits: Limits) -> Iterator[BufferedReader]:
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError:
        raise refusal("no_file") from None
    with file:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise refusal("no_file")
        if status.st_size > limits.max_bytes:
            raise refusal("too_large", limit=limits.max_bytes >> 20)
        yield file


def _sha256(file: BufferedReader) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _answers(file: BufferedReader, job: dict[str, Any], limits: Limits) -> Iterator[dict[str, Any]]:
    """Give what the child found; raises Refused where it stopped, died, or was stopped.

    The child gets the open file, so that no name of a file (it may be a child's) is seen in the list of processes,
    and an empty environment, so that no key is there to steal.
    """
    command = [*COMMAND_LINE, json.dumps({**job, "limits": asdict(limits)})]
    child = subprocess.Popen(
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, encoding="utf-8"
    )
    timer = Timer(limits.cpu_seconds * PATIENCE, child.kill)
    timer.start()
    try:
        complete = False
        for line in child.stdout or ():
            if not line.endswith("\n"):
                break  # stopped in the middle of a sentence
            piece = json.loads(line)
            if "stop" in piece:
                raise _stopped(piece)
            complete = "rows" not in piece
            yield piece
        if not complete:
            raise refusal("too_costly" if _was_limited(child.wait()) else "unreadable")
    finally:
        timer.cancel()
        child.kill()
        child.communicate()


def _stopped(piece: dict[str, Any]) -> Exception:
    code, params = piece["stop"]
    if "why" in piece:
        log.warning("a file made its reader fail: %s", piece["why"])
    return refusal(code, **params)


def _was_limited(status: int) -> bool:
    """Tell a child ended by its limits (memory: SIGABRT; time: SIGXCPU or our SIGKILL)."""
    return -status in {signal.SIGABRT, signal.SIGSEGV, signal.SIGXCPU, signal.SIGKILL}
