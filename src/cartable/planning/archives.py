"""What a run was made from and what it gave, in one file that anybody can open and run again."""

import io
import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import polars as pl

from cartable.documents.actions import open_document
from cartable.documents.queries import kept
from cartable.planning.models import ScenarioRun


TABLES = ("needs", "sources", "funds", "plan", "explain", "hardship")
INPUTS = ("needs", "sources", "funds")
NUMBERS = {
    **dict.fromkeys(("quantity", "need", "served", "round", "next_unit_cost_cents"), pl.Int64),
    **dict.fromkeys(("coverage", "fair_level", "level", "hardship"), pl.Float64),
}
# A zip keeps an hour: the same content must give the same bytes.
THEN = (1980, 1, 1, 0, 0, 0)
REMEMBERED = 4


@dataclass(frozen=True)
class Files:
    """The tables of a run as the files of `cartable allocate` have them, and what goes with them.

    `hardship`: school, tags, and a place on the fixed scale of hardship. `rule`: {"rule", "deadline", "labels"}.
    """

    needs: pl.DataFrame
    sources: pl.DataFrame
    funds: pl.DataFrame
    plan: pl.DataFrame
    explain: pl.DataFrame
    hardship: pl.DataFrame
    rule: dict[str, Any]


def pack(files: Files) -> bytes:
    """Write the tables as CSV and the rule as JSON into one zip; the same tables give the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as box:
        for name in TABLES:
            table: pl.DataFrame = getattr(files, name)
            bare = table.with_columns(pl.col(pl.String).replace("", None))
            box.writestr(
                zipfile.ZipInfo(f"{name}.csv", THEN), bare.write_csv(float_precision=9), zipfile.ZIP_DEFLATED
            )
        rule = json.dumps(files.rule, ensure_ascii=False, sort_keys=True)
        box.writestr(zipfile.ZipInfo("rule.json", THEN), rule, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def unpack(content: bytes) -> Files:
    """Read what `pack` wrote."""
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        tables = {name: _table(name, box.read(f"{name}.csv")) for name in TABLES}
        return Files(**tables, rule=json.loads(box.read("rule.json")))


def _table(name: str, content: bytes) -> pl.DataFrame:
    """Read cells as text: the engine takes its inputs so; what it gave are numbers."""
    table = pl.read_csv(content, infer_schema=False, raise_if_empty=False).fill_null("")
    if name in INPUTS:
        return table
    known = {column: kind for column, kind in NUMBERS.items() if column in table.columns}
    return table.with_columns(pl.col(column).cast(kind, strict=False) for column, kind in known.items())


def read(run: ScenarioRun) -> Files:
    """Give the tables of a run; the last few read are kept in memory."""
    return _read(run.archive.public_id)


@lru_cache(maxsize=REMEMBERED)
def _read(document_id: UUID) -> Files:
    return unpack(open_document(kept().get(public_id=document_id)))
