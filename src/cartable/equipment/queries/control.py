"""Reads for control: from a lot into hands and back, and its ledger and journal, where the user is an auditor.

A child is a pseudonym here, and no sealed column is ever opened: ids, numbers of things, places and dates only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, overload
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from cartable.accounts.enums import Role
from cartable.accounts.queries import departments_as, is_everywhere
from cartable.bodies.models import Body
from cartable.equipment import places
from cartable.equipment.enums import HandoverState
from cartable.equipment.models import Asset, Handover, Lot, Product, Shipment
from cartable.equipment.queries.handovers import pseudonym
from cartable.equipment.rules import readings
from cartable.journal.models import Entry
from cartable.journal.queries import visible_to as entries_visible_to
from cartable.ledger.models import Account, Resource, Transfer
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to
from cartable.pupils.models import Pupil
from cartable.territories.models import Department, School


@dataclass(frozen=True, slots=True)
class Trail:
    """A hand-over as control reads it, with what binds it to its lot before and to its return after.

    `pseudonym` is the same for each thing of one child, "" once the child's row is erased.
    """

    handover_id: UUID
    pseudonym: str
    school: str
    uai: str
    article: str
    number: str
    asset_id: UUID
    lot_id: UUID
    mode: str
    state: str
    handed_at: datetime
    ended_at: datetime | None
    due_on: date | None
    returned_on: date | None
    return_condition: str
    time_zone: str


COLUMNS = (
    "public_id",
    "pupil__public_id",
    "school__name",
    "school__uai",
    "product__name",
    "asset__number",
    "asset__public_id",
    "asset__lot__public_id",
    "mode",
    "state",
    "handed_at",
    "ended_at",
    "loan__due_on",
    "loan__returned_on",
    "loan__return_condition",
    "operation__department__time_zone",
)


class Trails(Sequence[Trail]):
    """The hand-overs of a query as trails, read a page at a time: two queries, whatever their number."""

    def __init__(self, rows: QuerySet[Handover]) -> None:
        self.rows = rows.order_by("handed_at", "id").values_list(*COLUMNS)

    def __len__(self) -> int:
        return self.rows.count()

    def __iter__(self) -> Iterator[Trail]:
        return map(_trail, self.rows.iterator(chunk_size=2000))

    @overload
    def __getitem__(self, at: int) -> Trail: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Trail]: ...

    def __getitem__(self, at: int | slice) -> Trail | Sequence[Trail]:
        return [_trail(row) for row in self.rows[at]] if isinstance(at, slice) else _trail(self.rows[at])


def _trail(row: tuple[Any, ...]) -> Trail:
    own, pupil, *rest = row
    return Trail(own, pseudonym(pupil), *rest)


def operations_audited_by(user: Any) -> QuerySet[Operation]:
    """Give the operations of the places where the user is an auditor; another role elsewhere adds nothing."""
    audited = Department.objects.filter(departments_as(user, Role.AUDITOR))
    return operations_visible_to(user).filter(department__in=audited.order_by())


def _within(user: Any) -> QuerySet[Operation]:
    return operations_audited_by(user).order_by()


def lots_audited_by(user: Any) -> QuerySet[Lot]:
    """Give the lots with their givers and numbers and how many are `in_hands`, the first received first."""
    related = "product", "operation__department", "operation__owner", "depot", "held_by", "donation"
    lots = Lot.objects.filter(operation__in=_within(user)).select_related(*related)
    held = Count("assets__handovers", filter=Q(assets__handovers__state=HandoverState.DONE))
    lots = lots.annotate(in_hands=held).prefetch_related("ranges", "donation__chain__body")
    return lots.order_by("received_on", "id")


def assets_audited_by(user: Any) -> QuerySet[Asset]:
    """Give the things with a number, with their lot."""
    assets = Asset.objects.filter(lot__operation__in=_within(user))
    return assets.select_related("product", "lot__operation__department").order_by("id")


def assets_numbered(user: Any, number: str) -> QuerySet[Asset]:
    """Give the things of that number, as it is printed or scanned."""
    text = "".join(number.split()).upper()
    keys = {text, *(readings(text) if text.isdigit() and 18 <= len(text) <= 20 else ())}
    return assets_audited_by(user).filter(number_key__in=keys)


def trails(user: Any, *, same_pupil_as: UUID | None = None, **where: Any) -> Trails:
    """Give the hand-overs, cut to `where` (operation, asset, asset__lot), or all of the pupil of one of them."""
    rows = Handover.objects.filter(operation__in=_within(user), **where)
    if same_pupil_as is not None:
        pupils = rows.filter(public_id=same_pupil_as).values("pupil_id")
        rows = rows.filter(Q(public_id=same_pupil_as) | Q(pupil__in=pupils))
    return Trails(rows)


def resources_audited_by(user: Any) -> QuerySet[Resource]:
    """Give what the ledger counts; for who controls one place, the articles that serve only that place."""
    if is_everywhere(user, Role.AUDITOR):
        return Resource.objects.order_by("code")
    lots = Lot.objects.filter(product=OuterRef("pk"))
    here = Exists(lots.filter(operation__in=_within(user)))
    beyond = Exists(lots.exclude(operation__in=_within(user)))
    codes = Product.objects.filter(here & ~beyond).values("code")
    return Resource.objects.filter(code__in=codes).order_by("code")


def accounts_audited_by(user: Any) -> QuerySet[Account]:
    """Give the accounts of these resources, each with its `sort` of place."""
    accounts = Account.objects.filter(resource__in=resources_audited_by(user).order_by())
    return accounts.annotate(sort=_sort()).select_related("resource").order_by("resource__code", "code")


SORTS = (
    *("depot", "reserved", "transit", "school", "on_loan", "given", "repair"),
    *(places.MISSING, places.DEAD, places.LOST, "outside"),
)


def _sort() -> Case:
    """Tell the sort of a place in the store itself; the sources outside count as one sort."""
    exact = [When(code=code, then=Value(code)) for code in SORTS if code.startswith("outside:")]
    begins = [When(code__startswith=f"{sort}:", then=Value(sort)) for sort in SORTS if ":" not in sort]
    return Case(*exact, *begins, default=Value(""))


def transfers_audited_by(user: Any) -> QuerySet[Transfer]:
    """Give the transfers of these resources, the last posted first."""
    rows = Transfer.objects.filter(resource__in=resources_audited_by(user).order_by())
    return rows.select_related("resource", "source", "target", "reverses").order_by("-id")


def transfers_of_lot(lot: Lot) -> QuerySet[Transfer]:
    """Give the transfers that brought a lot in, and what its school declared since."""
    return _posted(Transfer.objects.filter(reference=str(lot.public_id)))


def transfers_of_asset(asset: Asset) -> QuerySet[Transfer]:
    """Give the transfers that a thing took part in, the first first."""
    return _posted(Transfer.objects.filter(id__in=asset.movements.values("transfer")))


def _posted(rows: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return rows.select_related("resource", "source", "target", "reverses").order_by("id")


def names_of_places(codes: Iterable[str]) -> dict[str, str]:
    """Give account code → whose place it is: a school, a body, a shipment's number, else "" (three queries)."""
    owners = {code: code.rpartition(":")[2] for code in codes}
    ids = [UUID(one) for one in set(owners.values()) if len(one) == 36]
    schools = School.objects.filter(uai__in=set(owners.values()))
    named = {uai: f"{name} ({uai})" for uai, name in schools.values_list("uai", "name")}
    for model, label in ((Body, "name"), (Shipment, "number")):
        found = model._default_manager.filter(public_id__in=ids).values_list("public_id", label)
        named |= {str(public_id): name for public_id, name in found}
    return {code: named.get(owner, "") for code, owner in owners.items()}


def entries_audited_by(user: Any, *, verb: str = "", target: str = "") -> QuerySet[Entry]:
    """Give the entries of the journal, the newest first; who controls one place reads what names its schools.

    A child cannot be looked up by its own id: control knows pseudonyms only.
    """
    entries = entries_visible_to(user)
    if not is_everywhere(user, Role.AUDITOR):
        audited = Department.objects.filter(departments_as(user, Role.AUDITOR))
        uais = School.objects.filter(department__in=audited.order_by()).values_list("uai", flat=True)
        operations = operations_audited_by(user).values_list("public_id", flat=True)
        here = Q(data__uai__in=list(uais)) | Q(target__in=[str(one) for one in operations])
        entries = entries.filter(here)
    if target and pseudonyms_of([target]):
        return entries.none()
    wanted = {name: value for name, value in (("verb", verb), ("target", target)) if value}
    return entries.filter(**wanted)


def pseudonyms_of(words: Iterable[str]) -> dict[str, str]:
    """Give the words that are a child's id → the child's pseudonym (one query)."""
    ids = {UUID(word) for word in words if is_id(word)}
    found = Pupil.objects.filter(public_id__in=ids).values_list("public_id", flat=True)
    return {str(public_id): pseudonym(public_id) for public_id in found}


def is_id(word: str) -> bool:
    """Tell whether a word is an id."""
    try:
        return str(UUID(word)) == word
    except ValueError:
        return False
