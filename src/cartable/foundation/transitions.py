"""States: one table of allowed moves for each, and one helper that reads it."""

from collections.abc import Iterable
from dataclasses import dataclass

from cartable.foundation.refused import Refused


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed change of state: from, to, the right it takes, and whether a reason must be given."""

    source: str
    target: str
    right: str
    reason_needed: bool = False


def move(table: Iterable[Move], source: str, target: str, reason: str = "") -> Move:
    """Give the move from `source` to `target`, or refuse it."""
    for step in table:
        if (step.source, step.target) == (source, target):
            if step.reason_needed and not reason.strip():
                raise Refused("reason_missing", "Indiquez le motif, en une phrase.", field="reason")
            return step
    raise Refused(
        "move_forbidden", "Cette étape n'est pas possible dans l'état actuel du dossier ; rechargez la page."
    )
