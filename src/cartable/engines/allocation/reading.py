"""Read a CSV or Parquet file as text cells with their line numbers, or refuse it."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from cartable.engines.allocation.refused import AllocationRefused, InputRefused, Reject


ENDINGS = (".csv", ".parquet")
EXACT = 2.0**53  # above it a float no longer tells two whole numbers apart


@dataclass(frozen=True)
class Sheet:
    """Hold the cells of one table as text, the line of each row, and what was refused so far."""

    name: str
    cells: pl.DataFrame
    lines: pl.Series
    rejects: list[Reject] = field(default_factory=list)

    def refuse(self, bad: pl.Expr, column: str, reason: str) -> None:
        """Refuse every row where the condition holds (unknown counts as no)."""
        places = self.cells.select(bad=bad.fill_null(False)).to_series().arg_true()
        values = self.cells[column].gather(places).to_list()
        self.rejects.extend(
            Reject(self.name, line, column, value, reason)
            for line, value in zip(self.lines.gather(places).to_list(), values, strict=True)
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
    titles = [column.strip() for column in table.columns]
    rejects = [*_twice(name, titles), *_nested(name, table)]
    if rejects:
        raise InputRefused(rejects)
    cells = table.rename(dict(zip(table.columns, titles, strict=True)))
    cells = cells.select(_text(cells[column]) for column in cells.columns)
    return Sheet(name, cells, pl.Series("line", range(2, len(cells) + 2), pl.Int64))


def _twice(name: str, titles: list[str]) -> list[Reject]:
    twice = sorted({title for title in titles if titles.count(title) > 1})
    return [Reject(name, 1, title, title, "cette colonne figure deux fois") for title in twice]


def _nested(name: str, table: pl.DataFrame) -> list[Reject]:
    reason = "une liste ne tient pas dans une cellule : séparer les codes par « | »"
    return [
        Reject(name, 1, column, str(kind), reason)
        for column, kind in table.schema.items()
        if kind.is_nested() or kind in (pl.Binary, pl.Object)
    ]


def _text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float() and _is_whole(column):
        column = column.cast(pl.Int64)  # a column of whole numbers with holes
    if column.dtype == pl.Boolean:
        column = column.cast(pl.Int8)
    if isinstance(column.dtype, pl.Datetime) and (column == column.dt.truncate("1d")).all():
        column = column.cast(pl.Date)  # days, as many programs write them
    return column.cast(pl.String).str.strip_chars().fill_null("")


def _is_whole(column: pl.Series) -> bool:
    """Tell whether a column of floats holds whole numbers only; an infinity or a NaN is none."""
    known = column.drop_nulls()
    return bool((known.is_finite() & (known == known.floor()) & (known.abs() < EXACT)).all())


def _csv(path: Path) -> Sheet:
    """Read a CSV strictly: UTF-8, commas, one header, as many cells on every line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            seen = _Seen(file)
            header, lines = _shape(path.name, csv.reader(seen, strict=True))
            file.seek(0)
            rows = None if seen.plain else [row for row in csv.reader(file, strict=True) if row][1:]
    except UnicodeDecodeError as error:
        raise _unreadable(path, "le fichier n’est pas en UTF-8 : l’enregistrer en CSV UTF-8") from error
    except csv.Error as error:
        raise _unreadable(path, "guillemets mal fermés ou ligne trop longue") from error
    cells = _plain(path, header) if rows is None and lines else pl.DataFrame(
        rows or [], schema=dict.fromkeys(header, pl.String), orient="row"
    )  # fmt: skip
    return Sheet(path.name, sheet(path.name, cells).cells, pl.Series("line", lines, pl.Int64))


def _plain(path: Path, header: list[str]) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False, has_header=False, skip_rows=1, new_columns=header)


class _Seen:
    """Pass lines on; `plain` stays true while any reader would cut them alike: no quotes, no empty line."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = lines
        self.plain = True

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            if "\0" in line:
                raise csv.Error("NUL")
            self.plain &= '"' not in line and bool(line.strip("\r\n")) and not line.endswith("\r")
            yield line


def _shape(name: str, reader: Any) -> tuple[list[str], list[int]]:
    """Return the header and the first line of each row; refuse ragged rows and repeated headers."""
    header = [cell.strip() for cell in next(reader, [])]
    if not any(header):
        raise InputRefused([Reject(name, 0, "", "", "le fichier n’a pas de ligne d’en-têtes")])
    if len(header) == 1 and ";" in header[0]:
        reason = "les cellules sont séparées par « ; » : l’enregistrer avec des virgules"
        raise InputRefused([Reject(name, 1, "", "", reason)])
    rejects, lines = _twice(name, header), []
    line = reader.line_num + 1
    for row in reader:
        if len(row) == len(header):
            lines.append(line)
        elif row:
            rejects.append(Reject(name, line, "", "", f"{_cells(len(row))} au lieu de {len(header)}"))
        line = reader.line_num + 1
    if rejects:
        raise InputRefused(rejects)
    return header, lines


def _cells(count: int) -> str:
    return f"{count} cellule{'s' if count > 1 else ''}"


def _unreadable(path: Path, reason: str) -> InputRefused:
    return InputRefused([Reject(path.name, 0, "", "", reason)])
