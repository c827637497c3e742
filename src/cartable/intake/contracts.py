"""What an importer expects of a file, what it gets back, and how much it accepts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace


MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the importer wants: `aliases` are its headers in every generation, best first."""

    key: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A block of columns repeated to the right, as the children of a guardian."""

    key: str
    columns: tuple[Column, ...]
    max_repeats: int = 8


@dataclass(frozen=True, slots=True)
class Contract:
    """The columns of one kind of file. Columns that are not listed never leave the reading process.

    `pad_short` completes a line with too few cells, as long as its required columns are there. `parquet` lets Parquet
    files in, whose reader wants more memory than the others; `geojson` lets GeoJSON in, one row a feature.
    """

    name: str
    columns: tuple[Column, ...]
    group: Group | None = None
    max_rows: int | None = None
    pad_short: bool = True
    parquet: bool = False
    geojson: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is accepted, and what its reading may cost; bytes and seconds."""

    max_bytes: int
    max_rows: int
    max_unzipped: int
    cpu_seconds: int
    max_ratio: int = 100
    max_entries: int = 200
    max_columns: int = 400
    max_cell: int = 4_000
    max_blank: int = 1_100_000  # a sheet formatted to its last line holds 1,048,576 of them
    memory: int = 600 * MEGABYTE


WEB = Limits(max_bytes=20 * MEGABYTE, max_rows=10_000, max_unzipped=200 * MEGABYTE, cpu_seconds=10)
COMMAND = Limits(max_bytes=200 * MEGABYTE, max_rows=1_000_000, max_unzipped=500 * MEGABYTE, cpu_seconds=120)


@dataclass(frozen=True, slots=True)
class Row:
    """One data line: its number in the original file, and the text of every column of the contract."""

    line: int
    cells: dict[str, str]
    groups: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that is not taken, and why, in French; `field` is a column key or empty, `title` its name in French."""

    line: int
    field: str
    value: str
    reason: str
    title: str = ""

    @property
    def column(self) -> str:
        """What people call the column."""
        return self.title or self.field


def from_file(reject: Reject, name: str) -> Reject:
    """Say in the reason which file a reject comes from, where several were read."""
    return replace(reject, reason=f"{name} : {reject.reason}")


def by_line(contract: Contract, rejects: Iterable[Reject]) -> list[Reject]:
    """Give rejects in the order of their lines, each with the name that its column has in the contract's files."""
    columns = (*contract.columns, *(contract.group.columns if contract.group else ()))
    titles = {column.key: column.aliases[0] for column in columns if column.aliases}
    named = (replace(one, title=one.title or titles.get(one.field, "")) for one in rejects)
    return sorted(named, key=lambda one: one.line)


@dataclass(slots=True)
class Table:
    """A file that was read whole."""

    columns_found: tuple[str, ...]
    rows: list[Row]
    sha256: str
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """Count the data lines read: those given as rows and those rejected."""
        return len(self.rows) + len({reject.line for reject in self.rejects})
