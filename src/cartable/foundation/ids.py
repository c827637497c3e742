"""Public ids: made here, shown outside; the inner number never leaves the house."""

import uuid
from typing import Any

from django.db import models


def new_public_id() -> uuid.UUID:
    """Make a random public id."""
    return uuid.uuid4()


class PublicIdField(models.UUIDField):
    """The id by which the outside names a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": new_public_id, "unique": True, "editable": False, **kwargs})
