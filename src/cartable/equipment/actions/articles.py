"""Articles: what the ledger counts."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.bodies.models import Body
from cartable.equipment.models import Product
from cartable.equipment.rules import NUMBER_KIND, article_code
from cartable.foundation.refused import Refused
from cartable.ledger.actions import open_resource
from cartable.operations.enums import Good
from cartable.operations.rules import good_name


@transaction.atomic
def ensure_product(*, actor: Any, owner_id: UUID, good: str, mode: str, name: str = "") -> Product:
    """Give the article of an owner, made at the first call, with its resource in the ledger."""
    owner = Body.objects.filter(public_id=owner_id, id__in=bodies_as(actor, Role.EQUIPMENT)).first()
    if owner is None:
        raise Refused("not_yours", _("Vous ne pouvez créer un article que pour votre propre organisme."))
    return article_of(owner, good, mode, name)


def article_of(owner: Body, good: str, mode: str, name: str = "") -> Product:
    """Give the article of that owner, sort, mode and name (the sort's own name where it is empty)."""
    name = " ".join(name.split())[:120] or good_name(good).capitalize()
    code = article_code(good, mode, name, owner.public_id)
    open_resource(code=code, label=name)
    values = {
        "name": name,
        "good": good,
        "mode": mode,
        "owner": owner,
        "number_kind": NUMBER_KIND[Good(good)],
    }
    return Product.objects.get_or_create(code=code, defaults=values)[0]
