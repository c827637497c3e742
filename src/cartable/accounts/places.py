"""Finding the place that a right is bound to, by the code that people know."""

from uuid import UUID

from django.db.models import Model, Q

from cartable.accounts.enums import SCOPE_OF, Role, ScopeKind
from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.territories.models import Academy, Circonscription, Department, Region, School


# The model of each kind of place, and the columns that hold a code a person may type.
_FOUND_BY: dict[ScopeKind, tuple[type[Model], tuple[str, ...]]] = {
    ScopeKind.REGION: (Region, ("code",)),
    ScopeKind.ACADEMY: (Academy, ("code",)),
    ScopeKind.DEPARTMENT: (Department, ("code",)),
    ScopeKind.CIRCONSCRIPTION: (Circonscription, ("code",)),
    ScopeKind.SCHOOL: (School, ("uai",)),
    ScopeKind.BODY: (Body, ("siret", "rna")),
}
MODEL_OF = {kind: model for kind, (model, _columns) in _FOUND_BY.items()}


def find_place(role: Role, scope_kind: ScopeKind, key: str) -> Model | None:
    """Give the place of a role by its code (département, UAI, SIRET…) or public id; None for the whole country.

    Refuses a kind of place that the role does not have, and a code that names nothing or several.
    """
    if scope_kind not in SCOPE_OF[role]:
        raise Refused("scope_wrong", "Ce rôle ne s'exerce pas sur ce type de périmètre.", field="scope_kind")
    if scope_kind == ScopeKind.EVERYWHERE:
        return None
    model, columns = _FOUND_BY[scope_kind]
    found = list(model._default_manager.filter(_named(columns, key.strip()))[:2])
    if len(found) != 1:
        raise Refused(
            "place_unknown",
            "Aucun périmètre ne porte ce code : vérifiez le code du territoire, l'UAI ou le SIRET.",
            field="place",
        )
    return found[0]


def _named(columns: tuple[str, ...], key: str) -> Q:
    if not key:
        return Q(pk=None)
    try:
        return Q(public_id=UUID(key))
    except ValueError:
        named = Q()
        for column in columns:
            named |= Q(**{column: key.upper()})
        return named
