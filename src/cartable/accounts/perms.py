"""Who may open accounts and give rights, with the reason."""

from django.db.models import Model, Q

from cartable.accounts.enums import Right, Role
from cartable.accounts.models import Assignment, User
from cartable.accounts.queries import departments_as, is_everywhere, uses_factor
from cartable.territories.models import Circonscription, Department, School


# An administrator of one département never gives a right that reaches beyond it.
LOCAL_ROLES = frozenset(
    {
        Role.PREFECTURE,
        Role.CIRCONSCRIPTION,
        Role.HEAD,
        Role.EQUIPMENT,
        Role.ASSOCIATION,
        Role.GIVER,
    }
)


def may_administer(actor: User | None) -> bool:
    """Accounts are opened and closed by the administration (référentiel ANSSI: rights are given by a named few).

    `None` is the command line, for whoever holds the machine.
    """
    return actor is None or Role.ADMINISTRATOR in actor.scope.roles


def administers_everywhere(actor: User | None) -> bool:
    """Tell whether the administrator is bound to no place."""
    return actor is None or is_everywhere(actor, Role.ADMINISTRATOR)


def may_grant(actor: User | None, role: Role, place: Model | None) -> bool:
    """A right is given within the giver's own place, and no one gives more than what the place holds."""
    if actor is None or administers_everywhere(actor):
        return True
    department = department_of(place)
    return role in LOCAL_ROLES and department is not None and _holds_in(actor, Role.ADMINISTRATOR, department)


def may_delegate(actor: User | None, school: School) -> bool:
    """A head delegates within the school (code de l'éducation, R. 421-13 for collèges and lycées).

    In an école the director spreads the tasks under his responsibility (décret 2023-777); nobody delegates what
    was delegated to him.
    """
    return actor is None or actor.scope.may(Right.HEAD, school.pk)


def may_invite(actor: User | None, department: Department) -> bool:
    """The collectivité lets in the schools it equips, in its département (code de l'éducation, L. 213-2)."""
    if actor is None:
        return True
    return any(_holds_in(actor, role, department) for role in (Role.EQUIPMENT, Role.ADMINISTRATOR))


def may_invite_circonscription(actor: User | None, circonscription: Circonscription) -> bool:
    """An IEN opens the way in to the écoles of her circonscription."""
    return actor is not None and circonscription.pk in actor.scope.circonscription_ids


def may_reissue(actor: User | None, user: User) -> bool:
    """A new way in is given by who gave the first; to an account already in use, only to its own address.

    A printed code can be read by whoever prints it: but for the administration, nobody prints one for an account
    that already opens onto children's names.
    """
    if may_administer(actor):
        return True
    return bool(user.email) or not user.has_usable_password()


def has_second_factor(actor: User | None) -> bool:
    """Money is committed by a person who is known by more than a password (référentiel RGS, authentification).

    For actions that commit money, below whatever page asked. `None` is the command line, for whoever holds the
    machine.
    """
    return actor is None or uses_factor(actor)


def _holds_in(actor: User, role: Role, department: Department) -> bool:
    return Department.objects.filter(departments_as(actor, role), Q(pk=department.pk)).exists()


def department_of(place: Model | None) -> Department | None:
    """Give the département that a place lies in, None for what is wider."""
    return place if isinstance(place, Department) else getattr(place, "department", None)


def reaches_beyond(actor: User | None, assignment: Assignment) -> bool:
    """Tell whether ending this right is beyond the administrator's place."""
    return not may_grant(actor, Role(assignment.role), assignment.place)
