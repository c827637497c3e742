"""Read a CSV or Parquet file as text cells with their line numbers, or refuse it; write tables the same way."""

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cartable.engines.allocation.refused import AllocationRefused, InputRefused, Reject


DECIMALS = 9
ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True)
class Sheet:
    """Hold the cells of one table as text, the line of each row, and what was refused so far."""

    name: str
    cells: pl.DataFrame
    lines: pl.Series
    rejects: list[Reject] = field(default_factory=list)

    def refuse(self, bad: pl.Expr, column: str, reason: str) -> None:
        """Refuse every row where the condition holds (unknown counts as no)."""
        rows = self.cells.select(line=self.lines, value=column, bad=bad.fill_null(False)).filter("bad")
        self.rejects.extend(
            Reject(self.name, line, column, value, reason) for line, value, _ in rows.iter_rows()
        )


def read(path: Path) -> Sheet:
    """Read one file by its ending."""
    if path.suffix.lower() not in ENDINGS:
        raise AllocationRefused("ending", f"{path.name} : le nom doit finir par .csv ou .parquet.")
    try:
        return sheet(path.name, pl.read_parquet(path)) if path.suffix.lower() == ".parquet" else _csv(path)
    except OSError as error:
        raise _unreadable(path, error.strerror or "fichier illisible") from error
    except pl.exceptions.PolarsError as error:
        raise _unreadable(path, "le fichier n’est pas lisible comme son nom l’annonce") from error


def sheet(name: str, table: pl.DataFrame) -> Sheet:
    """Take a table as if it had been read from a file: header on line 1, rows from line 2."""
    cells = table.rename({column: column.strip() for column in table.columns})
    cells = cells.select(_text(cells[column]) for column in cells.columns)
    return Sheet(name, cells, pl.Series("line", range(2, len(cells) + 2), pl.Int64))


def write_all(tables: Mapping[Path, pl.DataFrame | str]) -> None:
    """Write every file or none: each is written beside its place, then all take their places."""
    with ExitStack() as undo:
        ready = []
        for path, content in tables.items():
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
            os.close(handle)
            undo.callback(_forget, Path(name))
            _write(Path(name), content, path.suffix.lower())
            ready.append((Path(name), path))
        for part, path in ready:
            part.chmod(0o666 & ~_umask())
            part.replace(path)


def csv_text(table: pl.DataFrame) -> str:
    """Return the table as CSV, with 9 decimals and nothing at all in an empty cell."""
    bare = table.with_columns(pl.col(pl.String).replace("", None))
    return bare.write_csv(float_precision=DECIMALS)


def _write(path: Path, content: pl.DataFrame | str, ending: str) -> None:
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif ending == ".parquet":
        content.write_parquet(path)
    else:
        path.write_text(csv_text(content), encoding="utf-8")


def _forget(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float() and ((column == column.floor()) | column.is_null()).all():
        column = column.cast(pl.Int64, strict=False)  # a column of whole numbers with holes
    if column.dtype == pl.Boolean:
        column = column.cast(pl.Int8)
    return column.cast(pl.String).str.strip_chars().fill_null("")


def _csv(path: Path) -> Sheet:
    """Read a CSV strictly: UTF-8, commas, one header, as many cells on every line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, lines = _shape(path.name, csv.reader(file, strict=True))
    except UnicodeDecodeError as error:
        raise _unreadable(path, "le fichier n’est pas en UTF-8 : l’enregistrer en CSV UTF-8") from error
    except csv.Error as error:
        raise _unreadable(path, "guillemets mal fermés ou ligne trop longue") from error
    if not lines:
        cells = pl.DataFrame(schema=dict.fromkeys(header, pl.String))
    else:
        cells = pl.read_csv(
            path, infer_schema=False, has_header=False, skip_rows=1, new_columns=header, raise_if_empty=False
        )
    return Sheet(path.name, sheet(path.name, cells).cells, pl.Series("line", lines, pl.Int64))


def _shape(name: str, rows: Iterable[list[str]]) -> tuple[list[str], list[int]]:
    """Return the header and the line of each row; refuse ragged rows and repeated headers."""
    reader = iter(rows)
    header = [cell.strip() for cell in next(reader, [])]
    if not any(header):
        raise InputRefused([Reject(name, 0, "", "", "le fichier n’a pas de ligne d’en-têtes")])
    twice = sorted({column for column in header if header.count(column) > 1})
    rejects = [Reject(name, 1, column, column, "cette colonne figure deux fois") for column in twice]
    lines = []
    for row in reader:
        if len(row) == len(header):
            lines.append(rows.line_num)  # type: ignore[attr-defined]
        elif row:
            reason = f"{len(row)} cellules au lieu de {len(header)}"
            rejects.append(Reject(name, rows.line_num, "", "", reason))  # type: ignore[attr-defined]
    if rejects:
        raise InputRefused(rejects)
    return header, lines


def _unreadable(path: Path, reason: str) -> InputRefused:
    return InputRefused([Reject(path.name, 0, "", "", reason)])
