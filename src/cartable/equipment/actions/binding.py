"""Which thing a number names, when it is scanned or typed in a school."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.equipment import custody, places
from cartable.equipment.enums import Condition, NumberKind
from cartable.equipment.models import Asset, AssetPlace, Lot, Product, ShipmentLine
from cartable.equipment.queries.stock import Standing, standing
from cartable.equipment.rules import NUMBER_KIND, Span, number_key, readings
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.intake import values
from cartable.ledger.models import Account
from cartable.operations.enums import Good
from cartable.operations.models import Operation
from cartable.territories.models import School


@dataclass(slots=True)
class Bound:
    """A thing that a number names: known already, or to be noted now (`asset` not saved yet)."""

    asset: Asset
    warnings: list[str] = field(default_factory=list)

    @property
    def product(self) -> Product:
        return self.asset.product


def read_number(good: str, text: str) -> tuple[str, list[str]]:
    """Read a number as it was scanned or typed; a doubtful one comes with its warning, an impossible one is refused."""
    try:
        if NUMBER_KIND[Good(good)] == NumberKind.ICCID:
            number, doubt = values.iccid(text)
        else:
            number, doubt = values.serial(text), None
    except values.BadCell as bad:
        raise Refused("number", bad.sentence, "number") from bad
    if not number:
        raise Refused("number", _("Scannez ou tapez le numéro de l'article."), "number")
    return number, [_("Numéro %(number)s : %(doubt)s.") % {"number": number, "doubt": doubt}] if doubt else []


def day_of(moment: datetime, school: School) -> str:
    """Write the day of a moment in the school's own time: "4 mai", "1er mai"."""
    local = moment.astimezone(ZoneInfo(school.department.time_zone)).date()
    words = date_format(local, "j F")
    return words.replace("1 ", "1er ", 1) if local.day == 1 else words


class Shelf:
    """The stock of one sort in one school, counted down as numbers are bound to it.

    Made inside the transaction that hands over, the school locked: two gates of one school take turns.
    """

    def __init__(
        self, school: School, operation: Operation, good: str, mode: str, numbers: Sequence[str]
    ) -> None:
        self.school, self.good, self.mode = school, good, mode
        self.kind = NUMBER_KIND[Good(good)]
        lots = Lot.objects.filter(operation=operation, product__good=good, product__mode=mode)
        self.lots = list(
            lots.select_related("product").prefetch_related("ranges").order_by("received_on", "id")
        )
        self.products = {lot.product_id: lot.product for lot in self.lots}
        self.stock = self._stock(operation)
        self.spans = [(Span(row.first, row.last), lot) for lot in self.lots for row in lot.ranges.all()]
        self.here = self._lots_here()
        self.known = self._known(numbers)
        self.taken: set[str] = set()

    def _stock(self, operation: Operation) -> dict[int, list[int]]:
        """Give for each article how many stand here without and with a number."""
        rows: list[Standing] = standing(self.products.values(), [places.school(self.school)])
        return {row.product_id: [row.unnumbered, row.numbered] for row in rows}

    def _lots_here(self) -> set[int]:
        lines = ShipmentLine.objects.filter(school=self.school, received__accepted__gt=0)
        held = {lot.id for lot in self.lots if lot.held_by_id == self.school.id}
        return held | set(lines.filter(lot__in=self.lots).values_list("lot_id", flat=True))

    def _known(self, numbers: Iterable[str]) -> dict[str, AssetPlace]:
        """Give where the numbers that are known stand, locked in the order of ids."""
        iccid = self.kind == NumberKind.ICCID
        keys = {key for number in numbers for key in (readings(number) if iccid else [number])}
        rows = AssetPlace.objects.filter(until=None, asset__voided_at=None, asset__number_kind=self.kind)
        rows = rows.select_related("asset__product", "asset__lot", "account").select_for_update(of=("self",))
        found = [row for part in custody.batches(keys) for row in rows.filter(asset__number_key__in=part)]
        return {row.asset.number_key: row for row in found}

    def bind(self, number: str) -> Bound:
        """Say which thing a number names, and take it off the shelf.

        Refuses `number_twice`, `already_out`, `number_dead`, `wrong_article`, `number_unknown`, `not_enough`;
        a number outside the known ranges, or expected elsewhere, is taken with a warning.
        """
        key = number_key(self.kind, number, [span for span, _lot in self.spans])
        if key in self.taken:
            raise Refused("number_twice", _("Ce numéro est deux fois dans cette liste."), "number")
        self.taken.add(key)
        place = self.known.get(key)
        return self._new(number, key) if place is None else self._old(place)

    def _old(self, place: AssetPlace) -> Bound:
        asset, code = place.asset, place.account.code
        self._check_standing(place)
        if (asset.product.good, asset.product.mode) != (self.good, self.mode):
            raise Refused(
                "wrong_article",
                _(
                    "Ce numéro est celui d'un autre article (%(name)s) : vérifiez ce qui est remis et ce qui est signé."
                )
                % {"name": f"{asset.product.name}, {asset.product.get_mode_display()}"},
                "number",
            )
        counts = self.stock.get(asset.product_id, [0, 0])
        if code == places.school(self.school):
            counts[1] -= 1
            broken = asset.condition in (Condition.DAMAGED, Condition.DEAD)
            return Bound(asset, [_("Cet article est noté abîmé : vérifiez-le.")] if broken else [])
        if sum(counts) < 1:
            raise self._nothing_left(asset.product)
        self._exchange(place, counts)
        return Bound(asset, [_("Ce numéro était attendu ailleurs : l'inventaire a été corrigé.")])

    def _check_standing(self, place: AssetPlace) -> None:
        sort, day = places.sort_of(place.account.code), day_of(place.since, self.school)
        if sort in places.IN_HANDS:
            sentence = _("Ce numéro est déjà sorti le %(day)s ; vérifiez le numéro ou faites un échange.")
            raise Refused("already_out", sentence % {"day": day}, "number")
        if sort == "outside" and place.account.code != places.MISSING:
            sentence = _(
                "Ce numéro est noté hors service ou perdu depuis le %(day)s ; prenez un autre article."
            )
            raise Refused("number_dead", sentence % {"day": day}, "number")

    def _exchange(self, place: AssetPlace, counts: list[int]) -> None:
        """Let a thing expected elsewhere stand here: it takes the place of one without a number, or of another.

        The counts of both places stay as they were; only who stands where is put right.
        """
        mine = Account.objects.get(resource__code=place.asset.product.code, code=places.school(self.school))
        if counts[0] > 0:
            counts[0] -= 1
        else:
            other = self._spare(place.asset.product_id)
            custody.stand([other.asset_id], place.account_id, clock.now())
            counts[1] -= 1
        custody.stand([place.asset_id], mine.id, clock.now())

    def _spare(self, product_id: int) -> AssetPlace:
        """Lock a thing with a number that stands here and that nobody in this list takes."""
        rows = AssetPlace.objects.filter(
            until=None, account__code=places.school(self.school), asset__product_id=product_id
        ).exclude(asset__number_key__in=[*self.known])
        found = rows.select_for_update(of=("self",)).order_by("asset__number_key").first()
        if found is None:
            raise self._nothing_left(self.products[product_id])
        return found

    def _new(self, number: str, key: str) -> Bound:
        forms = readings(number) if self.kind == NumberKind.ICCID else [number]
        inside = [lot for span, lot in self.spans if any(span.holds(form) for form in forms)]
        lot = self._lot_for(inside[0] if inside else None)
        self.stock[lot.product_id][0] -= 1
        asset = Asset(
            product=lot.product,
            lot=lot,
            number_kind=self.kind,
            number=number,
            number_key=key,
            condition=Condition.GOOD if lot.held_by_id else Condition.NEW,
        )
        return Bound(asset, self._doubts(inside))

    def _lot_for(self, named: Lot | None) -> Lot:
        """Give the lot of a new number: that of its range, else one that came here, of an article in stock."""
        inside = [named] if named else []
        for lot in [*inside, *(lot for lot in self.lots if lot.id in self.here), *self.lots]:
            if self.stock.get(lot.product_id, [0, 0])[0] > 0:
                return lot
        if any(numbered > 0 for _unnumbered, numbered in self.stock.values()):
            sentence = _("Ce numéro n'est pas dans l'inventaire de votre établissement ; relisez-le.")
            raise Refused("number_unknown", sentence, "number")
        raise self._nothing_left(self.lots[0].product if self.lots else None)

    def _doubts(self, inside: list[Lot]) -> list[str]:
        if not any(lot.id in self.here for _span, lot in self.spans):
            return []
        if not inside:
            return [_("Ce numéro n'est dans aucune plage reçue : vérifiez-le.")]
        if inside[0].id not in self.here:
            return [_("Ce numéro vient d'un carton envoyé ailleurs : vérifiez-le.")]
        return []

    def _nothing_left(self, product: Product | None) -> Refused:
        name = product.name if product else Good(self.good).label
        sentence = _(
            "Il n'y a plus de « %(name)s » en stock dans votre établissement : attendez une livraison."
        )
        return Refused("not_enough", sentence % {"name": name}, "number")
