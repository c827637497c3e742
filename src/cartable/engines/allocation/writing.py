"""Write tables and texts: every file or none, a slice at a time."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

import polars as pl


DECIMALS = 9
SLICE = 8_192  # rows turned to text at once
Content = pl.DataFrame | str | Callable[[], Iterable[pl.DataFrame]]


def write_all(contents: Mapping[Path, Content]) -> None:
    """Write every file or none: all are written without a name first, then take their places, in order.

    A process killed while it writes leaves nothing behind where the system knows files without a name (Linux).
    """
    with ExitStack() as undo:
        ready = []
        for path, content in contents.items():
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            undo.callback(_forget, part)
            file = undo.enter_context(_opened(part))
            _write(file, content, path.suffix.lower())
            file.flush()
            ready.append((file, part, path))
        for file, part, _ in ready:
            _name(file, part)
        for _, part, path in ready:
            part.replace(path)


def _opened(part: Path) -> IO[bytes]:
    """Open a file without a name in the folder of `part`, or `part` itself where that is not known."""
    _forget(part)
    try:
        return os.fdopen(os.open(part.parent, os.O_RDWR | os.O_TMPFILE, 0o666), "w+b")
    except (AttributeError, OSError):
        return part.open("xb")


def _name(file: IO[bytes], part: Path) -> None:
    """Give an open file its name, unless it has it already."""
    if not part.exists():
        folder = os.open(part.parent, os.O_RDONLY)  # a folder makes `link` follow the way through /proc
        try:
            os.link(f"/proc/self/fd/{file.fileno()}", part, src_dir_fd=folder)
        finally:
            os.close(folder)


def _write(file: IO[bytes], content: Content, ending: str) -> None:
    if isinstance(content, str):
        file.write(content.encode())
    elif ending == ".parquet":
        (content if isinstance(content, pl.DataFrame) else pl.concat(content())).write_parquet(file)
    else:
        for at, part in enumerate(_slices(content)):
            _bare(part).write_csv(file, float_precision=DECIMALS, include_header=at == 0)


def _slices(content: pl.DataFrame | Callable[[], Iterable[pl.DataFrame]]) -> Iterator[pl.DataFrame]:
    if isinstance(content, pl.DataFrame):
        yield content.head(0)
        yield from content.iter_slices(SLICE)
    else:
        yield from content()


def _bare(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col(pl.String).replace("", None))


def _forget(part: Path) -> None:
    with suppress(FileNotFoundError):
        part.unlink()
