"""What `cartable check` asks of the goods: do the things, their places and the ledger tell the same story?"""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from cartable.equipment import places
from cartable.equipment.enums import HandoverState, LoanState, RejectionReason, RepairState
from cartable.equipment.models import (
    Asset,
    AssetPlace,
    Handover,
    Loan,
    Lot,
    Movement,
    NumberRange,
    ReceiptLine,
    Repair,
)
from cartable.equipment.rules import Span
from cartable.foundation.damage import Damage
from cartable.ledger.models import Account, Transfer
from cartable.pupils.models import Cover


# What has left the stock has left it with its number.
EACH_NUMBERED = ("on_loan:", "given:", "repair:", places.DEAD, places.LOST)
Place = tuple[str, str]


def damages() -> list[Damage]:
    """List what does not hold together in the goods."""
    return [
        *_open_places(),
        *_counts(),
        *_movements(),
        *_handovers(),
        *_loans(),
        *_ranges(),
        *_lots(),
        *_mending(),
    ]


def _open_places() -> Iterator[Damage]:
    """A thing stands in one place, and a voided number in none."""
    open_now = Count("places", filter=Q(places__until=None))
    for asset in Asset.objects.annotate(open_now=open_now).order_by("id").iterator():
        if asset.open_now != (asset.voided_at is None):
            yield Damage(
                "asset_place", f"Le matériel {asset.public_id} est noté dans {asset.open_now} lieu(x)."
            )


def _counts() -> Iterator[Damage]:
    """Never more things with a number in a place than pieces; as many, where all must have their number.

    What is reserved stands in the depots; what never had a number is the same everywhere it is counted.
    """
    pieces, things = _pieces(), _things()
    for key in sorted(pieces.keys() | things.keys()):
        resource, place = key
        held, listed = pieces[key], things[key]
        if listed > held or (place.startswith(EACH_NUMBERED) and listed != held):
            yield Damage(
                "place_count",
                f"« {resource} » à {place} : {held} pièce(s) au registre, {listed} numéro(s) notés.",
            )


def _pieces() -> Counter[Place]:
    found: Counter[Place] = Counter()
    rows = Account.objects.filter(resource__code__in=Lot.objects.values("product__code"))
    for resource, code, balance in rows.values_list("resource__code", "code", "balance"):
        if not code.startswith(places.SOURCES):
            found[resource, _merged(code)] += balance
    return found


def _things() -> Counter[Place]:
    found: Counter[Place] = Counter()
    rows = AssetPlace.objects.filter(until=None).values_list("account__resource__code", "account__code")
    for resource, code, listed in rows.annotate(Count("id")).order_by():
        found[resource, _merged(code)] += listed
    return found


def _merged(code: str) -> str:
    return "depot" if places.sort_of(code) in ("depot", "reserved") else code


def _movements() -> Iterator[Damage]:
    """A transfer lists at most as many things as it moves, of its own article, and all that go into hands or repair."""
    listed = Movement.objects.filter(transfer=OuterRef("pk")).order_by().values("transfer")
    rows = Transfer.objects.filter(resource__code__in=Lot.objects.values("product__code")).annotate(
        listed=Subquery(listed.annotate(number=Count("id")).values("number"))
    )
    hands = Q()
    for sort in ("on_loan:", "given:", "repair:"):
        hands |= Q(source__code__startswith=sort) | Q(target__code__startswith=sort)
    short = hands & (Q(listed=None) | Q(listed__lt=F("amount")))
    for transfer in rows.filter(Q(listed__gt=F("amount")) | short).order_by("id"):
        yield Damage(
            "movement_count",
            f"L'écriture {transfer.public_id} porte sur {transfer.amount} pièce(s) "
            f"et nomme {transfer.listed or 0} matériel(s).",
        )
    for row in Movement.objects.exclude(transfer__resource__code=F("asset__product__code")).order_by("id"):
        yield Damage("movement_article", f"Le mouvement {row.id} mêle deux articles.")


def _handovers() -> Iterator[Damage]:
    """A hand-over that holds has its thing in hands, its own transfer, and covers its need while there is one."""
    done = Handover.objects.filter(state=HandoverState.DONE).select_related(
        "school", "asset", "transfer__target"
    )
    covers = set(Cover.objects.filter(ends_at=None).values_list("need_id", "source"))
    where = dict(AssetPlace.objects.filter(until=None).values_list("asset_id", "account__code"))
    for row in done.order_by("id").iterator(chunk_size=2000):
        hands = places.on_loan(row.school) if row.mode == "lent" else places.given(row.school)
        if row.transfer.target.code != hands or row.transfer.public_id != row.public_id:
            yield Damage("handover_transfer", f"La remise {row.public_id} n'a pas la bonne écriture.")
        if where.get(row.asset_id) != hands:
            yield Damage(
                "handover_place", f"Le matériel de la remise {row.public_id} n'est pas noté en mains."
            )
        if row.need_id and (row.need_id, row.public_id) not in covers:
            yield Damage("handover_cover", f"La remise {row.public_id} ne couvre plus son besoin.")
    ended = Handover.objects.exclude(state=HandoverState.DONE).values("public_id")
    for source in Cover.objects.filter(ends_at=None, source__in=ended).values_list("source", flat=True):
        yield Damage("cover_of_nothing", f"Un besoin est noté couvert par la remise terminée {source}.")


def _loans() -> Iterator[Damage]:
    """A loan is open while its hand-over holds, and every school has as many on loan as open loans."""
    rows = Loan.objects.filter(state=LoanState.OPEN).exclude(handover__state=HandoverState.DONE)
    done = Handover.objects.filter(state=HandoverState.DONE, mode="lent")
    for loan in rows.order_by("id"):
        yield Damage("loan_state", f"Le prêt {loan.public_id} est ouvert, mais sa remise est terminée.")
    for handover in done.exclude(loan__state=LoanState.OPEN).order_by("id"):
        yield Damage("loan_missing", f"La remise {handover.public_id} prête un matériel sans prêt ouvert.")
    lent: Counter[Place] = Counter()
    for loan in Loan.objects.filter(state=LoanState.OPEN).select_related("school", "asset__product"):
        lent[loan.asset.product.code, places.on_loan(loan.school)] += 1
    accounts = Account.objects.filter(code__startswith="on_loan:").select_related("resource")
    held = Counter({(account.resource.code, account.code): account.balance for account in accounts})
    for key in sorted(lent.keys() | held.keys()):
        if lent[key] != held[key]:
            yield Damage("loan_count", f"{key[1]} : {held[key]} au registre, {lent[key]} prêt(s) ouvert(s).")


def _ranges() -> Iterator[Damage]:
    """No card is in two boxes."""
    rows = NumberRange.objects.order_by("first", "last")
    last: dict[int, NumberRange] = {}
    for row in rows.iterator():
        before = last.get(len(row.first))
        if before and Span(before.first, before.last).meets(Span(row.first, row.last)):
            yield Damage("range_overlap", f"Deux plages se recouvrent : {before} et {row}.")
        if before is None or row.last > before.last:
            last[len(row.first)] = row


def _lots() -> Iterator[Damage]:
    """What came in by the ledger is what the lots say; no article has more numbers than pieces."""
    said = dict(Lot.objects.values_list("product__code").annotate(Sum("quantity")).order_by())
    entered: Counter[str] = Counter()
    rows = Account.objects.filter(resource__code__in=said, code__startswith="outside:")
    for resource, code, balance in rows.values_list("resource__code", "code", "balance"):
        if code.startswith(places.SOURCES):
            entered[resource] -= balance
    for resource, quantity in sorted(said.items()):
        if entered[resource] != quantity:
            yield Damage(
                "lot_total",
                f"« {resource} » : les lots annoncent {quantity} pièce(s), le registre en a reçu {entered[resource]}.",
            )


def _mending() -> Iterator[Damage]:
    """A thing is in the workshop while its repair is open; no more is found than was missing."""
    there = set(
        AssetPlace.objects.filter(until=None, account__code__startswith="repair:").values_list(
            "asset_id", flat=True
        )
    )
    open_now = set(Repair.objects.filter(state=RepairState.OPEN).values_list("asset_id", flat=True))
    for asset_id in sorted(there ^ open_now):
        yield Damage("repair_place", f"Le matériel {asset_id} et sa réparation ne disent pas le même lieu.")
    found = ReceiptLine.objects.annotate(found=Sum("findings__quantity", default=0)).filter(found__gt=0)
    for gap in found.filter(Q(found__gt=F("rejected")) | ~Q(reason=RejectionReason.MISSING)).order_by("id"):
        yield Damage(
            "found_too_many", f"L'écart {gap.id} : {gap.found} retrouvé(s), {gap.rejected} manquant(s)."
        )
