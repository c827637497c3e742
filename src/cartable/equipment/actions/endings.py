"""What ends a hand-over: a swap, a thing given back, a mistake, a loan returned or lost. Each is one action."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cartable.equipment import custody, places
from cartable.equipment.actions.binding import Shelf, read_number
from cartable.equipment.actions.handovers import Handed, Terms, put_out, write
from cartable.equipment.actions.shared import lock_handovers, lock_school
from cartable.equipment.enums import (
    HANDOVER_MOVES,
    LOAN_MOVES,
    Condition,
    HandoverState,
    IncidentKind,
    LoanState,
)
from cartable.equipment.models import Asset, Handover, Incident, Loan, Movement
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer, post_many
from cartable.operations.enums import Mode
from cartable.operations.queries import operations_led_by
from cartable.pupils.actions import cover_many, end_cover
from cartable.pupils.models import Cover


@dataclass(frozen=True, slots=True)
class Returned:
    """A lent thing that comes back."""

    loan_id: UUID
    condition: str
    signed: bool = True


LOAN_COLUMNS = ["state", "returned_on", "return_condition", "return_signed", "return_transfer"]
# Where a thing goes after an incident, and in which condition it is noted.
AFTER = {
    IncidentKind.DEAD_CARD: (places.DEAD, Condition.DEAD),
    IncidentKind.BROKEN: (places.DEAD, Condition.DAMAGED),
    IncidentKind.LOST: (places.LOST, ""),
    IncidentKind.STOLEN: (places.LOST, ""),
}


def _close(
    row: Handover, to: HandoverState, loan_to: LoanState, reason: str = "", **loan_values: Any
) -> None:
    """Move a hand-over and its loan, if it lends, to their last states; `_save` writes them."""
    move(HANDOVER_MOVES, row.state, to, reason)
    row.state, row.ended_at = to, clock.now()
    if loan := getattr(row, "loan", None):
        move(LOAN_MOVES, loan.state, loan_to, reason)
        for name, value in {"state": loan_to, **loan_values}.items():
            setattr(loan, name, value)


def _save(rows: Sequence[Handover]) -> None:
    Handover.objects.bulk_update(rows, ["state", "ended_at"])
    Loan.objects.bulk_update([row.loan for row in rows if hasattr(row, "loan")], LOAN_COLUMNS)


def _held_in(row: Handover) -> str:
    """Give the account in which the thing of a hand-over stands while it is in hands."""
    return places.on_loan(row.school) if row.mode == Mode.LENT else places.given(row.school)


def _move_out_of_hands(
    actor: Any, rows: Sequence[tuple[Handover, str, str]], *, on: date | None = None
) -> list[Any]:
    """Post each hand-over's thing from hands to a place, with a reason; give the transfers."""
    posted = post_many(
        actor=actor,
        transfers=[
            NewTransfer(
                transfer_id=uuid5(row.public_id, reason),
                resource=row.asset.product.code,
                source=_held_in(row),
                target=target,
                amount=1,
                value_date=on or clock.today(row.school.department.time_zone),
                reason=reason,
                reference=str(row.public_id),
            )
            for row, target, reason in rows
        ],
    )
    custody.carry([(row.asset_id, one) for (row, *_rest), one in zip(rows, posted, strict=True)], clock.now())
    return posted


def _note(actor: Any, verb: str, row: Handover, reason: str = "", text: str = "", **data: Any) -> None:
    said = {"uai": row.school.uai, "article": row.asset.product.code, **data}
    record(actor=actor, verb=verb, target=str(row.public_id), data=said, reason=reason, text=text)


@transaction.atomic
def swap(
    *, actor: Any, key: UUID, handover_id: UUID, new_number: str, incident: str = IncidentKind.DEAD_CARD
) -> Handed:
    """Swap the thing of a hand-over for another: the old one is dead or lost, the need stays met without a break.

    `key` is the new hand-over's id: repeating it changes nothing. Refuses what `Shelf.bind` refuses.
    """
    old = lock_handovers(actor, [handover_id])[0]
    if known := Handover.objects.filter(public_id=key).select_related("asset").first():
        return _swapped_already(known, old, new_number)
    if incident not in AFTER:
        raise Refused("incident", _("Dites ce qui est arrivé à l'article."), "incident")
    number, warnings = read_number(old.asset.product.good, new_number)
    target, condition = AFTER[IncidentKind(incident)]
    _close(old, HandoverState.SWAPPED, LoanState.SWAPPED)
    _save([old])
    due_on = old.loan.due_on if hasattr(old, "loan") else None
    _move_out_of_hands(actor, [(old, target, f"swapped_{incident}")])
    _mark([old], condition)
    Incident.objects.create(asset=old.asset, handover=old, kind=incident, at=clock.now())
    terms = _same_terms(actor, old, due_on)
    bound = Shelf(terms.school, terms.operation, terms.good, terms.mode, [number]).bind(number)
    transfer = put_out(terms, {key: bound.asset}, "swapped_in")[0]
    new = _replacement(old, key, bound.asset, transfer, actor)
    write(terms, [new])
    _cover_goes_on(old, new)
    _note(actor, "equipment.swapped", old, reason=incident, new=key)
    return Handed(new, warnings + bound.warnings)


def _swapped_already(known: Handover, old: Handover, new_number: str) -> Handed:
    number, _doubts = read_number(old.asset.product.good, new_number)
    if (known.replaces_id, known.asset.number) != (old.id, number):
        raise Refused(
            "key_reused", _("Cet échange a déjà été enregistré avec un autre contenu ; rechargez la page.")
        )
    return Handed(known)


def _same_terms(actor: Any, old: Handover, due_on: date | None) -> Terms:
    today = clock.today(old.school.department.time_zone)
    return Terms(
        actor=actor,
        operation=old.operation,
        school=old.school,
        good=old.asset.product.good,
        proof=old.proof,
        agreement=old.agreement,
        due_on=due_on and max(due_on, today),
        today=today,
    )


def _replacement(old: Handover, key: UUID, asset: Asset, transfer: Any, actor: Any) -> Handover:
    same = (
        "operation",
        "school",
        "pupil",
        "need",
        "home",
        "mode",
        "proof",
        "agreement",
        "receiver",
        "receiver_name",
    )
    return Handover(
        public_id=key,
        asset=asset,
        product=asset.product,
        transfer=transfer,
        handed_at=clock.now(),
        handed_by=actor,
        replaces=old,
        **{name: getattr(old, name) for name in same},
    )


def _cover_goes_on(old: Handover, new: Handover) -> None:
    """End the cover of the old thing and begin that of the new one at the same moment, for every need it met."""
    running = Cover.objects.filter(source=old.public_id, ends_at=None).select_related("need")
    needs = [cover.need for cover in running]
    now = clock.now()
    end_cover(source=old.public_id, at=now)
    open_needs = [need for need in needs if need.closed_at is None]
    if open_needs:
        cover_many(covers=[(need, new.public_id) for need in open_needs], kind=open_needs[0].kind, at=now)


ENDED_OTHERWISE = "Quelqu'un l'a déjà noté autrement : rechargez la page pour voir ce qui est enregistré."


def _mark(rows: Sequence[Handover], condition: str) -> None:
    """Note the condition in which things came back; "" where nobody saw them."""
    if condition:
        Asset.objects.filter(pk__in=[row.asset_id for row in rows]).update(condition=condition)


@transaction.atomic
def give_back(
    *, actor: Any, handover_id: UUID, condition: str = Condition.GOOD, signed: bool = True
) -> Handover:
    """Take back what was handed over (the pupil leaves): it stands in the school's stock again.

    Again with the same condition is nothing; with another it is refused.
    """
    row = lock_handovers(actor, [handover_id])[0]
    if row.state == HandoverState.GIVEN_BACK:
        loan = getattr(row, "loan", None)
        if (loan.return_condition if loan else row.asset.condition) not in ("", condition):
            raise Refused("already_ended", ENDED_OTHERWISE)
        return row
    _take_back(actor, [(row, condition, signed)], clock.today(row.school.department.time_zone))
    _note(actor, "equipment.given_back", row, condition=condition)
    return row


def _take_back(actor: Any, rows: Sequence[tuple[Handover, str, bool]], on: date) -> None:
    """Close hand-overs whose things come back: to the stock, or out of service where they are dead."""
    if any(condition not in Condition.values for _row, condition, _signed in rows):
        raise Refused("condition", _("Choisissez l'état de l'article rendu."), "condition")
    for row, *_rest in rows:
        move(HANDOVER_MOVES, row.state, HandoverState.GIVEN_BACK)
    backs = [
        (row, places.DEAD if condition == Condition.DEAD else places.school(row.school), "given_back")
        for row, condition, _signed in rows
    ]
    posted = _move_out_of_hands(actor, backs, on=on)
    for (row, condition, signed), transfer in zip(rows, posted, strict=True):
        _close(
            row,
            HandoverState.GIVEN_BACK,
            LoanState.RETURNED,
            returned_on=on,
            return_condition=condition,
            return_signed=signed,
            return_transfer=transfer,
        )
        end_cover(source=row.public_id, at=clock.now())
    _save([row for row, *_rest in rows])
    for condition in Condition.values:
        _mark([row for row, noted, _signed in rows if noted == condition], condition)


@transaction.atomic
def cancel_handover(*, actor: Any, handover_id: UUID, reason: str) -> Handover:
    """Undo a hand-over entered by mistake, with a reason: its transfer is reversed and the need is open again.

    A number that was seen for the first time in it is voided: it may have been the mistake.
    """
    row = lock_handovers(actor, [handover_id])[0]
    if row.state == HandoverState.CANCELLED:
        return row
    _close(row, HandoverState.CANCELLED, LoanState.CANCELLED, reason)
    _save([row])
    undo = NewTransfer(
        transfer_id=uuid5(row.public_id, "cancelled"),
        resource=row.asset.product.code,
        source=_held_in(row),
        target=places.school(row.school),
        amount=1,
        value_date=clock.today(row.school.department.time_zone),
        reason="handover_cancelled",
        reference=str(row.public_id),
        reverses=row.public_id,
    )
    transfer = post_many(actor=actor, transfers=[undo])[0]
    first_seen = not Movement.objects.filter(asset=row.asset).exclude(transfer=row.transfer).exists()
    custody.carry([(row.asset_id, transfer)], clock.now())
    if first_seen:
        custody.leave([row.asset_id], clock.now())
        row.asset.voided_at = clock.now()
        row.asset.save(update_fields=["voided_at"])
    end_cover(source=row.public_id, at=clock.now())
    _note(actor, "equipment.handover_cancelled", row, text=reason)
    return row


@transaction.atomic
def return_loan(
    *, actor: Any, loan_id: UUID, condition: str, signed: bool = True, on: date | None = None
) -> Loan:
    """Take back a lent thing on a day, with its condition, signed or not. Again with the same words is nothing."""
    return return_many(actor=actor, returns=[Returned(loan_id, condition, signed)], on=on)[0]


@transaction.atomic
def return_many(*, actor: Any, returns: Sequence[Returned], on: date | None = None) -> list[Loan]:
    """Take back lent things of one school, all or none, in the order asked; dead ones leave the stock."""
    rows = {row.public_id: row for row in lock_handovers(actor, [one.loan_id for one in returns])}
    its = [(rows[one.loan_id], one) for one in returns]
    for row, one in its:
        _check_return(row, one)
    school = its[0][0].school
    today = clock.today(school.department.time_zone)
    if on and on > today:
        raise Refused("on", _("La date de restitution est à venir : vérifiez-la."), "on")
    coming = [(row, one.condition, one.signed) for row, one in its if row.state == HandoverState.DONE]
    if coming:
        _take_back(actor, coming, on or today)
        data = {"uai": school.uai, "count": len(coming)}
        record(actor=actor, verb="equipment.loans_returned", target=str(coming[0][0].public_id), data=data)
    found = Loan.objects.in_bulk(list(rows), field_name="public_id")
    return [found[one.loan_id] for one in returns]


def _check_return(row: Handover, one: Returned) -> None:
    loan = getattr(row, "loan", None)
    if loan is None:
        raise Refused("not_a_loan", _("Cet article est donné : il n'y a pas de restitution à noter."))
    again = (loan.return_condition, loan.return_signed) == (one.condition, one.signed)
    if row.state != HandoverState.DONE and not (loan.state == LoanState.RETURNED and again):
        raise Refused("already_ended", _("Ce prêt est déjà terminé ; rechargez la page."))


@transaction.atomic
def declare_lost(*, actor: Any, loan_id: UUID, kind: str, police_report: bool = False) -> Loan:
    """Note that a lent thing is lost or stolen: the loan ends, the need is open again.

    Again with the same words is nothing; with others it is refused.
    """
    row = lock_handovers(actor, [loan_id])[0]
    if kind not in (IncidentKind.LOST, IncidentKind.STOLEN):
        raise Refused("incident", _("Dites si l'article est perdu ou volé."), "kind")
    if not hasattr(row, "loan"):
        raise Refused("not_a_loan", _("Cet article est donné : faites un échange s'il en faut un autre."))
    if row.state == HandoverState.LOST:
        noted = (
            Incident.objects.filter(handover=row).order_by("id").values_list("kind", "police_report").last()
        )
        if noted != (kind, police_report):
            raise Refused("already_ended", ENDED_OTHERWISE)
        return Loan.objects.get(handover=row)
    _close(row, HandoverState.LOST, LoanState.LOST)
    _save([row])
    _move_out_of_hands(actor, [(row, places.LOST, kind)])
    Incident.objects.create(
        asset=row.asset, handover=row, kind=kind, at=clock.now(), police_report=police_report
    )
    end_cover(source=row.public_id, at=clock.now())
    _note(actor, "equipment.declared_lost", row, reason=kind, police_report=police_report)
    return Loan.objects.get(handover=row)


@transaction.atomic
def prolong(
    *, actor: Any, due_on: date, school_id: UUID | None = None, operation_id: UUID | None = None
) -> int:
    """Put off the return of all open loans of a school, or of an operation that the actor leads; give how many.

    Loans that end later already keep their day.
    """
    if due_on < clock.today():
        raise Refused("due_on", _("La nouvelle date est déjà passée : corrigez-la."), "due_on")
    if school_id and not operation_id:
        wanted, target = Q(school=lock_school(actor, school_id)), school_id
    elif operation_id and not school_id:
        operation = operations_led_by(actor).filter(public_id=operation_id).first()
        if operation is None:
            raise Refused("not_yours", _("Seul le service qui mène cette opération peut faire cela."))
        wanted, target = Q(handover__operation=operation), operation_id
    else:
        raise Refused("what", _("Choisissez les prêts d'un établissement ou ceux d'une opération."))
    loans = Loan.objects.filter(wanted, state=LoanState.OPEN, due_on__lt=due_on)
    changed = loans.update(due_on=due_on)
    if changed:
        data = {"loans": changed, "due_on": due_on}
        record(actor=actor, verb="equipment.loans_prolonged", target=str(target), data=data)
    return changed
