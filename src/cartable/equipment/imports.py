"""Stock from a file: one line a thing with its number; whole or not at all, and safe to start again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.equipment import custody
from cartable.equipment.actions.articles import article_of
from cartable.equipment.actions.lots import depot_of, give, take_in
from cartable.equipment.enums import NumberKind
from cartable.equipment.models import Asset, AssetPlace, Lot, Product
from cartable.equipment.places import sort_of
from cartable.equipment.rules import NUMBER_KIND, number_key
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.intake import values
from cartable.intake.contracts import COMMAND, Column, Contract, Limits, Reject, Row, Table, by_line
from cartable.intake.exporting import write_rejects
from cartable.intake.reading import read_table
from cartable.journal.actions import record
from cartable.operations.actions import led
from cartable.operations.enums import Good, Mode, OperationState
from cartable.operations.models import Operation
from cartable.territories.rules import fold


CONTRACT = Contract(
    name="la liste du matériel",
    columns=(
        Column(
            "number",
            (
                *(
                    "numero de serie",
                    "n de serie",
                    "no de serie",
                    "serie",
                    "serial",
                    "serial number",
                    "s/n",
                    "sn",
                ),
                *("iccid", "numero iccid", "numero de carte sim", "imei", "numero"),
            ),
            required=True,
        ),
        Column("article", ("article", "designation", "libelle", "produit", "materiel", "item", "product")),
        Column("model", ("modele", "model", "reference", "ref")),
        Column("sort", ("type", "categorie", "nature", "type de materiel")),
        Column(
            "inventory",
            ("inventaire", "numero d'inventaire", "n inventaire", "etiquette", "asset tag", "inventory"),
        ),
    ),
)
SORTS = {
    "sim": Good.SIM,
    "cle": Good.KEY,
    "key": Good.KEY,
    "tablet": Good.TABLET,
    "ordinateur": Good.COMPUTER,
    "computer": Good.COMPUTER,
    "portable": Good.COMPUTER,
    "pc": Good.COMPUTER,
}
COUNTS = ("lines", "created", "changed", "unchanged", "rejected")
INVENTORY = Asset._meta.get_field("inventory_number").max_length


@dataclass(slots=True)
class StockReport:
    """What became of the lines: `created + changed + unchanged + rejected == lines`; `rejects` says why."""

    lines: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Thing:
    """One good line of the file."""

    line: int
    good: str
    name: str
    number: str
    key: str
    inventory: str

    @property
    def kind(self) -> str:
        return NUMBER_KIND[Good(self.good)]


def import_stock(
    *,
    actor: Any,
    path: Path | str,
    operation_id: UUID | None = None,
    good: str = Good.TABLET,
    mode: str = Mode.LENT,
    name: str = "",
    giver_ids: Sequence[UUID] = (),
    operator: str = "",
    credit_valid_until: date | None = None,
    received_on: date | None = None,
    depot_id: UUID | None = None,
    progress: Callable[[str], None] | None = None,
    rejects: Path | str | None = None,
    limits: Limits = COMMAND,
) -> StockReport:
    """Receive the things of a file in the depot: one lot for each article that it names.

    A column may name the sort, the article and its model; `good` and `name` hold where it does not. `actor` leads
    the operation; the command line is None, and may leave out the operation where only one is open. A number
    already in this depot is unchanged (or gets its inventory number); one known elsewhere rejects its line.
    """
    table = read_table(path, CONTRACT, limits=limits)
    doubts: list[str] = []
    read = [_read(row, good, name, doubts) for row in table.rows]
    with transaction.atomic():
        operation = _operation(actor, operation_id)
        day = received_on or clock.today(operation.department.time_zone)
        base = Lot(
            operation=operation,
            depot=depot_of(actor, operation, depot_id),
            operator=operator,
            credit_valid_until=credit_valid_until,
            received_on=day,
        )
        report = _write(actor, base, mode, [one for one in read if isinstance(one, Thing)], giver_ids)
        _count(report, table, [one for one in read if isinstance(one, Reject)])
        report.notes += doubts[:20]
        _note(actor, operation, table, report)
    if rejects is not None:
        write_rejects(rejects, report.rejects)
    if progress:
        progress(_sentence(Path(path), report))
    return report


def _read(row: Row, good: str, name: str, doubts: list[str]) -> Thing | Reject:
    """Read one line; a doubtful ICCID is taken, and noted."""
    try:
        sort = _sort(row.cells["sort"] or row.cells["article"]) or good
        number, doubt = _number(NUMBER_KIND[Good(sort)], row.cells["number"])
    except values.BadCell as bad:
        return Reject(row.line, "number", row.cells["number"], bad.reason)
    if not number:
        return Reject(row.line, "number", "", _("le numéro manque"))
    if doubt:
        doubts.append(
            _("Ligne %(line)d, %(number)s : %(doubt)s.")
            % {"line": row.line, "number": number, "doubt": doubt}
        )
    words = (row.cells["article"], row.cells["model"])
    label = " ".join(dict.fromkeys(word for word in words if word)) or name
    inventory = " ".join(row.cells["inventory"].split())[:INVENTORY]
    return Thing(row.line, sort, label, number, number_key(NUMBER_KIND[Good(sort)], number), inventory)


def _sort(text: str) -> Good | None:
    """Recognise a sort of thing in words ("Tablette Android", "Clé 4G"); None where they do not say it."""
    for word in fold(text).split():
        for start, good in SORTS.items():
            if word.startswith(start) and (len(start) > 3 or word.rstrip("s") == start):
                return good
    return None


def _number(kind: str, text: str) -> tuple[str, str | None]:
    return values.iccid(text) if kind == NumberKind.ICCID else (values.serial(text), None)


def _operation(actor: Any, operation_id: UUID | None) -> Operation:
    """Give the operation that the stock is for, locked."""
    if actor is not None and operation_id is not None:
        return led(actor, operation_id, lock=True)
    if actor is not None:
        raise Refused("operation_missing", _("Choisissez l'opération à laquelle ce matériel est destiné."))
    asked = {"public_id": operation_id} if operation_id else {"state": OperationState.OPEN}
    rows = Operation.objects.filter(**asked).select_related("owner", "department")
    found = list(rows.select_for_update(of=("self",)).order_by("id")[:2])
    if len(found) != 1:
        raise Refused(
            "operation_missing",
            _("Dites à quelle opération ce matériel est destiné : aucune, ou plus d'une, est ouverte."),
        )
    return found[0]


def _write(actor: Any, base: Lot, mode: str, things: list[Thing], giver_ids: Sequence[UUID]) -> StockReport:
    report = StockReport()
    products = {
        (thing.good, thing.name): article_of(base.operation.owner, thing.good, mode, thing.name)
        for thing in things
    }
    known = _known(things)
    new: dict[Product, list[Thing]] = defaultdict(list)
    first: dict[tuple[str, str], int] = {}
    for thing in things:
        product = products[thing.good, thing.name]
        place = known.get((thing.kind, thing.key))
        line = first.setdefault((thing.kind, thing.key), thing.line)
        if line != thing.line:
            report.rejects.append(
                _reject(thing, _("ce numéro est déjà à la ligne %(line)d") % {"line": line})
            )
        elif place is None:
            new[product].append(thing)
        elif fault := _elsewhere(place, product, base.operation):
            report.rejects.append(_reject(thing, fault))
        else:
            _compare(place.asset, thing, report)
    for product, its in new.items():
        report.lots.append(_take(actor, base, product, its, giver_ids))
        report.created += len(its)
    return report


def _known(things: Iterable[Thing]) -> dict[tuple[str, str], AssetPlace]:
    """Give where the numbers that are known already stand, locked."""
    rows = (
        AssetPlace.objects.filter(until=None, asset__voided_at=None)
        .select_related("asset__lot", "account")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    found = [
        row
        for part in custody.batches({t.key for t in things})
        for row in rows.filter(asset__number_key__in=part)
    ]
    return {(row.asset.number_kind, row.asset.number_key): row for row in found}


def _elsewhere(place: AssetPlace, product: Product, operation: Operation) -> str:
    """Say why a known number cannot come in again, or "" where it stands in this depot already."""
    if sort_of(place.account.code) in ("on_loan", "given", "outside"):
        return _("ce numéro est déjà sorti du stock")
    same = place.asset.product_id == product.id and place.asset.lot.operation_id == operation.id
    return (
        ""
        if same and sort_of(place.account.code) == "depot"
        else _("ce numéro est déjà connu dans un autre lot")
    )


def _reject(thing: Thing, reason: str) -> Reject:
    return Reject(thing.line, "number", thing.number, reason)


def _compare(asset: Asset, thing: Thing, report: StockReport) -> None:
    if thing.inventory in ("", asset.inventory_number):
        report.unchanged += 1
        return
    asset.inventory_number = thing.inventory
    asset.save(update_fields=["inventory_number"])
    report.changed += 1


def _take(actor: Any, base: Lot, product: Product, things: list[Thing], giver_ids: Sequence[UUID]) -> Lot:
    """Make one lot of things, with their numbers, and post its entry."""
    lot = Lot(
        operation=base.operation,
        product=product,
        quantity=len(things),
        depot=base.depot,
        operator=base.operator,
        credit_valid_until=base.credit_valid_until,
        received_on=base.received_on,
    )
    give(lot, giver_ids)
    assets = Asset.objects.bulk_create(
        Asset(
            product=product,
            lot=lot,
            number_kind=thing.kind,
            number=thing.number,
            number_key=thing.key,
            inventory_number=thing.inventory,
        )
        for thing in things
    )
    transfer = take_in(actor, lot)
    custody.carry([(asset.pk, transfer) for asset in assets], clock.now())
    return lot


def _count(report: StockReport, table: Table, refused: list[Reject]) -> None:
    report.rejected = table.lines - len(table.rows) + len(refused) + len(report.rejects)
    report.rejects = by_line(CONTRACT, [*table.rejects, *refused, *report.rejects])
    report.lines, report.notes = table.lines, list(table.notes)


def _note(actor: Any, operation: Operation, table: Table, report: StockReport) -> None:
    data = {"sha256": table.sha256, **{name: getattr(report, name) for name in COUNTS}}
    data["lots"] = [lot.public_id for lot in report.lots]
    record(actor=actor, verb="equipment.stock_imported", target=str(operation.public_id), data=data)


def _sentence(path: Path, report: StockReport) -> str:
    counts = {name: getattr(report, name) for name in COUNTS}
    return _(
        "%(file)s : %(lines)d lignes lues, %(created)d créées, %(changed)d modifiées, "
        "%(unchanged)d inchangées, %(rejected)d rejetées"
    ) % {"file": path.name, **counts}
