"""Receive boxes: a count, or a count with the numbers of its cards; who gave them, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.bodies.models import Body
from cartable.equipment import places
from cartable.equipment.actions.articles import article_of
from cartable.equipment.enums import NumberKind
from cartable.equipment.models import Donation, DonationGiver, Lot, NumberRange, Product
from cartable.equipment.rules import Span, forms_of
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.intake import values
from cartable.journal.actions import record
from cartable.ledger.actions import post
from cartable.ledger.models import Transfer
from cartable.operations.actions import add_giver, led
from cartable.operations.models import Operation
from cartable.operations.rules import good_name


Ends = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Received:
    """A lot that came in, and what is odd about it, in French sentences."""

    lot: Lot
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def receive_lot(
    *,
    actor: Any,
    operation_id: UUID,
    good: str,
    mode: str,
    quantity: int,
    name: str = "",
    operator: str = "",
    sim_format: str = "",
    credit_valid_until: date | None = None,
    giver_ids: Sequence[UUID] = (),
    ranges: Sequence[Ends] = (),
    received_on: date | None = None,
    depot_id: UUID | None = None,
    key: UUID | None = None,
) -> Received:
    """Receive a lot in the depot of the operation's owner (or of `depot_id`, another body of the actor).

    `giver_ids` are bodies, first giver first; without them the lot was bought. `ranges` are first and last number
    of each box, with or without check digit; together they hold `quantity` cards. `key` makes a retry harmless.
    Refuses `quantity`, `range_count`, `range_overlap`, `number`, `giver`, `not_yours`, `key_reused`.
    """
    operation = led(actor, operation_id, lock=True)
    product = article_of(operation.owner, good, mode, name or _name(good, operator))
    if key and (known := Lot.objects.filter(public_id=key).first()):
        return Received(_same(known, product, quantity))
    lot = Lot(
        public_id=key or uuid4(),
        operation=operation,
        product=product,
        quantity=_positive(quantity),
        depot=depot_of(actor, operation, depot_id),
        operator=operator.strip()[:60],
        sim_format=sim_format.strip()[:30],
        credit_valid_until=credit_valid_until,
        received_on=received_on or clock.today(operation.department.time_zone),
    )
    spans, warnings = read_ranges(product, ranges, quantity)
    give(lot, giver_ids)
    _keep(lot, spans)
    take_in(actor, lot)
    data = {
        "operation": operation_id,
        "article": product.code,
        "quantity": quantity,
        "givers": list(giver_ids),
    }
    record(actor=actor, verb="equipment.lot_received", target=str(lot.public_id), data=data)
    return Received(lot, warnings)


def _name(good: str, operator: str) -> str:
    label = good_name(good)
    return f"{label[:1].upper()}{label[1:]} {operator}".strip()


def _positive(quantity: int) -> int:
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        raise Refused("quantity", _("Indiquez combien d'articles ce lot contient (au moins 1)."), "quantity")
    return quantity


def depot_of(actor: Any, operation: Operation, depot_id: UUID | None) -> Body:
    """Give the body whose store-room is meant: the owner, or another body that the actor acts for."""
    if depot_id is None or depot_id == operation.owner.public_id:
        return operation.owner
    depot = Body.objects.filter(public_id=depot_id, id__in=bodies_as(actor, Role.EQUIPMENT)).first()
    if depot is None:
        raise Refused(
            "depot", _("Ce dépôt n'est pas le vôtre : choisissez celui de votre organisme."), "depot"
        )
    return depot


def take_in(actor: Any, lot: Lot) -> Transfer:
    """Post the entry of a lot: from outside to where it stands. The transfer's id is the lot's own."""
    return post(
        actor=actor,
        transfer_id=lot.public_id,
        resource=lot.product.code,
        source=source_of(lot),
        target=places.depot(lot.depot) if lot.depot else places.school(lot.held_by),
        amount=lot.quantity,
        value_date=lot.received_on,
        reason="lot_declared" if lot.held_by else "lot_received",
        reference=str(lot.public_id),
    )


def source_of(lot: Lot) -> str:
    """Give where a lot came from: its first giver, the school that declared it, or the owner's purchase."""
    if lot.held_by:
        return places.declared(lot.held_by)
    if lot.donation is None:
        return places.bought(lot.operation.owner)
    return places.donor(lot.donation.chain.order_by("rank")[0].body)


def _same(known: Lot, product: Product, quantity: int) -> Lot:
    if (known.product_id, known.quantity) != (product.id, quantity):
        raise Refused(
            "key_reused", _("Ce lot a déjà été enregistré avec un autre contenu ; rechargez la page.")
        )
    return known


def _givers(giver_ids: Sequence[UUID]) -> list[Body]:
    found = {body.public_id: body for body in Body.objects.filter(public_id__in=giver_ids)}
    if len(set(giver_ids)) != len(giver_ids) or any(giver not in found for giver in giver_ids):
        raise Refused(
            "giver", _("Un donateur est inconnu ou cité deux fois : corrigez la chaîne du don."), "givers"
        )
    return [found[giver] for giver in giver_ids]


def give(lot: Lot, giver_ids: Sequence[UUID]) -> None:
    """Save a lot with the whole chain of its gift, and let each giver see the operation's counts."""
    if givers := _givers(giver_ids):
        lot.donation = Donation.objects.create(
            operation=lot.operation,
            label=f"{lot.product.name} · {givers[0].name}"[:120],
            received_on=lot.received_on,
        )
        for rank, body in enumerate(givers, start=1):
            DonationGiver.objects.create(donation=lot.donation, body=body, rank=rank)
            add_giver(operation=lot.operation, body=body, rank=rank)
    lot.save(force_insert=True)


def read_ranges(product: Product, ranges: Sequence[Ends], quantity: int) -> tuple[list[Span], list[str]]:
    """Read the ends of boxes as spans that hold `quantity` cards together; give them with what is odd."""
    if not ranges:
        return [], []
    if product.number_kind != NumberKind.ICCID:
        raise Refused(
            "ranges", _("Seules les cartes SIM ont des plages de numéros : importez une liste."), "ranges"
        )
    read = [(_end(first), _end(last)) for first, last in ranges]
    warnings = list(dict.fromkeys(doubt for ends in read for _number, doubt in ends if doubt))
    spans = _counted([forms_of(first[0], last[0]) for first, last in read], quantity)
    _refuse_overlaps(spans)
    return spans, warnings


def _end(text: str) -> tuple[str, str | None]:
    try:
        number, doubt = values.iccid(text)
    except values.BadCell as bad:
        raise Refused("number", bad.sentence, "ranges") from bad
    if not number:
        raise Refused("number", _("Indiquez le premier et le dernier numéro de chaque plage."), "ranges")
    return number, doubt and f"{number} : {doubt}."


def _counted(forms: list[list[Span]], quantity: int) -> list[Span]:
    """Choose, for all boxes alike, the reading whose counts make `quantity`."""
    if any(not form for form in forms):
        raise Refused(
            "range_order",
            _("Le dernier numéro doit suivre le premier et avoir autant de chiffres : vérifiez la plage."),
            "ranges",
        )
    likeliest, other = [form[0] for form in forms], [form[-1] for form in forms]
    for spans in (likeliest, other):
        if sum(span.count for span in spans) == quantity:
            return spans
    sentence = _(
        "Du premier au dernier numéro il y a %(found)s cartes, et vous en annoncez %(asked)s : vérifiez."
    )
    found = sum(span.count for span in likeliest)
    raise Refused("range_count", sentence % {"found": found, "asked": quantity}, "ranges")


def _refuse_overlaps(spans: list[Span]) -> None:
    for one, other in pairwise(sorted(spans, key=lambda span: (len(span.first), span.first))):
        if one.meets(other):
            raise _overlap(_("une autre de ce lot"), other)
    for span in spans:
        known = NumberRange.objects.filter(first__lte=span.last, last__gte=span.first).select_related("lot")
        for row in known:
            if span.meets(Span(row.first, row.last)):
                raise _overlap(
                    _("celle du lot reçu le %(day)s") % {"day": f"{row.lot.received_on:%d/%m/%Y}"}, span
                )


def _overlap(what: str, span: Span) -> Refused:
    sentence = _("La plage %(first)s – %(last)s recouvre %(what)s : vérifiez les numéros des cartons.")
    return Refused(
        "range_overlap", sentence % {"first": span.first, "last": span.last, "what": what}, "ranges"
    )


def _keep(lot: Lot, spans: Sequence[Span]) -> None:
    rows = [NumberRange(lot=lot, first=span.first, last=span.last, count=span.count) for span in spans]
    try:
        with transaction.atomic():
            NumberRange.objects.bulk_create(rows)
    except IntegrityError as error:
        if "equipment:ranges_meet" not in str(error):
            raise
        raise _overlap(_("celle d'un lot enregistré à l'instant"), spans[0]) from error
