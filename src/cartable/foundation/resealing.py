"""Every sealed column sealed again with the newest key, a chunk at a time, while the house is open.

A row is written only where it still holds what was read, so what people write meanwhile wins. What is done is seen in
the rows themselves: a run that was stopped goes on where it was, and a second run finds nothing.

Keyed hashes (duplicates, households, letters' codes, the journal's head) are not touched: they are made with the
*oldest* key (`keys.key_for`), of things that are not all kept in clear under a seal. So the oldest key stays needed
when it seals nothing any more.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter, sleep
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Substr

from cartable.foundation.keys import all_keys
from cartable.foundation.sealed import MARK, BrokenSeal, SealedField, SealedText, seal, unseal


CHUNK = 100
Progress = Callable[[str, int], None]


@dataclass
class Resealed:
    """What was done: rows by table, and the rows that no key opens (table and public id)."""

    rows: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def sealed_columns(model: type[models.Model]) -> list[str]:
    """Name the sealed columns of a model."""
    return [str(one.column) for one in model._meta.concrete_fields if isinstance(one, SealedField)]


def sealed_models() -> list[type[models.Model]]:
    """Give every model that seals something."""
    return [model for model in apps.get_models() if sealed_columns(model)]


def behind(model: type[models.Model]) -> models.QuerySet:
    """Give the rows that hold something sealed with another key than the newest."""
    newest = f"{MARK}:{next(iter(all_keys()))}:"
    names = sealed_columns(model)
    heads = {f"head_{name}": Substr(F(name), 1, len(newest)) for name in names}
    old = Q()
    for head in heads:
        old |= ~Q(**{f"{head}__in": ["", newest]}) & Q(**{f"{head}__isnull": False})
    return model._base_manager.alias(**heads).filter(old).order_by("pk")


def count_behind() -> dict[str, int]:
    """Count by table the rows that `reseal` would write."""
    counts = {model._meta.label: behind(model).count() for model in sealed_models()}
    return {label: count for label, count in counts.items() if count}


def reseal(progress: Progress | None = None) -> Resealed:
    """Seal again what is behind; rows that changed meanwhile are taken up in another round."""
    done = Resealed()
    for model in sealed_models():
        while _one_round(model, done, progress):
            pass
    return done


def _one_round(model: type[models.Model], done: Resealed, progress: Progress | None) -> bool:
    """Go once through a table; tell whether another round may find what this one missed."""
    label, missed, written = model._meta.label, 0, 0
    for chunk in _chunks(model):
        fresh, broken = _again(model, chunk)
        kept = _write_all(model, fresh)
        written, missed = written + sum(kept), missed + kept.count(False)
        done.rows[label] += sum(kept)
        done.broken += [one for one in broken if one not in done.broken]
        if progress:
            progress(label, done.rows[label])
    return missed > 0


def _chunks(model: type[models.Model]) -> Iterator[list[dict[str, Any]]]:
    last = None
    while True:
        rows = behind(model) if last is None else behind(model).filter(pk__gt=last)
        chunk = list(rows.values("pk", "public_id", *sealed_columns(model))[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1]["pk"]


def _again(model: type[models.Model], chunk: list[dict[str, Any]]) -> tuple[list[tuple], list[str]]:
    """Seal the rows of a chunk again: what stands, what is to stand, and which rows no key opens."""
    fresh, broken = [], []
    for row in chunk:
        old = {name: row[name] for name in sealed_columns(model) if row[name]}
        try:
            fresh.append((row["pk"], old, {name: _resealed(model, name, row) for name in old}))
        except BrokenSeal:
            broken.append(f"{model._meta.db_table}:{row['public_id']}")
    return fresh, broken


def _resealed(model: type[models.Model], name: str, row: dict[str, Any]) -> SealedText:
    place = f"{model._meta.db_table}:{name}:{row['public_id']}"
    return SealedText(seal(unseal(row[name], place), place))


def _write_all(model: type[models.Model], fresh: list[tuple]) -> list[bool]:
    """Write a chunk in one transaction, then leave the store to others for as long: SQLite has but one writer."""
    start = perf_counter()
    with transaction.atomic():
        kept = [_write(model, *one) for one in fresh]
    sleep(perf_counter() - start)
    return kept


def _write(model: type[models.Model], pk: Any, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Write a row if it still holds what was read."""
    return bool(model._base_manager.filter(pk=pk, **old).update(**new))
