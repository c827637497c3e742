"""Sealed columns: AES-GCM bound to table, column and row, so that a value moved elsewhere does not open."""

import base64
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from cartable.foundation.keys import all_keys


MARK = "s1"


class BrokenSeal(Exception):
    """A sealed value that was altered, moved to another row, or sealed with a key that is missing."""


def seal(text: str, place: str) -> str:
    """Seal `text` for one `place` (table:column:public_id)."""
    name, key = next(iter(all_keys().items()))
    nonce = secrets.token_bytes(12)
    body = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"{MARK}:{name}:" + base64.b64encode(nonce + body).decode("ascii")


def unseal(sealed: str, place: str) -> str:
    """Open what `seal` made for the same place."""
    mark, name, encoded = (*sealed.split(":", 2), "", "")[:3]
    key = all_keys().get(name)
    if mark != MARK or key is None:
        raise BrokenSeal(f"{place}: key {name!r} is missing")
    raw = base64.b64decode(encoded)
    try:
        return AESGCM(key).decrypt(raw[:12], raw[12:], place.encode()).decode()
    except InvalidTag as error:
        raise BrokenSeal(place) from error


class SealedText(str):
    """Text that is already sealed, as it stands in the store."""

    __slots__ = ()


class _Opener:
    """Opens the sealed text on reading; what is assigned stays plain until the row is written."""

    def __init__(self, field: "SealedField") -> None:
        self.field = field

    def _place(self, row: Any) -> str:
        return f"{self.field.model._meta.db_table}:{self.field.column}:{row.public_id}"

    def __get__(self, row: models.Model | None, owner: type | None = None) -> Any:
        if row is None:
            return self
        if self.field.attname not in row.__dict__:
            row.refresh_from_db(fields=[self.field.attname])
        value = row.__dict__[self.field.attname]
        return unseal(value, self._place(row)) if isinstance(value, SealedText) and value else value

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class SealedField(models.TextField):
    """Text kept sealed at rest, on a model with a `public_id`; empty text stays empty.

    Plain text is sealed just before it is written (`pre_save`), so the order of arguments does not matter.
    It cannot be searched or sorted by the store: decrypt within one school, or keep a blind index beside it.
    """

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        setattr(cls, self.attname, _Opener(self))

    def pre_save(self, row: Any, add: bool) -> Any:
        value = row.__dict__.get(self.attname) or ""
        if value and not isinstance(value, SealedText):
            value = SealedText(seal(value, f"{self.model._meta.db_table}:{self.column}:{row.public_id}"))
            row.__dict__[self.attname] = value
        return value

    def from_db_value(self, value: str | None, *_: Any) -> SealedText | None:
        return None if value is None else SealedText(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value and not isinstance(value, SealedText):
            raise TypeError(f"{self.name} would be written in clear: save the row, do not update() it")
        return super().get_db_prep_save(str(value or ""), connection)

    def get_lookup(self, name: str) -> Any:
        if name not in {"exact", "isnull"}:
            raise TypeError(f"{self.name} is sealed: it cannot be searched with {name!r}")
        return super().get_lookup(name)
