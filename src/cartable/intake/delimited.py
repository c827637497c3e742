"""Lines of text to rows of cells: quotes, cells on several lines, quotes never closed."""

import csv
from collections.abc import Iterator

from cartable.intake.decoding import MAX_LINE


DELIMITERS = ";,\t|"
# An address may hold a few line ends; a quote that spans more was never closed.
MAX_SPAN = 20
RawRow = tuple[int, list[str] | None]


class _Feed:
    """Gives lines to the csv reader, and remembers those of the row under way."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.again: list[str] = []
        self.span: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.span) > MAX_SPAN:
            raise StopIteration
        line = self.again.pop() if self.again else next(self.lines)
        self.span.append(line)
        return line + "\n"


def rows(lines: Iterator[str], delimiter: str) -> Iterator[RawRow]:
    """Give (number of the first line, cells); cells is None where a quote opens and never closes."""
    csv.field_size_limit((MAX_LINE + 1) * (MAX_SPAN + 1))
    feed = _Feed(lines)
    number = 1
    while True:
        reader = csv.reader(feed, delimiter=delimiter)
        for cells in reader:
            if _unclosed(feed.span, cells, delimiter):
                yield number, None
                feed.again.extend(reversed(feed.span[1:]))
                number, feed.span = number + 1, []
                break
            yield number, cells
            number, feed.span = number + len(feed.span), []
        else:
            return


def _unclosed(span: list[str], cells: list[str], delimiter: str) -> bool:
    """Tell a quote that was never closed: it reached the end, or it swallowed whole other lines.

    A stray quote may be "closed" by the next stray one, lines below: what lay between is then full of delimiters.
    """
    if len(span) > MAX_SPAN:
        return True
    if cells and cells[-1].endswith("\n") and sum(line.count('"') for line in span) % 2:
        return True
    outside = len(cells) - 1
    swallowed = sum(line.count(delimiter) for line in span) - outside
    return len(span) > 1 and swallowed >= max(outside, 1)
