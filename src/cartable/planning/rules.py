"""Pure rules of a plan: weights, and the estimate for a school that has not answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class Weights:
    """How much more a need counts in priority education; 1 is no more than elsewhere."""

    rep: Decimal = Decimal("1")
    rep_plus: Decimal = Decimal("1")

    def of(self, priority: str) -> Decimal:
        """Give the weight of a school by its label ("", "REP" or "REP+")."""
        return {"REP": self.rep, "REP+": self.rep_plus}.get(priority, Decimal(1))


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of a school that answered: its label, its pupils (None: not known) and its need."""

    priority: str
    pupils: int | None
    need: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many a silent school may need, and from what this was worked out."""

    need: int
    basis: str


class Estimator:
    """Estimates the need of the silent from those who answered, of the same label where there are enough.

    The need per pupil of similar schools times the school's pupils, rounded up; where its pupils are not known,
    the mean need of a similar school. With no answer at all nothing can be said: zero, and the basis says so.
    """

    ENOUGH = 5

    def __init__(self, answered: Iterable[Answered]) -> None:
        self.answered = list(answered)

    def of(self, priority: str, pupils: int | None) -> Estimate:
        same = [school for school in self.answered if school.priority == priority]
        label = priority or "hors éducation prioritaire"
        like, named = (same, label) if len(same) >= self.ENOUGH else (self.answered, "tous")
        if not like:
            return Estimate(0, "Aucune réponse : rien ne permet d'estimer.")
        counted = [school for school in like if school.pupils]
        if pupils and counted:
            rate = Fraction(sum(s.need for s in counted), sum(s.pupils or 0 for s in counted))
            return Estimate(
                ceil(rate * pupils),
                f"{_percent(rate)} des élèves dans {len(counted)} établissements qui ont répondu ({named}), "
                f"appliqué à {pupils} élèves.",
            )
        mean = Fraction(sum(s.need for s in like), len(like))
        return Estimate(ceil(mean), f"Moyenne de {len(like)} établissements qui ont répondu ({named}).")


def _percent(rate: Fraction) -> str:
    return f"{float(rate * 100):.1f} %".replace(".", ",")


def hand_change_refusal(quantities: Mapping[int, int], reserve: int, stock: int) -> int:
    """Give how many units a set of shares and the reserve ask above the stock (0 or less: it fits)."""
    return sum(quantities.values()) + reserve - stock
