"""Parquet to rows of text, by Polars: its footer is weighed first, only the wanted columns are opened."""

import io
import os
from collections.abc import Iterator, Set
from io import BufferedReader

from cartable.intake.contracts import Limits
from cartable.intake.stops import Stop


os.environ["POLARS_MAX_THREADS"] = "1"  # each thread would ask for address space of its own
import polars as pl


AT_ONCE = 10_000  # rows


class Sheet:
    """One Parquet file whose footer was read: its titles, and its rows on demand, from line 2."""

    def __init__(self, stream: BufferedReader, limits: Limits) -> None:
        try:
            self._lazy = pl.scan_parquet(io.BytesIO(stream.read()))
            self._schema = self._lazy.collect_schema()
            self._length = self._lazy.select(pl.len()).collect().item()
        except pl.exceptions.PolarsError:
            raise Stop("damaged") from None
        self.titles = list(self._schema)
        if len(self.titles) > limits.max_columns:
            raise Stop("too_many_columns", limit=limits.max_columns)
        if self._length > limits.max_rows:
            raise Stop("too_many_rows", limit=limits.max_rows)

    def rows(self, wanted: Set[int]) -> Iterator[tuple[int, list[str]]]:
        """Give (line, cells), with nothing in the columns that are not wanted."""
        names = [self.titles[index] for index in sorted(wanted)]
        for start in range(0, self._length, AT_ONCE):
            try:
                part = self._lazy.select(names).slice(start, AT_ONCE).collect()
            except pl.exceptions.PolarsError:
                raise Stop("damaged") from None
            for number, values in enumerate(part.iter_rows(), start + 2):
                cells = [""] * len(self.titles)
                for index, value in zip(sorted(wanted), values, strict=True):
                    cells[index] = _text(value)
                yield number, cells


def _text(value: object) -> str:
    if value is None or value != value:  # a NaN is an empty cell
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
