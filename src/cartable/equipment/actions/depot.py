"""A depot as seen by who prepares a round: how much is left of each lot, and which things stand there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from cartable.equipment.enums import RejectionReason, ShipmentState
from cartable.equipment.models import AssetPlace, Finding, Lot, Product, ReceiptLine, ShipmentLine
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.ledger.models import Account
from cartable.operations.models import Operation


@dataclass(frozen=True, slots=True)
class NewLine:
    """What to send to one school (by its inner id): so many of a sort, from `lot_id` where it must be that lot."""

    school_id: int
    good: str
    mode: str
    quantity: int
    lot_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """So many of one lot."""

    lot: Lot
    quantity: int


class Depot:
    """What one account still holds of an operation's lots, counted down as lines take from it.

    Made inside the transaction that ships: it locks the articles, so that two who prepare take turns.
    """

    def __init__(self, operation: Operation, source: str, goods: Iterable[str]) -> None:
        self.source = source
        self.day = clock.today(operation.department.time_zone)
        rows = Lot.objects.filter(operation=operation, product__good__in=set(goods), depot__isnull=False)
        self.lots = list(rows.select_related("product", "depot").order_by("received_on", "id"))
        ids = {lot.product_id for lot in self.lots}
        list(Product.objects.select_for_update(of=("self",), no_key=True).filter(id__in=ids).order_by("id"))
        self.left = _left_of(self.lots)
        self.balances = _balances(ids, source)
        self.things = _things(ids)
        self.unnumbered = _unnumbered(ids, self.things)

    def cut(self, line: NewLine) -> Iterator[Piece]:
        """Cut a line into pieces of lots, the oldest first; refuse it where they do not suffice."""
        missing = line.quantity
        for lot in self._fitting(line):
            taken = min(missing, self.left[lot.id], self.balances.get(lot.product.code, 0))
            if taken > 0:
                missing -= taken
                self.left[lot.id] -= taken
                self.balances[lot.product.code] -= taken
                yield Piece(lot, taken)
        if missing:
            sentence = _(
                "Il manque %(missing)d articles pour cette expédition : réduisez-la ou recevez un lot."
            )
            raise Refused("not_enough", sentence % {"missing": missing}, "quantity")

    def _fitting(self, line: NewLine) -> list[Lot]:
        return [
            lot
            for lot in self.lots
            if (lot.product.good, lot.product.mode) == (line.good, line.mode)
            and line.lot_id in (None, lot.public_id)
        ]

    def pick(self, lot: Lot, quantity: int) -> list[int]:
        """Pick the things (by id) that go with so many of a lot: its own first, others where only they are left."""
        here = self.things.get(lot.product_id, [])
        own = [place for place in here if place.asset.lot_id == lot.id][:quantity]
        short = quantity - len(own) - self.unnumbered.get(lot.product_id, 0)
        other = [place for place in here if place.asset.lot_id != lot.id][: max(short, 0)]
        picked = {place.asset_id for place in own + other}
        self.things[lot.product_id] = [place for place in here if place.asset_id not in picked]
        self.unnumbered[lot.product_id] = self.unnumbered.get(lot.product_id, 0) - quantity + len(picked)
        return [place.asset_id for place in own + other]


def _left_of(lots: list[Lot]) -> dict[int, int]:
    """Give what is left of each lot: received, less shipped, plus what was turned away, or missing and found here."""
    ids = [lot.id for lot in lots]
    shipped = ShipmentLine.objects.filter(lot_id__in=ids).exclude(shipment__state=ShipmentState.CANCELLED)
    turned = ReceiptLine.objects.filter(line__lot_id__in=ids).exclude(reason=RejectionReason.MISSING)
    out = dict(shipped.values_list("lot_id").annotate(Sum("quantity")).order_by())
    back = dict(turned.values_list("line__lot_id").annotate(Sum("rejected")).order_by())
    here = Finding.objects.filter(gap__line__lot_id__in=ids, depot__isnull=False)
    found = dict(here.values_list("gap__line__lot_id").annotate(Sum("quantity")).order_by())
    return {
        lot.id: lot.quantity - out.get(lot.id, 0) + back.get(lot.id, 0) + found.get(lot.id, 0) for lot in lots
    }


def _balances(product_ids: Iterable[int], source: str) -> dict[str, int]:
    codes = Product.objects.filter(id__in=product_ids).values("code")
    rows = Account.objects.filter(code=source, resource__code__in=codes)
    return dict(rows.values_list("resource__code", "balance"))


def _things(product_ids: Iterable[int]) -> dict[int, list[AssetPlace]]:
    """Lock the things that stand in the depots, and give them by article in the order of their numbers."""
    rows = AssetPlace.objects.filter(
        until=None, asset__product_id__in=product_ids, account__code__startswith="depot:"
    )
    found: dict[int, list[AssetPlace]] = {}
    for place in rows.select_related("asset").select_for_update(of=("self",)).order_by("asset__number_key"):
        found.setdefault(place.asset.product_id, []).append(place)
    return found


def _unnumbered(product_ids: Iterable[int], things: dict[int, list[AssetPlace]]) -> dict[int, int]:
    """Give how many of each article stand in the depots without a number, reserved ones included."""
    codes = dict(Product.objects.filter(id__in=product_ids).values_list("code", "id"))
    inside = Q(code__startswith="depot:") | Q(code__startswith="reserved:")
    rows = Account.objects.filter(inside, resource__code__in=codes)
    counts = dict.fromkeys(codes.values(), 0)
    for code, balance in rows.values_list("resource__code", "balance"):
        counts[codes[code]] += balance
    return {product: count - len(things.get(product, [])) for product, count in counts.items()}
