"""A need is met, or is not any more: called by the room that serves it, inside its own transaction.

That room locks its own rows first, then calls; here only needs are locked, by id. It writes the journal entry.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from cartable.foundation.refused import Refused
from cartable.pupils.models import Cover, Need


def cover(*, need: Need, kind: str, source: UUID, at: datetime) -> Cover:
    """Say that `source` (a hand-over's public id) meets `need` from `at`; again with the same source is nothing.

    Refuses a need that is closed, of another kind, or met by something else.
    """
    cover_many(covers=[(need, source)], kind=kind, at=at)
    return Cover.objects.get(need=need, source=source)


def cover_many(*, covers: Iterable[tuple[Need, UUID]], kind: str, at: datetime) -> int:
    """Say of many needs at once what meets them; give how many covers are new (four queries)."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a cover belongs inside the transaction of what is handed over")
    asked = {(need.pk, source) for need, source in covers}
    ids = {need for need, _ in asked}
    needs = list(Need.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("id"))
    if len(needs) != len(ids) or any(need.closed_at or need.kind != kind for need in needs):
        raise Refused("need_closed", "Ce besoin n'est plus ouvert : rechargez la liste des élèves.")
    known = Cover.objects.filter(need__in=ids)
    asked -= set(known.values_list("need_id", "source"))
    if known.filter(need__in={need for need, _ in asked}, ends_at=None).exists():
        raise Refused("already_covered", "Ce besoin est déjà couvert par une autre remise.")
    if len({need for need, _ in asked}) != len(asked):
        raise Refused("already_covered", "Ce besoin est déjà couvert par une autre remise.")
    made = [Cover(need_id=need, kind=kind, source=source, starts_at=at) for need, source in asked]
    return len(Cover.objects.bulk_create(made))


def end_cover(*, source: UUID, at: datetime) -> int:
    """Say that `source` meets nothing from `at` on; give how many covers ended (a need may be open again)."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a cover ends inside the transaction of what is given back")
    running = Cover.objects.filter(source=source, ends_at=None)
    list(Need.objects.select_for_update(of=("self",)).filter(covers__in=running).order_by("id"))
    return running.update(ends_at=Greatest(F("starts_at"), Value(at, DateTimeField())))
