"""The one way this engine says no."""

from collections.abc import Sequence
from typing import NamedTuple


class Reject(NamedTuple):
    """One thing wrong in one cell; `line` counts the header as line 1, 0 is the whole file."""

    file: str
    line: int
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, ligne {self.line}" if self.line else self.file
        return (
            f"{place}, {self.field} « {self.value} » : {self.reason}"
            if self.field
            else f"{place} : {self.reason}"
        )


class AllocationRefused(ValueError):
    """Refuse an input with a stable `code` and a French `sentence` that says what to correct."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class InputRefused(AllocationRefused):
    """Refuse files or tables, with every reason by line in `rejects`."""

    def __init__(self, rejects: Sequence[Reject]) -> None:
        others = f" (et {len(rejects) - 1} autres refus)" if len(rejects) > 1 else ""
        super().__init__("input", f"{rejects[0]}{others}")
        self.rejects = tuple(rejects)
