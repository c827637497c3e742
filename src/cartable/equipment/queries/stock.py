"""Reads of stock: lots, articles by place, things by number. Counts only: no child is here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.equipment import places
from cartable.equipment.custody import numbered
from cartable.equipment.models import Asset, AssetPlace, DonationGiver, Lot, Product, ShipmentLine
from cartable.equipment.rules import readings
from cartable.ledger.models import Account
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to
from cartable.territories.models import School


# Who oversees an operation sees its stock; a préfecture and a région see what is handed over, as counts.
READS_STOCK = {Role.NATIONAL, Role.REGION, Role.PREFECTURE, Role.ACADEMY, Role.EQUIPMENT, Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Standing:
    """So many of an article in one place; `numbered` of them have a number of their own."""

    product_id: int
    resource: str
    name: str
    good: str
    mode: str
    place: str
    quantity: int
    numbered: int = 0

    @property
    def unnumbered(self) -> int:
        return self.quantity - self.numbered


def products_of(operation: Operation, good: str = "", mode: str = "") -> QuerySet[Product]:
    """Give the articles of an operation's lots, cut to a sort and a mode where given."""
    wanted = {name: value for name, value in (("good", good), ("mode", mode)) if value}
    return Product.objects.filter(id__in=Lot.objects.filter(operation=operation).values("product"), **wanted)


def standing(products: Iterable[Product], codes: Iterable[str]) -> list[Standing]:
    """Give what stands of some articles in some places, in the order of articles, then of places (two queries)."""
    known, wanted = {product.code: product for product in products}, set(codes)
    rows = Account.objects.filter(resource__code__in=known, code__in=wanted).exclude(balance=0)
    things = numbered([product.id for product in known.values()], wanted)
    found = []
    for code, place, quantity in rows.order_by("resource_id", "code").values_list(
        "resource__code", "code", "balance"
    ):
        product = known[code]
        kind = product.id, code, product.name, product.good, product.mode
        found.append(Standing(*kind, place, quantity, things.get((product.id, place), 0)))
    return found


def depot_stock(operation: Operation, *, good: str, mode: str) -> list[Standing]:
    """Give what stands in the depots of an operation's lots, the article received first at the head."""
    lots = Lot.objects.filter(
        operation=operation, product__good=good, product__mode=mode, depot__isnull=False
    )
    order: dict[tuple[str, str], Product] = {}
    for lot in lots.select_related("product", "depot").order_by("received_on", "id"):
        order.setdefault((lot.product.code, places.depot(lot.depot)), lot.product)
    rows = standing(order.values(), {place for _code, place in order})
    found = {(row.resource, row.place): row for row in rows}
    return [found[key] for key in order if key in found]


def school_stock(school: School, operation: Operation | None = None) -> list[Standing]:
    """Give what stands in a school, of every article or of an operation's."""
    products = products_of(operation) if operation else Product.objects.all()
    return standing(products.order_by("id"), [places.school(school)])


def stock_read_by(user: Any) -> QuerySet[Operation]:
    """Give the operations whose whole stock the user reads, by a role that oversees them."""
    return operations_visible_to(user, READS_STOCK)


def lots_visible_to(user: Any) -> QuerySet[Lot]:
    """Give the lots that the user oversees, gave, or holds in his schools."""
    scope = user.scope
    seen = Q(operation__in=stock_read_by(user).order_by())
    lines = ShipmentLine.objects.filter(lot=OuterRef("pk"))
    circonscription = Q(shipment__to_circonscription_id__in=scope.circonscription_ids)
    chain = DonationGiver.objects.filter(
        donation=OuterRef("donation"), body_id__in=bodies_as(user, Role.GIVER)
    )
    seen |= (
        Q(held_by_id__in=scope.school_ids)
        | Exists(lines.filter(Q(school_id__in=scope.school_ids) | circonscription))
        | Exists(chain)
    )
    return (
        Lot.objects.filter(seen)
        .select_related("product", "operation", "depot", "held_by", "donation")
        .prefetch_related("ranges", "donation__chain__body")
        .order_by("-received_on", "-id")
    )


def find_number(user: Any, number: str) -> AssetPlace | None:
    """Find a thing by its number, with where it stands; None where it is unknown or beyond the user's reach.

    The owner's service finds all of its things, a school those that stand or stood with it.
    """
    text = "".join(number.split()).upper()
    keys = {text, *(readings(text) if text.isdigit() and 18 <= len(text) <= 20 else ())}
    rows = AssetPlace.objects.filter(until=None, asset__in=assets_visible_to(user).order_by())
    rows = rows.filter(asset__number_key__in=keys, asset__voided_at=None)
    return rows.select_related("asset__product", "asset__lot__operation", "account").first()


def assets_visible_to(user: Any) -> QuerySet[Asset]:
    """Give the things with a number that the user's body owns, or that were handed over in his schools."""
    scope = user.scope
    owned = Q(product__owner_id__in=bodies_as(user, Role.EQUIPMENT))
    here = Exists(AssetPlace.objects.filter(asset=OuterRef("pk"), account__code__in=_codes(scope.school_ids)))
    return Asset.objects.filter(owned | here).select_related("product", "lot").order_by("id")


def _codes(school_ids: Iterable[int]) -> list[str]:
    schools = School.objects.filter(id__in=school_ids)
    return [code for s in schools for code in (places.school(s), places.on_loan(s), places.given(s))]


def totals_by_place(operation: Operation) -> dict[Product, dict[str, int]]:
    """Give, for each article of an operation, how many stand in each sort of place (two queries).

    Sorts: depot, reserved, transit, school, on_loan, given, and `outside:dead`, `outside:lost`, `outside:missing`.
    An article that serves two operations of one owner is counted whole in both.
    """
    products = {product.id: product for product in products_of(operation).order_by("good", "mode", "name")}
    found: dict[Product, dict[str, int]] = {product: {} for product in products.values()}
    rows = Account.objects.filter(resource__code__in=[p.code for p in products.values()]).exclude(balance=0)
    by_code = {product.code: product for product in products.values()}
    for code, place, balance in rows.values_list("resource__code", "code", "balance"):
        sort = place if place in (places.LOST, places.DEAD, places.MISSING) else places.sort_of(place)
        if sort != "outside":
            counts = found[by_code[code]]
            counts[sort] = counts.get(sort, 0) + balance
    return found
