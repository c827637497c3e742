"""Which family comes first, by the criteria of an operation: pure, a proposal. The list stays at the school."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.pupils.enums import Criterion


@dataclass(frozen=True, slots=True)
class Waiting:
    """A need that waits: is one of its pupils in an exam year, how many share it, is there a shared device already?

    `shared` is None where nobody said it: then it counts as nothing at all, so that nobody is passed over for that.
    """

    need_id: UUID
    exam: bool
    pupils: int
    shared: bool | None


def proposed(rows: Sequence[Waiting], criteria: Sequence[str]) -> list[Waiting]:
    """Put needs in the order of the criteria, the first one first; equals keep the order that they have."""
    return sorted(rows, key=lambda row: tuple(_place(row, criterion) for criterion in criteria))


def _place(row: Waiting, criterion: str) -> int:
    if criterion == Criterion.EXAM:
        return 0 if row.exam else 1
    if criterion == Criterion.SIBLINGS:
        return -row.pupils
    return 1 if row.shared else 0


def why(row: Waiting, criteria: Sequence[str]) -> str:
    """Say what speaks for a need, in the order of the criteria."""
    return ", ".join(words for criterion in criteria if (words := _words(row, criterion)))


def _words(row: Waiting, criterion: str) -> str:
    if criterion == Criterion.EXAM:
        return _("année d'examen") if row.exam else ""
    if criterion == Criterion.SIBLINGS:
        count = ngettext("%(n)d enfant", "%(n)d enfants pour un même article", row.pupils) % {"n": row.pupils}
        return count if row.pupils > 1 else ""
    return _("un appareil partagé à la maison") if row.shared else ""


def moved(before: Sequence[UUID], after: Sequence[UUID]) -> set[UUID]:
    """Give the fewest needs that were moved from one order to the other: those outside a longest common order."""
    place = {need: at for at, need in enumerate(before)}
    known = [need for need in after if need in place]
    ends: list[int] = []  # the lowest place that ends an increasing run of each length
    lengths = []
    for need in known:
        at = bisect_left(ends, place[need])
        ends[at : at + 1] = [place[need]]
        lengths.append(at + 1)
    kept, wanted = set(), len(ends)
    for need, length in zip(reversed(known), reversed(lengths), strict=True):
        if length == wanted:
            kept.add(need)
            wanted -= 1
    return set(known) - kept
