"""How long each row is kept, why, and which of its columns speak of a person. Every model declares it."""

from dataclasses import dataclass
from typing import Literal

from django.apps import apps
from django.db import models


End = Literal["never", "school_year", "leaving", "return_sent", "operation_end", "fixed", "with_parent"]


@dataclass(frozen=True, slots=True)
class Retention:
    """What ends the keeping of a row: an `end`, then `days` more; `why` cites the rule."""

    end: End
    why: str
    days: int = 0


ACT = Retention("never", "acte administratif ; l'agent en est détaché quand son compte est effacé")
FACT = Retention("never", "fait public ou écriture comptable, sans donnée personnelle")


def of(model: type[models.Model]) -> Retention:
    """Give the retention of a model; raises AttributeError where it was not declared."""
    return model.__dict__["retention"]


def personal_fields(model: type[models.Model]) -> tuple[str, ...]:
    """Give the names of the personal columns of a model."""
    return model.__dict__["personal"]


def house_models() -> list[type[models.Model]]:
    """Give the concrete models of Cartable's own rooms."""
    return [m for m in apps.get_models() if m.__module__.startswith("cartable.")]


def undeclared() -> list[str]:
    """List the models of the house that lack `retention` or `personal`, or name a column they do not have."""
    wrong = []
    for model in house_models():
        columns = {field.name for field in model._meta.get_fields()}
        declared = {"retention", "personal"} <= model.__dict__.keys()
        if not declared or not set(model.__dict__["personal"]) <= columns:
            wrong.append(model._meta.label)
    return wrong
