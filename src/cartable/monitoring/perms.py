"""How far each person sees the figures of an operation, and why."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cartable.accounts.enums import Role, ScopeKind
from cartable.operations.models import Operation, OperationGiver
from cartable.operations.perms import may_lead
from cartable.territories.models import Department


OVERSEES = (Role.NATIONAL, Role.REGION, Role.PREFECTURE, Role.AUDITOR, Role.EQUIPMENT)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person sees of an operation: which schools, and where small counts are shown.

    `whole`: the whole operation. `serves_all`: nothing is small, he acts for all its schools. `gives`: things
    only, by commune. The schools in `school_ids` and `circonscription_ids` are served in any case.
    """

    whole: bool = False
    serves_all: bool = False
    gives: bool = False
    school_ids: frozenset[int] = frozenset()
    circonscription_ids: frozenset[int] = frozenset()

    def schools(self, prefix: str = "") -> Q:
        """Filter on the schools in sight; `prefix` is the lookup path to the school."""
        if self.whole:
            return Q()
        return Q(**{f"{prefix}id__in": self.school_ids}) | Q(
            **{f"{prefix}circonscription_id__in": self.circonscription_ids}
        )

    def serves(self, school_id: int, circonscription_id: int | None) -> bool:
        """Tell whether small counts of that school are shown."""
        return (
            self.serves_all or school_id in self.school_ids or circonscription_id in self.circonscription_ids
        )


def sight_of(user: Any, operation: Operation) -> Sight | None:
    """Give how far `user` sees the figures of an operation; None for who has no part in it.

    Who acts for the schools sees small counts: the body that leads (code de l'éducation, L213-2), the académie
    (R222-24), the IEN and the heads, each in his own. Who oversees sees counts from 11 up (Insee's rule for
    persons), and so does a giver, who learns what became of the gift and nothing of the answers.
    """
    scope = user.scope
    own = {"school_ids": scope.school_ids, "circonscription_ids": scope.circonscription_ids}
    if may_lead(user, operation) or _holds(user, [Role.ACADEMY], operation.department):
        return Sight(whole=True, serves_all=True, **own)
    if _holds(user, OVERSEES, operation.department):
        return Sight(whole=True, **own)
    if scope.school_ids or scope.circonscription_ids:
        return Sight(**own)
    if Role.GIVER in scope.roles and _gave(user, operation):
        return Sight(whole=True, gives=True)
    return None


def _holds(user: Any, roles: list[Role] | tuple[Role, ...], department: Department) -> bool:
    """Tell whether one of `roles` is held on that very département: a role held elsewhere adds nothing here."""
    return any(held.role in roles and _is_over(held, department) for held in user.held)


def _is_over(held: Any, department: Department) -> bool:
    if held.scope_kind == ScopeKind.EVERYWHERE:
        return True
    over = held.body.department_id if held.body_id else held.department_id
    return (
        over == department.id
        or (held.region_id is not None and held.region_id == department.region_id)
        or (held.academy_id is not None and held.academy_id == department.academy_id)
    )


def _gave(user: Any, operation: Operation) -> bool:
    bodies = [held.body_id for held in user.held if held.role == Role.GIVER]
    return OperationGiver.objects.filter(operation=operation, body_id__in=bodies).exists()
