"""Hand over: a thing with its number passes into the hands of a home, against a signature."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cartable.equipment import custody, places
from cartable.equipment.actions.agreements import agreement_for
from cartable.equipment.actions.binding import Shelf, read_number
from cartable.equipment.actions.receivers import Family, families
from cartable.equipment.actions.receivers import Hand as Hand
from cartable.equipment.actions.shared import lock_school, open_operation
from cartable.equipment.enums import AppointmentState, LoanState, Proof
from cartable.equipment.models import Agreement, Appointment, Asset, DataLine, Handover, Loan
from cartable.equipment.rules import HAS_CREDIT, end_of_school_year
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.ledger.actions import NewTransfer, post_many
from cartable.ledger.models import Transfer
from cartable.operations.enums import SERVES, Good, Mode
from cartable.operations.models import Operation
from cartable.pupils.actions import cover_many
from cartable.territories.models import School


@dataclass(frozen=True, slots=True)
class Handed:
    """A hand-over that is done, and what is odd about its number, in French sentences."""

    handover: Handover
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Terms:
    """What all the hand-overs of one action share."""

    actor: Any
    operation: Operation
    school: School
    good: str
    proof: str
    agreement: Agreement | None
    due_on: date | None
    today: date

    @property
    def mode(self) -> str:
        return mode_of(self.proof)


def mode_of(proof: str) -> str:
    """Give what a signature means: an agreement lends, anything else gives."""
    return Mode.LENT if proof == Proof.AGREEMENT else Mode.GIVEN


@transaction.atomic
def hand_over(
    *,
    actor: Any,
    key: UUID,
    school_id: UUID,
    operation_id: UUID,
    need_id: UUID,
    good: str,
    number: str,
    receiver: str,
    proof: str,
    receiver_name: str = "",
    agreement_id: UUID | None = None,
    home_id: UUID | None = None,
    due_on: date | None = None,
) -> Handed:
    """Hand one thing over to one home; see `hand_over_many`."""
    hand = Hand(key, need_id, number, receiver, receiver_name, home_id)
    return hand_over_many(
        actor=actor,
        school_id=school_id,
        operation_id=operation_id,
        good=good,
        proof=proof,
        hands=[hand],
        agreement_id=agreement_id,
        due_on=due_on,
    )[0]


@transaction.atomic
def hand_over_many(
    *,
    actor: Any,
    school_id: UUID,
    operation_id: UUID,
    good: str,
    proof: str,
    hands: Sequence[Hand],
    agreement_id: UUID | None = None,
    due_on: date | None = None,
) -> list[Handed]:
    """Hand things of one sort over in one school, all or none, with few queries; give them in the order asked.

    `proof` says what was signed: the owner's agreement lends (until `due_on`, by default the end of the school
    year), an attestation or a signing list gives. Needs of the same household are met together where the operation
    gives one to each. Repeating a key gives its first hand-over. Refuses what `Shelf.bind`, `families` and
    `agreement_for` refuse, and `not_yours`, `operation`, `operation_closed`, `key_reused`, `due_on`.
    """
    school = lock_school(actor, school_id)
    operation = open_operation(actor, operation_id)
    numbers = {hand.key: read_number(good, hand.number) for hand in hands}
    done = _done(hands, numbers)
    new = [hand for hand in hands if hand.key not in done]
    if new:
        terms = _terms(actor, operation, school, good, proof, agreement_id, due_on)
        done |= _hand_over(terms, new, numbers)
    return [done[hand.key] for hand in hands]


def _done(hands: Sequence[Hand], numbers: dict[UUID, tuple[str, list[str]]]) -> dict[UUID, Handed]:
    """Give the hand-overs that were made under these keys already; refuse a key that says something else now."""
    rows = Handover.objects.select_related("asset", "need").in_bulk(
        [hand.key for hand in hands], field_name="public_id"
    )
    for hand in hands:
        row = rows.get(hand.key)
        if row and (row.asset.number, row.need and row.need.public_id) != (
            numbers[hand.key][0],
            hand.need_id,
        ):
            raise Refused(
                "key_reused", _("Cette remise a déjà été enregistrée avec un autre contenu ; rechargez.")
            )
    return {key: Handed(row) for key, row in rows.items()}


def _terms(
    actor: Any,
    operation: Operation,
    school: School,
    good: str,
    proof: str,
    agreement_id: UUID | None,
    due_on: date | None,
) -> Terms:
    if good not in Good.values or proof not in Proof.values:
        raise Refused("proof", _("Dites quel article est remis et ce qui a été signé."), "proof")
    today = clock.today(school.department.time_zone)
    if mode_of(proof) == Mode.GIVEN:
        return Terms(actor, operation, school, good, proof, None, None, today)
    due_on = due_on or end_of_school_year(today)
    if due_on < today:
        raise Refused("due_on", _("La date de retour est déjà passée : corrigez-la."), "due_on")
    agreement = agreement_for(operation.owner, agreement_id, today)
    return Terms(actor, operation, school, good, proof, agreement, due_on, today)


def _hand_over(
    terms: Terms, hands: Sequence[Hand], numbers: dict[UUID, tuple[str, list[str]]]
) -> dict[UUID, Handed]:
    its = families(terms.operation, terms.school, terms.good, hands)
    shelf = Shelf(
        terms.school, terms.operation, terms.good, terms.mode, [numbers[hand.key][0] for hand in hands]
    )
    bound = [shelf.bind(numbers[hand.key][0]) for hand in hands]
    transfers = put_out(terms, {hand.key: one.asset for hand, one in zip(hands, bound, strict=True)})
    rows = [
        _row(terms, hand, family, one.asset, transfer)
        for hand, family, one, transfer in zip(hands, its, bound, transfers, strict=True)
    ]
    write(terms, rows)
    covers = [(need, hand.key) for hand, family in zip(hands, its, strict=True) for need in family.needs]
    cover_many(covers=covers, kind=SERVES[Good(terms.good)], at=clock.now())
    _end_appointments(its)
    _note(terms, rows)
    return {
        row.public_id: Handed(row, numbers[row.public_id][1] + one.warnings + _sim_doubt(terms, family))
        for row, one, family in zip(rows, bound, its, strict=True)
    }


def put_out(terms: Terms, assets: dict[UUID, Asset], reason: str = "handed_over") -> list[Transfer]:
    """Note new numbers, and move things (by key) from the school's stock into hands, one transfer each."""
    target = places.on_loan(terms.school) if terms.mode == Mode.LENT else places.given(terms.school)
    _note_numbers([asset for asset in assets.values() if asset.pk is None])
    _open_lines(assets.values())
    transfers = post_many(
        actor=terms.actor,
        transfers=[
            NewTransfer(
                transfer_id=key,
                resource=asset.product.code,
                source=places.school(terms.school),
                target=target,
                amount=1,
                value_date=terms.today,
                reason=reason,
                reference=str(key),
            )
            for key, asset in assets.items()
        ],
    )
    pairs = [(asset.pk, transfer) for asset, transfer in zip(assets.values(), transfers, strict=True)]
    custody.carry(pairs, clock.now())
    return transfers


def _note_numbers(assets: list[Asset]) -> None:
    """Note numbers seen for the first time; another gate may have noted one of them at the same moment."""
    try:
        with transaction.atomic():
            Asset.objects.bulk_create(assets)
    except IntegrityError as error:
        sentence = _("Ce numéro vient d'être enregistré ailleurs ; vérifiez le numéro ou faites un échange.")
        raise Refused("already_out", sentence, "number") from error


def _open_lines(assets: Iterable[Asset]) -> None:
    """Note until when the credit of each card lasts, once."""
    dated = [asset for asset in assets if asset.product.good in HAS_CREDIT and asset.lot.credit_valid_until]
    DataLine.objects.bulk_create(
        [DataLine(asset=asset, credit_valid_until=asset.lot.credit_valid_until) for asset in dated],
        ignore_conflicts=True,
    )


def _row(terms: Terms, hand: Hand, family: Family, asset: Asset, transfer: Transfer) -> Handover:
    return Handover(
        public_id=hand.key,
        operation=terms.operation,
        school=terms.school,
        pupil=family.pupil,
        need=family.need,
        home=family.home,
        product=asset.product,
        asset=asset,
        transfer=transfer,
        mode=terms.mode,
        proof=terms.proof,
        agreement=terms.agreement,
        receiver=hand.receiver,
        receiver_name=hand.receiver_name.strip()[:120],
        handed_at=clock.now(),
        handed_by=terms.actor,
    )


def write(terms: Terms, rows: Sequence[Handover]) -> None:
    """Write hand-overs, and the loans of those that lend."""
    Handover.objects.bulk_create(rows)
    if terms.mode == Mode.LENT:
        Loan.objects.bulk_create(
            Loan(
                public_id=row.public_id,
                handover=row,
                asset=row.asset,
                school=terms.school,
                state=LoanState.OPEN,
                starts_on=terms.today,
                due_on=cast(date, terms.due_on),
            )
            for row in rows
        )


def _end_appointments(its: Sequence[Family]) -> None:
    needs = [need.pk for family in its for need in family.needs]
    for part in custody.batches(needs):
        planned = Appointment.objects.filter(need_id__in=part, state=AppointmentState.PLANNED)
        planned.update(state=AppointmentState.DONE)


def _sim_doubt(terms: Terms, family: Family) -> list[str]:
    if terms.good == Good.SIM and family.need.takes_sim is False:
        return [
            _(
                "Aucun appareil de ce foyer n'accepte de carte SIM, d'après l'établissement : une clé irait mieux."
            )
        ]
    return []


def _note(terms: Terms, rows: Sequence[Handover]) -> None:
    """Journal one hand-over by its id, many by their number: the rows name each transfer."""
    data = {"operation": terms.operation.public_id, "uai": terms.school.uai, "good": terms.good}
    data |= {"mode": terms.mode, "count": len(rows)}
    target = str(rows[0].public_id) if len(rows) == 1 else str(terms.school.public_id)
    record(actor=terms.actor, verb="equipment.handed_over", target=target, data=data)
