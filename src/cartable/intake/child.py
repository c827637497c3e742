"""The process that opens hostile files: few imports, little memory, a file on its standard input.

Run as `python -I -m cartable.intake.child JOB`, JOB being JSON. Answers with JSON lines on its standard output:
`{"rows": …}`, `{"rejects": …}`, then `{"found": …, "notes": …}`; or `{"stop": [code, params]}` alone.
"""

import json
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain, islice
from typing import Any

from cartable.intake import delimited, headers, siecle
from cartable.intake.contracts import Column, Contract, Group, Limits, Reject, Row
from cartable.intake.decoding import text_lines
from cartable.intake.geojson import Features
from cartable.intake.markup import CHUNK, chunks_of, true_encoding, walk
from cartable.intake.selecting import select
from cartable.intake.stops import Stop
from cartable.intake.wrapping import unwrap


BATCH = 500
Taken = Iterator[Row | Reject]


def confine(limits: Limits) -> None:
    """Limit this process for good: memory, time, no file written, no core dumped (it would hold names)."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def contract_from(job: dict[str, Any]) -> Contract:
    """Build the contract again from JSON."""
    group = job.pop("group")
    columns = _columns(job.pop("columns"))
    return Contract(
        columns=columns,
        group=Group(**{**group, "columns": _columns(group["columns"])}) if group else None,
        **job,
    )


def _columns(items: list[dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(Column(item["key"], tuple(item["aliases"]), item["required"]) for item in items)


def table(
    kind: str, stream: BufferedReader, contract: Contract, limits: Limits, notes: list[str]
) -> tuple[list[str], Taken]:
    """Give (keys of the columns found, rows and rejects) of a CSV text, a workbook, a Parquet or a GeoJSON."""
    if kind == "text":
        rows, layout = _from_text(stream, contract, notes)
    elif kind in {"xlsx", "ods"}:
        rows, layout = _from_workbook(stream, kind, contract, notes)
    elif kind == "parquet" and contract.parquet:
        rows, layout = _from_parquet(stream, contract, limits)
    elif kind == "json" and contract.geojson:
        rows, layout = _from_geojson(stream, contract, limits)
    else:
        raise Stop("wrong_type", seen="database" if kind == "parquet" else kind)
    if len(layout.names) > limits.max_columns:
        raise Stop("too_many_columns", limit=limits.max_columns)
    found = [*layout.positions, *(layout.groups[0] if layout.groups else ())]
    return found, select(rows, layout, contract, limits, notes)


def _from_text(
    stream: BufferedReader, contract: Contract, notes: list[str]
) -> tuple[Iterable, headers.Layout]:
    lines = text_lines(stream, notes)
    first = list(islice(lines, headers.HEADER_WITHIN))
    if not any(line.strip() for line in first):
        raise Stop("empty")
    tried = [
        (headers.find(delimited.rows(iter(first), mark), contract), mark) for mark in delimited.DELIMITERS
    ]
    layout, mark = max(tried, key=lambda pair: _worth(pair[0]))
    return delimited.rows(chain(first, lines), mark), _sound(layout, contract)


def _from_workbook(
    stream: BufferedReader, kind: str, contract: Contract, notes: list[str]
) -> tuple[Iterable, headers.Layout]:
    from cartable.intake.workbooks import sheets

    best = None
    for number, (name, rows) in enumerate(sheets(stream, kind)):
        first = list(islice(rows, headers.HEADER_WITHIN))
        layout = headers.find(first, contract)
        if layout and not layout.missing:
            notes.extend([f"Feuille lue : « {name} »."] if number else [])
            return chain(first, rows), layout
        best = max(best, layout, key=_worth)
    return (), _sound(best, contract)


def _from_parquet(
    stream: BufferedReader, contract: Contract, limits: Limits
) -> tuple[Iterable, headers.Layout]:
    from cartable.intake.parquet import Sheet

    sheet = Sheet(stream, limits)
    layout = _sound(headers.find([(1, sheet.titles)], contract), contract)
    wanted = {*layout.positions.values(), *(index for group in layout.groups for index in group.values())}
    return sheet.rows(wanted), layout


def _from_geojson(
    stream: BufferedReader, contract: Contract, limits: Limits
) -> tuple[Iterable, headers.Layout]:
    features = Features(stream, limits)
    return features.rows(), _sound(headers.find([(0, features.titles)], contract), contract)


def _worth(layout: headers.Layout | None) -> tuple[int, int]:
    return (-999, 0) if layout is None else (-len(layout.missing), layout.score)


def _sound(layout: headers.Layout | None, contract: Contract) -> headers.Layout:
    """Refuse a file without its header; column names are shown only if one of them was recognised."""
    wanted = ", ".join(_shown(column) for column in contract.columns if column.required)
    if layout is None:
        raise Stop("no_header", name=contract.name, expected=wanted or _shown(contract.columns[0]))
    if layout.missing:
        raise Stop(
            "missing_columns",
            name=contract.name,
            missing=", ".join(map(_shown, layout.missing)),
            seen=", ".join(name[:40] for name in layout.titles[:20] if name),
        )
    return layout


def _shown(column: Column) -> str:
    return column.aliases[0] if column.aliases else column.key


def export(
    job: str, kind: str, stream: BufferedReader, limits: Limits, notes: list[str]
) -> tuple[list[str], Taken]:
    """Give (keys, rows and rejects) of a SIECLE XML."""
    if kind != "xml":
        raise Stop("not_xml")
    data = stream.read()
    encoding, note = true_encoding(data)
    notes.extend([note] if note else [])
    reader = siecle.Export(job, limits)
    walk(chunks_of(data), reader, encoding)
    if job == "siecle_pupils":
        return list(siecle.PUPIL_KEYS), siecle.pupils(reader)
    return list(siecle.GUARDIAN_KEYS), siecle.guardians(reader)


def kind_of(kind: str, stream: BufferedReader) -> str:
    """Tell a table from the two SIECLE exports."""
    if kind != "xml":
        return "table"
    root = siecle.Root()
    try:
        walk(chunks_of(stream.read(CHUNK)), root)
    except Stop as stop:
        if not root.kind:
            raise stop
    if root.kind == "other":
        raise Stop("wrong_xml", seen="other", expected="siecle_pupils")
    return root.kind


def answer(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Read the file on standard input and give the answer, piece by piece."""
    limits = Limits(**job["limits"])
    confine(limits)
    file = open(0, "rb", closefd=False)  # noqa: SIM115
    size = os.fstat(0).st_size
    if size > limits.max_bytes:
        raise Stop("too_large", limit=limits.max_bytes >> 20)
    if not size:
        raise Stop("empty")
    kind, stream = unwrap(file, size, limits)
    if kind == "json" and job["read"] != "table":
        raise Stop("wrong_type", seen="json")
    if job["read"] == "kind":
        yield {"kind": kind_of(kind, stream)}
        return
    notes: list[str] = []
    if job["read"] == "table":
        keys, taken = table(kind, stream, contract_from(job["contract"]), limits, notes)
    else:
        keys, taken = export(job["read"], kind, stream, limits, notes)
    yield from _batches(taken, limits)
    yield {"found": keys, "notes": notes}


def _batches(taken: Taken, limits: Limits) -> Iterator[dict[str, Any]]:
    count = 0
    while batch := list(islice(taken, BATCH)):
        count += len(batch)
        if count > limits.max_rows:
            raise Stop("too_many_rows", limit=limits.max_rows)
        rejects = [[r.line, r.field, r.value, r.reason] for r in batch if type(r) is Reject]
        rows = [
            [r.line, list(r.cells.values()), [list(g.values()) for g in r.groups]]
            for r in batch
            if type(r) is Row
        ]
        yield {"rows": rows, "rejects": rejects}
    if not count:
        raise Stop("no_rows")


def main() -> int:
    """Answer on standard output; a program error says where it is, never what was in the file."""
    write = sys.stdout.write
    try:
        for piece in answer(json.loads(sys.argv[1])):
            write(json.dumps(piece, ensure_ascii=False, separators=(",", ":")) + "\n")
    except Stop as stop:
        write(json.dumps({"stop": [stop.code, stop.params]}) + "\n")
    except MemoryError:
        write(json.dumps({"stop": ["too_costly", {}]}) + "\n")
    except Exception as error:
        write(json.dumps({"stop": ["unreadable", {}], "why": _where(error)}) + "\n")
    sys.stdout.flush()
    return 0


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__} {place}"


if __name__ == "__main__":
    sys.exit(main())
