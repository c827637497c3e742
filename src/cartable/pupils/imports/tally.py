"""What became of each line: counted once, whatever happens to it."""

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

from cartable.intake.contracts import Reject


class Outcome(IntEnum):
    """From the least to the most: what a line did to the rows."""

    UNCHANGED = 0
    CHANGED = 1
    CREATED = 2


@dataclass(slots=True)
class Tally:
    """The outcome of each line of one file, and those not taken; created + changed + unchanged + rejected = lines."""

    lines: int
    rejects: list[Reject]
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def add(self, line: int, outcome: Outcome) -> None:
        """Count a line."""
        self.outcomes[line] = outcome

    def also(self, line: int, outcome: Outcome) -> None:
        """Count what stands beside on a line that is already counted: a new adult changes a pupil that was there."""
        if outcome and self.outcomes.get(line) == Outcome.UNCHANGED:
            self.outcomes[line] = Outcome.CHANGED

    def reject(self, line: int, reason: str, field: str = "") -> None:
        """Leave a line out, and say why."""
        self.rejects.append(Reject(line, field, "", reason))

    @property
    def counts(self) -> dict[str, int]:
        """Give the counts by their names; a line with two faults is rejected once."""
        number = Counter(self.outcomes.values())
        return {
            "lines": self.lines,
            "created": number[Outcome.CREATED],
            "changed": number[Outcome.CHANGED],
            "unchanged": number[Outcome.UNCHANGED],
            "rejected": len({reject.line for reject in self.rejects}),
        }
