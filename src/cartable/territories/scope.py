"""What a person may reach, as plain sets of ids: resolved once per request by `accounts`, read everywhere."""

from dataclasses import dataclass, field

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Scope:
    """The reach of one user.

    `department_ids` are territories seen as counts (région, académie, préfecture, département: all resolved
    to départements), `school_ids` the schools that the user serves (names of children), `circonscription_ids`
    the circonscriptions led, `body_ids` the bodies acted for. `schools_with` gives, for each right of a
    school (`mark`, `receive`, `hand_over`, `head`), the ids of the schools where the user holds it.
    """

    roles: frozenset[str] = frozenset()
    everywhere: bool = False
    department_ids: frozenset[int] = frozenset()
    circonscription_ids: frozenset[int] = frozenset()
    school_ids: frozenset[int] = frozenset()
    body_ids: frozenset[int] = frozenset()
    schools_with: dict[str, frozenset[int]] = field(default_factory=dict)

    def may(self, right: str, school_id: int) -> bool:
        """Tell whether the user holds `right` in that school."""
        return school_id in self.schools_with.get(right, frozenset())

    def schools(self, prefix: str = "") -> Q:
        """Filter on schools whose *counts* the user may see; `prefix` is the lookup path to the school."""
        if self.everywhere:
            return Q()
        return (
            Q(**{f"{prefix}department_id__in": self.department_ids})
            | Q(**{f"{prefix}circonscription_id__in": self.circonscription_ids})
            | Q(**{f"{prefix}id__in": self.school_ids})
        )

    def served_schools(self, prefix: str = "") -> Q:
        """Filter on schools that the user serves: the only ones whose children he may see by name."""
        return Q(**{f"{prefix}id__in": self.school_ids})


NOBODY = Scope()
