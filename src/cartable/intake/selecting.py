"""Rows of cells to rows of the contract: only its columns go on, with a reason for each line left out."""

import re
from collections.abc import Iterable, Iterator

from cartable.intake.cleaning import clean, normal
from cartable.intake.contracts import Column, Contract, Limits, Reject, Row
from cartable.intake.headers import Layout
from cartable.intake.stops import Fault, Stop


FOOTER = re.compile(
    r"\W*(sous[- ]?total|total|totaux|fin\b|nombre de|export|extraction|édité|edité|imprimé|généré|source\b|page \d)",
    re.IGNORECASE,
)
UNCLOSED = "un guillemet ouvert sur cette ligne n’est jamais fermé"


def select(
    rows: Iterable[tuple[int, list[str] | None]],
    layout: Layout,
    contract: Contract,
    limits: Limits,
    notes: list[str],
) -> Iterator[Row | Reject]:
    """Give a Row or a Reject for each data line after the header; adds to `notes` what was skipped.

    Raises Stop past the row limit.
    """
    most = min(limits.max_rows, contract.max_rows or limits.max_rows)
    skipped: dict[str, list[int]] = {"header": [], "footer": []}
    taken = blank = 0
    for line, cells in rows:
        if line <= layout.line:
            continue
        why = None if cells is None else _skippable(cells, layout)
        if why:
            blank += why == "blank"
            if blank > limits.max_blank:
                raise Stop("too_many_rows", limit=most)
            if why != "blank":
                skipped[why].append(line)
            continue
        taken += 1
        if taken > most:
            raise Stop("too_many_rows", limit=most)
        yield _take(line, cells, layout, contract, limits)
    notes.extend(_remarks(skipped))


def _skippable(cells: list[str], layout: Layout) -> str | None:
    if not any(map(str.strip, cells)):
        return "blank"
    if _same_header(cells, layout):
        return "header"
    return "footer" if _is_footer(cells, layout) else None


def _same_header(cells: list[str], layout: Layout) -> bool:
    return len(cells) > max(layout.positions.values(), default=0) and all(
        normal(cells[index]) == layout.names[index] for index in layout.positions.values()
    )


def _is_footer(cells: list[str], layout: Layout) -> bool:
    """Tell a closing line by its first word; a full line is never one (a pupil may be called Total)."""
    filled = [cell for cell in cells if cell.strip()]
    few = len(filled) <= max(2, len(layout.positions) // 2) and len(filled) < len(layout.names)
    return few and FOOTER.match(filled[0]) is not None


def _take(
    line: int, cells: list[str] | None, layout: Layout, contract: Contract, limits: Limits
) -> Row | Reject:
    if cells is None:
        return Reject(line, "", "", UNCLOSED)
    if reason := _misfit(cells, layout, contract):
        return Reject(line, "", "", reason)
    cut = limits.max_cell
    taken = _pick(cells, layout.positions, contract.columns)
    groups = (
        tuple(_pick(cells, group, contract.group.columns) for group in layout.groups)
        if contract.group
        else ()
    )
    for part in (taken, *groups):
        for key, text in part.items():
            if type(text) is Fault:
                return Reject(line, key, "", str(text))
            if len(text) > cut:
                return Reject(line, key, "", f"cellule de {len(text)} caractères ; {cut} au plus")
    return Row(line, taken, tuple(group for group in groups if any(group.values())))


def _misfit(cells: list[str], layout: Layout, contract: Contract) -> str | None:
    """Say why a ragged line cannot be taken, if it cannot."""
    if len(cells) > layout.width and any(cell.strip() for cell in cells[layout.width :]):
        return f"trop de cellules : {len(cells)}, pour {len(layout.names)} colonnes"
    if len(cells) >= len(layout.names):
        return None
    needed = [layout.positions[column.key] for column in contract.columns if column.required]
    if contract.pad_short and len(cells) > max(needed, default=0):
        return None
    return f"ligne incomplète : {len(cells)} cellule(s), pour {len(layout.names)} colonnes"


def _pick(cells: list[str], positions: dict[str, int], columns: tuple[Column, ...]) -> dict[str, str]:
    last = len(cells)
    return {
        column.key: _cleaned(cells[index]) if (index := positions.get(column.key, last)) < last else ""
        for column in columns
    }


def _cleaned(cell: str) -> str:
    return cell if type(cell) is Fault else clean(cell)


def _remarks(skipped: dict[str, list[int]]) -> Iterator[str]:
    if lines := skipped["header"]:
        yield f"En-tête répété dans le fichier, ignoré : {_where(lines)}."
    if lines := skipped["footer"]:
        yield f"Ligne(s) de fin ou de total, ignorée(s) : {_where(lines)}."


def _where(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:5])) + ("…" if len(lines) > 5 else "")
    return f"{len(lines)} ligne(s) ({shown})"
