"""Things with a number follow the transfers of their article: one open place each, one movement a transfer.

Only the actions of this room call these, inside their own transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count

from cartable.equipment.models import AssetPlace, Movement
from cartable.ledger.models import Transfer


# SQLite takes so many values in one statement, whatever its build.
BATCH = 900


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut a list into parts that one statement takes."""
    rows = list(items)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def carry(pairs: Sequence[tuple[int, Transfer]], at: datetime, *, account_id: int | None = None) -> None:
    """Move things (by id) with a transfer each, to its target, or to `account_id` where that is no place."""
    leave([asset_id for asset_id, _transfer in pairs], at)
    AssetPlace.objects.bulk_create(
        AssetPlace(asset_id=asset_id, account_id=account_id or transfer.target_id, since=at)
        for asset_id, transfer in pairs
    )
    list_in(pairs)


def leave(asset_ids: Iterable[int], at: datetime) -> None:
    """Close the open place of things."""
    for part in batches(asset_ids):
        AssetPlace.objects.filter(asset_id__in=part, until=None).update(until=at)


def list_in(pairs: Sequence[tuple[int, Transfer]]) -> None:
    """Note which things took part in which transfer."""
    Movement.objects.bulk_create(
        Movement(asset_id=asset_id, transfer=transfer) for asset_id, transfer in pairs
    )


def stand(asset_ids: Iterable[int], account_id: int, at: datetime) -> None:
    """Note where things turn out to stand, without a transfer: the counts stay, only who is who changes."""
    ids = list(asset_ids)
    leave(ids, at)
    AssetPlace.objects.bulk_create(
        AssetPlace(asset_id=asset_id, account_id=account_id, since=at) for asset_id in ids
    )


def numbered(product_ids: Iterable[int], codes: Iterable[str]) -> dict[tuple[int, str], int]:
    """Count the things with a number by article and place (one query)."""
    rows = (
        AssetPlace.objects.filter(
            until=None, asset__product_id__in=list(product_ids), account__code__in=list(codes)
        )
        .values_list("asset__product_id", "account__code")
        .annotate(things=Count("id"))
    )
    return {(product, code): things for product, code, things in rows.order_by()}
